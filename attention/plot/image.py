"""The picture of one weight matrix: exact where there are pixels enough, never lossy unsaid.

An ordinary image with more cells than pixels picks some cells and drops the rest: a head that
attends to the previous token, one cell wide, vanishes at 2,048 tokens. Here every pixel shows the
largest weight that falls into it, at whatever size, resolution or zoom the figure is drawn.
"""

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.image import AxesImage
from matplotlib.text import Text
from matplotlib.transforms import Bbox


def block_maximum(weights: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """(T, S) -> (at most rows, at most columns): the largest weight of each block.

    Of signed values the largest by magnitude, with its sign. NaN cells are left out; a block of
    nothing but NaN stays NaN.
    """
    if rows >= weights.shape[0] and columns >= weights.shape[1]:
        return weights
    if (weights < 0).any():
        high = block_maximum(np.maximum(weights, 0), rows, columns)
        low = block_maximum(np.maximum(-weights, 0), rows, columns)
        return np.where(low > high, -low, high)
    for axis, count in enumerate((rows, columns)):
        length = weights.shape[axis]
        if count < length:
            starts = np.arange(count) * length // count
            weights = np.fmax.reduceat(weights, starts, axis=axis)
    return weights


class WeightsImage(AxesImage):
    """An `AxesImage` that keeps all the weights and shows block maxima where pixels are few.

    ``weights`` (T, S) holds all of them, each the largest of ``cells`` cells; ``block`` is how
    many (rows, columns) of cells at most stood behind one pixel at the last draw. Where that is
    more than one cell, the note says so.
    """

    def __init__(
        self, ax: Axes, weights: np.ndarray, cells: tuple[float, float] = (1, 1), **style: Any
    ) -> None:
        T, S = weights.shape
        self._cells = cells  # of the original behind one entry of weights
        place: dict[str, Any] = {"origin": "upper", "extent": (-0.5, S - 0.5, T - 0.5, -0.5)}
        super().__init__(ax, **place | {"interpolation": "nearest"} | style)
        self.block = (1, 1)
        self._note: tuple[Text, str] | None = None
        self.set_weights(weights)

    def set_weights(self, weights: np.ndarray) -> None:
        """Show other weights of the same size, as an animation does."""
        self.weights = weights
        self._shown: tuple[int, int] | None = None
        self._reduce()

    def set_note(self, text: Text, words: str | None = None) -> None:
        """The text artist that says ``words`` and, where it must, what a pixel stands for."""
        self._note = text, text.get_text() if words is None else words
        self._write_note()

    def draw(self, renderer: Any) -> None:
        self._reduce(renderer)
        super().draw(renderer)

    def get_tightbbox(self, renderer: Any = None) -> Bbox:
        """The axes. Asked for while room is shared out, when the note must be final already."""
        self._reduce(renderer)
        return self.axes.bbox.frozen()

    def _reduce(self, renderer: Any = None) -> None:
        """Take block maxima to the pixels that the whole matrix would cover."""
        magnification = getattr(renderer, "get_image_magnification", lambda: 1.0)()
        T, S = self.weights.shape
        left, right, bottom, top = self.get_extent()
        corners = self.axes.transData.transform([(left, bottom), (right, top)])
        width, height = np.abs(corners[1] - corners[0]) * magnification
        shape = min(T, max(1, int(height))), min(S, max(1, int(width)))
        if shape == self._shown:
            return
        self._shown = shape
        rows, columns = self._cells
        self.block = math.ceil(rows * T / shape[0]), math.ceil(columns * S / shape[1])
        self.set_data(block_maximum(self.weights, *shape))
        self._write_note()

    def _write_note(self) -> None:
        if self._note is not None:
            text, base = self._note
            rows, columns = self.block
            said = f"\nlargest of {rows} × {columns} cells a pixel"
            text.set_text(base + (said if self.block != (1, 1) else ""))


def draw_weights(ax: Axes, weights: np.ndarray, **style: Any) -> WeightsImage:
    """Add the image of (T, S) weights, NaN = masked, to the axes and set their limits."""
    T, S = weights.shape
    ax.set(xlim=(-0.5, S - 0.5), ylim=(T - 0.5, -0.5))
    ax.grid(False)
    image = WeightsImage(ax, weights, **style)
    ax.add_image(image)  # no clip path: layouts pass over artists that have the axes' own
    return image


Boxes = list[tuple[float, float, float, float]]  # left, right, top, bottom
MOST_HATCHED = 128  # rows and columns: smaller cells have no room for a stroke


def frame_panels(ax: Axes, boxes: Boxes) -> PolyCollection:
    """Thin frames that stand outside the panels."""
    return _outline(ax, boxes, linewidth=0.5)


def hatch_panels(ax: Axes, boxes: Boxes) -> PolyCollection:
    """Hatching under the panels, to be seen where cells are masked."""
    return _outline(ax, boxes, linewidth=0, hatch="////")


def hatch_cells(ax: Axes, where: np.ndarray, hatch: str) -> None:
    """Hatching over the cells that are True, row by row in as few boxes as runs.

    Of a map larger than `MOST_HATCHED`, blocks are hatched in which most cells are True.
    """
    (T, S), step = where.shape, -(-max(where.shape) // MOST_HATCHED)
    starts = np.arange(0, T, step), np.arange(0, S, step)
    if step > 1:
        count = np.add.reduceat(np.add.reduceat(where, starts[0], 0, int), starts[1], 1)
        size = np.diff([*starts[0], T])[:, None] * np.diff([*starts[1], S])
        where = 2 * count > size
    boxes: Boxes = []
    for row in np.flatnonzero(where.any(axis=1)):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], where[row], [0]]).astype(np.int8)))
        top, bottom = row * step, min((row + 1) * step, T)
        boxes += [(x0 * step - 0.5, min(x1 * step, S) - 0.5, top - 0.5, bottom - 0.5)
                  for x0, x1 in zip(edges[::2], edges[1::2], strict=True)]  # fmt: skip
    if boxes:
        _outline(ax, boxes, linewidth=0, hatch=hatch).set_zorder(1)


def _outline(ax: Axes, boxes: Boxes, **style: Any) -> PolyCollection:
    corners = [[(x0, y0), (x1, y0), (x1, y1), (x0, y1)] for x0, x1, y0, y1 in boxes]
    drawn = PolyCollection(
        corners,
        facecolor="none",
        edgecolor=ax.xaxis.label.get_color(),
        alpha=0.25,
        zorder=-1,  # under the image, whose masked cells are transparent
        **style,
    )
    ax.add_collection(drawn, autolim=False)
    return drawn
