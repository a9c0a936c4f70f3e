"""Exercise ex13: clipping by the global norm, and a learning rate that warms up and decays."""

import numpy as np


def clip_by_global_norm(
    grads: dict[str, np.ndarray], max_norm: float
) -> tuple[dict[str, np.ndarray], float]:
    """Scale all gradients by max_norm / norm if their common norm exceeds max_norm.

    grads: dict of name to array, any shapes. Returns a new dict, same names, shapes and dtypes,
    and the norm of all gradients together before clipping.
    """
    raise NotImplementedError


def warmup_cosine(step: int, warmup: int, total: int, peak: float, floor: float = 0.0) -> float:
    """The learning rate at a step, counted from 0; 0 < warmup < total.

    Linear from 0 at step 0 to peak at step warmup, then half a cosine to floor at step total;
    floor at every later step.
    """
    raise NotImplementedError
