"""Inference, one new token at a time: attention to all that is cached, layer norm, GELU.

Why these are faster than the pairs: the last token sees every key, so there is no mask to make, and
there will be no backward to prepare. At one token, what costs is the number of calls.
"""

import numpy as np

from ..ops.attention import hidden_scores_are_silent, score_options
from ..ops.masks import Window, window_sides
from .gelu import far_is_flat, gelu_forward, normal_cdf


@hidden_scores_are_silent
def attend_last(
    q: np.ndarray,
    k: np.ndarray,
    v: np.ndarray,
    *,
    scale: float | None = None,
    softcap: float | None = None,
    window: Window = None,
) -> np.ndarray:
    """q (B, H, 1, D), k and v (B, Hkv, S, D), S ≥ 1, q the last of the S -> out (B, H, 1, D)."""
    left, _ = window_sides(window, True)
    if left is not None and left + 1 < k.shape[2]:
        k, v = k[:, :, -left - 1 :], v[:, :, -left - 1 :]
    B, H, _, D = q.shape
    scale, softcap = score_options(q, scale, softcap)
    Hkv = k.shape[1]
    rows = (q * scale).reshape(B, Hkv, H // Hkv, D)  # (B, Hkv, G, D)
    scores = rows @ k.swapaxes(-1, -2)  # (B, Hkv, G, S)
    if softcap is not None:
        scores = np.tanh(scores / softcap) * softcap
    scores -= scores.max(-1, keepdims=True)
    np.exp(scores, out=scores)
    out = scores @ v
    out /= scores.sum(-1, keepdims=True)
    return out.reshape(B, H, 1, v.shape[-1])


def layer_norm(x: np.ndarray, gain: np.ndarray, bias: np.ndarray, eps: float) -> np.ndarray:
    """x (..., E) -> out (..., E), as `layer_norm_forward`."""
    E = x.shape[-1]
    out = x - np.add.reduce(x, -1, keepdims=True) / E
    out -= np.add.reduce(out, -1, keepdims=True) / E  # as `layer_norm_forward` does
    variance = np.add.reduce(out * out, -1, keepdims=True) / E
    out /= np.sqrt(variance + eps)
    out *= gain
    out += bias
    return out


@far_is_flat
def gelu(x: np.ndarray) -> np.ndarray:
    """x (...) -> x Φ(x) (...), as `gelu_forward`; x is overwritten."""
    if x.dtype != np.float32:
        return gelu_forward(x)[0]
    x *= normal_cdf(x, np.empty_like(x), np.empty_like(x))
    return x
