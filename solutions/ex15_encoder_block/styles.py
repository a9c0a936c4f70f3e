"""Right answers to ex15 in other styles; each must pass.

A style replaces one function, so the forward styles save under the reference's names and the
backward styles read them.
"""

from types import SimpleNamespace

import numpy as np
from grader import style


def _layer_norm(x):
    std = np.sqrt(np.var(x, axis=-1, keepdims=True) + 1e-5)
    return (x - np.mean(x, axis=-1, keepdims=True)) / std, std


@style("loops over sequences, heads and queries", replaces="encoder_block")
def encoder_block_loops(x, params, num_heads, mask=None):
    p, (n, d) = params, x.shape[-2:]
    width, lead = d // num_heads, x.shape[:-2]
    allowed = np.ones((*lead, num_heads, n, n), dtype=bool)
    if mask is not None:
        allowed[...] = mask
    normalised1, std1 = _layer_norm(x)
    a = normalised1 * p["ln1_gain"] + p["ln1_bias"]
    q, k, v = (np.zeros((*lead, num_heads, n, width), x.dtype) for _ in range(3))
    weights, merged = np.zeros((*lead, num_heads, n, n), x.dtype), np.zeros_like(x)
    for index in np.ndindex(lead):
        for head in range(num_heads):
            own = slice(head * width, (head + 1) * width)
            at = (*index, head)
            q[at] = a[index] @ p["w_q"][:, own]
            k[at] = a[index] @ p["w_k"][:, own]
            v[at] = a[index] @ p["w_v"][:, own]
            for i in range(n):
                keys = np.flatnonzero(allowed[at][i])
                if len(keys):
                    scores = k[at][keys] @ q[at][i] / float(width) ** 0.5
                    e = np.exp(scores - scores.max())
                    weights[(*at, i, keys)] = e / e.sum()
                merged[(*index, i, own)] = weights[at][i] @ v[at]
    h = x + merged @ p["w_o"]
    normalised2, std2 = _layer_norm(h)
    hidden = (normalised2 * p["ln2_gain"] + p["ln2_bias"]) @ p["w0"] + p["b0"]
    hidden = hidden * (hidden > 0)
    saved = SimpleNamespace(params=p, q=q, k=k, v=v, weights=weights, merged=merged, hidden=hidden)
    saved.normalised1, saved.std1 = normalised1, std1
    saved.normalised2, saved.std2 = normalised2, std2
    return h + hidden @ p["w1"] + p["b1"], saved


@style("einsum", replaces="encoder_block")
def encoder_block_einsum(x, params, num_heads, mask=None):
    p, d = params, x.shape[-1]
    s = SimpleNamespace(params=params)
    s.normalised1, s.std1 = _layer_norm(x)
    a = s.normalised1 * p["ln1_gain"] + p["ln1_bias"]

    def project(w):
        return np.einsum("...nd,dhe->...hne", a, w.reshape(d, num_heads, -1))

    s.q, s.k, s.v = project(p["w_q"]), project(p["w_k"]), project(p["w_v"])
    scores = np.einsum("...qe,...ke->...qk", s.q, s.k) * float(d / num_heads) ** -0.5
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    top = scores.max(axis=-1, keepdims=True)
    e = np.exp(scores - np.where(np.isfinite(top), top, 0))
    s.weights = e / np.maximum(e.sum(axis=-1, keepdims=True), np.finfo(e.dtype).tiny)
    s.merged = np.einsum("...hqk,...hke->...qhe", s.weights, s.v).reshape(x.shape)
    h = x + s.merged @ p["w_o"]
    s.normalised2, s.std2 = _layer_norm(h)
    m = s.normalised2 * p["ln2_gain"] + p["ln2_bias"]
    s.hidden = np.clip(np.einsum("...d,df->...f", m, p["w0"]) + p["b0"], 0, None)
    return h + np.einsum("...f,fd->...d", s.hidden, p["w1"]) + p["b1"], s


@style("Fortran order, in place on its own copies", replaces="encoder_block")
def encoder_block_in_place(x, params, num_heads, mask=None):
    p = {name: np.asfortranarray(array) for name, array in params.items()}
    s = SimpleNamespace(params=p)
    s.normalised1, s.std1 = _layer_norm(np.asfortranarray(x))
    a = s.normalised1.copy()
    a *= p["ln1_gain"]
    a += p["ln1_bias"]
    width = x.shape[-1] // num_heads
    joint = a @ np.concatenate([p["w_q"], p["w_k"], p["w_v"]], axis=1)
    parts = np.split(joint, 3 * num_heads, axis=-1)
    s.q, s.k, s.v = (
        np.stack(parts[i * num_heads : (i + 1) * num_heads], axis=-3) for i in range(3)
    )
    s.weights = s.q @ np.swapaxes(s.k, -1, -2)
    s.weights /= float(np.sqrt(width))
    if mask is not None:
        s.weights[~np.broadcast_to(mask, s.weights.shape)] = -np.inf
    s.weights -= np.maximum(s.weights.max(axis=-1, keepdims=True), np.finfo(x.dtype).min)
    np.exp(s.weights, out=s.weights)
    total = s.weights.sum(axis=-1, keepdims=True)
    total[total == 0] = 1
    s.weights /= total
    s.merged = np.concatenate([(s.weights @ s.v)[..., h, :, :] for h in range(num_heads)], axis=-1)
    out = x.copy()
    out += s.merged @ p["w_o"]
    s.normalised2, s.std2 = _layer_norm(out)
    s.hidden = (s.normalised2 * p["ln2_gain"] + p["ln2_bias"]) @ p["w0"]
    s.hidden += p["b0"]
    s.hidden[s.hidden < 0] = 0
    out += s.hidden @ p["w1"]
    out += p["b1"]
    return out, s


def _norm_backward_by_jacobian(g, normalised, std):
    d = g.shape[-1]
    outer = normalised[..., :, None] * normalised[..., None, :]
    jacobian = (np.eye(d, dtype=g.dtype) - 1 / d - outer / d) / std[..., None]
    return (g[..., None, :] @ jacobian)[..., 0, :]


@style("einsum and Jacobians", replaces="encoder_block_backward")
def encoder_block_backward_einsum(dout, saved):
    s, p, d = saved, saved.params, dout.shape[-1]
    lead = "ab"[: dout.ndim - 2]

    def outer(left, right):
        return np.einsum(f"{lead}ni,{lead}nj->ij", left, right)

    def total(g):
        return np.einsum(f"{lead}ni->i", g)

    m = s.normalised2 * p["ln2_gain"] + p["ln2_bias"]
    dz = np.where(s.hidden > 0, np.einsum("...d,fd->...f", dout, p["w1"]), 0)
    dm = np.einsum("...f,df->...d", dz, p["w0"])
    dh = dout + _norm_backward_by_jacobian(dm * p["ln2_gain"], s.normalised2, s.std2)
    heads = s.q.shape[-3]
    w_o = p["w_o"].reshape(heads, -1, d)
    dheads = np.einsum("...nd,hed->...hne", dh, w_o)
    dweights = np.einsum("...qe,...ke->...qk", dheads, s.v)
    dot = np.einsum("...qk,...qk->...q", dweights, s.weights)
    dscores = s.weights * (dweights - dot[..., None]) * float(s.q.shape[-1]) ** -0.5
    per_head = (
        ("w_q", np.einsum("...qk,...ke->...qe", dscores, s.k)),
        ("w_k", np.einsum("...qk,...qe->...ke", dscores, s.q)),
        ("w_v", np.einsum("...qk,...qe->...ke", s.weights, dheads)),
    )
    a = s.normalised1 * p["ln1_gain"] + p["ln1_bias"]
    grads, da = {}, np.zeros_like(dout)
    for name, g in per_head:
        grads[name] = np.einsum(f"{lead}ni,{lead}hne->ihe", a, g).reshape(d, d)
        da += np.einsum("...hne,ihe->...ni", g, p[name].reshape(d, heads, -1))
    dx = dh + _norm_backward_by_jacobian(da * p["ln1_gain"], s.normalised1, s.std1)
    grads |= {"w_o": outer(s.merged, dh), "w0": outer(m, dz), "w1": outer(s.hidden, dout)}
    grads |= {"b0": total(dz), "b1": total(dout), "ln2_bias": total(dm), "ln1_bias": total(da)}
    grads |= {"ln2_gain": total(dm * s.normalised2), "ln1_gain": total(da * s.normalised1)}
    return dx, grads


def _one_sequence_backward(dout, s, index):
    """Everything for one sequence, its positions as rows of matrices, one head at a time."""
    p = s.params
    n1, n2, hidden = s.normalised1[index], s.normalised2[index], s.hidden[index]
    a, m = n1 * p["ln1_gain"] + p["ln1_bias"], n2 * p["ln2_gain"] + p["ln2_bias"]
    g = {"w1": hidden.T @ dout, "b1": dout.sum(0)}
    dz = np.where(hidden > 0, dout @ p["w1"].T, 0)
    g["w0"], g["b0"] = m.T @ dz, dz.sum(0)
    dm = dz @ p["w0"].T
    g["ln2_gain"], g["ln2_bias"] = (dm * n2).sum(0), dm.sum(0)
    dh = dout + _rows_backward(dm * p["ln2_gain"], n2, s.std2[index])
    g["w_o"] = s.merged[index].T @ dh
    dmerged = dh @ p["w_o"].T
    columns = {"w_q": [], "w_k": [], "w_v": []}
    width = s.q.shape[-1]
    for head in range(s.q.shape[-3]):
        at = (*index, head)
        w, q, k, v = s.weights[at], s.q[at], s.k[at], s.v[at]
        dhead = dmerged[:, head * width : (head + 1) * width]
        dw = dhead @ v.T
        dscores = np.zeros_like(w)
        for i in range(len(w)):
            dscores[i] = (np.diag(w[i]) - np.outer(w[i], w[i])) @ dw[i] / float(width) ** 0.5
        columns["w_q"].append(dscores @ k)
        columns["w_k"].append(dscores.T @ q)
        columns["w_v"].append(w.T @ dhead)
    da = np.zeros_like(dout)
    for name, parts in columns.items():
        joined = np.concatenate(parts, axis=1)
        g[name] = a.T @ joined
        da += joined @ p[name].T
    g["ln1_gain"], g["ln1_bias"] = (da * n1).sum(0), da.sum(0)
    return dh + _rows_backward(da * p["ln1_gain"], n1, s.std1[index]), g


def _rows_backward(g, normalised, std):
    rows = np.empty_like(g)
    for i in range(len(g)):
        row = g[i] - g[i].mean() - normalised[i] * (g[i] @ normalised[i]) / len(g[i])
        rows[i] = row / std[i]
    return rows


@style("loops over sequences, heads and queries", replaces="encoder_block_backward")
def encoder_block_backward_loops(dout, saved):
    dx = np.zeros(dout.shape, dtype=dout.dtype)
    grads = {name: np.zeros_like(array) for name, array in saved.params.items()}
    for index in np.ndindex(dout.shape[:-2]):
        dx[index], own = _one_sequence_backward(dout[index], saved, index)
        for name, gradient in own.items():
            grads[name] += gradient
    return dx, grads


@style("one joint projection, Fortran order", replaces="encoder_block_backward")
def encoder_block_backward_joint(dout, saved):
    s, p, d = saved, saved.params, dout.shape[-1]
    rows = np.asfortranarray(dout.reshape(-1, d))
    n2, hidden = s.normalised2.reshape(-1, d), s.hidden.reshape(len(rows), -1)
    grads = {"w1": hidden.T @ rows, "b1": rows.sum(axis=0)}
    dz = (rows @ p["w1"].T) * np.sign(hidden)
    grads["w0"] = (n2 * p["ln2_gain"] + p["ln2_bias"]).T @ dz
    grads["b0"] = dz.sum(axis=0)
    dm = dz @ p["w0"].T
    grads["ln2_gain"], grads["ln2_bias"] = np.sum(dm * n2, axis=0), np.sum(dm, axis=0)
    dh = rows + _flat_norm_backward(dm * p["ln2_gain"], n2, s.std2.reshape(-1, 1))
    grads["w_o"] = s.merged.reshape(-1, d).T @ dh
    heads, _, width = s.q.shape[-3:]
    dheads = (dh @ p["w_o"].T).reshape(*dout.shape[:-1], heads, width)
    dheads = np.moveaxis(dheads, -2, -3)
    dweights = dheads @ np.moveaxis(s.v, -1, -2)
    dscores = s.weights * dweights
    dscores -= s.weights * dscores.sum(axis=-1, keepdims=True)
    dscores /= width**0.5
    three = [dscores @ s.k, np.moveaxis(dscores, -1, -2) @ s.q]
    three.append(np.moveaxis(s.weights, -1, -2) @ dheads)
    joint = np.concatenate([np.moveaxis(g, -3, -2).reshape(-1, d) for g in three], axis=1)
    n1 = s.normalised1.reshape(-1, d)
    dw = (n1 * p["ln1_gain"] + p["ln1_bias"]).T @ joint
    grads["w_q"], grads["w_k"], grads["w_v"] = np.split(dw, 3, axis=1)
    da = joint @ np.concatenate([p["w_q"], p["w_k"], p["w_v"]], axis=1).T
    grads["ln1_gain"], grads["ln1_bias"] = np.sum(da * n1, axis=0), np.sum(da, axis=0)
    dx = dh + _flat_norm_backward(da * p["ln1_gain"], n1, s.std1.reshape(-1, 1))
    return dx.reshape(dout.shape), grads


def _flat_norm_backward(g, normalised, std):
    d = g.shape[1]
    inner = g.sum(axis=1, keepdims=True) + normalised * (g * normalised).sum(axis=1, keepdims=True)
    return (g - inner / d) / std
