"""How a customer's interests changed: the mix after each session, and the picture."""

from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from attention.plot.colour import map_for

from ..dates import day_of
from ..errors import DataError
from ..features.mix import purchase_mix
from .applications import check_items
from .lettering import lettered, name_rows, shortened
from .profiler import Profiler

_LABELS = 16  # dates written below the picture at most, and sessions whose chances are written
_INK = 0.55  # share of the scale from which a cell is dark


class Drift(NamedTuple):
    """Interests of one customer at K moments."""

    user: int
    moments: np.ndarray  # (K,) seconds, each just after a session
    chances: np.ndarray  # (K, C) that something of a category is bought in the coming session
    mix: np.ndarray  # (K, C) the share of each category, by `features.mix`

    @property
    def turnover(self) -> np.ndarray:
        """How much of the mix moved at each session but the first, (K - 1,), from 0 to 1."""
        return np.abs(np.diff(self.mix, axis=0)).sum(axis=1) / 2


def interest_drift(profiler: Profiler, user: int, until: int | None = None) -> Drift:
    """Interests after each session that ended before ``until``.

    Raises DataError if there is none.
    """
    check_items(profiler)
    history = profiler.history
    ends = np.unique(history.end[slice(*history.user_offsets[user : user + 2])])
    moments = ends[ends < (profiler.now if until is None else until)] + 1
    if not len(moments):
        raise DataError(
            f"Customer {history.users[user]!r} has no session yet by then; give a later --date."
        )
    levels = profiler.levels(np.full(len(moments), user), moments)
    spec, season = profiler.spec, profiler.featurizer.season
    known = history.known_sessions(np.full(len(moments), user), moments)
    size = len(spec.category_names)
    mix = purchase_mix(history, season, spec.category, size, user, known)
    return Drift(user, moments, 1 - levels[:, :, 0], mix)


def plot_drift(
    profiler: Profiler, drift: Drift, *, ax: Axes | None = None, **style: Any
) -> tuple[Axes, Any]:
    """A row for each category, a column for each session; the darker, the likelier a purchase.

    Of few sessions the chances are written into the cells, in points of a hundred.
    """
    names = profiler.spec.category_names
    if ax is None:
        size = (4 + 0.25 * min(len(drift.moments), 40), 1.5 + 0.28 * len(names))
        ax = Figure(figsize=size, layout="constrained").add_subplot()
    order = np.argsort(-drift.chances.mean(axis=0), kind="stable")
    chances = drift.chances[:, order].T
    top = max(0.1, float(np.ceil(chances.max() * 10) / 10))
    look = {"aspect": "auto", "cmap": map_for(ax), "norm": Normalize(0, top)}
    image = ax.imshow(chances, **{**look, "interpolation": "nearest", **style})
    name_rows(ax, [shortened(names[code]) for code in order])
    ax.tick_params(axis="y", length=0)
    shown = np.arange(0, len(drift.moments), -(-len(drift.moments) // _LABELS))
    days = [day_of(moment) for moment in drift.moments[shown]]
    ax.set_xticks(shown, days, rotation=40, ha="right", fontsize=7)
    if len(drift.moments) <= _LABELS:
        for (row, column), chance in np.ndenumerate(chances):
            ink = "white" if chance > _INK * top else "black"
            said = f"{100 * chance:.0f}"
            ax.text(column, row, said, ha="center", va="center", fontsize=6.5, color=ink)
    customer = profiler.history.users[drift.user]
    ax.set_title(f"Interests of customer {customer} after each session", fontsize=10, loc="left")
    label = "chance of a purchase in the coming session"
    bar = ax.figure.colorbar(image, ax=ax, pad=0.01, fraction=0.04, aspect=30, format="{x:.0%}")
    bar.set_label(label, fontsize=8)
    lettered(ax.figure.figure)
    return ax, image
