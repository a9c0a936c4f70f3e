"""Right answers to ex01 in other styles; the grader must let each pass."""

import numpy as np
from grader import style


@style("loops over rows")
def softmax(x, axis=-1):
    moved = np.moveaxis(x, axis, -1)
    out = np.empty_like(moved)
    for index in np.ndindex(moved.shape[:-1]):
        top = max(moved[index])
        exponentials = [np.exp(value - top) for value in moved[index]]
        total = sum(exponentials)
        for place, value in enumerate(exponentials):
            out[index][place] = value / total
    return np.moveaxis(out, -1, axis)


@style("log-sum-exp", replaces="softmax")
def softmax_by_log_sum_exp(x, axis=-1):
    top = np.max(x, axis=axis, keepdims=True)
    return np.exp(x - top - np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)))


@style("in place on a Fortran-ordered copy", replaces="softmax")
def softmax_in_place(x, axis=-1):
    y = np.array(x, order="F")
    y -= y.max(axis, keepdims=True)
    np.exp(y, out=y)
    y /= y.sum(axis, keepdims=True)
    return y


@style("the Jacobian written out", replaces="softmax_backward")
def backward_by_jacobian(dy, y, axis=-1):
    dy, y = np.moveaxis(dy, axis, -1), np.moveaxis(y, axis, -1)
    jacobian = (
        y[..., :, None] * np.eye(y.shape[-1], dtype=y.dtype) - y[..., :, None] * y[..., None, :]
    )
    return np.moveaxis(np.einsum("...i,...ij->...j", dy, jacobian), -1, axis)


@style("float32 sums in einsum", replaces="softmax_backward")
def backward_by_einsum(dy, y, axis=-1):
    dy, y = np.moveaxis(dy, axis, -1), np.moveaxis(y, axis, -1)
    inner = np.einsum("...i,...i->...", dy, y)
    return np.moveaxis(dy * y - inner[..., None] * y, -1, axis)
