"""Many panels as one image, because 144 axes take half a minute and one image half a second."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from .image import WeightsImage, block_maximum, draw_weights, frame_panels, hatch_panels
from .weights import hide

MAX_SIDE = 4096  # cells of the whole mosaic along one side; a screen has fewer pixels
SMALLEST = 24  # entries along the longer side of a panel
GAP = 0.08  # between panels, as a share of a panel


def draw_mosaic(
    ax: Axes,
    layers: list[np.ndarray],
    allowed: list[np.ndarray],
    rows: list[list[tuple[int, int]]],
    style: dict[str, Any],
) -> WeightsImage:
    """Lay the (T, S) panels named by ``rows``, lists of (layer, head), into one image."""
    columns = max(map(len, rows))
    T, S = layers[0].shape[1:]
    enlarge = -(-SMALLEST // max(T, S))  # few cells are repeated, or the gaps would be wide
    height, width = min(T * enlarge, MAX_SIDE // len(rows)), min(S * enlarge, MAX_SIDE // columns)
    square = max(T, S) <= 4 * min(T, S)  # cells; longer strips may stretch
    if square:
        scale = min(height / T, width / S)
        height, width = round(scale * T), round(scale * S)
    gap = max(1, round(GAP * max(height, width)))
    shape = len(rows) * (height + gap) - gap, columns * (width + gap) - gap
    mosaic = np.full(shape, np.nan, np.float32)
    panels, frames, any_hidden = [], [], False
    for r, row in enumerate(rows):
        for c, (layer, head) in enumerate(row):
            y, x = r * (height + gap), c * (width + gap)
            weights = hide(layers[layer][head], allowed[layer][head])
            any_hidden |= bool(np.isnan(weights).any())
            weights = weights.repeat(enlarge, axis=0).repeat(enlarge, axis=1)
            mosaic[y : y + height, x : x + width] = block_maximum(weights, height, width)
            box = x - 0.5, x + width - 0.5, y - 0.5, y + height - 0.5
            edge = gap / 6  # room for the frame beside the image
            panels.append(box)
            frames.append((box[0] - edge, box[1] + edge, box[2] - edge, box[3] + edge))
    cells = max(1, T / height), max(1, S / width)
    image = draw_weights(ax, mosaic, cells=cells, **style)
    frame_panels(ax, frames).set_clip_on(False)
    if any_hidden:
        hatch_panels(ax, panels)
    ax.set_aspect("equal" if square else "auto")
    _label_panels(ax, rows, height, width, gap)
    return image


def _label_panels(
    ax: Axes, rows: list[list[tuple[int, int]]], height: int, width: int, gap: int
) -> None:
    """Layers down and heads across; the rows of a single wrapped layer say which heads."""
    centres_y = [r * (height + gap) + (height - 1) / 2 for r in range(len(rows))]
    centres_x = [c * (width + gap) + (width - 1) / 2 for c in range(max(map(len, rows)))]
    one_layer = len({layer for row in rows for layer, _ in row}) == 1
    if one_layer and len(rows) > 1:
        names = [f"{row[0][1]}–{row[-1][1]}" for row in rows]
        ax.set(xticks=[], ylabel="heads")
    else:
        names = [str(row[0][0]) for row in rows]
        ax.set_xticks(centres_x, [str(c) for c in range(len(centres_x))])
        ax.set(xlabel="head", ylabel="layer")
    ax.set_yticks(centres_y, names)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
