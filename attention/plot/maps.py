"""Attention as maps: one (T, S) matrix, or every head of every layer side by side."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar

from .canvas import (
    AnyFigure,
    axes_for,
    colour_style,
    leave_nothing_behind,
    map_size,
    new_figure,
)
from .image import WeightsImage, draw_weights, hatch_panels
from .mosaic import draw_mosaic
from .tokens import check_tokens, label_axis
from .weights import axes_of, choose, hide, read_layers, read_mask

MAX_PANELS = 16  # axes cost about 40 ms each to lay out and draw; beyond, one mosaic image


@leave_nothing_behind
def plot_attention(
    weights: Any,
    tokens: Sequence[str] | None = None,
    key_tokens: Sequence[str] | None = None,
    *,
    layer: int = 0,
    head: int | None = None,
    example: int = 0,
    mask: np.ndarray | None = None,
    ax: Axes | None = None,
    colorbar: bool = True,
    **style: Any,
) -> WeightsImage:
    """Draw one map, queries down, keys across, and return its image.

    ``weights`` is (T, S), (H, T, S), (B, H, T, S), a list of those with one entry a layer, or
    what a forward pass saved. ``head=None`` shows the mean over heads. ``tokens`` label the
    queries, and the keys too unless ``key_tokens`` are given. Cells that ``mask`` forbids
    (False, or −inf) are hatched; one that holds weight all the same is shown. ``vmax``,
    ``cmap``, ``norm`` and other ``style`` go to the image. Where cells are smaller than pixels,
    each pixel shows its largest weight, and the colour bar's label says so.
    Raises ValueError for shapes that do not fit.
    """
    head_map, title = choose(weights, layer, head, example)
    T, S = head_map.shape
    tokens, key_tokens = both_tokens(tokens, key_tokens, T, S, weights)
    allowed = read_mask(mask, (1, T, S), example, weights)[0]
    ax = axes_for(ax, *map_size(T, S), "compressed")
    style = colour_style(ax, float(head_map.max()), style)
    image = draw_weights(ax, hide(head_map, allowed), **style)
    finish_map(image, allowed, tokens, key_tokens, title, colorbar)
    return image


@leave_nothing_behind
def plot_heads(
    weights: Any,
    tokens: Sequence[str] | None = None,
    key_tokens: Sequence[str] | None = None,
    *,
    example: int = 0,
    mask: np.ndarray | None = None,
    fig: AnyFigure | None = None,
    colorbar: bool = True,
    **style: Any,
) -> list[WeightsImage]:
    """Draw every head of every layer, on one colour scale, and return the images.

    Layers run down, heads across; a single layer wraps into rows. Up to 16 panels are axes of
    their own with one image each; more are one mosaic, a list of one image, which draws 144
    panels in well under a second. Arguments as in `plot_attention`; the mask must broadcast to
    (H, T, S) and holds for every layer.
    """
    layers = read_layers(weights, example)
    T, S = layers[0].shape[1:]
    tokens, key_tokens = both_tokens(tokens, key_tokens, T, S, weights)
    allowed = [read_mask(mask, w.shape, example, weights) for w in layers]
    highest = max(float(w.max()) for w in layers)
    rows = _panel_rows(layers)
    columns = max(map(len, rows))
    if fig is None:
        side = 2.0 if len(rows) * columns <= MAX_PANELS else 0.8
        side = min(side, 10 / max(len(rows), columns))
        wide, tall = (side * min(1, S / T), side) if S < T else (side, side * max(0.4, T / S))
        width = max(4.5, columns * wide + 1.8)
        fig = new_figure(width, max(3.0, len(rows) * tall + 0.9), "compressed")
    if sum(map(len, rows)) > MAX_PANELS:
        ax = fig.add_subplot()
        style = colour_style(ax, highest, style)
        image = draw_mosaic(ax, layers, allowed, rows, style)
        _note_beside(image, fig, ax, colorbar)
        return [image]
    grid = fig.subplots(len(rows), columns, squeeze=False)
    style = colour_style(grid[0, 0], highest, style)
    images = []
    for r, panels in enumerate(rows):
        for c in range(columns):
            if c >= len(panels):
                grid[r, c].remove()
                continue
            layer, head = panels[c]
            image = _draw_panel(grid[r, c], layers[layer][head], allowed[layer][head], style)
            label_axis(image.axes.yaxis, tokens, T, shown=c == 0)
            lowest = r + 1 == len(rows) or c >= len(rows[r + 1])
            label_axis(image.axes.xaxis, key_tokens, S, shown=lowest)
            where = f"layer {layer} · " if len(layers) > 1 else ""
            image.axes.set_title(f"{where}head {head}", fontsize="small")
            images.append(image)
    _note_beside(images[0], fig, [image.axes for image in images], colorbar)
    return images


def both_tokens(
    tokens: Sequence[str] | None, key_tokens: Sequence[str] | None, T: int, S: int, weights: Any
) -> tuple[list[str] | None, list[str] | None]:
    """Checked labels of queries and keys; one list serves both where the lengths are equal."""
    queries = check_tokens("tokens", tokens, T, axes_of(weights))
    if key_tokens is None and T == S:
        return queries, queries
    return queries, check_tokens("key_tokens", key_tokens, S, axes_of(weights))


def finish_map(
    image: WeightsImage,
    allowed: np.ndarray,
    tokens: list[str] | None,
    key_tokens: list[str] | None,
    title: str,
    colorbar: bool,
    label: str = "attention weight",
) -> None:
    """What stands around one map: frame, hatching where it is masked, labels, title, colour bar."""
    ax, (T, S) = image.axes, allowed.shape
    _frame(image)
    label_axis(ax.yaxis, tokens, T)
    label_axis(ax.xaxis, key_tokens, S)
    ax.set(xlabel="key", ylabel="query", title=title)
    _note_beside(image, ax.figure, ax, colorbar, label)


def _draw_panel(
    ax: Axes, weights: np.ndarray, allowed: np.ndarray, style: dict[str, Any]
) -> WeightsImage:
    image = draw_weights(ax, hide(weights, allowed), **style)
    _frame(image)
    return image


def _frame(image: WeightsImage) -> None:
    ax, (T, S) = image.axes, image.weights.shape
    if np.isnan(image.weights).any():
        hatch_panels(ax, [(-0.5, S - 0.5, -0.5, T - 0.5)])
    if max(T, S) <= 4 * min(T, S):  # longer strips may stretch
        ax.set_aspect("equal")
    ax.spines[:].set(linewidth=0.5, alpha=0.4)  # fainter than ink, or it would hide the first key


def _note_beside(
    image: WeightsImage, fig: AnyFigure, axes: Any, colorbar: bool, label: str = "attention weight"
) -> None:
    """The colour bar, if wanted, and the place where the image says what a pixel stands for."""
    if colorbar:
        image.set_note(colour_bar(fig, image, axes, label).ax.yaxis.label)
    else:
        image.set_note(image.axes.xaxis.label)


def colour_bar(
    fig: AnyFigure,
    artist: ScalarMappable,
    axes: Any,
    label: str = "attention weight",
    pad: float = 0.02,
) -> Colorbar:
    """The one colour bar of a picture, thin and quiet, beside all the axes it serves."""
    bar = fig.colorbar(artist, ax=axes, label=label, shrink=0.9, aspect=30, pad=pad)
    bar.outline.set_linewidth(0.5)
    return bar


def _panel_rows(layers: list[np.ndarray]) -> list[list[tuple[int, int]]]:
    """(layer, head) of each panel, row by row."""
    if len(layers) > 1:
        return [[(i, h) for h in range(len(w))] for i, w in enumerate(layers)]
    heads = len(layers[0])
    wide = heads if heads <= 4 else -(-heads // round(heads**0.5))
    return [[(0, h) for h in range(r, min(r + wide, heads))] for r in range(0, heads, wide)]
