"""From a history and questions about it to the batches that the model reads.

With the `FeatureSpec` of a model any log becomes the batches that the model expects.
"""

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..dates import DAY
from .batch import Batch, Behaviours, Labels, Moment, Question, group_by_length, in_dtype
from .context import OUTLOOK_NAMES, read_context, read_outlook_context
from .history import History, bucket, of_users, ranges
from .labels import category_counts
from .moments import Moments
from .past_items import PastItems, read_past_items
from .season import Season, read_season
from .spec import GAPS, HELD, PLACES, FeatureSpec, side_codes
from .taken_back import left_of_sessions

_FEW_DAYS = 8  # of which the season is worked out anew each time


@dataclass(frozen=True)
class Queries:
    """Questions and moments about some customers, sorted by customer, with labels if known."""

    question_user: np.ndarray  # (Q,)
    question_time: np.ndarray  # (Q,)
    moment_user: np.ndarray  # (M,)
    moment_time: np.ndarray  # (M,)


class Featurizer:
    """Makes the batches of one log for one model."""

    def __init__(
        self,
        history: History,
        spec: FeatureSpec,
        side: Mapping[str, tuple[str, ...]],
        season: Season | None = None,
        dtype: Any = np.float32,
    ) -> None:
        """`side`: for each side feature the value of each customer of the log, (U,).

        `dtype`: that of the model that will read.
        """
        self.history, self.spec, self.dtype = history, spec, np.dtype(dtype)
        self.season = read_season(history) if season is None else season
        self._season_table: np.ndarray | None = None  # of all days, once more than a few are asked
        self.side = side_codes(spec.side, side, len(history.users))
        unknown = np.zeros((1, spec.item_side.shape[1]), np.float32)
        self._item_side = np.concatenate([spec.item_side, unknown])
        self._priced = np.float32("price" not in spec.without)
        self._gap = _gaps(history)

    def with_history(
        self, history: History, side: np.ndarray, season: Season | None = None
    ) -> "Featurizer":
        """The same featurizer of another history; `side` (U, J) are codes. In the same season, if
        no other is given."""
        other = copy.copy(self)
        other.history, other.side, other._gap = history, side, _gaps(history)
        if season is not None:
            other.season, other._season_table = season, None
        return other

    def batch(
        self,
        users: np.ndarray,
        queries: Queries,
        labels: Labels | None = None,
        *,
        encoded: bool = False,
    ) -> Batch:
        """A batch of `users` (u,), distinct; the customers in `queries` are codes of the log.

        `encoded`: their states are there already, and behaviours are left out.
        """
        order = np.argsort(users)
        place_q, place_m = (
            order[np.searchsorted(users[order], asked)]
            for asked in (queries.question_user, queries.moment_user)
        )
        # Of a long log the batch costs as much as of a short one: all below reads its part alone.
        part = self.with_history(of_users(self.history, users), self.side[users])
        own = Queries(place_q, queries.question_time, place_m, queries.moment_time)
        history = part.history
        known_q = history.known_sessions(own.question_user, own.question_time)
        known_m = history.known_sessions(own.moment_user, own.moment_time)
        length = np.zeros(len(users), np.int64)  # no more sessions than somebody asks about
        np.maximum.at(length, place_q, known_q)
        np.maximum.at(length, place_m, known_m)
        _, session = ranges(history.user_offsets[:-1], length)
        behaviours, lengths = part.behaviours(session[:0] if encoded else session)
        starts = np.cumsum(lengths) - lengths
        places = np.arange(length.max(initial=0))
        real = places < length[:, None]
        season, row = self._in_season(self.season.day(queries.question_time))
        sequence = np.where(real, (np.cumsum(length) - length)[:, None] + places, 0)
        batch = Batch(
            users,
            behaviours,
            group_by_length(starts, lengths),
            sequence,
            real,
            part._held(session, sequence, real),
            part.side,
            season,
            part._question(own, row, known_q, 1 + real.shape[1], session),
            Moment(place_m, known_m, part.of_moments(Moments(place_m, own.moment_time), known_m)),
            labels or _no_labels(len(place_q), len(place_m), len(self.spec.category_names)),
        )
        return in_dtype(batch, self.dtype)

    def of_moments(self, moments: Moments, known: np.ndarray) -> np.ndarray:
        """What the outlook reads beside the state after `known` (M,) sessions, (M, G)."""
        if not len(known):
            return np.zeros((0, len(OUTLOOK_NAMES)), self.dtype)
        spec = self.spec
        context = read_outlook_context(self.history, moments, known, spec.buying, spec.misses)
        return spec.outlook.apply(context).astype(self.dtype, copy=False)

    def past_items(self, users: np.ndarray, as_of: np.ndarray) -> PastItems:
        known = self.history.known_sessions(users, as_of)
        return read_past_items(self.history, self.season, users, as_of, known)

    def behaviours(self, sessions: np.ndarray) -> tuple[Behaviours, np.ndarray]:
        """Those of some sessions, one after the other, and how many each has."""
        history = self.history
        begin = history.offsets[sessions]
        lengths = history.offsets[sessions + 1] - begin
        which, row = ranges(begin, lengths)
        item = history.item[row]
        read = Behaviours(
            item,
            self._item_side[item],
            history.kind[row],
            bucket(history.place[row], 1.6, PLACES),
            self._gap[sessions][which],
            np.stack([history.quantity[row] - 2, (history.price[row] - 1) * self._priced], axis=1),
        )
        return in_dtype(read, self.dtype), lengths

    def _question(
        self,
        queries: Queries,
        season: np.ndarray,
        known: np.ndarray,
        places: int,
        sessions: np.ndarray,
    ) -> Question:
        user, time = queries.question_user, queries.question_time
        past = read_past_items(self.history, self.season, user, time, known)
        category = self.spec.category, len(self.spec.category_names)
        left = left_of_sessions(self.history, *category, user, known, sessions)
        return Question(
            user,
            known,
            season,
            self.spec.context.apply(read_context(self.history, user, time, known)),
            self._hint(self.season.day(time)),
            self._age(user, time, known, places),
            past.question,
            past.item,
            self.spec.pair.apply(past.features),
            *left[:3],
            _as_held(left.items),
        )

    def _in_season(self, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A scaled table of the season, and its row of each `day` (q,).

        It holds the days asked about, and, once they are many, all days for good.
        """
        days, row = np.unique(day, return_inverse=True)
        if self._season_table is None and len(days) <= _FEW_DAYS:
            return self.spec.season.apply(self.season.features(days)), row
        if self._season_table is None:
            every = np.arange(len(self.season.sold))
            table = self.spec.season.apply(self.season.features(every))
            self._season_table = in_dtype(table, self.dtype)
        return self._season_table, day

    def _hint(self, day: np.ndarray) -> np.ndarray:
        """The share of each category in what everybody bought in a fortnight, (q, C, HINT)."""
        size = len(self.spec.category_names)
        fortnight = self.season.since(self.season.sold, day, 14)  # (q, I)
        members = self.spec.category[:, None] == np.arange(size)  # (I, C)
        sold = fortnight @ members.astype(np.float32)
        share = sold / np.maximum(sold.sum(1, keepdims=True), 1)
        return (np.log(share + 0.1 / size) - math.log(1.1 / size))[..., None].astype(np.float32)

    def _age(
        self, user: np.ndarray, time: np.ndarray, known: np.ndarray, places: int
    ) -> np.ndarray:
        """How many sessions and days ago each place was, (q, 1 + T, AGE); place 0 is no session."""
        place = np.arange(places)
        first = self.history.user_offsets[user]
        end = np.append(self.history.end, 0)  # a place past the last session is never seen
        session = np.clip(first[:, None] + place - 1, 0, len(self.history.end))
        days = np.maximum(time[:, None] - end[session], 0) / DAY
        since = np.maximum(known[:, None] - place, 0)
        age = np.stack([np.log1p(since), np.log1p(days) / 2, np.zeros_like(days)], axis=2)
        age[:, 0] = (0, 0, 1)
        return age.astype(np.float32)

    def _held(self, sessions: np.ndarray, sequence: np.ndarray, real: np.ndarray) -> np.ndarray:
        """What each session held of each category: log count, and whether any, (u, 1 + T, C, HELD).

        Cancellations hold nothing; what they took is taken out by question.
        """
        size = len(self.spec.category_names)
        counts = category_counts(self.history, self.spec.category, size, sessions)
        held = _as_held(counts)  # (s, C, K)
        out = np.zeros((len(sequence), 1 + sequence.shape[1], size, HELD), np.float32)
        out[:, 1:][real] = held[sequence[real]]
        return out


def _as_held(counts: np.ndarray) -> np.ndarray:
    """Counts (...), of parts of items too -> (..., HELD) float32."""
    counts = np.maximum(counts, 0)
    return np.stack([np.log1p(counts), np.minimum(counts, 1)], axis=-1).astype(np.float32)


def _gaps(history: History) -> np.ndarray:
    """Buckets of the days between a session and the one before, 0 for a first one, (S,)."""
    days = np.diff(history.start, prepend=history.start[:1]) / DAY
    firsts = history.user_offsets[:-1]
    days[firsts[firsts < len(days)]] = 0
    return bucket(days, 1.5, GAPS)


def _no_labels(questions: int, moments: int, categories: int) -> Labels:
    nothing = np.zeros(0, np.int64)
    unknown = np.full(moments, -1)
    return Labels(nothing, nothing, np.full((questions, categories), -1), unknown, unknown, unknown)
