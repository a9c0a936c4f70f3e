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
    questions = np.flatnonzero(batch.question.customer == place)
    moments = np.flatnonzero(batch.moment.customer == place)
    return Batch(
        users=batch.users[mine],
        behaviours=Behaviours(*(values[rows] for values in batch.behaviours)),
        groups=group_by_length(starts[sessions] - rows.start, lengths[sessions]),
        sequence=np.arange(count)[None],
        real=np.ones((1, count), bool),
        held=batch.held[mine, : 1 + count],
        side=batch.side[mine],
        season=batch.season,
        question=_question(batch.question, questions, 1 + count),
        moment=Moment(
            customer=np.zeros(len(moments), np.int64),
            known=batch.moment.known[moments],
            context=batch.moment.context[moments],
        ),
        labels=_labels(batch.labels, questions, moments),
    )


def _question(question: Question, questions: np.ndarray, places: int) -> Question:
    pairs, pair_question = _of_questions(question.pair_question, questions)
    backs, back_question = _of_questions(question.back_question, questions)
    return Question(
        customer=np.zeros(len(questions), np.int64),
        known=question.known[questions],
        day=question.day[questions],
        context=question.context[questions],
        hint=question.hint[questions],
        age=question.age[questions, :places],
        pair_question=pair_question,
        pair_item=question.pair_item[pairs],
        pair_features=question.pair_features[pairs],
        back_question=back_question,
        back_place=question.back_place[backs],
        back_category=question.back_category[backs],
        back_held=question.back_held[backs],
    )


def _labels(labels: Labels, questions: np.ndarray, moments: np.ndarray) -> Labels:
    targets, question = _of_questions(labels.question, questions)
    return Labels(
        question=question,
        item=labels.item[targets],
        levels=labels.levels[questions],
        returned=labels.returned[moments],
        cancelled=labels.cancelled[moments],
        spend=labels.spend[moments],
    )


def _of_questions(question: np.ndarray, questions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows that belong to the `questions` (sorted), and those questions from 0 on."""
    rows = np.flatnonzero(np.isin(question, questions))
    return rows, np.searchsorted(questions, question[rows])
