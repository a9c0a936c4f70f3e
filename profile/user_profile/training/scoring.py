"""Asking a model about many customers at once: batches, scores of items, early scoring."""

from collections.abc import Callable, Iterator

import numpy as np

from attention import softmax
from attention.parallel.ranks import ALONE, Ranks, world

from ..features.batch import Batch
from ..features.featurizer import Featurizer, Queries
from ..features.labels import category_counts, interest_levels
from ..log.split import Targets
from ..model import ProfileModel
from ..model.interests import LEVELS
from .states import States

# How good scores are for questions with these answers, one number: handed in by the caller. They
# come in blocks, rows (q,) of questions and their scores (q, I), since all at once may be too many.
Score = Callable[[Iterator[tuple[np.ndarray, np.ndarray]], Targets], float]

# The same, of each question (Q,).
EachScore = Callable[[Iterator[tuple[np.ndarray, np.ndarray]], Targets], np.ndarray]


def ask(
    featurizer: Featurizer,
    users: np.ndarray,
    as_of: np.ndarray,
    size: int = 128,
    ranks: Ranks = ALONE,
    encoded: bool = False,
) -> Iterator[tuple[np.ndarray, Batch]]:
    """Questions (Q,) about `users`, in batches: yields (rows, batch), short histories first.

    Each of several `ranks` has its part of the batches. `encoded` as in `Featurizer.batch`.
    """
    history = featurizer.history
    order = np.lexsort((users, history.known_sessions(users, as_of)))
    nobody = np.zeros(0, np.int64)
    for begin in range(ranks.rank * size, len(order), ranks.size * size):
        rows = order[begin : begin + size]
        distinct = np.unique(users[rows])
        queries = Queries(users[rows], as_of[rows], nobody, nobody)
        yield rows, featurizer.batch(distinct, queries, encoded=encoded)


def ask_with_states(
    model: ProfileModel,
    featurizer: Featurizer,
    users: np.ndarray,
    as_of: np.ndarray,
    ranks: Ranks = ALONE,
    held: States | None = None,
) -> Iterator[tuple[np.ndarray, Batch, np.ndarray]]:
    """The same, and the states (u, 1 + T, E) of each batch: encoded, or those that are `held`."""
    for rows, batch in ask(featurizer, users, as_of, ranks=ranks, encoded=held is not None):
        places = 1 + batch.real.shape[1]
        states = model.encode(batch)[0] if held is None else held.of(batch.users, places)
        yield rows, batch, states


def score_blocks(
    model: ProfileModel,
    featurizer: Featurizer,
    users: np.ndarray,
    as_of: np.ndarray,
    ranks: Ranks = ALONE,
    held: States | None = None,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Rows (q,) of questions, and scores (q, I) of every item for them, a batch at a time."""
    for rows, batch, states in ask_with_states(model, featurizer, users, as_of, ranks, held):
        yield rows, model.score_items(batch, states)


def score_items(
    model: ProfileModel,
    featurizer: Featurizer,
    users: np.ndarray,
    as_of: np.ndarray,
    held: States | None = None,
) -> np.ndarray:
    """Scores (Q, I) of every item for a session of each of `users` that begins at `as_of`."""
    scores = np.empty((len(users), len(featurizer.spec.items)), np.float32)
    for rows, some in score_blocks(model, featurizer, users, as_of, held=held):
        scores[rows] = some
    return scores


def level_chances(
    model: ProfileModel,
    featurizer: Featurizer,
    users: np.ndarray,
    as_of: np.ndarray,
    held: States | None = None,
) -> np.ndarray:
    """Chances (Q, C, 3) of the levels of interest in a session that begins at `as_of`."""
    categories = len(featurizer.spec.category_names)
    chances = np.empty((len(users), categories, len(LEVELS)), np.float32)
    for rows, batch, states in ask_with_states(model, featurizer, users, as_of, held=held):
        chances[rows] = softmax(model.say_levels(batch, states))
    return chances


def validate(model: ProfileModel, featurizer: Featurizer, targets: Targets, score: Score) -> float:
    """What `score` says of the model's scores for the questions; higher is better.

    Ranks share the questions out: `score` brings together what each has found.
    """
    blocks = score_blocks(model, featurizer, targets.user, targets.time, world())
    return score(blocks, targets)


def levels_said(
    model: ProfileModel, featurizer: Featurizer, targets: Targets
) -> tuple[np.ndarray, np.ndarray]:
    """Of each category in each session, the chances of its levels (Q·C, 3), and what came true."""
    spec = featurizer.spec
    size = len(spec.category_names)
    counts = category_counts(featurizer.history, spec.category, size, targets.session)
    actual = interest_levels(counts, spec.thresholds.high)
    chances = level_chances(model, featurizer, targets.user, targets.time)
    return chances.reshape(-1, len(LEVELS)), actual.ravel()
