"""ex12: the Adam optimizer. The question is in README.md beside this file."""

import numpy as np


class Adam:
    """Adam (Kingma and Ba 2015, algorithm 1) over a dict of named arrays.

    params: dict of name to array; the arrays are changed in place, and keep dtype and identity.
    lr: step size. betas: decay of the first and of the second moment. eps: added to the root
        of the corrected second moment, outside the root.
    """

    def __init__(
        self,
        params: dict[str, np.ndarray],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        raise NotImplementedError

    def step(self, grads: dict[str, np.ndarray]) -> None:
        """Take one step. grads: name to gradient, the names and shapes of params, all present.

        The gradients stay as they are. The first call is step 1 of the bias correction.
        """
        raise NotImplementedError
