"""What could have come next: the likeliest tokens, and what top-k, top-p and min-p cut away."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.patches import Rectangle

from ..decoding import Watched, choices
from ..ops.checks import count
from .canvas import axes_for, colour_style, leave_nothing_behind
from .cells import write_cells
from .colour import ink
from .given import plain
from .image import WeightsImage, draw_weights, hatch_cells
from .maps import finish_map
from .tokens import label_axis, readable

Names = Sequence[str] | Callable[[int], str] | None
CUT = "////"
CELL = 0.5, 0.3  # inches of a cell with text
MOST_FRAMES = 200  # steps beyond which what was drawn is no longer framed


@leave_nothing_behind
def plot_next_tokens(
    logits: Any,
    names: Names = None,
    *,
    chosen: int | None = None,
    show: int = 16,
    ax: Axes | None = None,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    min_p: float | None = None,
    **style: Any,
) -> BarContainer:
    """Draw the ``show`` likeliest next tokens after logits (V,), and return the bars.

    Bars are probabilities at this ``temperature`` before any cut; what top-k, top-p or min-p
    cuts is hollow and hatched, below a line at the cut; a ring is the probability that is drawn
    from, after the cuts. ``names`` is a list of V texts, or a function from id to text;
    ``chosen`` marks the token that was drawn. ``style`` goes to the bars.
    """
    row = _logits(logits, 1)
    cuts: dict[str, Any] = {"top_k": top_k, "top_p": top_p, "min_p": min_p}
    order, p = choices(row, temperature)
    kept = choices(row, temperature, **cuts)[1]
    show = min(count("show", show, 1), len(order))
    ax = axes_for(ax, 5.0, 0.24 * show + 1.3)
    places = np.arange(show)
    faces = [ink(ax, 0.7) if place < len(kept) else "none" for place in places]
    bars = ax.barh(places, p[:show], **{"color": faces, "height": 0.75, **style})
    for bar in bars[len(kept) :]:
        bar.set(edgecolor=ink(ax, 0.5), hatch=CUT, linewidth=0.6)
    drawn = min(show, len(kept))
    ring: dict[str, Any] = {"markersize": 4, "markerfacecolor": "none", "color": ink(ax, 0.95)}
    ax.plot(kept[:drawn], places[:drawn], "o", **ring)
    line = ax.xaxis.label.get_color()
    for name, left in _cuts(row, temperature, cuts):
        if left < show:
            ax.axhline(left - 0.5, color=line, linewidth=0.8, linestyle="--")
            ax.annotate(f"{name} cuts below", (1, left - 0.5), fontsize="small", color=line,
                        xycoords=("axes fraction", "data"), xytext=(0, -2), ha="right", va="top",
                        textcoords="offset points")  # fmt: skip
    labels, text_style = readable([name_of(names, token) for token in order[:show]])
    if chosen is not None:
        labels = ["▸ " * bool(token == chosen) + label for label, token in zip(labels, order)]
    ax.set_yticks(places, labels, **text_style)
    ax.set(ylim=(show - 0.5, -0.5), xlim=(0, 1.05 * max(p[0], kept[0])))
    ax.set_xlabel("probability" + "; ring: after the cuts" * (len(kept) < len(p)))
    title = _settings(temperature, cuts)
    if show < len(p):
        title += f"\nthe other {len(p) - show:,} have {p[show:].sum():.1%}"
    ax.set_title(title, fontsize="medium")
    ax.tick_params(axis="y", length=0)
    ax.spines[["top", "right"]].set_visible(False)
    return bars


@leave_nothing_behind
def plot_choices(
    logits: Any,
    names: Names = None,
    *,
    chosen: Sequence[int] | None = None,
    show: int = 8,
    ax: Axes | None = None,
    colorbar: bool = True,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    min_p: float | None = None,
    **style: Any,
) -> WeightsImage:
    """Draw the ``show`` likeliest tokens at each step of a text, and return the image.

    ``logits`` (G, V) with the ``chosen`` (G,) ids, or what `attention.decoding.watch` returns.
    Steps run across, named by what was written; ranks run down. Shade is the probability before
    any cut, what top-k, top-p or min-p cuts is hatched, what was drawn is framed. Other
    arguments as in `plot_next_tokens`.
    """
    if isinstance(logits, Watched):
        chosen = logits.ids[logits.prompt :] if chosen is None else chosen
        logits = logits.logits
    rows = _logits(logits, 2)
    G, V = rows.shape
    if chosen is not None and len(chosen) != G:
        raise ValueError(f"chosen has {len(chosen)} ids; the logits have {G} steps.")
    show = min(count("show", show, 1), V)
    cuts: dict[str, Any] = {"top_k": top_k, "top_p": top_p, "min_p": min_p}
    shown, ids = np.empty((show, G)), np.empty((show, G), np.int64)
    cut, ranks = np.zeros((show, G), bool), np.full(G, -1)
    for g, row in enumerate(rows):
        order, p = choices(row, temperature)
        kept = len(choices(row, temperature, **cuts)[1])
        shown[:, g], ids[:, g], cut[:, g] = p[:show], order[:show], np.arange(show) >= kept
        if chosen is not None:
            ranks[g] = np.flatnonzero(order == chosen[g])[0]
    ax = axes_for(ax, min(14.0, max(4.5, CELL[0] * G + 1.8)), CELL[1] * show + 1.5)
    image = draw_weights(ax, shown, **colour_style(ax, float(shown.max()), style))
    missed = int((ranks >= show).sum())
    title = _settings(temperature, cuts) + (f"; {missed} drawn from below" if missed else "")
    finish_map(image, ~np.isnan(shown), None, None, title, colorbar, "probability")
    ax.set_aspect("auto")
    hatch_cells(ax, cut, CUT)
    label_axis(ax.xaxis, None if chosen is None else [name_of(names, i) for i in chosen], G)
    ax.set_yticks(range(show), [str(r + 1) for r in range(show)])
    ax.tick_params(length=0)
    ax.set(xlabel="written", ylabel="rank")
    write_cells(image, [[name_of(names, token) for token in row] for row in ids.tolist()])
    for g in np.flatnonzero((ranks >= 0) & (ranks < show)).tolist() if G <= MOST_FRAMES else ():
        ax.add_patch(Rectangle((g - 0.47, ranks[g] - 0.46), 0.94, 0.92, fill=False, linewidth=1.3,
                               edgecolor=ax.xaxis.label.get_color(), zorder=3))  # fmt: skip
    return image


def name_of(names: Names, token: int) -> str:
    """The text of an id, by a list or a function; the id itself without."""
    if names is None:
        return str(token)
    return str(names(int(token)) if callable(names) else names[int(token)])


def _logits(logits: Any, ndim: int) -> np.ndarray:
    rows = np.asarray(plain(logits))
    if rows.ndim != ndim or 0 in rows.shape:
        shape = "(V,), those of one next token" if ndim == 1 else "(G, V), a row for each token"
        raise ValueError(f"logits have shape {rows.shape}; expected {shape}.")
    return rows


def _cuts(row: np.ndarray, temperature: float, cuts: dict[str, Any]) -> list[tuple[str, int]]:
    """How many tokens each rule leaves of those that the rules before it left, where it cuts."""
    found, left = [], len(row)
    so_far: dict[str, Any] = {}
    for name, value in cuts.items():
        so_far[name] = value
        kept = len(choices(row, temperature, **so_far)[1])
        if kept < left:
            found.append((name.replace("_", "-"), kept))
        left = kept
    return found


def _settings(temperature: float, cuts: dict[str, Any]) -> str:
    said = [f"{name.replace('_', '-')} {value:g}" for name, value in cuts.items() if value]
    return ", ".join([f"temperature {temperature:g}", *said])
