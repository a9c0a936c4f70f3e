"""The privacy accountant: what T steps of noise on random samples of customers have cost.

A mechanism M is (ε, δ)-differentially private if for any two logs that differ in one customer,
and any set of outcomes S, P[M(log) in S] ≤ exp(ε) P[M(other) in S] + δ. A step of private training
is the sampled Gaussian mechanism: each customer takes part with probability q on their own, moves
the sum by at most C, and the sum gets noise N(0, σ²C²). Its Rényi divergence of order α has a
closed form, steps add up in it, and it converts to (ε, δ).

Mironov, Talwar & Zhang 2019, "Rényi differential privacy of the sampled Gaussian mechanism";
Canonne, Kamath & Steinke 2020, "The discrete Gaussian for differential privacy", proposition 12
(the same bound as Balle et al. 2020, theorem 21); Balle & Wang 2018, "Improving the Gaussian
mechanism", theorem 8, for one release without sampling.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaln, gammasgn, log_ndtr, logsumexp, xlog1py, xlogy

# Fine where the best order usually lies, and wide for much noise and for little.
ORDERS = (*(1 + i / 10 for i in range(1, 100)), *range(11, 64), 128, 256, 512, 1024)
_MOST_TERMS = 1 << 20  # of a fractional order's series
_PRECISION = math.log(1e-16)


class Spent(NamedTuple):
    """A guarantee, and the Rényi order that gave it."""

    epsilon: float
    delta: float
    order: float


def epsilon_spent(
    noise_multiplier: float,
    sample_rate: float,
    steps: int,
    delta: float,
    orders: Sequence[float] = ORDERS,
) -> Spent:
    """(ε, δ) of `steps` releases, for adding or removing one customer.

    `noise_multiplier` σ ≥ 0 is the noise's deviation over the clip, `sample_rate` q in [0, 1],
    δ in (0, 1). ε is infinite without noise. Raises ValueError outside these ranges.
    """
    if not 0 < delta < 1:
        raise ValueError(f"delta must be between 0 and 1, not {delta}.")
    if steps < 0:
        raise ValueError(f"steps must be 0 or more, not {steps}.")
    best = Spent(math.inf, delta, max(orders))
    for order in orders:
        divergence = sampled_gaussian_rdp(noise_multiplier, sample_rate, order)
        if math.isfinite(divergence):
            epsilon = rdp_to_epsilon(steps * divergence, order, delta)
            best = min(best, Spent(epsilon, delta, order))
    return best


def noise_for_epsilon(epsilon: float, sample_rate: float, steps: int, delta: float) -> float:
    """The least noise multiplier that spends no more than `epsilon`, to three digits, rounded up.

    Raises ValueError if `epsilon` is not positive, or is so small that no noise would do.
    """

    def excess(log_sigma: float) -> float:
        spent = epsilon_spent(math.exp(log_sigma), sample_rate, steps, delta).epsilon
        return math.log(max(spent, 1e-300) / epsilon)

    if not epsilon > 0:
        raise ValueError(f"epsilon must be positive, not {epsilon}.")
    least, most = math.log(0.05), math.log(1e6)
    if excess(least) <= 0:
        return math.exp(least)
    if excess(most) > 0:
        raise ValueError(f"no noise multiplier up to {math.exp(most):g} gives epsilon {epsilon}.")
    sigma = math.exp(brentq(excess, least, most, xtol=1e-6))
    digits = 10 ** (2 - math.floor(math.log10(sigma)))
    return math.ceil(sigma * digits) / digits


def sampled_gaussian_rdp(noise_multiplier: float, sample_rate: float, order: float) -> float:
    """Rényi divergence of `order` > 1 of one release: log(A) / (order − 1).

    A = E[(1 − q + q exp((2z − 1) / 2σ²))^order] for z ~ N(0, σ²) (Mironov et al., theorem 4).
    """
    sigma, q, alpha = float(noise_multiplier), float(sample_rate), float(order)
    if not sigma >= 0:
        raise ValueError(f"noise_multiplier must be 0 or more, not {noise_multiplier}.")
    if not 0 <= q <= 1:
        raise ValueError(f"sample_rate must be from 0 to 1, not {sample_rate}.")
    if not 1 < alpha < math.inf:
        raise ValueError(f"order must be more than 1 and finite, not {order}.")
    if q == 0:
        return 0.0
    if sigma == 0:
        return math.inf
    if q == 1:
        return alpha / (2 * sigma**2)  # the Gaussian mechanism without sampling
    series = _log_moment_whole if alpha.is_integer() else _log_moment_fractional
    with np.errstate(under="ignore"):  # a term too small to count
        return max(0.0, series(sigma, q, alpha) / (alpha - 1))


def _log_moment_whole(sigma: float, q: float, alpha: float) -> float:
    """log A of a whole order, Σ C(α, k) (1 − q)^(α − k) q^k exp((k² − k) / 2σ²) (section 3.3).

    The binomial weights sum to 1, so A − 1 is the same sum with exp(·) − 1, which has no term for
    k < 2 and keeps its digits when A is next to 1.
    """
    k = np.arange(2, alpha + 1)
    growth = k * (k - 1) / (2 * sigma**2)
    # log(exp(g) − 1) = g + log(1 − exp(−g)); beyond 700 the last part is 0 and would underflow.
    growth = growth + np.log(-np.expm1(-np.minimum(growth, 700.0)))
    log_excess = logsumexp(_log_binomial(alpha, k) + xlog1py(alpha - k, -q) + xlogy(k, q) + growth)
    return float(np.logaddexp(0, log_excess))


def _log_moment_fractional(sigma: float, q: float, alpha: float) -> float:
    """log A of a fractional order (section 3.3): the integral is cut at z₁, where the two parts
    of the mixture weigh the same, and each side has a binomial series that converges.

    From term ⌈α⌉ on the signs alternate and the terms shrink, so what is left out is smaller than
    the first of it.
    """
    cut = 0.5 + sigma**2 * (math.log1p(-q) - math.log(q))
    size = max(64, 2 * math.ceil(alpha))
    while True:
        i = np.arange(size, dtype=np.float64)
        log_choose, sign = _log_binomial(alpha, i), gammasgn(alpha - i + 1)
        rest = alpha - i
        below = xlog1py(rest, -q) + xlogy(i, q) + (i * i - i) / (2 * sigma**2)
        below += log_choose + log_ndtr((cut - i) / sigma)
        above = xlog1py(i, -q) + xlogy(rest, q) + (rest * rest - rest) / (2 * sigma**2)
        above += log_choose + log_ndtr((rest - cut) / sigma)
        terms = np.stack([below, above])
        total = float(logsumexp(terms, b=np.stack([sign, sign])))
        if terms[:, -1].max() < total + _PRECISION or size >= _MOST_TERMS:
            return total + float(np.exp(terms[:, -1].max() - total))  # never less than it is
        size *= 4


def _log_binomial(alpha: float, k: np.ndarray) -> np.ndarray:
    """log |C(α, k)|; where α is fractional its sign is that of Γ(α − k + 1)."""
    return gammaln(alpha + 1) - gammaln(k + 1) - gammaln(alpha - k + 1)


def rdp_to_epsilon(divergence: float, order: float, delta: float) -> float:
    """ε of (order, divergence)-Rényi privacy at δ (Canonne et al., proposition 12).

    ε = divergence + log(1 − 1/α) − (log δ + log α) / (α − 1), and never below 0.
    """
    # Bretagnolle & Huber: at this distance the two outcomes differ by no more than δ in all.
    if delta**2 >= -math.expm1(-divergence):
        return 0.0
    epsilon = divergence + math.log1p(-1 / order) - math.log(delta * order) / (order - 1)
    return max(0.0, epsilon)


def gaussian_delta(noise_multiplier: float, epsilon: float) -> float:
    """The exact δ of one Gaussian release without sampling (Balle & Wang, theorem 8):

    Φ(1/2σ − εσ) − exp(ε) Φ(−1/2σ − εσ). T releases of the same σ are one of σ / √T.
    """
    sigma = noise_multiplier
    near = log_ndtr(1 / (2 * sigma) - epsilon * sigma)
    far = epsilon + log_ndtr(-1 / (2 * sigma) - epsilon * sigma)
    return float(math.exp(near) * -math.expm1(min(far - near, 0.0)))


def gaussian_epsilon(noise_multiplier: float, delta: float) -> float:
    """The exact ε of one Gaussian release at δ: a check on the accountant, which bounds it."""
    if gaussian_delta(noise_multiplier, 0.0) <= delta:
        return 0.0
    most = 1.0
    while gaussian_delta(noise_multiplier, most) > delta:
        most *= 2
    return float(brentq(lambda epsilon: gaussian_delta(noise_multiplier, epsilon) - delta, 0, most))
