"""Two maps as one: where the first has more weight than the second, and where less."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize

from .canvas import axes_for, leave_nothing_behind, map_size
from .colour import is_grey, paper_between_inks
from .image import WeightsImage, draw_weights, hatch_cells
from .maps import both_tokens, finish_map
from .score import NEGATIVE
from .weights import choose, hide, read_mask

ONLY_FIRST, ONLY_SECOND = "////", "\\\\\\\\"


@leave_nothing_behind
def plot_difference(
    a: Any,
    b: Any,
    tokens: Sequence[str] | None = None,
    key_tokens: Sequence[str] | None = None,
    *,
    layer: int | tuple[int, int] = 0,
    head: int | tuple[int | None, int | None] | None = None,
    example: int | tuple[int, int] = 0,
    mask: np.ndarray | None = None,
    ax: Axes | None = None,
    colorbar: bool = True,
    **style: Any,
) -> WeightsImage:
    """Draw the weights of ``a`` less those of ``b``, and return the image.

    Two heads, two models, before and after training, with and without a mask. ``a`` and ``b``
    as in `plot_attention`; a pair for ``layer``, ``head`` or ``example`` chooses in each, so
    that ``plot_difference(w, w, head=(0, 3))`` compares two heads. The scale is even around 0,
    whose colour is the page. Cells with weight in ``a`` alone are hatched upwards, in ``b`` alone
    downwards. Raises ValueError if the two maps differ in size.
    """
    first, named_first = choose(a, *_of_pair(0, layer, head, example))
    second, named_second = choose(b, *_of_pair(1, layer, head, example))
    if first.shape != second.shape:
        raise ValueError(
            f"the first map is {first.shape[0]} x {first.shape[1]}, the second {second.shape[0]} x "
            f"{second.shape[1]}; only maps over the same tokens have a difference."
        )
    T, S = first.shape
    tokens, key_tokens = both_tokens(tokens, key_tokens, T, S, a)
    kind = np.result_type(first, second, np.float32)
    difference = first.astype(kind) - second.astype(kind)
    in_first = example[0] if isinstance(example, tuple) else example
    allowed = read_mask(mask, (1, T, S), in_first, a)[0]
    ax = axes_for(ax, *map_size(T, S), "compressed")
    image = draw_weights(ax, hide(difference, allowed), **diverging_style(ax, difference, style))
    for where, hatch in (
        ((first > 0) & (second == 0), ONLY_FIRST),
        ((first == 0) & (second > 0), ONLY_SECOND),
        ((difference < 0) & is_grey(), NEGATIVE),
    ):
        hatch_cells(ax, where & allowed, hatch)
    title = f"{named_first or 'first'} − {named_second or 'second'}"
    finish_map(image, allowed, tokens, key_tokens, title, colorbar, "difference of weights")
    return image


def _of_pair(side: int, *values: Any) -> list[Any]:
    return [value[side] if isinstance(value, tuple) else value for value in values]


def diverging_style(ax: Axes, difference: np.ndarray, style: dict[str, Any]) -> dict[str, Any]:
    style = dict(style)
    largest = style.pop("vmax", None)
    if largest is not None and "norm" in style:
        raise ValueError("Pass norm or vmax, not both: vmax=v is norm=Normalize(-v, v).")
    if largest is None:
        largest = float(np.abs(difference).max())
    style.setdefault("norm", Normalize(-(largest or 1), largest or 1))
    if style.get("cmap") is None:
        style["cmap"] = paper_between_inks(ax)
    return style
