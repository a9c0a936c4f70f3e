"""BG/NBD: how often will a customer come again? Purchases at a steady rate, until one is the last.

Fader, Hardie and Lee (2005), "Counting your customers" the easy way. While active a customer buys
at rate λ, of a gamma distribution (r, α); after each purchase the customer leaves for good with
chance p, of a beta distribution (a, b). All the model reads is x repeat purchases, the last one
at age `recency`, of a customer who is `age` old; in any one unit of time.
"""

from typing import Self

import numpy as np
import scipy  # its parts load when they are first used

from ..errors import DataError
from .visits import Visits

_QUANTILES = 200
_TERMS, _SETTLED = 5000, 1e-14  # of a series
_BOUNDS = [(-8.0, 8.0)] * 4  # of the logarithms


class BgNbd:
    """`fit` finds r, α, a, b; they can also be given."""

    def __init__(self, r: float = 1.0, alpha: float = 1.0, a: float = 1.0, b: float = 1.0) -> None:
        self.r, self.alpha, self.a, self.b = r, alpha, a, b

    def fit(self, visits: Visits) -> Self:
        """Maximum likelihood. Raises DataError if nobody ever came back."""
        if not (visits.repeats > 0).any():
            raise DataError("BG/NBD needs customers who came back; nobody in this log did.")
        unit = max(float(visits.age.mean()), 1e-9)  # so that the search begins near its end
        rows, counts = np.unique(np.stack(visits), axis=1, return_counts=True)
        seen = Visits(rows[0], rows[1] / unit, rows[2] / unit)

        def loss(logs: np.ndarray) -> tuple[float, np.ndarray]:
            values = np.exp(logs)
            log_likelihood, gradient = _log_likelihood(values, seen)
            return -(counts @ log_likelihood), -(gradient @ counts) * values

        found = scipy.optimize.minimize(
            loss, np.zeros(4), jac=True, method="L-BFGS-B", bounds=_BOUNDS
        )
        self.r, self.alpha, self.a, self.b = np.exp(found.x).tolist()
        self.alpha *= unit
        return self

    def log_likelihood(self, visits: Visits) -> np.ndarray:
        """Of each customer, (N,); equation 6."""
        return _log_likelihood(np.array([self.r, self.alpha, self.a, self.b]), visits)[0]

    def alive(self, visits: Visits) -> np.ndarray:
        """Chance that a customer has not left, (N,)."""
        x, recency, age = visits
        with np.errstate(divide="ignore"):
            odds = np.log(self.a) - np.log(self.b + np.maximum(x, 1) - 1)
            odds += (self.r + x) * np.log((self.alpha + age) / (self.alpha + recency))
        return np.where(x > 0, np.exp(-np.logaddexp(0, odds)), 1.0)

    def returns(self, visits: Visits, span: float) -> np.ndarray:
        """Chance of a purchase in the coming `span`, (N,).

        Who is active leaves at a purchase only, so the first comes at rate λ, given x and the age
        a gamma (r + x, α + age).
        """
        stays_away = (self.r + visits.repeats) * -np.log1p(span / (self.alpha + visits.age))
        return self.alive(visits) * -np.expm1(stays_away)

    def expected(self, visits: Visits, span: float) -> np.ndarray:
        """Purchases to expect in the coming `span`, (N,); equation 10.

        By Euler's transformation, F(r+x, b+x; c; z) = (1−z)^(a−1−r−x) F(a+b−1−r, a−1; c; z), the
        power of x goes away, and with it the overflow for customers of many purchases. Where
        the series still fails (a or b in the hundreds), a mean over quantiles of p takes its place.
        """
        a = self.a if abs(self.a - 1) > 1e-6 else 1 + 1e-6  # a pole that the limit goes through
        c = a + self.b + visits.repeats - 1
        z = span / (self.alpha + visits.age + span)
        with np.errstate(all="ignore"):
            series = _hypergeometric(a + self.b - 1 - self.r, a - 1, c, z)
            active = c / (a - 1) * (1 - (1 - z) ** (a - 1) * series)
        failed = ~np.isfinite(active)
        if failed.any():
            active[failed] = self._over_quantiles(Visits(*(v[failed] for v in visits)), span)
        return active * self.alive(visits)

    def _over_quantiles(self, visits: Visits, span: float) -> np.ndarray:
        """Purchases of who is active: the mean of (1 − (1 + p span / (α+age))^−(r+x)) / p, (N,).

        p, the chance to leave at a purchase, is given x of a beta distribution (a, b + x).
        """
        share = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
        x, age = visits.repeats[:, None], visits.age[:, None]
        p = np.maximum(scipy.special.betaincinv(self.a, self.b + x, share), 1e-12)
        stays = np.exp(-(self.r + x) * np.log1p(p * span / (self.alpha + age)))
        return ((1 - stays) / p).mean(1)


def _hypergeometric(a: float, b: float, c: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Gauss' series F(a, b; c; z), c and z (N,), 0 ≤ z < 1; NaN where it does not settle.

    scipy has it too, but takes longer to load than a customer to answer for.
    """
    total = term = np.ones(np.broadcast(c, z).shape)
    for n in range(_TERMS):
        term = term * ((a + n) * (b + n) / ((c + n) * (n + 1)) * z)
        total = total + term
        if (np.abs(term) <= _SETTLED * np.abs(total)).all():
            return total
    return np.where(np.abs(term) <= _SETTLED * np.abs(total), total, np.nan)


def _log_likelihood(values: np.ndarray, visits: Visits) -> tuple[np.ndarray, np.ndarray]:
    """(N,) and its gradient by r, α, a, b, (4, N)."""
    (r, alpha, a, b), (x, recency, age) = values, visits
    gammaln, digamma = scipy.special.gammaln, scipy.special.digamma
    repeated = np.maximum(x, 1) - 1
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    common = common + gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    stayed = -(r + x) * np.log(alpha + age)
    left = np.log(a) - np.log(b + repeated) - (r + x) * np.log(alpha + recency)
    left = np.where(x > 0, left, -np.inf)
    either = np.logaddexp(stayed, left)
    has_left = np.exp(left - either)
    gone = np.where(x > 0, has_left / (b + repeated), 0)
    logs = (1 - has_left) * np.log(alpha + age) + has_left * np.log(alpha + recency)
    inverse = (1 - has_left) / (alpha + age) + has_left / (alpha + recency)
    both = digamma(a + b) - digamma(a + b + x)
    gradient = np.stack(
        [
            digamma(r + x) - digamma(r) + np.log(alpha) - logs,
            r / alpha - (r + x) * inverse,
            both + has_left / a,
            both + digamma(b + x) - digamma(b) - gone,
        ]
    )
    return common + either, gradient
