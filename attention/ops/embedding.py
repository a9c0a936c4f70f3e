"""Embedding: one row of a table for each id. Its gradient gathers what every use of a row sends."""

from typing import Any, NamedTuple

import numpy as np

from .checks import expect_shape, floats, integers, upstream


class EmbeddingSaved(NamedTuple):
    ids: np.ndarray  # (...), integers
    table_shape: tuple[int, int]  # (V, E)
    dtype: np.dtype


def embedding_forward(ids: Any, table: np.ndarray) -> tuple[np.ndarray, EmbeddingSaved]:
    """ids (...) integers in 0 … V − 1, table (V, E) -> out (..., E)."""
    ids = integers("ids", ids)
    (table,) = floats(table=table)
    if table.ndim != 2:
        raise ValueError(f"table must have shape (V, E), got {table.shape}")
    if ids.size and not 0 <= ids.min() <= ids.max() < len(table):
        raise ValueError(
            f"ids must lie in 0 … {len(table) - 1}, the rows of table {table.shape}, "
            f"got {ids.min()} … {ids.max()}"
        )
    return table[ids], EmbeddingSaved(ids, table.shape, table.dtype)


def embedding_backward(dout: np.ndarray, saved: EmbeddingSaved) -> np.ndarray:
    """dout (..., E) -> dtable (V, E)."""
    ids, table_shape, dtype = saved
    dout = upstream(dout, (*ids.shape, table_shape[1]), dtype)
    dtable = np.zeros(table_shape, dtype)
    rows, sums = sum_by_id(ids, dout)
    dtable[rows] = sums
    return dtable


def sum_by_id(ids: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct ids, ascending, and the sum of the values (..., E) of each.

    Sorting first lets each id be summed as one run; `np.add.at` would take them one by one.
    """
    expect_shape("values", values, (*ids.shape, values.shape[-1]), "ids and a width")
    if not ids.size:
        return np.zeros(0, np.intp), np.zeros((0, values.shape[-1]), values.dtype)
    order = np.argsort(ids, axis=None, kind="stable")
    ordered = ids.reshape(-1)[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    rows = values.reshape(ids.size, -1)[order]
    return ordered[starts], np.add.reduceat(rows, starts, axis=0)
