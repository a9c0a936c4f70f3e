"""Attention while a text is written: each new token over the prompt and the text so far."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from .canvas import axes_for, colour_style, leave_nothing_behind, map_size
from .given import plain
from .image import WeightsImage, draw_weights
from .maps import finish_map
from .tokens import check_tokens, room
from .weights import choose, hide, read_mask

FAINT = 0.6  # of the labels of the prompt, beside those of what was written
PART_POINTS = 9.0  # type of the names of the two parts


@leave_nothing_behind
def plot_generation(
    weights: Any,
    tokens: Sequence[str] | None = None,
    *,
    prompt: int | None = None,
    layer: int = 0,
    head: int | None = None,
    example: int = 0,
    ax: Axes | None = None,
    colorbar: bool = True,
    **style: Any,
) -> WeightsImage:
    """Draw what each written token was made from, and return the image.

    ``weights`` is what `attention.decoding.watch` returns, or the steps of any decoder: a list
    with one entry a step, each a list with one entry a layer, (B, H, T, S), (H, T, S) or (H, S),
    where S grows; then ``prompt`` says how many tokens were given. ``tokens`` are those of prompt
    and text, N in all. Rows are the tokens written, each read from the token before it, the last
    key of its row; a line parts prompt and text, and keys that were not there yet are hatched.
    Other arguments as in `plot_attention`. Raises ValueError for lengths that do not fit.
    """
    given = plain(weights)
    prompt = getattr(given, "prompt", None) if prompt is None else prompt
    if prompt is None:
        raise ValueError("prompt is missing; say how many tokens the model was given, prompt=…")
    head_map, title = choose(given, layer, head, example)
    T, S = head_map.shape
    written = S + 1 - prompt
    if not 1 <= written <= T or prompt < 1:
        raise ValueError(
            f"prompt is {prompt}; weights of {T} rows over {S} keys end a text of {S + 1} tokens, "
            f"of which {max(1, S + 1 - T)} to {S} can have been given."
        )
    names = check_tokens("tokens", tokens, S + 1, "one more than keys: the last is never read")
    allowed = read_mask(None, (1, T, S), example, given)[0, -written:]
    head_map = head_map[-written:]
    ax = axes_for(ax, *map_size(written, S), "compressed")
    style = colour_style(ax, float(head_map.max()), style)
    image = draw_weights(ax, hide(head_map, allowed), **style)
    queries, keys = (None, None) if names is None else (names[prompt:], names[:S])
    finish_map(image, allowed, queries, keys, title, colorbar)
    ax.set(xlabel="read", ylabel="written")
    _tell_apart(ax, prompt, S)
    return image


def _tell_apart(ax: Axes, prompt: int, keys: int) -> None:
    """A line between prompt and text, their names above, and the prompt's labels fainter."""
    colour = ax.xaxis.label.get_color()
    ax.axvline(prompt - 0.5, color=colour, linewidth=0.8, alpha=0.8)
    parts = [("prompt", -0.5, prompt)]
    if keys > prompt:
        parts.append(("written", prompt - 0.5, keys - prompt))
    named = False
    for name, left, length in parts:
        if 0.6 * PART_POINTS * len(name) < room(ax.xaxis, keys) * length:
            named = True
            ax.annotate(
                name, (left, 1), xycoords=("data", "axes fraction"), xytext=(1, 2),
                textcoords="offset points", fontsize=PART_POINTS, color=colour,
                alpha=FAINT if name == "prompt" else 1.0,
            )  # fmt: skip
    ax.set_title(ax.get_title(), pad=PART_POINTS + 7 if named else None)
    labels = ax.get_xticklabels()
    if len(labels) == keys:
        for label in labels[:prompt]:
            label.set_alpha(FAINT)
