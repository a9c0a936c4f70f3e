"""From logits to a token: temperature, top-k, top-p, min-p, and a price on repetition."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..ops.checks import count, in_range, unmasked


def sample(logits: np.ndarray, rng: Any, temperature: float = 1.0, **options: Any) -> int:
    """logits (V,) -> one id. temperature 0 takes the likeliest; `options` as in `choices`."""
    temperature = in_range("temperature", temperature, 0, np.inf, "[)")
    if temperature == 0:
        return int(np.argmax(_checked(logits)))
    order, p = choices(logits, temperature, **options)
    return int(np.random.default_rng(rng).choice(order, p=p))


def choices(
    logits: np.ndarray,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    min_p: float | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """logits (V,) -> the ids that may be drawn, likeliest first, and their probabilities.

    First `temperature` divides the logits, then `top_k` keeps the k likeliest, then `top_p` the
    fewest of them whose probability reaches p, the one that crosses it included (Holtzman et al.
    2020), then `min_p` those at least p times as likely as the likeliest (Nguyen et al. 2024).
    Raises ValueError for options out of range.
    """
    temperature = in_range("temperature", temperature, 0, np.inf, "()")
    logits = _checked(logits)
    order = np.argsort(-logits, kind="stable")
    if top_k is not None:
        order = order[: count("top_k", top_k, 1)]
    with np.errstate(over="ignore", under="ignore"):  # a tiny temperature: all but the top vanish
        p = np.exp((logits[order] - logits[order[0]]) / temperature)
    p /= p.sum()
    kept = len(p)
    if top_p is not None:
        top_p = in_range("top_p", top_p, 0, 1, "(]")
        kept = int(np.searchsorted(np.cumsum(p), top_p)) + 1
    if min_p is not None:
        min_p = in_range("min_p", min_p, 0, 1, "[]")
        kept = min(kept, int((p >= min_p * p[0]).sum()))
    if kept < len(p):
        order, p = order[:kept], p[:kept] / p[:kept].sum()
    return order, p


def probabilities(logits: np.ndarray, temperature: float = 1.0, **options: Any) -> np.ndarray:
    """logits (V,) -> p (V,), what `sample` draws from."""
    out = np.zeros(len(logits))
    if temperature == 0:
        out[np.argmax(_checked(logits))] = 1
        return out
    order, p = choices(logits, temperature, **options)
    out[order] = p
    return out


def penalise_repetition(logits: np.ndarray, ids: Sequence[int], penalty: float) -> np.ndarray:
    """logits (V,) -> (V,): of tokens in `ids`, positive ones divided, negative ones multiplied.

    Keskar et al. 2019 (CTRL), section 4.1. Raises ValueError unless `penalty` is above 0.
    """
    penalty = in_range("repetition_penalty", penalty, 0, np.inf, "()")
    seen = np.unique(np.asarray(ids, np.int64))
    out = logits.copy()
    out[seen] = np.where(logits[seen] > 0, logits[seen] / penalty, logits[seen] * penalty)
    return out


def _checked(logits: np.ndarray) -> np.ndarray:
    logits = unmasked("logits", logits).astype(np.float64)
    if logits.ndim != 1 or not logits.size:
        raise ValueError(f"logits must have shape (V,) with V ≥ 1, got {logits.shape}")
    top = logits.max()
    if not np.isfinite(top):
        raise ValueError(
            f"the largest logit is {top}, so no token can be drawn; look for NaN in the model"
        )
    return logits
