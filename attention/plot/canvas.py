"""Where a picture goes: the axes or figure it was given, or a new figure of a fitting size."""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure, SubFigure

from .colour import map_for

AnyFigure = Figure | SubFigure
_made: ContextVar[list[Figure] | None] = ContextVar("figures made", default=None)
P = ParamSpec("P")
R = TypeVar("R")


def leave_nothing_behind(draw: Callable[P, R]) -> Callable[P, R]:
    """A plot function whose new figure is closed again if it fails, say for a wrong style key."""

    @wraps(draw)
    def tidy(*args: P.args, **options: P.kwargs) -> R:
        made: list[Figure] = []
        token = _made.set(made)
        try:
            return draw(*args, **options)
        except BaseException:
            import matplotlib.pyplot as plt

            for figure in made:
                plt.close(figure)
            raise
        finally:
            _made.reset(token)

    return tidy


def new_figure(width: float, height: float, layout: str = "constrained") -> Figure:
    """A pyplot figure, inches, so that notebooks and `plt.show` find it."""
    import matplotlib.pyplot as plt  # here alone: callers with axes of their own never need it

    figure = plt.figure(figsize=(width, height), layout=layout)
    if (made := _made.get()) is not None:
        made.append(figure)
    return figure


def axes_for(ax: Axes | None, width: float, height: float, layout: str = "constrained") -> Axes:
    """The given axes, or those of a new figure. Maps of equal cells need the compressed layout:
    the other measures labels where the axes stood before they were narrowed, and cuts them off.
    """
    return ax if ax is not None else new_figure(width, height, layout).add_subplot()


def figure_of(ax: Axes) -> Figure:
    """The whole figure the axes stand in, also where that is a part of a subfigure."""
    return ax.figure.figure


def map_size(T: int, S: int) -> tuple[float, float]:
    """Inches in which T × S cells have room for their labels, while they are few."""
    cell = 0.42 if max(T, S) <= 16 else 0.42 * 16 / max(T, S)
    cell = max(cell, 0.13 if max(T, S) <= 72 else 6.5 / max(T, S))
    return max(3.2, cell * S) + 1.9, max(2.6, cell * T) + 1.1


def colour_style(ax: Axes, highest: float, style: dict[str, Any]) -> dict[str, Any]:
    """``style`` with the one norm, 0 to ``highest``, and map that all panels of a picture share."""
    style = dict(style)
    vmax = style.pop("vmax", None)
    if "norm" not in style:
        highest = highest if vmax is None else vmax
        style["norm"] = Normalize(0, highest if highest > 0 else 1)
    elif vmax is not None:
        raise ValueError("Pass norm or vmax, not both: vmax=v is norm=Normalize(0, v).")
    if style.get("cmap") is None:
        style["cmap"] = map_for(ax)
    return style
