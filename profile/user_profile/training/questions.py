"""What is trained on: questions with their answers, codes and constants, batches."""

import numpy as np

from ..features.batch import Batch, Labels
from ..features.featurizer import Featurizer, Queries
from ..features.history import History, ranges
from ..features.labels import category_counts, interest_levels, outlook_labels, spend_band
from ..features.moments import NO_MOMENTS, Moments
from ..features.spec import FeatureSpec
from ..log.categories import Categories
from ..log.parts import LogParts
from ..log.split import Targets
from ..model.settings import Settings
from . import facts
from .facts import Known, SpecOptions

_BEHAVIOURS = 16_000  # of a batch: bounds its memory, whatever the histories; a longer one is alone


def training_targets(history: History, train: np.ndarray, most: int) -> Targets:
    """The purchase sessions of `train` (S,) bool as questions, at most `most` a customer."""
    chosen = np.flatnonzero(train & history.purchase)
    user = history.user[chosen]
    place = np.arange(len(chosen)) - np.searchsorted(user, user)
    count = np.bincount(user, minlength=len(history.users))[user]
    chosen = chosen[place >= count - most]
    begin = history.offsets[chosen]
    question, row = ranges(begin, history.offsets[chosen + 1] - begin)
    keep = history.bought[row] & (history.item[row] < len(history.items))
    counts = np.bincount(question[keep], minlength=len(chosen))
    return Targets(
        history.user[chosen],
        history.start[chosen],
        chosen,
        history.item[row[keep]],
        np.concatenate([[0], np.cumsum(counts)]),
    )


def fit_spec(
    history: History,
    targets: Targets,
    categories: Categories,
    side: dict[str, tuple[str, ...]],
    options: SpecOptions = SpecOptions(),  # noqa: B008 (immutable)
    *,
    whole: History | None = None,
    with_buying: bool = True,
) -> FeatureSpec:
    """`facts.fit_spec` of a log in one memory: `history` holds what may be trained on alone,
    `whole` all sessions, by default the same."""
    known = Known(history, history if whole is None else whole, targets, side)
    return facts.fit_spec(LogParts({0: known}), categories, options, with_buying=with_buying)


def training_batches(
    featurizer: Featurizer, targets: Targets, settings: Settings, moments: Moments = NO_MOMENTS
) -> list[Batch]:
    """Customers of similar length together, with all that is asked about them."""
    history, spec = featurizer.history, featurizer.spec
    outlook = outlook_labels(history, *moments)
    levels = interest_levels(
        category_counts(history, spec.category, len(spec.category_names), targets.session),
        spec.thresholds.high,
    )
    bands = spend_band(outlook.spend, spec.thresholds.spend) - 1  # -1: did not return
    users = np.union1d(targets.user, moments.user)
    length = np.diff(history.offsets[history.user_offsets])[users]  # behaviours
    counts = np.bincount(targets.user, minlength=len(history.users))[users]
    rng = np.random.default_rng(settings.seed)
    order = np.argsort(length * rng.uniform(0.8, 1.25, len(users)))
    batches = []
    for members in _pack(order, counts, length, settings.questions):
        chosen = np.sort(users[members])
        questions = np.flatnonzero(np.isin(targets.user, chosen))
        moment = np.flatnonzero(np.isin(moments.user, chosen))
        part = targets.take(questions)
        labels = Labels(
            np.repeat(np.arange(len(part)), np.diff(part.offsets)),
            part.item.astype(np.int64),
            levels[questions],
            outlook.returned[moment],
            outlook.cancelled[moment],
            bands[moment],
        )
        queries = Queries(part.user, part.time, moments.user[moment], moments.time[moment])
        batches.append(featurizer.batch(chosen, queries, labels))
    return batches


def _pack(
    order: np.ndarray, questions: np.ndarray, length: np.ndarray, most: int
) -> list[list[int]]:
    """Customers in this order, up to `most` questions and _BEHAVIOURS together."""
    packs: list[list[int]] = [[]]
    held = behaviours = 0
    for member in order:
        held, behaviours = held + questions[member], behaviours + length[member]
        if packs[-1] and (held > most or behaviours > _BEHAVIOURS):
            packs.append([])
            held, behaviours = questions[member], length[member]
        packs[-1].append(member)
    return packs
