"""Reference of ex17."""

from collections.abc import Callable

import numpy as np


def sample(
    logits: np.ndarray,
    rng: np.random.Generator,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> int:
    """Sort best first, cut the tail twice, renormalise, draw."""
    logits = np.asarray(logits, dtype=np.float64)
    order = np.argsort(-logits, kind="stable")
    if top_k is not None:
        order = order[:top_k]
    best_first = logits[order]
    p = np.exp((best_first - best_first[0]) / temperature)
    p /= p.sum()
    if top_p is not None:
        kept = np.searchsorted(np.cumsum(p), top_p) + 1  # totals below top_p, and the next one
        order, p = order[:kept], p[:kept]
    return int(rng.choice(order, p=p / p.sum()))


def generate(
    next_logits: Callable,
    prompt: list[int],
    steps: int,
    rng: np.random.Generator,
    **sampling: float,
) -> list[int]:
    """One list, a copy of the prompt, that grows by a token a step."""
    tokens = [int(token) for token in prompt]
    for _ in range(steps):
        tokens.append(sample(next_logits(tokens), rng, **sampling))
    return tokens
