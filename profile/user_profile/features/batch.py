"""Some customers, all their sessions, and what is asked about them: the input of one step.

Index legend: n behaviours, s sessions, u customers, q questions (what next, at a moment?),
p pairs of a question and a past item, m moments (what in the coming 90 days?).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Behaviours(NamedTuple):
    """Codes and numbers of each behaviour."""

    item: np.ndarray  # (n,)
    side: np.ndarray  # (n, K) what is known of the item beside
    kind: np.ndarray  # (n,)
    place: np.ndarray  # (n,) bucket of the position in the session
    gap: np.ndarray  # (n,) bucket of the days since the session before
    numbers: np.ndarray  # (n, 2) log quantity, log price


class Group(NamedTuple):
    """Ragged sequences of similar length, padded: row numbers (b, T), which are real (b, T)."""

    sequences: np.ndarray  # (b,)
    rows: np.ndarray  # (b, T), 0 where padded
    real: np.ndarray  # (b, T) bool


class Question(NamedTuple):
    """What will the customer buy in a session that begins at this moment?"""

    customer: np.ndarray  # (q,) place in the batch
    known: np.ndarray  # (q,) sessions that had ended
    day: np.ndarray  # (q,) row of the season table
    context: np.ndarray  # (q, G)
    hint: np.ndarray  # (q, C, J) what the season says of each category
    age: np.ndarray  # (q, 1 + T, A) how long ago each session was
    pair_question: np.ndarray  # (p,)
    pair_item: np.ndarray  # (p,)
    pair_features: np.ndarray  # (p, F)
    back_question: np.ndarray  # (b,) of a session of which something was cancelled by then
    back_place: np.ndarray  # (b,) that session, of 1 + T
    back_category: np.ndarray  # (b,)
    back_held: np.ndarray  # (b, K) what of the category it still holds


class Moment(NamedTuple):
    """What will the customer do in the days after this moment?"""

    customer: np.ndarray  # (m,)
    known: np.ndarray  # (m,)
    context: np.ndarray  # (m, G)


class Labels(NamedTuple):
    """What came true. -1 where it is not known."""

    question: np.ndarray  # (t,) the question of each item bought
    item: np.ndarray  # (t,)
    levels: np.ndarray  # (q, C)
    returned: np.ndarray  # (m,)
    cancelled: np.ndarray  # (m,)
    spend: np.ndarray  # (m,)


class Batch(NamedTuple):
    users: np.ndarray  # (u,) codes in the log
    behaviours: Behaviours
    groups: list[Group]  # the sessions, by length
    sequence: np.ndarray  # (u, T) session of each place, 0 where padded
    real: np.ndarray  # (u, T) bool
    held: np.ndarray  # (u, 1 + T, C, K) what each session held of each category
    side: np.ndarray  # (u, J) codes of side features
    season: np.ndarray  # (d, I, Fs) of the days asked about, or of all
    question: Question
    moment: Moment
    labels: Labels


def held_by_questions(batch: Any) -> Any:
    """What each session holds of each category when each question is asked, (q, 1 + T, C, K).

    What was cancelled by then is taken out. A new array, of numpy or torch as the batch is.
    """
    question = batch.question
    held = batch.held[question.customer]
    held[question.back_question, question.back_place, question.back_category] = question.back_held
    return held


def each_array(part: Any, change: Callable[[np.ndarray], Any]) -> Any:
    """A batch, or a part of one, with `change(array)` in the place of each array."""
    if isinstance(part, np.ndarray):
        return change(part)
    if isinstance(part, list):
        return [each_array(field, change) for field in part]
    return type(part)(*(each_array(field, change) for field in part))


def in_dtype(part: Any, dtype: np.dtype) -> Any:
    """A batch, or a part of one, its floats of `dtype`; what is so already is not copied."""
    return each_array(part, lambda a: a.astype(dtype, copy=False) if a.dtype.kind == "f" else a)


def group_by_length(
    starts: np.ndarray, lengths: np.ndarray, growth: float = 1.4, most_scores: int = 2_000_000
) -> list[Group]:
    """Sequences sorted into groups in which none is longer than `growth` times another.

    A group's attention has at most `most_scores` scores, unless one sequence alone has more.
    """
    order = np.argsort(lengths, kind="stable")
    groups, begin = [], 0
    while begin < len(order):
        shortest = lengths[order[begin]]
        end = np.searchsorted(lengths[order], max(shortest * growth, shortest + 2), "right")
        while end - begin > 1 and (end - begin) * lengths[order[end - 1]] ** 2 > most_scores:
            end = begin + (end - begin) // 2
        chosen = order[begin:end]
        place = np.arange(lengths[chosen].max(initial=1))
        real = place < lengths[chosen, None]
        groups.append(Group(chosen, np.where(real, starts[chosen, None] + place, 0), real))
        begin = end
    return groups
