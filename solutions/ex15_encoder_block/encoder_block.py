"""Reference for ex15: small pairs, wired forward and then backward in reverse order."""

import math
from typing import NamedTuple

import numpy as np

EPS = 1e-5


class _Saved(NamedTuple):
    """What the backward pass cannot do without; F is the hidden width, D = d / H."""

    params: dict[str, np.ndarray]
    normalised1: np.ndarray  # (..., n, d)
    std1: np.ndarray  # (..., n, 1)
    q: np.ndarray  # (..., H, n, D)
    k: np.ndarray  # (..., H, n, D)
    v: np.ndarray  # (..., H, n, D)
    weights: np.ndarray  # (..., H, n, n)
    merged: np.ndarray  # (..., n, d)
    normalised2: np.ndarray  # (..., n, d)
    std2: np.ndarray  # (..., n, 1)
    hidden: np.ndarray  # (..., n, F)


def encoder_block(
    x: np.ndarray, params: dict[str, np.ndarray], num_heads: int, mask: np.ndarray | None = None
) -> tuple[np.ndarray, _Saved]:
    """h = x + MHA(LN1(x)); out = h + MLP(LN2(h)); x and out (..., n, d)."""
    p = params
    normalised1, std1 = _normalise(x)
    normed = normalised1 * p["ln1_gain"] + p["ln1_bias"]
    q, k, v = (_split_heads(normed @ p[name], num_heads) for name in ("w_q", "w_k", "w_v"))
    weights = _softmax(q @ _transpose(k) / math.sqrt(q.shape[-1]), mask)
    merged = _merge_heads(weights @ v)
    h = x + merged @ p["w_o"]
    normalised2, std2 = _normalise(h)
    hidden = np.maximum((normalised2 * p["ln2_gain"] + p["ln2_bias"]) @ p["w0"] + p["b0"], 0)
    out = h + hidden @ p["w1"] + p["b1"]
    saved = _Saved(params, normalised1, std1, q, k, v, weights, merged, normalised2, std2, hidden)
    return out, saved


def encoder_block_backward(
    dout: np.ndarray, saved: _Saved
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """dx (..., n, d) and the gradients of all parameters, for dout (..., n, d)."""
    s, p, grads = saved, saved.params, {}

    # out = h + hidden @ w1 + b1, hidden = relu(normed @ w0 + b0), normed = LN2(h)
    normed = s.normalised2 * p["ln2_gain"] + p["ln2_bias"]
    grads["w1"], grads["b1"] = _weight_gradient(s.hidden, dout), _sum_positions(dout)
    dpre = dout @ p["w1"].T * (s.hidden > 0)
    grads["w0"], grads["b0"] = _weight_gradient(normed, dpre), _sum_positions(dpre)
    dnormed = dpre @ p["w0"].T
    grads["ln2_gain"] = _sum_positions(dnormed * s.normalised2)
    grads["ln2_bias"] = _sum_positions(dnormed)
    dh = dout + _normalise_backward(dnormed * p["ln2_gain"], s.normalised2, s.std2)

    # h = x + merged @ w_o, merged = heads of weights @ v
    grads["w_o"] = _weight_gradient(s.merged, dh)
    dheads = _split_heads(dh @ p["w_o"].T, s.q.shape[-3])
    dv = _transpose(s.weights) @ dheads
    dweights = dheads @ _transpose(s.v)
    dscores = s.weights * (dweights - np.sum(dweights * s.weights, axis=-1, keepdims=True))
    dscores = dscores / math.sqrt(s.q.shape[-1])
    dq, dk = dscores @ s.k, _transpose(dscores) @ s.q

    # q, k, v = normed @ w_q, normed @ w_k, normed @ w_v, normed = LN1(x): three roads meet
    normed = s.normalised1 * p["ln1_gain"] + p["ln1_bias"]
    dnormed = np.zeros_like(dout)
    for name, dprojected in (("w_q", dq), ("w_k", dk), ("w_v", dv)):
        dprojected = _merge_heads(dprojected)
        grads[name] = _weight_gradient(normed, dprojected)
        dnormed = dnormed + dprojected @ p[name].T
    grads["ln1_gain"] = _sum_positions(dnormed * s.normalised1)
    grads["ln1_bias"] = _sum_positions(dnormed)
    dx = dh + _normalise_backward(dnormed * p["ln1_gain"], s.normalised1, s.std1)
    return dx, grads


def _normalise(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each row of x (..., d) centred and scaled, and the deviation (..., 1) it was divided by."""
    centred = x - x.mean(axis=-1, keepdims=True)
    std = np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + EPS)
    return centred / std, std


def _normalise_backward(
    dnormalised: np.ndarray, normalised: np.ndarray, std: np.ndarray
) -> np.ndarray:
    """The gradient without its components along the ones and along the normalised row."""
    through_mean = dnormalised.mean(axis=-1, keepdims=True)
    through_std = normalised * np.mean(dnormalised * normalised, axis=-1, keepdims=True)
    return (dnormalised - through_mean - through_std) / std


def _softmax(scores: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """Softmax over the keys; masked keys get 0, and so does all of a row with no key."""
    if mask is None:
        mask = np.True_
    # selected before exp: a masked score may be the largest, and a row may be masked throughout
    top = np.max(scores, axis=-1, keepdims=True, where=mask, initial=np.finfo(scores.dtype).min)
    exponentials = np.where(mask, np.exp(np.where(mask, scores - top, 0)), 0)
    total = exponentials.sum(axis=-1, keepdims=True)
    return exponentials / np.where(total == 0, 1, total)


def _split_heads(x: np.ndarray, num_heads: int) -> np.ndarray:
    """(..., n, d) to (..., H, n, D)."""
    return x.reshape(*x.shape[:-1], num_heads, -1).swapaxes(-2, -3)


def _merge_heads(x: np.ndarray) -> np.ndarray:
    """(..., H, n, D) to (..., n, d)."""
    x = x.swapaxes(-2, -3)
    return x.reshape(*x.shape[:-2], -1)


def _transpose(x: np.ndarray) -> np.ndarray:
    return x.swapaxes(-1, -2)


def _weight_gradient(inputs: np.ndarray, doutputs: np.ndarray) -> np.ndarray:
    """(..., n, a) and (..., n, b) to (a, b), summed over every position."""
    return inputs.reshape(-1, inputs.shape[-1]).T @ doutputs.reshape(-1, doutputs.shape[-1])


def _sum_positions(dy: np.ndarray) -> np.ndarray:
    """(..., d) to (d,)."""
    return dy.sum(axis=tuple(range(dy.ndim - 1)))
