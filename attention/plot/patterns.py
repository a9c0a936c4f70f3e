"""What each head does, in four numbers and four small maps.

The four are the patterns Clark et al. 2019 (arXiv:1906.04341) found to be common: attention to
the token before, to the first token, to itself, and attention spread over everything.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator

from .canvas import AnyFigure, axes_for, colour_style, leave_nothing_behind, new_figure
from .colour import ink
from .given import Rows, plain
from .maps import colour_bar
from .tokens import room
from .weights import read_layers, read_mask

LAYER_WIDTH = 0.7  # of the 1.0 between two layers, taken up by their heads


class HeadPatterns(NamedTuple):
    """Each (layers, heads), from 0 = never to 1 = always; NaN where a layer has fewer heads."""

    previous_token: np.ndarray  # mean weight on the key one before, over queries that have one
    first_token: np.ndarray  # mean weight on key 0, over all queries after the first
    diagonal: np.ndarray  # mean weight of a query on the key at its own position
    broad: np.ndarray  # mean entropy over its largest possible value


def attention_entropy(weights: Any) -> np.ndarray:
    """weights (..., T, S) -> (..., T): -Σ p log2 p in bits; NaN where a row has no weight."""
    given = plain(weights)
    p = np.asarray(given.weights if isinstance(given, Rows) else given, dtype=np.float64)
    total = p.sum(axis=-1, keepdims=True)
    p = np.divide(p, total, out=np.zeros_like(p), where=total > 0)
    bits = -(p * np.log2(p, out=np.zeros_like(p), where=p > 0)).sum(axis=-1)
    return np.where(total[..., 0] > 0, bits, np.nan) + 0.0  # + 0.0 turns -0 into 0


def head_patterns(
    weights: Any, *, example: int = 0, mask: np.ndarray | None = None
) -> HeadPatterns:
    """How strongly each head shows each pattern. Arguments as in `plot_heads`.

    Query i is taken to stand at key i + S − T, as with a cache. With a mask, the largest
    possible entropy counts the keys a query may attend to.
    """
    layers = read_layers(weights, example)
    shape = len(layers), max(map(len, layers))
    scores = HeadPatterns(*(np.full(shape, np.nan) for _ in HeadPatterns._fields))
    for i, layer in enumerate(layers):
        T, S = layer.shape[1:]
        most = _largest_entropy(read_mask(mask, layer.shape, example, weights))
        query = np.arange(T)
        at = query + S - T
        for h, head in enumerate(layer):
            real = head.sum(axis=-1) > 0
            before, itself, later = real & (at >= 1), real & (at >= 0), real & (at > 0)
            scores.previous_token[i, h] = _mean(head[query[before], at[before] - 1])
            scores.first_token[i, h] = _mean(head[later, 0])
            scores.diagonal[i, h] = _mean(head[query[itself], at[itself]])
            several = real & (most[h] > 0)  # one possible key is neither broad nor narrow
            scores.broad[i, h] = _mean(attention_entropy(head[several]) / most[h][several])
    return scores


@leave_nothing_behind
def plot_pattern_summary(
    weights: Any,
    *,
    example: int = 0,
    mask: np.ndarray | None = None,
    fig: AnyFigure | None = None,
    **style: Any,
) -> list[AxesImage]:
    """Draw how strongly each head shows each pattern: four maps of layers × heads.

    Returns the four images. Arguments as in `plot_heads`; all share the scale 0 … 1.
    """
    scores = head_patterns(weights, example=example, mask=mask)
    layers, heads = scores.broad.shape
    if fig is None:
        side = min(0.3, 3.2 / heads)
        fig = new_figure(4 * max(1.5, side * heads) + 1.6, max(0.6, side * layers) + 1.0)
    grid = fig.subplots(1, 4, sharey=True)
    style = colour_style(grid[0], 1.0, style)
    images = []
    for ax, name, score in zip(grid, HeadPatterns._fields, scores):
        images.append(ax.imshow(score, **{"interpolation": "nearest", "aspect": "auto"} | style))
        ax.set_title(name.replace("_", " "), fontsize="medium")
        ax.set_xlabel("head")
        for axis, count, points in ((ax.xaxis, heads, 20), (ax.yaxis, layers, 13)):
            fitting = max(1, int(count * room(axis, count) / points))
            axis.set_major_locator(MaxNLocator(fitting, integer=True, min_n_ticks=1))
        ax.tick_params(length=0)
        ax.spines[:].set_linewidth(0.5)
    grid[0].set_ylabel("layer")
    colour_bar(fig, images[0], list(grid), "strength")
    return images


@leave_nothing_behind
def plot_entropy(
    weights: Any,
    *,
    example: int = 0,
    mask: np.ndarray | None = None,
    ax: Axes | None = None,
    **style: Any,
) -> PathCollection:
    """Draw how spread out each head looks: its mean entropy in bits, a dot a head, by layer.

    Within a layer heads run from left to right. The upper line is attention spread evenly over
    all keys, over those the mask allows if there is one; 0 is one key alone. Returns the dots.
    ``style`` goes to `Axes.scatter`.
    """
    layers = read_layers(weights, example)
    most = _mean(_largest_entropy(read_mask(mask, layers[0].shape, example, weights)))
    x, y = [], []
    for i, layer in enumerate(layers):
        places = (np.arange(len(layer)) + 0.5) / len(layer) - 0.5
        x += list(i + LAYER_WIDTH * places)
        y += [_mean(row[~np.isnan(row)]) for row in map(attention_entropy, layer)]
    ax = axes_for(ax, max(4.0, 0.75 * len(layers) + 1.5), 3.0)
    blue = ink(ax, 0.65)
    look: dict[str, Any] = {"s": 16, "color": blue, "zorder": 3}
    dots = ax.scatter(x, y, **look | style)
    ax.axhline(most, color=ax.xaxis.label.get_color(), linewidth=0.8, alpha=0.6)
    ax.annotate(
        "even over all keys" if mask is None else "even over all allowed keys",
        (1, most),
        xycoords=("axes fraction", "data"),
        xytext=(0, 3),
        textcoords="offset points",
        ha="right",
        fontsize="small",
    )
    for i, layer in enumerate(layers):
        middle = np.nanmedian(y[sum(map(len, layers[:i])) :][: len(layer)])
        ax.plot([i - LAYER_WIDTH / 2, i + LAYER_WIDTH / 2], [middle] * 2, color=blue, alpha=0.5)
    ax.set(xlim=(-0.6, len(layers) - 0.4), ylim=(-0.04 * most, 1.15 * most or 1))
    ax.xaxis.set_major_locator(MaxNLocator("auto", integer=True, min_n_ticks=1))
    ax.set(xlabel="layer, heads from left to right", ylabel="entropy (bits)")
    ax.spines[["top", "right"]].set_visible(False)
    return dots


def _largest_entropy(allowed: np.ndarray) -> np.ndarray:
    """(H, T, S) -> (H, T): bits when all allowed keys share evenly."""
    return np.log2(np.maximum(allowed.sum(axis=-1), 1))


def _mean(values: Sequence[float] | np.ndarray) -> float:
    """The mean, or NaN of nothing, without NumPy's warning."""
    return float(np.mean(values, dtype=np.float64)) if len(values) else float("nan")
