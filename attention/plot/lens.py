"""The logit lens as a picture: what the model would say, were it to stop after each block."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ..ops.softmax import softmax
from .canvas import axes_for, colour_style, leave_nothing_behind
from .cells import write_cells
from .choices import Names, name_of
from .given import plain
from .image import WeightsImage, draw_weights
from .maps import finish_map
from .tokens import check_tokens, label_axis

CELL = 0.42, 0.32  # inches of a cell with text


@leave_nothing_behind
def plot_lens(
    logits: Any,
    names: Names = None,
    tokens: Sequence[str] | None = None,
    *,
    example: int = 0,
    ax: Axes | None = None,
    colorbar: bool = True,
    **style: Any,
) -> WeightsImage:
    """Draw the likeliest next token after each block, at each position, and return the image.

    ``logits`` is what `attention.decoding.logit_lens` returns, (L + 1, B, T, V), of which
    ``example`` is drawn, or (L + 1, T, V). The last block is on top, the embeddings below; shade
    is the probability of the token that stands in the cell, bold if it did come next. ``names``
    is a list of V texts, or a function from id to text; ``tokens`` (T) are those read.
    Raises ValueError for shapes that do not fit.
    """
    layers = np.asarray(plain(logits))
    if layers.ndim == 4 and -layers.shape[1] <= example < layers.shape[1]:
        layers = layers[:, example]
    if layers.ndim != 3 or 0 in layers.shape:
        raise ValueError(
            f"logits have shape {layers.shape}, example is {example}; expected (layers + 1, B, T, "
            "V), what logit_lens returns, or (layers + 1, T, V)."
        )
    depth, T, _ = layers.shape
    read = check_tokens("tokens", tokens, T)
    layers = layers[::-1]
    best = layers.argmax(-1)  # (L + 1, T)
    chance = np.take_along_axis(softmax(layers), best[..., None], -1)[..., 0]
    ax = axes_for(ax, min(14.0, max(4.5, CELL[0] * T + 2.4)), CELL[1] * depth + 1.5)
    image = draw_weights(ax, chance, **colour_style(ax, 1.0, style))
    finish_map(image, ~np.isnan(chance), None, read, "", colorbar, "probability")
    ax.set_aspect("auto")
    label_axis(ax.yaxis, [*(f"block {i}" for i in range(depth - 2, -1, -1)), "embedding"], depth)
    ax.set(xlabel="read", ylabel="")
    texts = [[name_of(names, token) for token in row] for row in best.tolist()]
    came = np.zeros(chance.shape, bool)
    if read is not None and names is not None:
        came[:, :-1] = [[text == after for text, after in zip(row, read[1:])] for row in texts]
    written = write_cells(image, texts, came)
    title = "the likeliest next token after each block"
    ax.set_title(title + ("; bold: it came" if written and came.any() else ""), fontsize="medium")
    return image
