"""Names in pictures: any script, any length, a $ is a dollar."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from attention.plot.fonts import default_characters, fonts_for
from attention.plot.tokens import cells

LONGEST = 34  # Latin letters of a name; a Chinese character takes the room of two


def shortened(name: str, longest: int = LONGEST) -> str:
    """The name in one line, cut where it is too long."""
    name = " ".join(name.split())
    if cells(name) <= longest:
        return name
    kept = ""
    for letter in name:
        if cells(kept + letter) >= longest:
            break
        kept += letter
    return kept.rstrip() + "…"


def folded(name: str, longest: int = LONGEST) -> str:
    """The name in two lines at most, broken behind a colon or at a blank where there is one."""
    if cells(name) <= longest:
        return name
    head = ""
    for word in name.split(" "):
        if head and (head.endswith(":") or cells(f"{head} {word}") > longest):
            break
        head = f"{head} {word}".strip()
    rest = name[len(head) :].strip()
    return "\n".join(shortened(line, longest) for line in (head, rest) if line)


def name_rows(ax: Axes, names: Sequence[str]) -> None:
    """Names beside the rows of a chart, from the first row on."""
    ax.set_yticks(range(len(names)), list(names), fontsize=8)


def lettered(fig: Figure) -> Figure:
    """The figure itself, once all its text has a font that can draw it and is no mathematics.

    What no installed font has becomes code points; a warning says what to install.
    """
    axes = [axis for ax in fig.axes for axis in (ax.xaxis, ax.yaxis)]
    labels = {axis: [tick.get_text() for tick in axis.get_ticklabels()] for axis in axes}
    texts = [text for text in fig.findobj(Text) if text.get_text()]
    families, missing = fonts_for(
        [
            *(text.get_text() for text in texts),
            *(name for names in labels.values() for name in names),
        ]
    )
    style: dict[str, Any] = {"parse_math": False}
    if families is not None:
        style["fontfamily"] = families
    for axis, names in labels.items():
        if any(map(_is_odd, names)):
            lines = (_written(name, missing).split("\n") for name in names)
            shown = ["\n".join(map(shortened, line)) for line in lines]
            axis.set_ticks(axis.get_ticklocs(), shown, **style)
    for text in texts:
        if _is_odd(text.get_text()):
            text.set(text=_written(text.get_text(), missing), **style)
    return fig


def _is_odd(text: str) -> bool:
    """Whether mathematics or the default font would spoil it; a tick's own power is neither."""
    odd = "$" in text and "mathdefault" not in text
    return odd or any(c.isprintable() and ord(c) not in default_characters() for c in text)


def _written(text: str, missing: frozenset[str]) -> str:
    return "".join(f"\\u{ord(c):04x}" if c in missing else c for c in text)
