"""Real purchases for the capstone: the first rows of the log that ships with user_profile.

30,000 of its 541,909 rows are read, December 2010 in a second, so nothing needs to be stored. What
comes out is plain data, which can be sent to a worker.
"""

import functools
import itertools
import lzma
import tempfile
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from user_profile.features.batch import Batch, Behaviours, Group, Labels, Moment, Question
from user_profile.features.featurizer import Featurizer
from user_profile.features.history import read_history
from user_profile.features.spec import FeatureSpec, widths
from user_profile.log.categories import OTHER, Categories
from user_profile.log.prepare import prepare
from user_profile.log.readers.online_retail import SHIPPED
from user_profile.log.sessions import Sessions, group_sessions
from user_profile.model.settings import Settings
from user_profile.training.questions import fit_spec, training_batches, training_targets

ROWS = 30_000
SESSIONS_AT_LEAST, ROWS_AT_MOST = 2, 100  # of a customer
KINDS = 8  # of things, by the last words of their descriptions
SETTINGS = Settings(
    questions=80, most_per_customer=1, embed_dim=16, num_heads=2, dropout=0.0, seed=29
)


@functools.cache
def purchases() -> dict[str, Any]:
    """Sizes of the model, the table of seasons that all batches share, and the batches."""
    sessions = _faithful_customers()
    history = read_history(sessions)
    side = dict(sessions.events.user_features)
    every = np.ones(len(sessions), bool)
    targets = training_targets(history, every, SETTINGS.most_per_customer)
    categories = _kinds(sessions.events.item_texts())
    spec = fit_spec(history, targets, categories, side)
    batches = training_batches(Featurizer(history, spec, side), targets, SETTINGS)
    return {
        "customers": len(sessions.events.users),
        "sizes": _sizes(spec),
        "season": _plain(batches[0].season),
        "batches": [_plain(batch._replace(season=batch.season[:0])) for batch in batches],
    }


def _faithful_customers() -> Sessions:
    """The sessions of customers who came back, without the few large shops: steps stay short."""
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8", newline="") as file:
        with lzma.open(SHIPPED, "rt", encoding="utf-8", newline="") as log:
            file.writelines(itertools.islice(log, ROWS))
        file.flush()
        sessions = prepare(file.name).sessions
    events = sessions.events
    often = sessions.counts >= SESSIONS_AT_LEAST
    few = np.bincount(events.user, minlength=len(often)) <= ROWS_AT_MOST
    chosen = np.flatnonzero((often & few)[events.user])
    return group_sessions(events.take(chosen).compact())


def _kinds(texts: Sequence[str]) -> Categories:
    """Categories that need no search: the words that most descriptions end in."""
    ends = [text.split()[-1] if text.split() else "" for text in texts]
    names = [word for word, _ in Counter(ends).most_common(KINDS)]
    code_of = {word: code for code, word in enumerate(names)}
    of_item = np.array([code_of.get(word, KINDS) for word in ends], np.int32)
    return Categories(of_item, (*names, OTHER), {})


def _sizes(spec: FeatureSpec) -> dict[str, Any]:
    """What fixes the shapes of the model's parameters."""
    return {
        **widths(spec),
        "side": tuple(len(values) + 1 for values in spec.side.values()),
        **{name: getattr(SETTINGS, name) for name in ("embed_dim", "num_heads", "dropout")},
    }


def _plain(value: Any) -> Any:
    """Named tuples as tuples, float32 as float64: in float64 two right runs agree closely."""
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    if isinstance(value, list):
        return list(map(_plain, value))
    if isinstance(value, np.ndarray) and value.dtype == np.float32:
        return value.astype(np.float64)
    return value


def batch_of(plain: tuple[Any, ...], season: np.ndarray) -> Batch:
    """A batch that came through `_plain`."""
    users, behaviours, groups, sequence, real, held, side, _, question, moment, labels = plain
    return Batch(
        *(users, Behaviours(*behaviours), [Group(*group) for group in groups]),
        *(sequence, real, held, side, season),
        *(Question(*question), Moment(*moment), Labels(*labels)),
    )
