"""What is trained on: questions with their answers, codes and constants, batches."""

from collections.abc import Sequence
from typing import Any, overload

import numpy as np

from ..features.batch import Batch, Labels
from ..features.featurizer import Featurizer, Queries
from ..features.history import History, of_users, ranges
from ..features.labels import (
    OutlookLabels,
    category_counts,
    interest_levels,
    outlook_labels,
    spend_band,
)
from ..features.moments import NO_MOMENTS, Moments
from ..features.spec import FeatureSpec
from ..log.categories import Categories
from ..log.parts import LogParts
from ..log.split import Targets
from ..model.settings import Settings
from . import facts
from .facts import Known, SpecOptions

_KEPT = 1 << 29  # bytes of batches that a worker keeps from one epoch to the next
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


class Packs(Sequence[Batch]):
    """Customers of similar length together, with all that is asked about them.

    A batch is made when it is asked for, from its own customers alone; the first are kept, as many
    as there is room for.
    """

    def __init__(
        self, featurizer: Featurizer, targets: Targets, moments: Moments, members: list[np.ndarray]
    ) -> None:
        """`members`: the customers of each batch; `targets` and `moments` are in their order."""
        self._featurizer, self._targets, self._moments = featurizer, targets, moments
        self._members = members
        self._kept: dict[int, Batch] = {}
        self._room = _KEPT

    def __len__(self) -> int:
        return len(self._members)

    @overload
    def __getitem__(self, place: int) -> Batch: ...
    @overload
    def __getitem__(self, place: slice) -> list[Batch]: ...
    def __getitem__(self, place: int | slice) -> Batch | list[Batch]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        batch = self._kept.get(place)
        if batch is None:
            batch = self._made(self._members[place])
            if self._room > 0:  # workers may meet here: a batch made twice is the same one
                self._kept[place] = batch
                self._room -= _bytes(batch._replace(season=np.zeros(0)))  # which all share
        return batch

    def _made(self, chosen: np.ndarray) -> Batch:
        history, spec = self._featurizer.history, self._featurizer.spec
        part = self._targets.take(_of(self._targets.user, chosen))
        rows = _of(self._moments.user, chosen)
        moments = Moments(self._moments.user[rows], self._moments.time[rows])
        counts = category_counts(history, spec.category, len(spec.category_names), part.session)
        outlook = _outlook(history, moments)
        labels = Labels(
            np.repeat(np.arange(len(part)), np.diff(part.offsets)),
            part.item.astype(np.int64),
            interest_levels(counts, spec.thresholds.high),
            outlook.returned,
            outlook.cancelled,
            spend_band(outlook.spend, spec.thresholds.spend) - 1,  # -1: did not return
        )
        queries = Queries(part.user, part.time, *moments)
        return self._featurizer.batch(chosen, queries, labels)


def training_batches(
    featurizer: Featurizer, targets: Targets, settings: Settings, moments: Moments = NO_MOMENTS
) -> Packs:
    """All that is asked in an epoch, at most `settings.questions` a batch."""
    history = featurizer.history
    users = np.union1d(targets.user, moments.user)
    length = np.diff(history.offsets[history.user_offsets])[users]  # behaviours
    counts = np.bincount(targets.user, minlength=len(history.users))[users]
    rng = np.random.default_rng(settings.seed)
    order = np.argsort(length * rng.uniform(0.8, 1.25, len(users)))
    packs = _pack(order, counts, length, settings.questions)
    return Packs(featurizer, targets, moments, [np.sort(users[members]) for members in packs])


def _of(user: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """The rows of `user` (Q,), ascending, that are of one of `chosen`, ascending."""
    first = np.searchsorted(user, chosen)
    return ranges(first, np.searchsorted(user, chosen, "right") - first)[1]


def _outlook(history: History, moments: Moments) -> OutlookLabels:
    users, place = np.unique(moments.user, return_inverse=True)
    return outlook_labels(of_users(history, users), place, moments.time)


def _bytes(part: Any) -> int:
    """Of all arrays of a batch."""
    if isinstance(part, np.ndarray):
        return part.nbytes
    return sum(map(_bytes, part)) if isinstance(part, (list, tuple)) else 0


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
