"""Fitting the outlook on top of a trained network: its answers have one best fit, found directly.

What is asked lies before the date of the test (`features.moments`), whatever the split of the
sessions says: returning is a matter of dates, and a session held out would be a return denied.
A fifth of the customers is kept back to choose the ridge of each answer and the rules by which
bands are said; then everybody is fitted. The chances need no further scaling (Platt 1999 is itself
this regression): with a constant that no ridge holds back, they are right on the average. The
chance of a return begins at what BG/NBD says, right for customers older than any here as well, and
what is learned is how far that is off.
"""

from typing import NamedTuple

import numpy as np
import scipy  # its parts load when they are first used

from attention.parallel.ranks import ALONE, Ranks

from ..features.featurizer import Featurizer, Queries
from ..features.labels import OutlookLabels, outlook_labels, spend_band, taught
from ..features.moments import Moments
from ..features.spec import FeatureSpec
from ..model import ProfileModel
from ..model.decisions import AMOUNT_LEVELS, Decisions, amount, best_thresholds, decide_band
from ..model.outlook import SPEND_BANDS, WIDTHS, as_chances
from .logistic import LeastSquares, LogisticRegression

_RIDGES = (1e-3, 1e-2, 1e-1)
_KEPT_BACK = 0.2  # of the customers
_STEPS = 51  # quantiles of the residuals of amounts
_FEWEST = 40  # moments, of each side, below which nothing is fitted
_NOBODY = np.zeros(0, np.int64)


class Answered(NamedTuple):
    """M moments, what was known at each and what came true."""

    x: np.ndarray  # (M, F)
    returned: np.ndarray  # (M,)
    cancelled: np.ndarray  # (M,)
    spend: np.ndarray  # (M,)
    kept: np.ndarray  # (M,) bool, of customers who are kept back


def read_answers(
    model: ProfileModel, featurizer: Featurizer, moments: Moments, first: int, ranks: Ranks = ALONE
) -> Answered:
    """Of the customers of `featurizer`, before whom stand `first` others; `ranks` read them
    together."""
    history, draw = featurizer.history, np.random.default_rng(0)
    assert isinstance(draw.bit_generator, np.random.PCG64)
    draw.bit_generator.advance(first)  # to the numbers of these customers
    kept = (draw.random(len(history.users)) < _KEPT_BACK)[moments.user]
    labels = outlook_labels(history, *moments)
    return Answered(read_moments(model, featurizer, moments, ranks), *labels, kept)


def fit_outlook(model: ProfileModel, spec: FeatureSpec, answered: Answered) -> Decisions:
    """Set the outlook of `model` by what came true; as it was if that is little.

    Sets parameters in place. Returns the rules of spend bands and the residuals of amounts.
    """
    x, *labels_, kept = answered
    labels = OutlookLabels(*labels_)
    if min(kept.sum(), (~kept).sum()) < _FEWEST:
        return Decisions(taught=())
    # Of returns alone does BG/NBD, the last column, tell.
    spread, mean = float(spec.outlook.spread[-1]), float(spec.outlook.mean[-1])
    odds = x[:, -1] * spread + mean
    plain = x.copy()
    plain[:, -1] = 0
    context = spec.outlook.mean.size
    pays = labels.spend > 0
    bands = spend_band(labels.spend, spec.thresholds.spend) - 1
    everybody = np.ones(len(kept), bool)
    parts = [
        _fit(plain, answer, eligible, kept, classes, context, known)
        for answer, eligible, classes, known in (
            (labels.returned, everybody, 2, odds),
            (labels.cancelled, everybody, 2, None),
            (bands, pays, len(SPEND_BANDS) - 1, None),
        )
    ]
    parts[0][0][-1, 1] += spread
    parts[0][1][1] += mean
    weights = [(weight, bias) for weight, bias, _ in parts]
    learned = taught(labels)
    decisions = Decisions(taught=tuple(name for name in learned if name != "spend"))
    if (pays & kept).any() and (pays & ~kept).any():
        logs = np.log(np.where(pays, labels.spend, 1))
        line = LeastSquares(plain[pays & ~kept], _RIDGES[1]).fit(logs[pays & ~kept])
        off = logs[pays & kept] - line.predict(plain[pays & kept])[:, 0]
        back = parts[0][2][:, 1] >= 0.5  # of the others it is said that they spend nothing
        totals = np.bincount(bands[pays & kept], minlength=len(SPEND_BANDS) - 1)
        spend = best_thresholds(parts[2][2][back], bands[kept][back], totals=totals)
        decisions = Decisions(
            spend=spend, residuals=np.quantile(off, np.linspace(0, 1, _STEPS)), taught=learned
        )
        weights.append(LeastSquares(plain[pays], _RIDGES[1]).fit(logs[pays]).unscaled())
    else:
        weights.append((np.zeros((x.shape[1], WIDTHS[3])), np.zeros(WIDTHS[3])))
    out = model.outlook.out
    out.weight.data[:] = np.concatenate([weight for weight, _ in weights], axis=1)
    assert out.bias is not None
    out.bias.data[:] = np.concatenate([bias for _, bias in weights])
    return decisions


def intervals_held(model: ProfileModel, decisions: Decisions, answered: Answered) -> np.ndarray:
    """For how many customers the interval of the amount held, and how many they were, (4, 2): by
    the band that is said of them.

    `answered` at a date that nothing was fitted to.
    """
    if not len(decisions.residuals) or not len(answered.x):
        return np.zeros((0, 2))
    start = model.customers.start.data
    read = np.split(answered.x.astype(start.dtype), [start.size], axis=1)
    said = as_chances(model.outlook.forward(*read)[0])
    band = decide_band(said.returned, said.spend, decisions.spend[0])
    low, _, high = (
        amount(said.returned, said.expected_log, decisions.residuals, level)
        for level in AMOUNT_LEVELS
    )
    held = (low <= answered.spend) & (answered.spend <= high)
    size = len(SPEND_BANDS)
    counts = np.bincount(band[held], minlength=size), np.bincount(band, minlength=size)
    return np.stack(counts, axis=1).astype(np.float64)


def read_moments(
    model: ProfileModel, featurizer: Featurizer, moments: Moments, ranks: Ranks = ALONE
) -> np.ndarray:
    """State and context of each moment, (M, E + G): what the outlook reads."""
    order = np.lexsort((moments.user, featurizer.history.known_sessions(*moments)))
    x = np.zeros((len(order), model.outlook.out.weight.data.shape[0]))
    for begin in range(ranks.rank * 512, len(order), ranks.size * 512):
        rows = order[begin : begin + 512]
        users, times = moments.user[rows], moments.time[rows]
        batch = featurizer.batch(np.unique(users), Queries(_NOBODY, _NOBODY, users, times))
        states, _ = model.encode(batch)
        moment = batch.moment
        x[rows] = np.concatenate([states[moment.customer, moment.known], moment.context], axis=1)
    ranks.sum(x)  # of one number and zeros
    return x


def _fit(
    x: np.ndarray,
    labels: np.ndarray,
    eligible: np.ndarray,
    kept: np.ndarray,
    classes: int,
    context: int,
    known: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights (F, classes), bias (classes,), and chances of who is kept back, by others' weights.

    The mean of two regressions: one on all columns, its ridge chosen on those kept back, and one
    on the last `context` columns, the context: what a state adds is as noisy as it is telling.
    Of `known` (M,) log-odds of the last class they learn what these miss, and the more firmly are
    held to little: so few dates teach no more than they can.
    """
    alone_ridge, ridges = (_RIDGES[0], _RIDGES) if known is None else (_RIDGES[-1], _RIDGES[1:])
    odds = np.zeros(len(x)) if known is None else known
    fit, judged = eligible & ~kept, eligible[kept]
    if not fit.any() or not judged.any():
        chances = np.full((kept.sum(), classes), 1 / classes)
        return np.zeros((x.shape[1], classes)), np.zeros(classes), chances

    def context_alone(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        model = LogisticRegression(x[rows, -context:], alone_ridge)
        return model.fit(labels[rows], classes, odds[rows]).unscaled()

    def mean_with(
        alone: tuple[np.ndarray, np.ndarray], rows: np.ndarray, ridge: float
    ) -> tuple[np.ndarray, np.ndarray]:
        model = LogisticRegression(x[rows], ridge).fit(labels[rows], classes, odds[rows])
        weight, bias = model.unscaled()
        weight[-context:] += alone[0]
        return weight / 2, (bias + alone[1]) / 2

    alone = context_alone(fit)
    tried = []
    for ridge in ridges:
        weight, bias = mean_with(alone, fit, ridge)
        logits = x[kept] @ weight + bias
        logits[:, -1] += odds[kept]
        tried.append(scipy.special.softmax(logits, axis=1))
    true = labels[kept][judged]
    losses = [-np.log(np.maximum(c[judged][np.arange(len(true)), true], 1e-12)).mean()
              for c in tried]  # fmt: skip
    best = int(np.argmin(losses))
    return *mean_with(context_alone(eligible), eligible, ridges[best]), tried[best]
