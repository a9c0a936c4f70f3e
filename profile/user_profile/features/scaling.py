"""Zero mean and unit spread for features, with constants from training that the model keeps."""

from typing import NamedTuple

import numpy as np


class Scaling(NamedTuple):
    mean: np.ndarray  # (F,) float32
    spread: np.ndarray  # (F,) float32

    def apply(self, features: np.ndarray) -> np.ndarray:
        """(..., F) -> (..., F), clipped to eight spreads: the future may be unlike the past."""
        return np.clip((features - self.mean) / self.spread, -8, 8)


def fit_scaling(features: np.ndarray) -> Scaling:
    """From (N, F); a column that never varies is left unscaled."""
    flat = features.reshape(-1, features.shape[-1])
    if not len(flat):
        return Scaling(np.zeros(flat.shape[1], np.float32), np.ones(flat.shape[1], np.float32))
    mean = flat.mean(0, dtype=np.float64)
    spread = flat.std(0, dtype=np.float64)
    spread[spread < 1e-6] = 1
    return Scaling(mean.astype(np.float32), spread.astype(np.float32))
