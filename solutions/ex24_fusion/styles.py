"""Right answers to ex24 in other styles; each must pass."""

import math

import numpy as np
from grader import style


@style("tanh for the sigmoid", replaces="gated_fusion")
def fusion_with_tanh(a, b, w, bias):
    d = a.shape[-1]
    gate = (np.tanh((a @ w[:d] + b @ w[d:] + bias) / 2) + 1) / 2
    return b + gate * (a - b)


@style("loops", replaces="gated_fusion")
def fusion_with_loops(a, b, w, bias):
    d = a.shape[-1]
    out = np.empty_like(a)
    for place in np.ndindex(a.shape[:-1]):
        joined = [*a[place], *b[place]]
        for j in range(d):
            z = float(bias[j]) + math.fsum(x * w[i, j] for i, x in enumerate(joined))
            e = math.exp(-abs(z))
            gate = (1.0 if z >= 0 else e) / (1 + e)
            out[(*place, j)] = gate * a[(*place, j)] + (1 - gate) * b[(*place, j)]
    return out


@style("naive sigmoid, its overflow held back", replaces="gated_fusion")
def fusion_with_a_clipped_score(a, b, w, bias):
    z = np.clip(np.concatenate((a, b), -1) @ w + bias, -80, 80)
    gate = 1 / (1 + np.exp(-z))
    return gate * a + (1 - gate) * b


@style("einsum", replaces="gated_fusion_backward")
def backward_with_einsum(dout, a, b, w, bias):
    joined = np.concatenate([a, b], axis=-1)
    z = np.einsum("...i,ij->...j", joined, w) + bias
    gate = np.exp(-np.logaddexp(np.zeros_like(z), -z))
    dz = dout * (a - b) * gate * (1 - gate)
    da, db = np.split(np.einsum("...j,ij->...i", dz, w), 2, axis=-1)
    rows, dz = joined.reshape(-1, w.shape[0]), dz.reshape(-1, w.shape[1])
    dw, dbias = np.einsum("ni,nj->ij", rows, dz), np.einsum("nj->j", dz)
    return da + dout * gate, db + dout * (1 - gate), dw, dbias


@style("in place on own copies, Fortran order", replaces="gated_fusion_backward")
def backward_in_place(dout, a, b, w, bias):
    d = a.shape[-1]
    joined = np.asfortranarray(np.concatenate([a, b], axis=-1))
    z = joined @ np.asfortranarray(w)
    z += bias
    gate = (np.tanh(z / 2) + 1) / 2
    dz = a - b
    dz *= dout
    dz *= gate
    dz *= 1 - gate
    da, db = dz @ w[:d].T, dz @ w[d:].T
    da += dout * gate
    gate -= 1
    db -= dout * gate
    axes = tuple(range(a.ndim - 1))
    dw = np.tensordot(joined, dz, axes=(axes, axes))
    return da, db, dw, dz.sum(axis=axes)
