"""A batch taken apart into batches of one customer each, equal to what reading each alone gives.

Reading features costs nearly the same for one customer as for a hundred; so they are read together
and then taken apart.
"""

import numpy as np

from ..features.batch import Batch, Behaviours, Group, Labels, Moment, Question, group_by_length


def split_customers(batch: Batch) -> list[Batch]:
    """One batch a customer, in the order of `batch.users`; big tables are shared, not copied."""
    starts, lengths = _session_rows(batch.groups)
    return [_one(batch, place, starts, lengths) for place in range(len(batch.users))]


def _session_rows(groups: list[Group]) -> tuple[np.ndarray, np.ndarray]:
    """First row and number of rows of each session, (s,) each."""
    sessions = sum(len(group.sequences) for group in groups)
    starts, lengths = np.zeros(sessions, np.int64), np.zeros(sessions, np.int64)
    for group in groups:
        starts[group.sequences] = group.rows[:, 0]
        lengths[group.sequences] = group.real.sum(1)
    return starts, lengths


def _one(batch: Batch, place: int, starts: np.ndarray, lengths: np.ndarray) -> Batch:
    mine = slice(place, place + 1)
    sessions = batch.sequence[place][batch.real[place]]  # side by side in the batch
    count = len(sessions)
    rows = slice(0, 0)
    if count:
        rows = slice(starts[sessions[0]], starts[sessions[-1]] + lengths[sessions[-1]])
    asked = np.flatnonzero(batch.question.customer == place)
    met = np.flatnonzero(batch.moment.customer == place)
    return Batch(
        users=batch.users[mine],
        behaviours=Behaviours(*(values[rows] for values in batch.behaviours)),
        groups=group_by_length(starts[sessions] - rows.start, lengths[sessions]),
        sequence=np.arange(count)[None],
        real=np.ones((1, count), bool),
        held=batch.held[mine, : 1 + count],
        side=batch.side[mine],
        season=batch.season,
        question=_question(batch.question, asked, 1 + count),
        moment=Moment(
            customer=np.zeros(len(met), np.int64),
            known=batch.moment.known[met],
            context=batch.moment.context[met],
        ),
        labels=_labels(batch.labels, asked, met),
    )


def _question(question: Question, asked: np.ndarray, places: int) -> Question:
    pairs, pair_question = _of_questions(question.pair_question, asked)
    backs, back_question = _of_questions(question.back_question, asked)
    return Question(
        customer=np.zeros(len(asked), np.int64),
        known=question.known[asked],
        day=question.day[asked],
        context=question.context[asked],
        hint=question.hint[asked],
        age=question.age[asked, :places],
        pair_question=pair_question,
        pair_item=question.pair_item[pairs],
        pair_features=question.pair_features[pairs],
        back_question=back_question,
        back_place=question.back_place[backs],
        back_category=question.back_category[backs],
        back_held=question.back_held[backs],
    )


def _labels(labels: Labels, asked: np.ndarray, met: np.ndarray) -> Labels:
    targets, question = _of_questions(labels.question, asked)
    return Labels(
        question=question,
        item=labels.item[targets],
        levels=labels.levels[asked],
        returned=labels.returned[met],
        cancelled=labels.cancelled[met],
        spend=labels.spend[met],
    )


def _of_questions(question: np.ndarray, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows that belong to the questions `asked` (sorted), and those questions from 0 on."""
    rows = np.flatnonzero(np.isin(question, asked))
    return rows, np.searchsorted(asked, question[rows])
