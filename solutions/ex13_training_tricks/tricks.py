"""Reference for ex13: one norm for all gradients, and one clock for each part of the schedule."""

import math

import numpy as np


def clip_by_global_norm(
    grads: dict[str, np.ndarray], max_norm: float
) -> tuple[dict[str, np.ndarray], float]:
    """Scale all gradients by max_norm / norm if the norm of all together exceeds max_norm."""
    squares = (np.square(grad, dtype=np.float64).sum() for grad in grads.values())
    norm = math.sqrt(math.fsum(squares))
    factor = max_norm / norm if norm > max_norm else 1.0
    return {name: factor * grad for name, grad in grads.items()}, norm


def warmup_cosine(step: int, warmup: int, total: int, peak: float, floor: float = 0.0) -> float:
    """Linear to peak at step warmup, half a cosine to floor at step total."""
    if step < warmup:
        return peak * step / warmup
    if step >= total:
        return floor
    progress = (step - warmup) / (total - warmup)
    return floor + (peak - floor) * 0.5 * (1.0 + math.cos(math.pi * progress))
