"""Rollout: how much of each input token reaches each output, through all layers.

Abnar & Zuidema 2020, arXiv:2005.00928. A block adds what attention brings to what was there, so
the identity is kept beside the weights: without it the token's own path would be lost.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from .canvas import leave_nothing_behind
from .image import WeightsImage
from .maps import plot_attention
from .weights import read_layers


def attention_rollout(weights: Any, *, example: int = 0) -> np.ndarray:
    """Layers of (H, T, T) weights -> (T, T): the share of input s in output t, rows sum to 1.

    Each layer is the mean over its heads plus the identity, each row divided by its sum; the
    layers are multiplied, later ones from the left. Weights as in `plot_heads`.
    Raises ValueError if queries and keys are not the same tokens.
    """
    layers = read_layers(weights, example)
    T, S = layers[0].shape[1:]
    if T != S:
        raise ValueError(f"Rollout needs self-attention, T = S; got {T} queries and {S} keys.")
    kind = np.result_type(*layers, np.float32)
    rollout = np.eye(T, dtype=kind)
    for layer in layers:
        step = layer.mean(axis=0, dtype=kind) + np.eye(T, dtype=kind)
        rollout = (step / step.sum(axis=-1, keepdims=True)) @ rollout
    return rollout


@leave_nothing_behind
def plot_rollout(
    weights: Any,
    tokens: Sequence[str] | None = None,
    *,
    example: int = 0,
    ax: Axes | None = None,
    **style: Any,
) -> WeightsImage:
    """Draw `attention_rollout` as one map and return its image; ``style`` as `plot_attention`."""
    rollout = attention_rollout(weights, example=example)
    image = plot_attention(rollout, tokens, ax=ax, **style)
    image.axes.set(xlabel="input", ylabel="output")
    if image.colorbar is not None:
        image.set_note(image.colorbar.ax.yaxis.label, "share of the input")
    return image
