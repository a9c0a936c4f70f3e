"""A customer's interests over time beside everybody's: where the crowd is a band."""

import math
from typing import NamedTuple

import numpy as np
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from ..dates import DAY
from .drift import Drift
from .lettering import lettered, shortened
from .profiler import Profiler

PANELS, ACROSS = 6, 3  # interests shown, the most moved first
CROWD, MOMENTS = 200, 24  # customers that stand for all, and moments at which they are crowd_days
SHARES = (0.1, 0.5, 0.9)  # of them below the lower edge, the middle and the upper edge
DOTTED = 60  # sessions at most that have a dot each
LINE, BAND = "#1f4e79", "#9db8cf"


class Crowd(NamedTuple):
    """What holds of other customers at N moments of a drift."""

    moments: np.ndarray  # (N,) seconds
    low: np.ndarray  # (N, C)
    middle: np.ndarray  # (N, C)
    high: np.ndarray  # (N, C)
    customers: np.ndarray  # (N,) how many stood for all


def crowd_of(profiler: Profiler, drift: Drift, *, seed: int = 0) -> Crowd:
    """At no more than MOMENTS moments of a drift, first and last among them, the chances of at most
    CROWD other customers, drawn among those of the time; NaN where there was none."""
    history = profiler.history
    everybody = np.setdiff1d(np.arange(len(history.users)), [drift.user])
    some = np.random.default_rng(seed).permutation(everybody)
    K = len(drift.moments)
    moments = drift.moments[np.unique(np.linspace(0, K - 1, min(K, MOMENTS)).astype(int))]
    edges, sizes = [], []
    for moment in moments:
        known = history.known_sessions(some, np.full(len(some), moment)) > 0
        users = some[known][:CROWD]
        sizes.append(len(users))
        if not len(users):  # the first customer of all
            edges.append(np.full((3, drift.chances.shape[1]), np.nan))
            continue
        chances = 1 - profiler.levels(users, np.full(len(users), moment))[:, :, 0]
        edges.append(np.quantile(chances, SHARES, axis=0))
    low, middle, high = np.stack(edges, axis=1)
    return Crowd(moments, low, middle, high, np.array(sizes))


def plot_drift_bands(
    profiler: Profiler, drift: Drift, crowd: Crowd, *, fig: Figure | None = None
) -> Figure:
    """Draw the interests that moved most, one panel each: the customer as a line with a dot after
    each session, the middle 80 % of all customers as a band, their median thin.
    """
    names = profiler.spec.category_names
    moved = np.abs(np.diff(drift.chances, axis=0)).sum(axis=0)
    order = np.argsort(-moved, kind="stable")[: min(PANELS, len(names))]
    across = min(ACROSS, len(order))
    rows = math.ceil(len(order) / across)
    if fig is None:
        fig = Figure(figsize=(3.3 * across + 0.6, 2.0 * rows + 0.9), layout="constrained")
    grid = fig.subplots(rows, across, squeeze=False, sharex=True, sharey=True)
    days, crowd_days = (
        np.array(times // DAY, "datetime64[D]") for times in (drift.moments, crowd.moments)
    )
    for ax in grid.ravel()[len(order) :]:
        ax.remove()
    panels = list(grid.ravel()[: len(order)])
    for ax, code in zip(panels, order):
        edges = crowd.low[:, code], crowd.high[:, code]
        ax.fill_between(
            crowd_days, *edges, color=BAND, alpha=0.55, linewidth=0, label="80 % of all"
        )
        ax.plot(
            crowd_days, crowd.middle[:, code], color="#6c7f90", linewidth=0.9, label="median of all"
        )
        few = len(days) <= DOTTED
        style = {"color": LINE, "linewidth": 1.6 if few else 0.9, "markersize": 3.5}
        ax.plot(days, drift.chances[:, code], "o-" if few else "-", label="this customer", **style)
        ax.set_title(shortened(names[code]), fontsize=9, loc="left")
        ax.set_ylim(0, 1)
        ax.yaxis.set_major_formatter("{x:.0%}")
        ax.spines[["top", "right"]].set_visible(False)
        locator = AutoDateLocator(minticks=2, maxticks=5)  # type: ignore[no-untyped-call]
        ax.xaxis.set_major_locator(locator)
        dates = ConciseDateFormatter(locator)  # type: ignore[no-untyped-call]
        ax.xaxis.set_major_formatter(dates)
        ax.tick_params(labelsize=7)
    customer = profiler.history.users[drift.user]
    title = f"Customer {customer}: chance of a purchase in the coming session, after each session"
    fig.suptitle(title, fontsize=11)
    handles, labels = panels[0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=8)
    return lettered(fig)
