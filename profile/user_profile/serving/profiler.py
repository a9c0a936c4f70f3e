"""A trained model looking at a log: what it says of its customers at any moment.

It computes in float64 and keeps float32 or a few digits: what is said of a customer then does not
hang on who else stands in the batch, though the last bit of a product does.
"""

import copy
import math
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from attention import softmax

from ..errors import DataError
from ..features.batch import Batch, Behaviours, Group
from ..features.featurizer import Asked, FeatureSpec, Featurizer, side_codes
from ..features.history import History, read_history
from ..features.past_items import PastItems
from ..features.season import Season
from ..log.sessions import Sessions
from ..model import Outputs, ProfileModel
from ..model.decisions import AMOUNT_LEVELS, Decisions, amount, decide, decide_band
from ..model.interests import LEVELS
from ..model.outlook import SPEND_BANDS, Chances, as_chances
from ..model.profile_model import HeadsSaved
from ..model.sessions import SessionSaved
from ..model.trained import Trained
from ..training.scoring import level_chances, score_items
from ..training.value import expected_value, orders_if_back
from .facts import Facts, read_facts

_NOBODY = np.zeros(0, np.int64)
LEAST_KNOWN = 0.1  # of what happened in a log, below which a model has nothing to say of it


class Interest(NamedTuple):
    """How high the interest in a category is, and what was looked at to say so."""

    category: str
    level: str
    probabilities: tuple[float, ...]  # of LEVELS
    sessions: tuple[tuple[int, float], ...]  # of the log, and share of the evidence for it
    items: tuple[tuple[int, float], ...]  # item and share of the evidence


class Suggestion(NamedTuple):
    """One likely next purchase."""

    item: int
    probability: float
    copied: float  # share of it that comes from the customer's own past purchases
    times: int  # sessions that held it
    last_session: int  # of the log, -1 if never bought


@dataclass(frozen=True)
class Profile:
    """One customer at one moment."""

    user: int
    moment: int  # seconds
    known: int  # sessions that had ended
    interests: tuple[Interest, ...]  # the most likely first
    suggestions: tuple[Suggestion, ...]
    returns: float | None  # chance of a purchase in 90 days; None if the log did not teach it
    cancels: float | None  # chance of a cancellation in 90 days, or None
    spend: tuple[float, ...]  # chances of SPEND_BANDS in 90 days, or none
    spend_band: str  # "" if there are none
    value: float | None  # money to expect in a year; None if the log did not teach it
    amount: tuple[float, ...]  # that spend stays below in 10, 50, 90 % of cases; () if not learned
    evidence: np.ndarray  # (C, known), what each session added for an interest or against it


class Profiler:
    """Reads one log with one model. It is also a scorer that `evaluate.compare` can judge."""

    name = "profile model"

    def __init__(self, trained: Trained, sessions: Sessions, season: Season | None = None) -> None:
        """``season`` stands in for that of the log, where a log was changed to see what follows."""
        self.model, self.spec = in_float64(trained.model), trained.spec
        self.decisions = trained.decisions
        self.history = read_history(sessions, items=self.spec.items, kinds=self.spec.kinds)
        self.featurizer = Featurizer(
            self.history, self.spec, dict(sessions.events.user_features), season, np.float64
        )
        self.now = self.history.last_moment + 1
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
        other._code_items(events.items)
        return other

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
        return score_items(self.model, self.featurizer, users, as_of)

    def levels(self, users: np.ndarray, as_of: np.ndarray) -> np.ndarray:
        """Chances (Q, C, 3) of LEVELS in a session that begins at ``as_of``."""
        return level_chances(self.model, self.featurizer, users, as_of)

    def outlook(self, users: np.ndarray, moments: np.ndarray, size: int = 512) -> Chances:
        """Chances of what each of ``users`` (M,) does in the 90 days from ``moments`` (M,) on."""
        parts = []
        order = np.lexsort((users, self.history.known_sessions(users, moments)))
        for begin in range(0, len(order), size):
            rows = order[begin : begin + size]
            asked = Asked(_NOBODY, _NOBODY, users[rows], moments[rows])
            batch = self.featurizer.batch(np.unique(users[rows]), asked)
            outputs, _ = self.model.forward(batch)
            parts.append(as_chances(outputs.outlook))
        back = np.argsort(order)
        return Chances(*(np.concatenate(part)[back] for part in zip(*parts)))

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
        batch = self.featurizer.batch(users, Asked(users, moments, users, moments))
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


class Answered(NamedTuple):
    """A question about one customer, and what the model said."""

    user: int
    moment: int
    history: History
    batch: Batch
    outputs: Outputs
    saved: HeadsSaved
    evidence: np.ndarray  # (1, C, S)


def assemble_profile(
    spec: FeatureSpec,
    decisions: Decisions,
    answered: Answered,
    within: list[tuple[np.ndarray, np.ndarray]],
    past: PastItems,
    top: int,
) -> Profile:
    """The profile that one answer amounts to. ``within``: items and weights of each session."""
    user, moment, history, batch, outputs, saved, _ = answered
    known = int(batch.question.known[0])
    ranks = len(spec.items) > 1  # else one item stands for every visit
    first = int(history.user_offsets[user])
    evidence = answered.evidence[0, :, 1 : 1 + known]
    chances = softmax(outputs.levels[0])  # (C, 3)
    interests = []
    for code in np.argsort(-(chances @ np.arange(len(LEVELS))), kind="stable").tolist():
        for_it = np.maximum(evidence[code], 0)
        shares = for_it / max(float(for_it.sum()), 1e-12)
        best = [place for place in np.argsort(-shares, kind="stable")[:3] if shares[place] > 0]
        interests.append(
            Interest(
                spec.category_names[code],
                LEVELS[int(decide(chances[code], decisions.levels[0]))],
                tuple(chances[code].tolist()),
                tuple((int(first + place), float(shares[place])) for place in best),
                _attended_items(within, shares, spec.category, code),
            )
        )
    items = softmax(outputs.items[0])
    share = np.zeros(len(items))
    share[batch.question.pair_item] = saved.next_purchase.copy.share
    row_of = {int(item): row for row, item in enumerate(past.item)}
    suggestions = []
    for item in np.argsort(-outputs.items[0], kind="stable")[:top].tolist():
        row = row_of.get(item)
        times, last = (0, -1) if row is None else (past.times[row], past.session[row])
        suggestions.append(
            Suggestion(item, float(items[item]), float(share[item]), int(times), int(last))
        )
    outlook = as_chances(outputs.outlook)
    band = int(decide_band(outlook.returned, outlook.spend, decisions.spend[0])[0])
    worth = expected_value(spec.buying, decisions.worth, history, np.array([user]), moment)[0]
    return Profile(
        user,
        moment,
        known,
        tuple(interests) if ranks else (),
        tuple(suggestions) if ranks else (),
        float(outlook.returned[0]) if "returned" in decisions.taught else None,
        float(outlook.cancelled[0]) if "cancelled" in decisions.taught else None,
        tuple(outlook.spend[0].tolist()) if "spend" in decisions.taught else (),
        SPEND_BANDS[band] if "spend" in decisions.taught else "",
        None if math.isnan(worth) else float(worth),
        amounts(outlook, decisions),
        evidence,
    )


def amounts(outlook: Chances, decisions: Decisions) -> tuple[float, ...]:
    """What the spend of the first customer stays below, at each of AMOUNT_LEVELS."""
    if not len(decisions.residuals):
        return ()
    return tuple(
        float(amount(outlook.returned, outlook.expected_log, decisions.residuals, level)[0])
        for level in AMOUNT_LEVELS
    )


def pooled_items(
    saved: SessionSaved, behaviours: Behaviours, groups: list[Group]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each session: its items, and their weights in the pooling."""
    result: list = [None] * sum(len(group.sequences) for group in groups)
    for group, pool in zip(groups, saved.pool, strict=True):
        weights = pool.weights[:, 0, 0]  # (b, T)
        for row, session in enumerate(group.sequences):
            real = group.real[row]
            result[session] = behaviours.item[group.rows[row][real]], weights[row][real]
    return result


def _attended_items(
    within: list[tuple[np.ndarray, np.ndarray]],
    shares: np.ndarray,
    category: np.ndarray,
    code: int,
) -> tuple[tuple[int, float], ...]:
    """The items of a category that carried most of it: the session's share times their weight."""
    weight: dict[int, float] = {}
    for (items, weights), share in zip(within, shares):
        for item, own in zip(items.tolist(), weights.tolist()):
            if item < len(category) and category[item] == code:
                weight[item] = weight.get(item, 0.0) + own * float(share)
    return tuple(sorted(weight.items(), key=lambda pair: -pair[1])[:3])
