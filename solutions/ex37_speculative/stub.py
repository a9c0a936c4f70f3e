"""ex37: which tokens of a draft may stay."""

import numpy as np


def accept(
    p: np.ndarray, q: np.ndarray, drafted: np.ndarray, rng: np.random.Generator
) -> list[int]:
    """One round of speculative decoding: 1 to k + 1 tokens, distributed as the large model's.

    p (k + 1, V) of the large model, q (k, V) of the draft model, drafted (k,) drawn from q. Token
    x at place i is kept with probability min(1, p[i, x] / q[i, x]). At the first refusal one token
    is drawn from max(p[i] - q[i], 0), normalised, and nothing follows; if all are kept, one more
    is drawn from p[k]. Every random number comes from rng.
    """
    raise NotImplementedError
