"""Text inside the cells of a map: what a model would say, where there is room to read it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .colour import lightness
from .image import WeightsImage
from .tokens import SMALLEST_POINTS, cells, readable, room

LARGEST_POINTS = 9.0
MOST_CELLS = 3000  # texts cost about a third of a millisecond each to draw


def write_cells(
    image: WeightsImage, texts: Sequence[Sequence[str]], bold: np.ndarray | None = None
) -> bool:
    """Write rows of texts into the cells of ``image`` (R, C), if they fit; whether they did.

    Dark text on light cells and light on dark. ``bold`` (R, C) marks some.
    """
    ax, (R, C) = image.axes, image.weights.shape
    shown, style = readable([text for row in texts for text in row])
    widest = max(map(cells, shown), default=1)
    size = min(0.9 * room(ax.xaxis, C) / (0.62 * widest), 0.75 * room(ax.yaxis, R), LARGEST_POINTS)
    if size < SMALLEST_POINTS or R * C > MOST_CELLS:
        return False
    levels = np.asarray(image.norm(np.nan_to_num(image.weights)))
    colours = np.asarray(image.cmap(levels))[..., :3]  # (R, C, 3)
    for place, text in enumerate(shown):
        r, c = divmod(place, C)
        is_light = lightness(tuple(colours[r, c])) > 0.55
        look: dict[str, Any] = {"color": "black" if is_light else "white"}
        if bold is not None and bold[r, c]:
            look["fontweight"] = "bold"
        ax.text(c, r, text, ha="center", va="center", fontsize=size, clip_on=True, **look, **style)
    return True
