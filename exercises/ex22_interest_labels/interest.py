"""ex22: probabilities of interest labels, from queries over encoded events."""

import numpy as np


def label_probabilities(
    queries: np.ndarray,
    memory: np.ndarray,
    w_label: np.ndarray,
    memory_mask: np.ndarray | None = None,
) -> np.ndarray:
    """Attend to the events, score the labels, softmax over the labels.

    queries (..., t, d), memory (..., m, d) as keys and values, w_label (d, c), memory_mask
    (..., m) boolean, True = may attend. Scale 1/√d, no bias. A memory with nothing to attend to
    reads as zeros. Returns (..., t, c).
    """
    raise NotImplementedError
