"""Reference for ex29: save what backward needs, and multiply by what comes from above."""

from collections.abc import Callable
from typing import Any

import numpy as np

Pair = tuple[Callable[..., Any], Callable[..., Any]]


def pairs(own: Any) -> dict[str, Pair]:
    """The functions of ex01 to ex11 as pairs: out, saved = forward(...); backward(dout, saved)."""

    def log_softmax_forward(x):
        p = own.softmax(x)
        # log p of the largest is at least −log V, so no logarithm of 0 is ever taken
        log_p_top = np.log(p.max(axis=-1, keepdims=True))
        return x - x.max(axis=-1, keepdims=True) + log_p_top, p

    def log_softmax_backward(dout, p):
        # softmax's own backward of dout / p, with the p cancelled: it may have underflowed to 0
        return dout - p * dout.sum(axis=-1, keepdims=True)

    def attention_forward(q, k, v, mask=None):
        out, weights = own.attention(q, k, v, mask)
        return out, (q, k, v, weights)

    def attention_backward(dout, saved):
        return own.attention_backward(dout, *saved)

    def mlp_forward(x, w0, b0, w1, b1):
        return own.mlp(x, w0, b0, w1, b1), (x, w0, b0, w1, b1)

    def mlp_backward(dout, saved):
        return own.mlp_backward(dout, *saved)

    def layer_norm_forward(x, gain, bias, eps=1e-5):
        return own.layer_norm(x, gain, bias, eps), (x, gain, bias, eps)

    def layer_norm_backward(dout, saved):
        return own.layer_norm_backward(dout, *saved)

    def rotary_forward(x, positions):
        return own.rotary(x, positions), positions

    def rotary_backward(dout, positions):
        return own.rotary(dout, -positions)

    def cross_entropy_forward(logits, targets):
        return own.cross_entropy(logits, targets), (logits, targets)

    def cross_entropy_backward(dloss, saved):
        return dloss * own.cross_entropy_backward(*saved)

    return {
        "log_softmax": (log_softmax_forward, log_softmax_backward),
        "attention": (attention_forward, attention_backward),
        "mlp": (mlp_forward, mlp_backward),
        "layer_norm": (layer_norm_forward, layer_norm_backward),
        "rotary": (rotary_forward, rotary_backward),
        "cross_entropy": (cross_entropy_forward, cross_entropy_backward),
    }
