"""Right answers to ex38 in other styles."""

import numpy as np
from grader import style


@style("plain loops, Python's own round", replaces="quantize")
def quantize_with_loops(w):
    q = np.zeros(w.shape, np.int8)
    scale = np.ones(w.shape[-1], w.dtype)
    for j in range(w.shape[-1]):
        largest = max(abs(float(one)) for one in w[:, j])
        if largest > 0:
            scale[j] = largest / 127
            for i in range(w.shape[0]):
                q[i, j] = round(float(w[i, j]) / (largest / 127))
    return q, scale


@style("factors 127 / largest, written into given arrays", replaces="quantize")
def quantize_in_place(w):
    largest = np.maximum(w.max(axis=0), -w.min(axis=0))
    largest[largest == 0] = 127
    work = np.asfortranarray(w * (127 / largest))
    np.round(work, out=work)
    return work.astype("i1"), largest / 127


@style("einsum over whole numbers of another type", replaces="int8_matmul")
def int8_matmul_with_einsum(x, q, scale):
    return np.einsum("...d,df->...f", x, q.astype(x.dtype)) * scale


@style("one output after another", replaces="int8_matmul")
def int8_matmul_by_columns(x, q, scale):
    out = np.empty((*x.shape[:-1], q.shape[-1]), x.dtype, order="F")
    for j, factor in enumerate(scale):
        out[..., j] = np.sum(x * q[:, j], axis=-1) * factor
    return out


@style("rows of q added up one by one", replaces="int8_matmul")
def int8_matmul_by_rows(x, q, scale):
    total = np.zeros((*x.shape[:-1], q.shape[-1]), x.dtype)
    for i, row in enumerate(q.tolist()):
        total += x[..., i, None] * np.array(row, x.dtype)
    total *= scale
    return total
