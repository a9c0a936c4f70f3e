"""A profile: what is said of one customer at one moment, put together from a model's answer."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from attention import softmax

from ..features.batch import Batch, Behaviours, Group
from ..features.history import History
from ..features.past_items import PastItems
from ..features.spec import FeatureSpec
from ..model import Outputs
from ..model.decisions import AMOUNT_LEVELS, Decisions, amount, decide, decide_band
from ..model.interests import LEVELS
from ..model.outlook import SPEND_BANDS, Chances, as_chances
from ..model.profile_model import HeadsSaved
from ..model.sessions import SessionSaved
from ..training.value import expected_value

FEW = 30  # customers, of whom a share says too little


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
    held: tuple[int, int] | None  # for how many of the band it lay between, of how many; or None
    evidence: np.ndarray  # (C, known), what each session added for an interest or against it


class Answered(NamedTuple):
    """A question about one customer, and what the model said."""

    user: int
    moment: int
    history: History
    batch: Batch
    outputs: Outputs
    saved: HeadsSaved
    evidence: np.ndarray  # (1, C, S)

    @property
    def known(self) -> int:
        """Sessions that had ended."""
        return int(self.batch.question.known[0])

    @property
    def of_sessions(self) -> np.ndarray:
        """(C, known), what each session added for an interest or against it."""
        return self.evidence[0, :, 1 : 1 + self.known]


def assemble_profile(
    spec: FeatureSpec,
    decisions: Decisions,
    answered: Answered,
    within: list[tuple[np.ndarray, np.ndarray]],
    past: PastItems,
    top: int,
) -> Profile:
    """The profile that one answer amounts to. ``within``: items and weights of each session."""
    ranks = len(spec.items) > 1  # else one item stands for every visit
    taught = decisions.taught if answered.known else ()  # nobody is asked about before coming
    outlook = as_chances(answered.outputs.outlook)
    band = int(decide_band(outlook.returned, outlook.spend, decisions.spend[0])[0])
    user, moment = answered.user, answered.moment
    worth = expected_value(
        spec.buying, decisions.worth, answered.history, np.array([user]), moment
    )[0]
    return Profile(
        user,
        moment,
        answered.known,
        _interests(spec, decisions, answered, within) if ranks else (),
        _suggestions(answered, past, top) if ranks else (),
        float(outlook.returned[0]) if "returned" in taught else None,
        float(outlook.cancelled[0]) if "cancelled" in taught else None,
        tuple(outlook.spend[0].tolist()) if "spend" in taught else (),
        SPEND_BANDS[band] if "spend" in taught else "",
        None if math.isnan(worth) or not answered.known else float(worth),
        amounts(outlook, decisions) if "spend" in taught else (),
        interval_held(decisions, band) if "spend" in taught else None,
        answered.of_sessions,
    )


def _interests(
    spec: FeatureSpec,
    decisions: Decisions,
    answered: Answered,
    within: list[tuple[np.ndarray, np.ndarray]],
) -> tuple[Interest, ...]:
    """All categories, the likeliest first."""
    first = int(answered.history.user_offsets[answered.user])
    evidence = answered.of_sessions
    chances = softmax(answered.outputs.levels[0])  # (C, 3)
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
    return tuple(interests)


def _suggestions(answered: Answered, past: PastItems, top: int) -> tuple[Suggestion, ...]:
    """The ``top`` likeliest items."""
    outputs = answered.outputs
    items = softmax(outputs.items[0])
    share = np.zeros(len(items))
    share[answered.batch.question.pair_item] = answered.saved.next_purchase.copy.share
    row_of = {int(item): row for row, item in enumerate(past.item)}
    suggestions = []
    for item in np.argsort(-outputs.items[0], kind="stable")[:top].tolist():
        row = row_of.get(item)
        times, last = (0, -1) if row is None else (past.times[row], past.session[row])
        suggestions.append(
            Suggestion(item, float(items[item]), float(share[item]), int(times), int(last))
        )
    return tuple(suggestions)


def amounts(outlook: Chances, decisions: Decisions) -> tuple[float, ...]:
    """What the spend of the first customer stays below, at each of AMOUNT_LEVELS."""
    if not len(decisions.residuals):
        return ()
    return tuple(
        float(amount(outlook.returned, outlook.expected_log, decisions.residuals, level)[0])
        for level in AMOUNT_LEVELS
    )


def interval_held(decisions: Decisions, band: int) -> tuple[int, int] | None:
    """For how many customers the interval held, and of how many: of those of whom `band` was said
    90 days before the log's end. None if they were too few, or it was not measured."""
    if not len(decisions.covered) or decisions.covered[band, 1] < FEW:
        return None
    held, customers = decisions.covered[band].astype(int).tolist()
    return held, customers


def pooled_items(
    saved: SessionSaved, behaviours: Behaviours, groups: list[Group]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each session: its items, and their weights in the pooling."""
    nothing = np.zeros(0, np.int64), np.zeros(0)
    result = [nothing] * sum(len(group.sequences) for group in groups)
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
        for item, weight_item in zip(items.tolist(), weights.tolist()):
            if item < len(category) and category[item] == code:
                weight[item] = weight.get(item, 0.0) + weight_item * float(share)
    return tuple(sorted(weight.items(), key=lambda pair: -pair[1])[:3])
