"""Arrays that this process shares with copies of it, as parameters are while several learn."""

import mmap
from typing import Any

import numpy as np


def shared_zeros(size: int, dtype: Any) -> np.ndarray:
    """(size,) of zeros; what one process writes, all copies made after this call see at once."""
    dtype = np.dtype(dtype)
    return np.frombuffer(mmap.mmap(-1, max(1, size * dtype.itemsize)), dtype, size)
