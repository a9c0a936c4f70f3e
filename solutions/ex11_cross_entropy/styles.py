"""Right answers to ex11 in other styles; each must pass."""

import math

import numpy as np
from grader import style


@style("loops", replaces="cross_entropy")
def cross_entropy_loops(logits, targets):
    targets = np.asarray(targets)
    total = 0.0
    for index in np.ndindex(targets.shape):
        row = [float(z) for z in logits[index]]
        top = max(row)
        total += top + math.log(sum(math.exp(z - top) for z in row)) - row[targets[index]]
    return logits.dtype.type(total / targets.size)


@style("loops", replaces="cross_entropy_backward")
def cross_entropy_backward_loops(logits, targets):
    targets = np.asarray(targets)
    dlogits = np.zeros(logits.shape, dtype=logits.dtype)
    for index in np.ndindex(targets.shape):
        e = np.exp(logits[index] - np.max(logits[index]))
        dlogits[index] = e / np.sum(e)
        dlogits[index][targets[index]] -= 1
    return dlogits / targets.size


@style("rows laid out flat, fancy indexing", replaces="cross_entropy")
def cross_entropy_flat(logits, targets):
    rows, wanted = logits.reshape(-1, logits.shape[-1]), np.reshape(targets, -1)
    top = np.amax(rows, axis=1)
    log_sum = top + np.log(np.sum(np.exp(rows - top[:, np.newaxis]), axis=1))
    return (log_sum - rows[np.arange(len(rows)), wanted]).mean(dtype=logits.dtype)


@style("rows laid out flat, fancy indexing", replaces="cross_entropy_backward")
def cross_entropy_backward_flat(logits, targets):
    rows, wanted = logits.reshape(-1, logits.shape[-1]), np.reshape(targets, -1)
    p = np.exp(rows - rows.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(rows)), wanted] -= 1
    p /= len(rows)
    return p.reshape(logits.shape)


@style("einsum with a one-hot", replaces="cross_entropy")
def cross_entropy_einsum(logits, targets):
    one_hot = np.eye(logits.shape[-1], dtype=logits.dtype)[targets]
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_p = shifted - np.log(np.einsum("...v->...", np.exp(shifted)))[..., None]
    return -np.einsum("...v,...v->...", log_p, one_hot).mean()


@style("logaddexp, one class after another", replaces="cross_entropy")
def cross_entropy_logaddexp(logits, targets):
    log_sum = np.logaddexp.reduce(logits, axis=-1)
    wanted = np.take_along_axis(logits, np.expand_dims(targets, -1), axis=-1)
    return np.mean(log_sum - np.squeeze(wanted, -1))


@style("Fortran order, put_along_axis on its own copy", replaces="cross_entropy_backward")
def cross_entropy_backward_fortran(logits, targets):
    p = np.array(logits, order="F")
    p -= p.max(axis=-1, keepdims=True)
    np.exp(p, out=p)
    p /= p.sum(axis=-1, keepdims=True)
    where = np.expand_dims(targets, -1)
    np.put_along_axis(p, where, np.take_along_axis(p, where, axis=-1) - 1, axis=-1)
    return p * np.asarray(1 / np.size(targets), dtype=p.dtype)
