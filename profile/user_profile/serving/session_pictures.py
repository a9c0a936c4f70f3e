"""The sessions of one customer side by side: small multiples on one scale."""

import math

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..dates import day_of
from .card import DEED_COLOURS
from .facts import counted
from .lettering import lettered, name_rows, shortened
from .profile import Profile
from .profiler import Profiler
from .words import DEEDS, did

MOST, ACROSS, ROWS = 12, 4, 8  # panels, panels in a row, interests in a panel
REST = "all others"


def plot_sessions(profiler: Profiler, profile: Profile, *, fig: Figure | None = None) -> Figure:
    """Draw the latest sessions that ended before the profile's moment, one panel each.

    Bars are the items of each interest, the customer's largest first, those beyond ROWS together;
    what was cancelled is orange, what was only looked at grey. All panels share one scale.
    """
    history, names = profiler.history, profiler.spec.category_names
    first = int(history.user_offsets[profile.user])
    sessions = np.arange(first, first + profile.known)[-MOST:]
    counts = np.array([_counts(profiler, int(s)) for s in sessions])
    counts = counts.reshape(-1, len(names) + 1, len(DEEDS))
    order = np.argsort(-counts[:, :-1].sum((0, 2)), kind="stable")[: min(ROWS, len(names))]
    rest = counts.sum(1, keepdims=True) - counts[:, order].sum(1, keepdims=True)
    shown = np.concatenate([counts[:, order], rest], axis=1)
    labels = [*(shortened(names[code]) for code in order), REST]
    if not rest.any():
        shown, labels = shown[:, :-1], labels[:-1]
    rows = max(1, math.ceil(len(sessions) / ACROSS))
    across = max(1, min(ACROSS, len(sessions)))
    if fig is None:
        fig = Figure(
            figsize=(2.4 * across + 2.4, (0.19 * len(labels) + 0.75) * rows + 0.8),
            layout="constrained",
        )
    name = history.users[profile.user]
    left_out = profile.known - len(sessions)
    title = f"Customer {name}: items of each session, by interest"
    title += f" (the latest {len(sessions)} of {profile.known})" if left_out else ""
    fig.suptitle(title, fontsize=11)
    if not len(sessions):
        fig.text(0.5, 0.5, "no session yet", ha="center", va="center")
        return lettered(fig)
    grid = fig.subplots(rows, across, squeeze=False)
    most = max(float(shown.sum(2).max()), 1.0)
    for place, ax in enumerate(grid.ravel()):
        if place >= len(sessions):
            ax.remove()
            continue
        session = int(sessions[place])
        places, left = np.arange(len(labels)), np.zeros(len(labels))
        for colour, items in zip(DEED_COLOURS.values(), shown[place].T):
            ax.barh(places, items, left=left, color=colour, height=0.8)
            left = left + items
        row = slice(*history.offsets[session : session + 2])
        spent = float(history.spent[row][did(history, row)[:, :2].any(1)].sum())
        said = f"{day_of(history.start[session])} · {counted(int(counts[place].sum()), 'item')}"
        ax.set_title(said + (f" · {spent:,.0f}" if spent else ""), fontsize=8, loc="left")
        name_rows(ax, labels if place % across == 0 else [""] * len(labels))
        ax.set(xlim=(0, 1.05 * most), ylim=(len(labels) - 0.5, -0.5))
        ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        ax.tick_params(axis="x", labelsize=7)
        ax.tick_params(axis="y", length=0)
        ax.spines[["top", "right", "left"]].set_visible(False)
    return lettered(fig)


def _counts(profiler: Profiler, session: int) -> np.ndarray:
    """(C + 1, 3): how many behaviours of a session bought, cancelled and only looked at things of
    each category; last, of items that the model does not know."""
    history, category = profiler.history, profiler.spec.category
    part = slice(*history.offsets[session : session + 2])
    size = len(profiler.spec.category_names)
    of_item = np.append(category, size)  # an unknown item is coded behind the last
    kinds = len(DEEDS)
    cells = kinds * of_item[history.item[part]] + did(history, part).argmax(1)
    return np.bincount(cells, minlength=kinds * (size + 1)).reshape(size + 1, kinds).astype(float)
