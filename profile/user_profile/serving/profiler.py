"""A trained model looking at a log: what it says of its customers at any moment.

It computes in float64 and keeps float32 or a few digits: what is said of a customer then does not
hang on who else stands in the batch, though the last bit of a product does.
"""

import copy
from collections.abc import Callable, Iterator
from typing import Self

import numpy as np

from ..errors import DataError
from ..features.featurizer import Featurizer, Queries
from ..features.history import History, of_users, read_history
from ..features.moments import Moments
from ..features.season import Season, read_season
from ..features.spec import side_codes
from ..log.sessions import Sessions
from ..model import ProfileModel
from ..model.interests import LEVELS
from ..model.outlook import Chances, as_chances
from ..model.trained import Trained
from ..training.scoring import level_chances, score_items
from ..training.states import States, encode_all
from ..training.value import expected_value, orders_if_back
from .facts import Facts, read_facts
from .kept_states import fits, kept_states
from .profile import Answered, Profile, assemble_profile, pooled_items

_NOBODY = np.zeros(0, np.int64)
_PART = 20_000  # customers that are read at once
LEAST_KNOWN = 0.1  # of what happened in a log, below which a model has nothing to say of it


class Profiler:
    """Reads one log with one model. It is also a scorer that `evaluate.compare` can judge."""

    name = "profile model"

    def __init__(
        self,
        trained: Trained,
        sessions: Sessions,
        season: Season | Callable[[History], Season] = read_season,
    ) -> None:
        """``season``: how to read it, or one that stands in for that of the log, where a log was
        changed to see what follows."""
        self.model, self.spec = in_float64(trained.model), trained.spec
        self.decisions, self.sessions = trained.decisions, sessions
        self.history = read_history(sessions, items=self.spec.items, kinds=self.spec.kinds)
        found = season if isinstance(season, Season) else season(self.history)
        self.featurizer = Featurizer(
            self.history, self.spec, dict(sessions.events.user_features), found, np.float64
        )
        self.now = self.history.last_moment + 1
        self.states: States | None = None  # of everybody, where many are asked about
        self._code_items(sessions.events.items)

    def _code_items(self, items: tuple[str, ...]) -> None:
        known = self.spec.items
        code_of = {item: code for code, item in enumerate(known)}
        self.unknown_items = [item for item in items if item not in code_of]
        # Of each item of the log its place among the model's, the last for what it does not know.
        self._code: np.ndarray | None = None
        if items != known:
            self._code = np.array([code_of.get(item, len(known)) for item in items], np.int64)

    def with_sessions(self, sessions: Sessions) -> Self:
        """The same model in the same season and at the same ``now``, before other customers."""
        other = copy.copy(self)
        spec, events = self.spec, sessions.events
        other.history = read_history(sessions, items=spec.items, kinds=spec.kinds)
        side = side_codes(spec.side, dict(events.user_features), len(events.users))
        other.featurizer = self.featurizer.with_history(other.history, side)
        other.sessions, other.states = sessions, None
        other._code_items(events.items)
        return other

    def encode_all(self, keep: bool) -> None:
        """Before lists of all customers: encode each once, if so many can be held at once.

        ``keep``: use the copy that `kept_states` holds, or leave one there.
        """
        if fits(self.model, self.featurizer):
            make = kept_states if keep else encode_all
            self.states = make(self.model, self.featurizer)

    def fit(self, history: Sessions) -> Self:
        """Nothing is left to fit: the model is trained and has its log."""
        return self

    def score(self, users: np.ndarray, as_of: np.ndarray | None = None) -> np.ndarray:
        """Scores (Q, I) of the log's items for a session of each of ``users`` at ``as_of``.

        -inf for an item that the model does not know.
        """
        as_of = np.full(len(users), self.now) if as_of is None else as_of
        scores = self.score_known(users, as_of)
        if self._code is None:
            return scores
        padded = np.append(scores, np.full((len(scores), 1), -np.inf, scores.dtype), axis=1)
        return padded[:, self._code]

    def score_known(self, users: np.ndarray, as_of: np.ndarray) -> np.ndarray:
        """The same of the model's items, in the order of its spec."""
        scores = np.empty((len(users), len(self.spec.items)), np.float32)
        for rows, part, customers, when in self._in_parts(users, as_of):
            scores[rows] = score_items(self.model, part.featurizer, customers, when, part.states)
        return scores

    def levels(self, users: np.ndarray, as_of: np.ndarray) -> np.ndarray:
        """Chances (Q, C, 3) of LEVELS in a session that begins at ``as_of``."""
        shape = len(users), len(self.spec.category_names), len(LEVELS)
        chances = np.empty(shape, np.float32)
        for rows, part, customers, when in self._in_parts(users, as_of):
            chances[rows] = level_chances(self.model, part.featurizer, customers, when, part.states)
        return chances

    def outlook(self, users: np.ndarray, moments: np.ndarray, size: int = 512) -> Chances:
        """Chances of what each of ``users`` (M,) does in the 90 days from ``moments`` (M,) on."""
        parts = [
            (rows, part._outlook(customers, when, size))
            for rows, part, customers, when in self._in_parts(users, moments)
        ]
        if len(parts) == 1:
            return parts[0][1]
        back = np.argsort(np.concatenate([rows for rows, _ in parts]))
        return Chances(*(np.concatenate(c)[back] for c in zip(*(chances for _, chances in parts))))

    def _outlook(self, users: np.ndarray, moments: np.ndarray, size: int) -> Chances:
        known = self.history.known_sessions(users, moments)
        if self.states is not None:
            context = self.featurizer.of_moments(Moments(users, moments), known)
            state = self.states.at(users, known)
            return as_chances(self.model.outlook.forward(state, context)[0])
        parts = []
        order = np.lexsort((users, known))
        for begin in range(0, len(order), size):
            rows = order[begin : begin + size]
            queries = Queries(_NOBODY, _NOBODY, users[rows], moments[rows])
            batch = self.featurizer.batch(np.unique(users[rows]), queries)
            outputs, _ = self.model.forward(batch)
            parts.append(as_chances(outputs.outlook))
        back = np.argsort(order)
        return Chances(*(np.concatenate(part)[back] for part in zip(*parts)))

    def _in_parts(
        self, users: np.ndarray, moments: np.ndarray
    ) -> Iterator[tuple[np.ndarray, Self, np.ndarray, np.ndarray]]:
        """Rows (q,) of the queries, a profiler of their customers alone, and the queries there.

        What is read of all who are asked about grows with them: of many customers, a part.
        """
        if len(self.history.users) <= _PART:
            yield np.arange(len(users)), self, users, moments
            return
        distinct, place = np.unique(users, return_inverse=True)
        for begin in range(0, len(distinct), _PART):
            chosen = distinct[begin : begin + _PART]
            rows = np.flatnonzero((place >= begin) & (place < begin + _PART))
            part = copy.copy(self)
            part.history = of_users(self.history, chosen)
            side = self.featurizer.side[chosen]
            part.featurizer = self.featurizer.with_history(part.history, side)
            part.states = None if self.states is None else self.states.of_users(chosen)
            yield rows, part, place[rows] - begin, moments[rows]

    @property
    def ranks(self) -> bool:
        """Whether there are items to rank: a log of visits and money names one for all."""
        return len(self.spec.items) > 1

    def value(self, users: np.ndarray, moment: int) -> np.ndarray:
        """Money to expect of each of ``users`` in a year from ``moment``, (U,); NaN if unknown."""
        worth = self.decisions.worth
        return expected_value(self.spec.buying, worth, self.history, users, moment)

    def buys_within(
        self, users: np.ndarray, moments: np.ndarray, returned: np.ndarray, interest: np.ndarray
    ) -> np.ndarray:
        """Chance to buy of a category within 90 days, (M, …), from that of a return (M,) and that
        in one session (M, …).

        Who returns comes as often as BG/NBD expects, each time with the chance of one session.
        """
        often = orders_if_back(self.spec.buying, self.history, users, moments)
        shape = (-1,) + (1,) * (interest.ndim - 1)
        never = (1 - interest) ** often.reshape(shape)
        return returned.reshape(shape) * (1 - never)

    def facts(self, moment: int | None = None) -> Facts:
        """Orders, revenue and RFM of all customers at ``moment``."""
        return read_facts(self.history, self.now if moment is None else moment)

    def profile(self, user: int, moment: int | None = None, top: int = 10) -> Profile:
        """Everything about one customer. A customer with no session yet gets what all get."""
        moment = self.now if moment is None else moment
        users, moments = np.array([user]), np.array([moment])
        batch = self.featurizer.batch(users, Queries(users, moments, users, moments))
        outputs, saved = self.model.forward(batch)
        evidence = self.model.evidence(batch, saved.heads)
        return assemble_profile(
            self.spec,
            self.decisions,
            Answered(user, moment, self.history, batch, outputs, saved.heads, evidence),
            pooled_items(saved.sessions, batch.behaviours, batch.groups),
            self.featurizer.past_items(users, moments),
            top,
        )


def in_float64(model: ProfileModel) -> ProfileModel:
    """A copy, or the model itself if it is so already."""
    if model.customers.start.data.dtype == np.float64:
        return model
    return copy.deepcopy(model).astype(np.float64)


def check_known(share: float) -> None:
    """Raises DataError if a model knows the items of too small a `share` of what happened."""
    if share < LEAST_KNOWN:
        raise DataError(
            f"The model knows the items of {share:.1%} of what happened here, so it was trained on "
            "another kind of log; give its own log, or train a new model."
        )
