"""What several plot tests need: weights of known pattern, and the pixels inside axes."""

import numpy as np

from attention import causal_mask, softmax


def previous_token_head(T):
    """(T, T): each query looks at the key before it, the first at itself."""
    weights = np.zeros((T, T), np.float32)
    weights[np.arange(T), np.maximum(np.arange(T) - 1, 0)] = 1
    return weights


def random_weights(*shape, causal=False, seed=0):
    scores = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    if causal:
        scores = np.where(causal_mask(*shape[-2:]), scores, np.float32(-np.inf))
    return softmax(scores)


def pixels_of(ax):
    """(height, width, 3) floats 0 … 1: what is drawn inside the axes' frame."""
    canvas = ax.figure.canvas
    canvas.draw()
    page = np.asarray(canvas.buffer_rgba())[..., :3] / 255
    box = ax.get_window_extent()
    top = page.shape[0] - int(box.y1)
    return page[top + 1 : top + int(box.height) - 1, int(box.x0) + 1 : int(box.x1) - 1]
