"""Attention as lines between two columns of tokens: which query looks at which key."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.ticker import MaxNLocator

from .canvas import axes_for, colour_style, figure_of, leave_nothing_behind
from .maps import both_tokens, colour_bar
from .tokens import SMALLEST_POINTS, cells, fitting_size, readable, room, written_out
from .weights import choose

BENDS = np.linspace(0, 1, 17)  # points of a line; more cannot be told apart
SWING = BENDS**2 * (3 - 2 * BENDS)  # leaves and arrives level
THINNEST, THICKEST = 0.7, 3.0  # points of the strongest line, where tokens stand close and apart


@leave_nothing_behind
def plot_lines(
    weights: Any,
    tokens: Sequence[str] | None = None,
    key_tokens: Sequence[str] | None = None,
    *,
    layer: int = 0,
    head: int | None = None,
    example: int = 0,
    queries: int | Sequence[int] | None = None,
    max_lines: int = 1000,
    ax: Axes | None = None,
    colorbar: bool = True,
    **style: Any,
) -> LineCollection:
    """Draw queries on the left, keys on the right, a line for each weight; return the lines.

    Weights as in `plot_attention`. The stronger a weight, the darker and wider its line.
    ``queries`` keeps the lines of some positions only. Only the ``max_lines`` strongest are
    drawn; if weights above 1 % of the largest are left out, the title says how many were drawn.
    ``style`` goes to the `LineCollection`.
    """
    head_map, title = choose(weights, layer, head, example)
    T, S = head_map.shape
    tokens, key_tokens = both_tokens(tokens, key_tokens, T, S, weights)
    if max_lines < 1:
        raise ValueError(f"max_lines is {max_lines}; at least one line must be drawn.")
    rows = _query_rows(queries, T)
    chosen = head_map[rows]
    ax = axes_for(ax, *_lines_size(tokens, key_tokens, max(T, S)))
    style = colour_style(ax, float(chosen.max()), style)
    strongest = _strongest(chosen, max_lines)
    row, key = np.unravel_index(strongest, chosen.shape)
    values = chosen[row, key].astype(float)

    start = _heights(T)[rows[row]]
    end = _heights(S)[key]
    y = start[:, None] + (end - start)[:, None] * SWING  # (lines, bends)
    points = np.stack([np.broadcast_to(BENDS, y.shape), y], axis=-1)
    thickest = min(THICKEST, max(THINNEST, 0.8 * room(ax.yaxis, max(T, S))))
    widths = thickest * (0.13 + 0.87 * np.clip(style["norm"](values), 0, 1))
    lines = LineCollection(list(points), array=values, **{"linewidths": widths} | style)
    ax.add_collection(lines, autolim=False)

    drawable = int((chosen > 0.01 * chosen.max()).sum())
    if drawable > len(values):
        title += "\n" if title else ""
        title += f"the {len(values):,} strongest of {drawable:,} lines"
    _label_columns(ax, tokens, key_tokens, T, S)
    ax.set_title(title)
    if colorbar:
        # Without a layout engine nothing else keeps the bar off the labels on the right.
        has_engine = figure_of(ax).get_layout_engine() is not None
        colour_bar(ax.figure, lines, ax, pad=0.02 if has_engine else 0.3)
    return lines


def _lines_size(
    queries: list[str] | None, keys: list[str] | None, length: int
) -> tuple[float, float]:
    """Inches in which the lines have room beside the labels, where labels can be shown."""
    height = min(10.0, max(2.4, 0.27 * length + 0.8))
    points = min(10.0, 0.65 * 72 * height / length)  # of the labels' type
    if points < SMALLEST_POINTS:
        return 4.6, height
    columns = [max(cells(written_out(t)) for t in tokens) for tokens in (queries, keys) if tokens]
    return max(4.6, 3.4 + 0.62 * points / 72 * sum(columns)), height


def _query_rows(queries: int | Sequence[int] | None, T: int) -> np.ndarray:
    rows = np.arange(T) if queries is None else np.atleast_1d(np.asarray(queries))
    if rows.dtype.kind not in "iu" or rows.size == 0 or rows.min() < -T or rows.max() >= T:
        raise ValueError(f"queries must be positions below {T}; got {queries!r}.")
    return rows % T


def _strongest(weights: np.ndarray, count: int) -> np.ndarray:
    """Flat indices of the strongest visible weights, weakest first so that strong lie on top."""
    flat = weights.ravel()
    seen = np.flatnonzero(flat > 0.01 * flat.max())
    if len(seen) > count:
        seen = seen[np.argpartition(flat[seen], -count)[-count:]]
    return seen[np.argsort(flat[seen], kind="stable")]


def _heights(length: int) -> np.ndarray:
    """Positions of a column's tokens between 1 (first, on top) and 0."""
    return 1 - (np.arange(length) + 0.5) / length


def _label_columns(
    ax: Axes, queries: list[str] | None, keys: list[str] | None, T: int, S: int
) -> None:
    """Tokens beside the two ends of the lines; the right ones hang on a twin of the y axis."""
    right = ax.secondary_yaxis("right")
    for axis, tokens, length in ((ax.yaxis, queries, T), (right.yaxis, keys, S)):
        size = fitting_size(ax.yaxis, length)
        if tokens is not None and size >= SMALLEST_POINTS:
            labels, style = readable(tokens)
            axis.set_ticks(_heights(length), labels, **style)
            axis.set_tick_params(labelsize=size)
        else:
            places = MaxNLocator(9, integer=True).tick_values(0, length - 1)
            positions = np.array([int(p) for p in places if 0 <= p < length])
            axis.set_ticks(_heights(length)[positions], [str(p) for p in positions])
        axis.set_tick_params(length=0)
    ax.set(xlim=(0, 1), ylim=(0, 1), xticks=[], ylabel="query")
    ax.grid(False)
    right.set_ylabel("key")
    ax.spines[:].set_visible(False)
    right.spines[:].set_visible(False)
