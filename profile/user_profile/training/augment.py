"""Data augmentation: the same customers, seen a little differently in each epoch.

mask     an item of a session is read as one that is not known
reorder  the behaviours of a session change places
crop     a customer's history begins later: the oldest sessions are not seen by the encoder

The copy head's features are left alone: they are counts of the log, not something seen.
"""

import numpy as np

from ..features.batch import Batch, Question


def augment(
    batch: Batch, rng: np.random.Generator, *, mask: float, reorder: float, crop: float
) -> Batch:
    """A changed copy. Each is a chance: of a behaviour, of a session, of a customer."""
    if mask:
        batch = _mask(batch, rng, mask)
    if reorder:
        batch = _reorder(batch, rng, reorder)
    if crop:
        batch = _crop(batch, rng, crop)
    return batch


def _mask(batch: Batch, rng: np.random.Generator, chance: float) -> Batch:
    behaviours = batch.behaviours
    hidden = rng.random(len(behaviours.item)) < chance
    unknown = batch.season.shape[1]
    item = np.where(hidden, unknown, behaviours.item)
    side = np.where(hidden[:, None], np.float32(0), behaviours.side)
    return batch._replace(behaviours=behaviours._replace(item=item, side=side))


def _reorder(batch: Batch, rng: np.random.Generator, chance: float) -> Batch:
    place = batch.behaviours.place.copy()
    for _, rows, real in batch.groups:
        chosen = rng.random(len(rows)) < chance
        key = np.where(real & chosen[:, None], rng.random(real.shape), np.arange(real.shape[1]))
        key[~real] = np.inf  # what pads a session stays behind it
        order = np.argsort(key, axis=1, kind="stable")
        shuffled = np.take_along_axis(batch.behaviours.place[rows], order, axis=1)
        place[rows[real]] = shuffled[real]
    return batch._replace(behaviours=batch.behaviours._replace(place=place))


def _crop(batch: Batch, rng: np.random.Generator, chance: float) -> Batch:
    """Sessions move towards the beginning; those that fall off are seen by nobody."""
    question, moment = batch.question, batch.moment
    fewest = np.full(len(batch.users), np.iinfo(np.int64).max)
    np.minimum.at(fewest, question.customer, question.known)
    np.minimum.at(fewest, moment.customer, moment.known)
    room = np.maximum(np.minimum(fewest, batch.sequence.shape[1]) - 1, 0)  # one stays, for all
    cut = np.where(rng.random(len(room)) < chance, rng.integers(0, room + 1), 0)
    if not cut.any():
        return batch
    places = batch.sequence.shape[1]
    place = np.arange(places) + cut[:, None]  # (u, T) where each place now reads from
    inside = place < places
    place = np.minimum(place, places - 1)
    real = np.take_along_axis(batch.real, place, axis=1) & inside
    sequence = np.where(real, np.take_along_axis(batch.sequence, place, axis=1), 0)
    rows = np.arange(len(cut))[:, None]
    held = batch.held.copy()
    held[:, 1:] = batch.held[:, 1:][rows, place] * real[:, :, None, None]
    question_row = np.arange(len(question.customer))[:, None]
    age = question.age.copy()
    age[:, 1:] = question.age[:, 1:][question_row, place[question.customer]]
    question = question._replace(known=question.known - cut[question.customer], age=age)
    return batch._replace(
        sequence=sequence,
        real=real,
        held=held,
        question=_crop_back(question, cut),
        moment=moment._replace(known=moment.known - cut[moment.customer]),
    )


def _crop_back(question: Question, cut: np.ndarray) -> Question:
    """What was taken back moves with its sessions."""
    place = question.back_place - cut[question.customer[question.back_question]]
    seen = place > 0
    return question._replace(
        back_question=question.back_question[seen],
        back_place=place[seen],
        back_category=question.back_category[seen],
        back_held=question.back_held[seen],
    )
