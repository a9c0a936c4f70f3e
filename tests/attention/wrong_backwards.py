"""Backwards that are wrong in one place each, as slips are; the checker must catch them all."""

from collections.abc import Callable
from typing import Any

import numpy as np

import attention as A

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 4, 5))
GAIN, BIAS = RNG.normal(size=5), RNG.normal(size=5)
W, B = RNG.normal(size=(5, 6)), RNG.normal(size=6)
Q, K, V = RNG.normal(size=(2, 4, 3)), RNG.normal(size=(2, 5, 3)), RNG.normal(size=(2, 5, 6))
GROUPED = RNG.normal(size=(4, 3, 2)), RNG.normal(size=(2, 5, 2)), RNG.normal(size=(2, 5, 2))
TARGETS = RNG.integers(0, 5, (3, 4))
IDS = np.array([[0, 2, 2], [1, 2, 0]])

Wrong = tuple[str, Callable[..., Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]]
WRONG: list[Wrong] = []


def wrong(name: str, forward: Callable[..., Any], inputs: tuple[Any, ...], **options: Any) -> Any:
    def collect(backward: Callable[..., Any]) -> Callable[..., Any]:
        WRONG.append((name, forward, backward, inputs, options))
        return backward

    return collect


@wrong("softmax without the sum term", A.softmax_forward, (X,))
def _(dout, saved):
    return saved.y * dout


@wrong("softmax sums over the wrong axis", A.softmax_forward, (X,))
def _(dout, saved):
    return saved.y * (dout - (dout * saved.y).sum(-2, keepdims=True))


@wrong("softmax takes the mean for the sum", A.softmax_forward, (X,))
def _(dout, saved):
    return saved.y * (dout - (dout * saved.y).mean(-1, keepdims=True))


@wrong("softmax with the sum's sign turned", A.softmax_forward, (X,))
def _(dout, saved):
    return saved.y * (dout + (dout * saved.y).sum(-1, keepdims=True))


@wrong("log softmax forgets the weights", A.log_softmax_forward, (X,))
def _(dout, saved):
    return dout - dout.sum(-1, keepdims=True)


@wrong("layer norm with the gain outside the means", A.layer_norm_forward, (X, GAIN, BIAS))
def _(dout, saved):
    n, rstd, gain = saved
    dx = dout - dout.mean(-1, keepdims=True) - n * (dout * n).mean(-1, keepdims=True)
    return dx * rstd * gain, (dout * n).sum((0, 1)), dout.sum((0, 1))


def _layer_norm_dx(dout, saved):
    n, rstd, gain = saved
    g = dout * gain
    return (g - g.mean(-1, keepdims=True) - n * (g * n).mean(-1, keepdims=True)) * rstd


@wrong("layer norm without the mean term", A.layer_norm_forward, (X, GAIN, BIAS))
def _(dout, saved):
    n, rstd, gain = saved
    g = dout * gain
    dx = (g - n * (g * n).mean(-1, keepdims=True)) * rstd
    return dx, (dout * n).sum((0, 1)), dout.sum((0, 1))


@wrong("layer norm without the variance term", A.layer_norm_forward, (X, GAIN, BIAS))
def _(dout, saved):
    n, rstd, gain = saved
    g = dout * gain
    return (g - g.mean(-1, keepdims=True)) * rstd, (dout * n).sum((0, 1)), dout.sum((0, 1))


@wrong("layer norm treats the deviation as a constant 1", A.layer_norm_forward, (X, GAIN, BIAS))
def _(dout, saved):
    dx = _layer_norm_dx(dout, saved) / saved.rstd
    return dx, (dout * saved.normed).sum((0, 1)), dout.sum((0, 1))


@wrong("layer norm's gain takes the raw gradient", A.layer_norm_forward, (X, GAIN, BIAS))
def _(dout, saved):
    return _layer_norm_dx(dout, saved), dout.sum((0, 1)), dout.sum((0, 1))


@wrong("layer norm's bias takes the mean", A.layer_norm_forward, (X, GAIN, BIAS))
def _(dout, saved):
    return _layer_norm_dx(dout, saved), (dout * saved.normed).sum((0, 1)), dout.mean((0, 1))


@wrong("layer norm sums one leading axis only", A.layer_norm_forward, (X, GAIN, BIAS))
def _(dout, saved):
    dx = _layer_norm_dx(dout, saved)
    return dx, (dout * saved.normed)[0].sum(0), dout[0].sum(0)


@wrong("RMS norm subtracts a mean", A.rms_norm_forward, (X, GAIN))
def _(dout, saved):
    g = dout * saved.gain
    n = saved.normed
    dx = g - g.mean(-1, keepdims=True) - n * (g * n).mean(-1, keepdims=True)
    return dx * saved.rrms, (dout * n).sum((0, 1))


@wrong("linear without the transpose of its square weight", A.linear_forward, (X, W[:, :5]))
def _(dout, saved):
    _, dw, _ = A.linear_backward(dout, saved)
    return dout @ saved.w, dw


@wrong("linear's bias summed over one axis", A.linear_forward, (X, W, B))
def _(dout, saved):
    dx, dw, _ = A.linear_backward(dout, saved)
    return dx, dw, dout.sum(1)[0]


@wrong("linear's weights averaged over the batch", A.linear_forward, (X, W, B))
def _(dout, saved):
    dx, dw, db = A.linear_backward(dout, saved)
    return dx, dw / len(X), db


@wrong("ReLU passes everything", A.relu_forward, (X,))
def _(dout, saved):
    return dout


@wrong("ReLU looks at the sign of the gradient", A.relu_forward, (X,))
def _(dout, saved):
    return np.where(dout > 0, dout, 0)


@wrong("GELU without the density term", A.gelu_forward, (X,))
def _(dout, saved):
    return dout * saved.gate


@wrong("GELU by tanh with the exact derivative", A.gelu_forward, (X,), approximate="tanh")
def _(dout, saved):
    return A.gelu_backward(dout, saved._replace(approximate="none"))


@wrong("SiLU with the sigmoid alone", A.silu_forward, (X,))
def _(dout, saved):
    return dout * saved.gate


@wrong("dropout without its scale", A.dropout_forward, (X,), p=0.4, rng=0)
def _(dout, saved):
    return dout * (saved.keep > 0)


@wrong("dropout draws a new mask", A.dropout_forward, (X,), p=0.4, rng=0)
def _(dout, saved):
    return A.dropout_forward(dout, 0.4, 1)[0]


@wrong("embedding lets the last use of a row win", A.embedding_forward, (IDS, W))
def _(dout, saved):
    dtable = np.zeros(saved.table_shape)
    dtable[saved.ids] = dout
    return dtable


@wrong("rotary turns on instead of back", A.rotary_forward, (X[..., :4], np.arange(4)))
def _(dout, saved):
    return A.rotary_backward(dout, saved._replace(sin=-saved.sin))


@wrong("cross-entropy forgets to divide by the count", A.cross_entropy_forward, (X, TARGETS))
def _(dout, saved):
    return A.cross_entropy_backward(dout, saved) * TARGETS.size


@wrong("cross-entropy forgets the upstream gradient", A.cross_entropy_forward, (X, TARGETS))
def _(dout, saved):
    return A.cross_entropy_backward(1.0, saved)


@wrong(
    "cross-entropy counts what it ignores",
    A.cross_entropy_forward,
    (X, np.where(TARGETS == 0, -1, TARGETS)),
    ignore_index=-1,
)
def _(dout, saved):
    return A.cross_entropy_backward(dout, saved) * (saved.counted.sum() / TARGETS.size)


@wrong("attention without the scale in dq", A.attention_forward, (Q, K, V))
def _(dout, saved):
    dq, dk, dv = A.attention_backward(dout, saved)
    return dq / saved.scale, dk, dv


@wrong("attention with the scale of dk squared", A.attention_forward, (Q, K, V))
def _(dout, saved):
    dq, dk, dv = A.attention_backward(dout, saved)
    return dq, dk * saved.scale, dv


@wrong("attention without softmax's sum term", A.attention_forward, (Q, K, V))
def _(dout, saved):
    q, k, v, weights, scale, *_ = saved
    dscores = weights * (dout @ v.swapaxes(-1, -2))
    dk = dscores.swapaxes(-1, -2) @ q * scale
    return dscores @ k * scale, dk, weights.swapaxes(-1, -2) @ dout


@wrong("attention swaps the gradients of two equal shapes", A.attention_forward, (Q, K, K + 1))
def _(dout, saved):
    dq, dk, dv = A.attention_backward(dout, saved)
    return dq, dv, dk


@wrong("attention with a stale query", A.attention_forward, (Q, K, V))
def _(dout, saved):
    return A.attention_backward(dout, saved._replace(q=saved.q + 0.01))


@wrong("grouped heads tiled instead of repeated", A.attention_forward, GROUPED)
def _(dout, saved):
    q, k, v, weights, scale, *_ = saved
    k4, v4 = np.tile(k, (2, 1, 1)), np.tile(v, (2, 1, 1))
    dw = dout @ v4.swapaxes(-1, -2)
    ds = weights * (dw - (dw * weights).sum(-1, keepdims=True))
    dk, dv = ds.swapaxes(-1, -2) @ q * scale, weights.swapaxes(-1, -2) @ dout
    return ds @ k4 * scale, dk.reshape(2, 2, 5, 2).sum(0), dv.reshape(2, 2, 5, 2).sum(0)


@wrong("soft cap's slope left out", A.attention_forward, (Q, K, V), softcap=1.0)
def _(dout, saved):
    return A.attention_backward(dout, saved._replace(capped=None))


@wrong("tiled attention forgets the last tile", A.tiled_attention_forward, (Q, K, V), tile=2)
def _(dout, saved):
    dq, dk, dv = A.tiled_attention_backward(dout, saved)
    dk[..., 4:, :] = 0
    return dq, dk, dv


@wrong("two gradients where three are due", A.linear_forward, (X, W, B))
def _(dout, saved):
    return A.linear_backward(dout, saved)[:2]


@wrong("a gradient that is NaN", A.softmax_forward, (X,))
def _(dout, saved):
    return np.full_like(dout, np.nan)


@wrong("a gradient with one NaN in it", A.softmax_forward, (X,))
def _(dout, saved):
    dx = A.softmax_backward(dout, saved)
    dx[1, 2, 3] = np.nan
    return dx
