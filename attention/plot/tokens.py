"""Tokens as axis labels: any text, equal tokens apart, as many as fit.

Labels stand at integer positions, never at categories, so equal tokens stay apart. Text is taken
as it is: no mathematics between two ``$``, no TeX. What cannot be seen is written out.
"""

import unicodedata
from collections.abc import Sequence
from typing import Any

from matplotlib.axis import Axis
from matplotlib.ticker import MaxNLocator

from .canvas import figure_of
from .fonts import fonts_for

MAX_CELLS = 24  # width of a label in Latin letters; a Chinese character takes two
SMALLEST_POINTS = 5.5  # a label below this cannot be read; positions are shown instead
ESCAPES = {"\t": "\\t", "\n": "\\n", "\r": "\\r", " ": "␣"}


def check_tokens(
    name: str, tokens: Sequence[str] | None, length: int, axes: str = ""
) -> list[str] | None:
    """The tokens as a list of text, or ValueError if they are not ``length`` many.

    ``axes`` says how the axes of the weights were read.
    """
    if tokens is None:
        return None
    if isinstance(tokens, str):
        raise TypeError(f"{name} must be a list of tokens, one an entry, not one text.")
    if any(isinstance(token, (list, tuple)) for token in tokens):
        raise TypeError(f"{name} holds lists; pass the tokens of one example, {name}[example].")
    if len(tokens) != length:
        raise ValueError(
            f"{name} has {len(tokens)} entries; the weights have {length}{axes and f' ({axes})'}."
        )
    return [str(token) for token in tokens]


def written_out(token: str, missing: frozenset[str] = frozenset()) -> str:
    """The token as a label: escapes for tab and newline, ␣ for a space at either end, cut short.

    Characters in ``missing``, which no font can draw, become their code points.
    """
    inner = token.strip(" ")
    before = len(token) - len(token.lstrip(" "))
    after = len(token) - before - len(inner)
    shown: list[str] = []
    width = 0
    for c in "␣" * before + inner + "␣" * after:
        if c in missing or not (c.isprintable() or c in ESCAPES):
            c = f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}"
        elif c != " ":
            c = ESCAPES.get(c, c)
        width += cells(c)
        if width > MAX_CELLS:
            return "".join(shown) + "…"
        shown.append(c)
    return "".join(shown)


def cells(text: str) -> int:
    """How wide a text is, in Latin letters: Chinese characters and their like take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def readable(tokens: Sequence[str]) -> tuple[list[str], dict[str, Any]]:
    """Labels for the tokens, and the text properties to draw them with."""
    families, missing = fonts_for(written_out(token) for token in tokens)
    style: dict[str, Any] = {"parse_math": False, "usetex": False}
    if families is not None:
        style["fontfamily"] = families
    return [written_out(token, missing) for token in tokens], style


def label_axis(
    axis: Axis, tokens: Sequence[str] | None, length: int, *, shown: bool = True
) -> None:
    """Put the tokens on an axis of ``length`` positions; plain positions where they cannot fit."""
    if not shown:
        axis.set_ticks([])
        return
    size = fitting_size(axis, length)
    if tokens is None or size < SMALLEST_POINTS:
        axis.set_major_locator(MaxNLocator("auto", integer=True, min_n_ticks=1))
        return
    labels, style = readable(tokens)
    widest = max(map(cells, labels)) * 0.62 * size
    upright = axis is axis.axes.xaxis and widest > 0.9 * room(axis, length)
    axis.set_ticks(range(length), labels, **style)
    axis.set_tick_params(labelsize=size, length=0, labelrotation=90 if upright else 0)


def fitting_size(axis: Axis, length: int) -> float:
    """The largest type size, up to the user's own, at which neighbours do not touch."""
    users_size = float(axis.get_ticklabels()[0].get_fontsize()) if axis.get_ticklabels() else 10.0
    return min(users_size, 0.85 * room(axis, length))


def room(axis: Axis, length: int) -> float:
    """Points along the axis for one token."""
    box = axis.axes.get_position()
    width, height = figure_of(axis.axes).get_size_inches()
    inches = box.width * width if axis is axis.axes.xaxis else box.height * height
    return 72 * inches / length
