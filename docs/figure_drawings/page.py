"""What all figures share: one page, one set of inks."""

from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from attention.plot.colour import paper_and_ink

Drawing = Callable[[], Figure]

_INKS = paper_and_ink((1.0, 1.0, 1.0))
LIGHT, MIDDLE, DARK = (_INKS(strength) for strength in (0.3, 0.6, 0.95))
SHADES = [_INKS(strength) for strength in (0.2, 0.45, 0.7, 1.0)]  # of what comes in an order
WRONG = "#c8553d"  # for what is shown as a mistake

PAGE = {
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#555555",
    "axes.labelcolor": "#333333",
    "axes.titlesize": 10,
    "axes.titlecolor": "#333333",
    "xtick.color": "#555555",
    "ytick.color": "#555555",
    "font.size": 9,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "figure.constrained_layout.use": True,
}


def name_line(ax: Axes, x: float, y: float, words: str, colour: object, **place: object) -> None:
    """The name of a curve, beside it and in its colour: easier to read than a legend."""
    ax.annotate(words, (x, y), color=colour, textcoords="offset points", **place)
