"""Gamma-gamma: what is a customer's purchase worth, beyond what the few seen so far say?

Fader and Hardie (2013), "The gamma-gamma model of monetary value". Purchases of one customer are
gamma (p, ν), ν of a gamma distribution (q, γ) over customers; the value must not hang on how often
a customer buys.
"""

from typing import Self

import numpy as np
import scipy  # its parts load when they are first used

from ..errors import DataError

_BOUNDS = [(-12.0, 12.0)] * 3  # of the logarithms


class GammaGamma:
    """`fit` finds p, q, γ; they can also be given."""

    def __init__(self, p: float = 1.0, q: float = 1.0, gamma: float = 1.0) -> None:
        self.p, self.q, self.gamma = p, q, gamma

    def fit(self, count: np.ndarray, mean: np.ndarray) -> Self:
        """`count` (N,) purchases of mean value `mean` (N,); those without a value are left out.

        Raises DataError if nobody has one.
        """
        paid = (count > 0) & (mean > 0)
        if not paid.any():
            raise DataError("Gamma-gamma needs purchases of a value above 0; this log has none.")
        x, m = count[paid].astype(np.float64), mean[paid].astype(np.float64)
        unit = float(m.mean())

        def loss(logs: np.ndarray) -> tuple[float, np.ndarray]:
            values = np.exp(logs)
            log_likelihood, gradient = _log_likelihood(values, x, m / unit)
            return -log_likelihood.sum(), -gradient.sum(1) * values

        start = np.array([1.0, 1.0, 1.0])
        found = scipy.optimize.minimize(loss, start, jac=True, method="L-BFGS-B", bounds=_BOUNDS)
        self.p, self.q, self.gamma = np.exp(found.x).tolist()
        self.gamma *= unit
        return self

    def log_likelihood(self, count: np.ndarray, mean: np.ndarray) -> np.ndarray:
        """Of each customer, (N,); equation 1a."""
        return _log_likelihood(np.array([self.p, self.q, self.gamma]), count, mean)[0]

    def expected(self, count: np.ndarray, mean: np.ndarray) -> np.ndarray:
        """Mean value of a customer's purchases in the long run, (N,); equation 5.

        Without a purchase that of all, infinite where q ≤ 1.
        """
        below = self.p * count + self.q - 1
        value = self.p * (self.gamma + count * mean) / np.where(below > 0, below, np.nan)
        return np.nan_to_num(value, nan=np.inf)


def _log_likelihood(
    values: np.ndarray, x: np.ndarray, m: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(N,) and its gradient by p, q, γ, (3, N)."""
    p, q, gamma = values
    gammaln, digamma = scipy.special.gammaln, scipy.special.digamma
    total = gamma + m * x
    value = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(gamma)
    value = value + (p * x - 1) * np.log(m) + p * x * np.log(x) - (p * x + q) * np.log(total)
    both = digamma(p * x + q)
    gradient = np.stack(
        [
            x * (both - digamma(p * x) + np.log(m) + np.log(x) - np.log(total)),
            both - digamma(q) + np.log(gamma) - np.log(total),
            q / gamma - (p * x + q) / total,
        ]
    )
    return value, gradient
