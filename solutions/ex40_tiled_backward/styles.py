"""Right answers to ex40 in other styles."""

import math

import numpy as np
from grader import style


@style("loops over sequences and queries, all keys at once")
def tiled_backward(dout, q, k, v, out, log_sum_exp, tile):
    scale = 1 / math.sqrt(q.shape[-1])
    dq, dk, dv = (np.zeros(array.shape, array.dtype) for array in (q, k, v))
    for at in np.ndindex(q.shape[:-1]):
        batch = at[:-1]
        p = np.exp(scale * (k[batch] @ q[at]) - log_sum_exp[at])
        dp = v[batch] @ dout[at]
        ds = scale * p * (dp - p @ dp)
        dq[at] = ds @ k[batch]
        dk[batch] += ds[:, None] * q[at]
        dv[batch] += p[:, None] * dout[at]
    return dq, dk, dv


@style("einsum, tiles of queries")
def query_tiles(dout, q, k, v, out, log_sum_exp, tile):
    root = math.sqrt(q.shape[-1])
    dq, dk, dv = np.empty_like(q), np.zeros_like(k), np.zeros_like(v)
    for first in range(0, q.shape[-2], tile):
        rows = slice(first, first + tile)
        q_rows, dout_rows = q[..., rows, :], dout[..., rows, :]
        scores = np.einsum("...nd,...md->...nm", q_rows, k) / root
        p = np.exp(scores - log_sum_exp[..., rows, None])
        shared = np.einsum("...ne,...ne->...n", dout_rows, out[..., rows, :])
        dp = np.einsum("...ne,...me->...nm", dout_rows, v)
        ds = p * (dp - shared[..., None]) / root
        dq[..., rows, :] = np.einsum("...nm,...md->...nd", ds, k)
        dk += np.einsum("...nm,...nd->...md", ds, q_rows)
        dv += np.einsum("...nm,...ne->...me", p, dout_rows)
    return dq, dk, dv


@style("in place on its own arrays, Fortran order")
def in_place(dout, q, k, v, out, log_sum_exp, tile):
    q = np.multiply(q, 1 / math.sqrt(q.shape[-1]), dtype=q.dtype)
    dq, dk, dv = (np.zeros(array.shape, array.dtype, order="F") for array in (q, k, v))
    shared = np.einsum("...ne,...ne->...n", dout, out)[..., None]
    for first in range(0, k.shape[-2], tile):
        at = slice(first, first + tile)
        p = q @ k[..., at, :].swapaxes(-1, -2)
        p -= log_sum_exp[..., None]
        np.exp(p, out=p)
        dv[..., at, :] = p.swapaxes(-1, -2) @ dout
        dp = dout @ v[..., at, :].swapaxes(-1, -2)
        dp -= shared
        p *= dp
        dk[..., at, :] = p.swapaxes(-1, -2) @ q
        p /= math.sqrt(q.shape[-1])
        dq += p @ k[..., at, :]
    return dq, dk, dv


@style("two passes: the sum of each row is collected first")
def two_passes(dout, q, k, v, out, log_sum_exp, tile):
    scaled = q / math.sqrt(q.shape[-1])
    shared = np.zeros((*q.shape[:-1], 1), dtype=q.dtype)
    for first in range(0, k.shape[-2], tile):
        at = slice(first, first + tile)
        p = np.exp(scaled @ k[..., at, :].mT - log_sum_exp[..., None])
        shared += (p * (dout @ v[..., at, :].mT)).sum(axis=-1, keepdims=True)
    dq, dk, dv = np.zeros_like(q), [], []
    for first in range(0, k.shape[-2], tile):
        at = slice(first, first + tile)
        p = np.exp(scaled @ k[..., at, :].mT - log_sum_exp[..., None])
        ds = p * (dout @ v[..., at, :].mT - shared)
        dq += ds @ k[..., at, :]
        dk.append(ds.mT @ scaled)
        dv.append(p.mT @ dout)
    return dq / math.sqrt(q.shape[-1]), np.concatenate(dk, axis=-2), np.concatenate(dv, axis=-2)


@style("zero keys fill the last tile up; they take nothing back")
def padded(dout, q, k, v, out, log_sum_exp, tile):
    m = k.shape[-2]
    pad = [(0, 0)] * (k.ndim - 2) + [(0, -m % tile), (0, 0)]
    k, v = np.pad(k, pad), np.pad(v, pad)
    scaled, dq = q / math.sqrt(q.shape[-1]), np.zeros_like(q)
    dk, dv = np.empty_like(k), np.empty_like(v)
    shared = (dout * out).sum(axis=-1)[..., None]
    for first in range(0, k.shape[-2], tile):
        keys, values = k[..., first : first + tile, :], v[..., first : first + tile, :]
        scores = np.minimum(scaled @ keys.mT - log_sum_exp[..., None], 0)  # a zero key may exceed
        p = np.exp(scores)
        ds = p * (dout @ values.mT - shared)
        dq += ds @ keys / math.sqrt(q.shape[-1])
        dk[..., first : first + tile, :] = ds.mT @ scaled
        dv[..., first : first + tile, :] = p.mT @ dout
    return dq, dk[..., :m, :], dv[..., :m, :]
