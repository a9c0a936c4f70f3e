"""ex25: the mean of the users' gradients, made private."""

import numpy as np


def private_mean(
    gradients: np.ndarray, clip: float, noise_multiplier: float, rng: np.random.Generator
) -> np.ndarray:
    """The mean over users with every user's influence bounded and Gaussian noise on top.

    gradients: (n, d), one row a user, n >= 1
    1. a row whose L2 norm exceeds `clip` (> 0) is scaled down to norm `clip`; others stay;
    2. the rows are added up;
    3. independent normal noise of mean 0 and standard deviation noise_multiplier * clip is added
       to each of the d numbers of the sum;
    4. the sum is divided by n.
    All randomness comes from `rng`, drawn in whatever way you like; with noise_multiplier 0
    the result is exact.

    returns (d,), of the dtype of `gradients`; `gradients` is not changed
    """
    raise NotImplementedError
