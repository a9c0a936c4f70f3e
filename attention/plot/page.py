"""A page that answers the mouse: one self-contained file, no network, no framework.

Choose layer and head, hover over a cell, click on a token, or use the keyboard; light and dark.
"""

import base64
import html
import json
import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.figure import FigureBase

from ..files import write_text
from .colour import paper_and_ink
from .image import WeightsImage
from .maps import both_tokens
from .tokens import written_out
from .weights import read_layers, read_mask

LEVELS = 255  # of a weight; what a screen's grey can tell
MOST_CELLS = 48_000_000  # of all maps together: beyond, browsers take seconds to open the page
PAGES = {"light": "#ffffff", "dark": "#14161c"}


class Page:
    """The page as text; a notebook shows it inline."""

    def __init__(self, text: str) -> None:
        self.text = text

    def _repr_html_(self) -> str:
        """The page in a frame of its own, so that its styles touch nothing else."""
        source = html.escape(self.text, quote=True)
        return f'<iframe srcdoc="{source}" style="width:100%;height:680px;border:0"></iframe>'


def save_html(
    weights: Any,
    path: str | Path | None = None,
    tokens: Sequence[str] | None = None,
    key_tokens: Sequence[str] | None = None,
    *,
    example: int = 0,
    mask: np.ndarray | None = None,
    title: str = "Attention",
) -> Page:
    """Write one HTML file that shows every head of every layer; return it, to be shown inline.

    ``weights``, ``tokens`` and ``mask`` as in `plot_heads`, or a figure of `plot_attention` or
    `plot_heads`, whose maps and labels are taken. ``path=None`` writes nothing. Weights are
    kept to the nearest 255th of the largest. Raises ValueError where there are too many cells
    to open in a browser, or a figure holds no map.
    """
    if isinstance(weights, FigureBase):
        weights, allowed, tokens, key_tokens = _of_figure(weights, tokens, key_tokens)
        layers = [weights]
    else:
        layers = read_layers(weights, example)
        allowed = [read_mask(mask, layer.shape, example, weights) for layer in layers]
    T, S = layers[0].shape[1:]
    cells = sum(layer.size for layer in layers)
    if cells > MOST_CELLS:
        raise ValueError(
            f"{cells:,} weights are more than a browser opens well ({MOST_CELLS:,}); pass fewer "
            "layers or heads, or a part of the tokens."
        )
    queries, keys = both_tokens(tokens, key_tokens, T, S, weights)
    highest = max(float(layer.max()) for layer in layers) or 1.0
    data = {
        "queries": _labels(queries, T),
        "keys": _labels(keys, S),
        "highest": highest,
        "layers": [[_packed(head, highest) for head in layer] for layer in layers],
        "masked": [
            [_bits(~seen & (head == 0)) for head, seen in zip(layer, layer_seen, strict=True)]
            for layer, layer_seen in zip(layers, allowed, strict=True)
        ],
        **{name: _colours(page) for name, page in PAGES.items()},
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    template = files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    holes = {"$title": html.escape(title), "$data": text}
    page = re.sub(r"\$(title|data)\b", lambda hole: holes[hole[0]], template)
    if path is not None:
        write_text(path, page)
    return Page(page)


def _of_figure(figure: FigureBase, tokens: Any, key_tokens: Any) -> tuple[Any, Any, Any, Any]:
    """Maps (H, T, S), where they may be seen, and the labels of a figure."""
    axes: list[Any] = list(figure.get_axes()) if hasattr(figure, "get_axes") else []
    images = [image for ax in axes for image in ax.images if isinstance(image, WeightsImage)]
    if not images or len({image.weights.shape for image in images}) > 1:
        raise ValueError(
            "the figure holds no maps of one size (many heads are one mosaic); pass the weights."
        )
    maps = np.stack([image.weights for image in images])
    if (np.nan_to_num(maps) < 0).any():
        raise ValueError("a difference has two signs, which the page does not show; save a picture")
    T, S = maps.shape[1:]
    labels = [
        [text.get_text() for text in axis.get_ticklabels()]
        for axis in (images[0].axes.yaxis, images[-1].axes.xaxis)
    ]
    if tokens is None and len(labels[0]) == T:
        tokens = labels[0]
    if key_tokens is None and len(labels[1]) == S:
        key_tokens = labels[1]
    return np.nan_to_num(maps), [~np.isnan(maps)], tokens, key_tokens


def _labels(tokens: Sequence[str] | None, length: int) -> list[str]:
    return [str(i) for i in range(length)] if tokens is None else [written_out(t) for t in tokens]


def _packed(weights: np.ndarray, highest: float) -> str:
    levels = np.rint(weights.astype(np.float64) / highest * LEVELS).astype(np.uint8)
    return base64.b64encode(levels.tobytes()).decode()


def _bits(masked: np.ndarray) -> str | None:
    """Where a cell is masked, a bit each in rows; None where none is."""
    return base64.b64encode(np.packbits(masked).tobytes()).decode() if masked.any() else None


def _colours(page: str) -> str:
    """256 colours, six hexadecimal digits each."""
    colours = np.asarray(paper_and_ink(to_rgba(page)[:3]).colors)[:, :3]
    return np.rint(255 * colours).astype(np.uint8).tobytes().hex()
