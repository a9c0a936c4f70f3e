"""ex02: scaled dot-product attention. The question is in README.md beside this file."""

import numpy as np


def attention(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, mask: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Scaled dot-product attention: weighted means of the values.

    q: (..., n, d) queries; k: (..., m, d) keys; v: (..., m, dv) values. The leading axes are
        equal, and there may be any number of them, also none.
    mask: boolean, broadcasts to (..., n, m); True = the query may attend to the key. None
        means that every query may attend to every key.
    Returns out (..., n, dv) and weights (..., n, m). Each row of weights sums to 1; a query
    that may attend to no key has weights 0 and output 0. float32 in, float32 out.
    """
    raise NotImplementedError
