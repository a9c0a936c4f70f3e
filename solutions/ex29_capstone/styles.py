"""Right answers to ex29 in other styles: classes, gradients worked out at once, loops, einsum."""

import math
from types import SimpleNamespace

import numpy as np
from grader import style


@style("one function makes every pair whose backward takes what its forward took")
def pairs(own):
    def plain(forward, backward):
        return lambda *x: (forward(*x), x), lambda dout, x: backward(dout, *x)

    def log_softmax(x):
        shifted = x - x.max(axis=-1, keepdims=True)
        p = own.softmax(shifted)
        return shifted + np.log(p.max(axis=-1, keepdims=True)), p

    def attention(q, k, v, mask=None):
        out, weights = own.attention(q, k, v, mask)
        return out, {"q": q, "k": k, "v": v, "weights": weights}

    return {
        "mlp": plain(own.mlp, own.mlp_backward),
        "layer_norm": plain(own.layer_norm, own.layer_norm_backward),
        "rotary": plain(own.rotary, lambda dout, _, positions: own.rotary(dout, -positions)),
        "cross_entropy": plain(
            own.cross_entropy, lambda dloss, *x: dloss * own.cross_entropy_backward(*x)
        ),
        "log_softmax": (log_softmax, lambda dout, p: dout - np.einsum("...i,...j->...j", dout, p)),
        "attention": (attention, lambda dout, saved: own.attention_backward(dout, **saved)),
    }


@style("the gradient for dloss = 1 is worked out in forward, and saved", replaces="pairs")
def eager_pairs(own):
    def cross_entropy(logits, targets):
        return own.cross_entropy(logits, targets), own.cross_entropy_backward(logits, targets)

    def attention(q, k, v, mask=None):
        out, weights = own.attention(q.copy(), k.copy(), v.copy(), mask)
        return out, SimpleNamespace(inputs=[q, k, v, weights])

    return {
        **pairs(own),
        "cross_entropy": (cross_entropy, lambda dloss, dlogits: dlogits * dloss),
        "attention": (attention, lambda dout, s: own.attention_backward(dout, *s.inputs)),
    }


@style("einsum", replaces="attention")
def attention_by_einsum(q, k, v, mask=None):
    scores = np.einsum("...nd,...md->...nm", q, k) / math.sqrt(q.shape[-1])
    scores = scores if mask is None else np.where(mask, scores, -np.inf)
    top = scores.max(-1, keepdims=True)
    weights = np.exp(scores - np.where(np.isfinite(top), top, 0))
    weights = weights / np.maximum(weights.sum(-1, keepdims=True), np.finfo(weights.dtype).tiny)
    return np.einsum("...nm,...mv->...nv", weights, v), weights


@style("loops over rows", replaces="layer_norm_backward")
def layer_norm_backward_by_rows(dy, x, gain, bias, eps=1e-5):
    dx, dgain, dbias = np.zeros_like(x), np.zeros_like(gain), np.zeros_like(bias)
    for place in np.ndindex(x.shape[:-1]):
        row = x[place]
        std = np.sqrt(row.var() + eps)
        normalised, g = (row - row.mean()) / std, dy[place] * gain
        dx[place] = (g - g.mean() - normalised * (g * normalised).mean()) / std
        dgain += dy[place] * normalised
        dbias += dy[place]
    return dx, dgain, dbias


@style("in place on a copy", replaces="softmax")
def softmax_in_place(x, axis=-1):
    p = np.array(x)
    p -= p.max(axis, keepdims=True)
    np.exp(p, out=p)
    p /= p.sum(axis, keepdims=True)
    return p
