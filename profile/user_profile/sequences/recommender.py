"""A trained model at work: states of users, scores of items, recommendations, by original ids.

Nothing is learnt here: new users, raw sequences and other logs are read as they come. Items that
the model does not know are left out of what it reads, and named.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from attention.training import batches_by_length

from ..log.sessions import Sessions
from .clock import Clock
from .data import Histories, pad, read_histories
from .features import UserFeatures
from .model import SequenceModel
from .rules import Rules
from .settings import Settings

_TOKENS = 4096  # positions read at a time
_SCORED = 256  # users at a time: bounds the (users × items) scores


@dataclass(frozen=True)
class Trained:
    """A model and what its codes mean."""

    model: SequenceModel
    items: tuple[str, ...]
    features: UserFeatures
    settings: Settings
    log: list[dict[str, float]]  # one entry an epoch
    rules: Rules
    clock: Clock | None = None  # of a model that knows times


class Recommendation(NamedTuple):
    items: list[str]  # best first
    probabilities: list[float]  # the model's belief that this item comes next
    unknown: list[str]  # what was given and the model has never met


class Recommender:
    """Also a scorer to put beside the baselines: `fit` only reads the histories."""

    name = "sequence model"

    def __init__(self, trained: Trained, *, rules: bool = True, workers: int = 1) -> None:
        """Without `rules` the network answers alone. `workers` threads read histories; more
        than one pays only where the BLAS is held to one.
        """
        self.trained, self.model, self.workers = trained, trained.model, workers
        self.rules = trained.rules if rules and trained.rules.weight else None
        self.name = Recommender.name if rules else "network alone"
        self._code_of = {item: code for code, item in enumerate(trained.items)}

    def fit(self, history: Sessions) -> Self:
        """Take in a log, which may be another than the one trained on."""
        events = history.events
        self.code = np.array([self._code_of.get(item, -1) for item in events.items], dtype=np.int64)
        past = read_histories(history)
        known = self.code[past.item] >= 0
        kept = np.concatenate([[0], np.cumsum(known)])
        time = None if past.time is None else past.time[known]
        self.histories = Histories(self.code[past.item[known]], kept[past.offsets], time)
        self.now = int(events.time.max()) if events.timed and len(events) else None
        self.features = self.trained.features.codes(events.user_features, len(events.users))
        self.unknown_items = [item for item, code in zip(events.items, self.code) if code < 0]
        return self

    def score(self, users: np.ndarray, as_of: np.ndarray | None = None) -> np.ndarray:
        """Scores (Q, I) of the log's items after all of each user's history; -inf if unknown.

        `as_of` (Q,) is when they are asked for, of a model that knows times; of others it raises
        ValueError: they have an order, not a clock.
        """
        if as_of is not None and not self.asks_when:
            raise ValueError("The sequence model reads whole histories; leave as_of out.")
        rows = [self.histories.of(user) for user in users]
        scores = self._scores(self.user_states(users, as_of), rows)
        result = np.full((len(users), len(self.code)), -np.inf, dtype=scores.dtype)
        result[:, self.code >= 0] = scores[:, self.code[self.code >= 0]]
        return result

    @property
    def asks_when(self) -> bool:
        """Whether `score` takes the moment of each question."""
        return self.trained.clock is not None

    def user_states(self, users: np.ndarray, as_of: np.ndarray | None = None) -> np.ndarray:
        """The state of each user of the fitted log after their last item, (Q, E)."""
        rows = [self.histories.of(user) for user in users]
        times = None
        if as_of is not None and self.histories.time is not None:
            histories = (self.histories.times_of(user) for user in users)
            times = [np.append(row, when) for row, when in zip(histories, as_of) if row is not None]
        return self.states(rows, self.features[users], times)

    def states(
        self,
        rows: Sequence[np.ndarray],
        features: np.ndarray,
        times: Sequence[np.ndarray] | None = None,
    ) -> np.ndarray:
        """The state after each row of codes, features (Q, K) -> (Q, E); the latest items count.

        `times` are those of each row's items and, behind them, of the question.
        """
        longest = self.model.sizes.max_length
        rows = [row[-longest:] for row in rows]
        clock = self.trained.clock
        result = np.empty((len(rows), self.model.sizes.embed_dim), self.model.begin.data.dtype)

        def read(part: np.ndarray) -> None:
            items, lengths = pad([rows[row] for row in part])
            moments = None
            if clock is not None and times is not None:
                ends, _ = pad([times[row][-longest - 1 :] for row in part])
                moments = clock.codes(ends, np.ones(len(part), bool))
            result[part] = self.model.read(items, lengths, features[part], moments)

        batches = batches_by_length([1 + len(row) for row in rows], _TOKENS, rng=0)
        with ThreadPoolExecutor(self.workers) as pool:
            list(pool.map(read, batches))
        return result

    def states_along(
        self, rows: Sequence[np.ndarray], features: np.ndarray, ends: Sequence[np.ndarray]
    ) -> list[np.ndarray]:
        """The states after the first `ends` (N,) items of each row, (N, E): `states` of each.

        Until an item leaves what the model reads, they are places of one reading of the row.
        """
        longest = self.model.sizes.max_length
        width, dtype = self.model.sizes.embed_dim, self.model.begin.data.dtype
        result = [np.empty((len(end), width), dtype) for end in ends]
        for part in batches_by_length([1 + min(len(row), longest) for row in rows], _TOKENS, rng=0):
            items, _ = pad([rows[row][:longest] for row in part])
            hidden, _ = self.model.forward(items, features[part])
            for states, row in zip(hidden, part):
                early = ends[row] <= longest
                result[row][early] = states[ends[row][early]]
        late = [
            (row, place) for row, end in enumerate(ends) for place in np.flatnonzero(end > longest)
        ]
        if late:
            owners = [row for row, _ in late]
            windows = [rows[row][: ends[row][place]] for row, place in late]
            for (row, place), state in zip(late, self.states(windows, features[owners])):
                result[row][place] = state
        return result

    def recommend(
        self,
        items: Sequence[str],
        top: int = 10,
        *,
        features: Mapping[str, str] | None = None,
        repeat: bool | None = None,
    ) -> Recommendation:
        """What follows a raw sequence of original ids, oldest first; it may be empty.

        `repeat` allows items of the sequence itself; None: as the model was trained. `features` of
        the user, if known.
        """
        codes = np.array([self._code_of[item] for item in items if item in self._code_of], int)
        given = {name: [value] for name, value in (features or {}).items()}
        unknown = [item for item in items if item not in self._code_of]
        states = self.states([codes], self.trained.features.codes(given, 1))
        return self._best(self._scores(states, [codes])[0], codes, top, repeat, unknown)

    def recommend_users(
        self, users: Sequence[int], top: int = 10, *, repeat: bool | None = None
    ) -> Iterator[Recommendation]:
        """What follows the history of each of some users of the fitted log."""
        for start in range(0, len(users), _SCORED):
            part = np.array(users[start : start + _SCORED])
            rows = [self.histories.of(user) for user in part]
            as_of = np.full(len(part), self.now) if self.asks_when and self.now else None
            for row, scores in zip(rows, self._scores(self.user_states(part, as_of), rows)):
                yield self._best(scores, row, top, repeat, [])

    def _scores(self, states: np.ndarray, rows: Sequence[np.ndarray]) -> np.ndarray:
        """A score of every item of the model after each row, of state (Q, E): (Q, V)."""
        scores = self.model.scores(states)
        return scores if self.rules is None else scores + self.rules.scores(rows)

    def _best(
        self,
        scores: np.ndarray,
        seen: np.ndarray,
        top: int,
        repeat: bool | None,
        unknown: list[str],
    ) -> Recommendation:
        """Of scores (V,) after the codes `seen`."""
        if top < 1:
            raise ValueError(f"top must be 1 or more, not {top}.")
        scores = scores.astype(np.float64)
        belief = np.exp(scores - scores.max())
        belief /= belief.sum()
        if not (self.trained.settings.repeat if repeat is None else repeat):
            scores[seen] = -np.inf
        best = np.argsort(-scores, kind="stable")[:top]
        best = best[np.isfinite(scores[best])]
        return Recommendation(
            [self.trained.items[code] for code in best],
            belief[best].tolist(),
            list(dict.fromkeys(unknown)),
        )


class ReadingOnce(Recommender):
    """One of several of the same network and log: histories that another has read are known.

    It uses as many threads as training had workers.
    """

    def __init__(
        self, trained: Trained, read: dict[bytes, np.ndarray], *, rules: bool = True
    ) -> None:
        super().__init__(trained, rules=rules, workers=trained.settings.workers)
        self.read = read  # states by the bytes of the users' codes

    def user_states(self, users: np.ndarray, as_of: np.ndarray | None = None) -> np.ndarray:
        key = users.tobytes() + (b"" if as_of is None else as_of.tobytes())
        if key not in self.read:
            self.read[key] = super().user_states(users, as_of)
        return self.read[key]
