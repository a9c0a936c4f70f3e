"""Right answers to ex39 in other styles."""

import numpy as np
from grader import style


@style("plain loops over queries and keys", replaces="sink_mask")
def sink_mask_with_loops(n, window, sinks):
    mask = np.zeros((n, n), dtype=bool, order="F")
    for i in range(n):
        for j in range(i + 1):
            mask[i, j] = j < sinks or j + window > i
    return mask


@style("triangles, and the first columns written over", replaces="sink_mask")
def sink_mask_with_triangles(n, window, sinks):
    past = np.tri(n, dtype=bool)
    band = past & ~np.tri(n, k=-window, dtype=bool)
    band[:, :sinks] = past[:, :sinks]
    return band


@style("indices of the rows that stay", replaces="evict")
def evict_with_indices(k, v, window, sinks):
    m = k.shape[-2]
    rows = [t for t in range(m) if t < sinks or t >= m - window]
    return np.take(k, rows, axis=-2), np.take(v, rows, axis=-2)


@style("a view where nothing is dropped, else rows deleted", replaces="evict")
def evict_by_deleting(k, v, window, sinks):
    drop = k.shape[-2] - window - sinks
    if drop <= 0:
        return k, v
    gone = np.s_[sinks : sinks + drop]
    return np.delete(k, gone, axis=-2), np.delete(v, gone, axis=-2)


@style("a mask over the rows, time first", replaces="evict")
def evict_with_a_mask(k, v, window, sinks):
    age = np.arange(k.shape[-2])[::-1]
    stays = (age < window) | (age[::-1] < sinks)
    return tuple(np.moveaxis(np.moveaxis(x, -2, 0)[stays], 0, -2) for x in (k, v))
