"""A profile on one page: interests, the sessions they rest on, what may be bought next."""

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from attention.plot.colour import paper_between_inks

from ..dates import day_of
from ..model.interests import LEVELS
from .facts import counted
from .lettering import lettered, name_rows, shortened
from .profile import Profile
from .profiler import Profiler
from .report import describe_spend, percent
from .words import BUYING, DEEDS, Words, deeds, words_of

COLOURS = ("#d9d9d9", "#7fb0d6", "#1f4e79")  # low, medium, high: light to dark
PURCHASED, CANCELLED = "#1f4e79", "#e08214"
_COPIED, _NEW = PURCHASED, CANCELLED
DEED_COLOURS = {"blue": PURCHASED, "orange": CANCELLED, "grey": "#a6a6a6"}  # of DEEDS, by name
NO_ITEMS = "the log names no items to tell apart"
FEWEST = 5  # rows of bars for which there is room at least
LATEST = 30  # columns of the map of sessions at most
_LABELS = 12  # dates written below the timeline at most
WIDTH = 44  # letters of a line of the outlook


def plot_card(
    profiler: Profiler,
    profile: Profile,
    texts: Sequence[str],
    *,
    bought: Sequence[int] = (),
    fig: Figure | None = None,
) -> Figure:
    """Draw a profile. ``texts`` name the items; ``bought``, if known, are marked in the list."""
    fig = Figure(figsize=(13, 9.5), layout="constrained") if fig is None else fig
    heights, widths = (0.9, 2.6, 2.2), (1.0, 1.35)
    axes = fig.subplot_mosaic(
        [["head", "timeline"], ["interests", "attention"], ["next", "next"]],
        height_ratios=heights,
        width_ratios=widths,
    )
    _head(axes["head"], profiler, profile)
    _timeline(axes["timeline"], profiler, profile)
    plot_interests(profile, ax=axes["interests"])
    plot_looked_at(profiler, profile, ax=axes["attention"])
    words = words_of(profiler.history)
    plot_suggestions(profile, texts, bought=bought, words=words, ax=axes["next"])
    return lettered(fig)


def plot_interests(profile: Profile, *, ax: Axes, **style: Any) -> list[Any]:
    """Chances of low, medium and high for each category, the strongest on top."""
    names = [interest.category for interest in profile.interests]
    chances = np.array([interest.probabilities for interest in profile.interests]).reshape(-1, 3)
    places, left = np.arange(len(names)), np.zeros(len(names))
    bars = []
    for level in reversed(range(len(LEVELS))):
        bars.append(
            ax.barh(
                places,
                chances[:, level],
                left=left,
                **{"color": COLOURS[level], "label": LEVELS[level], **style},
            )
        )
        left += chances[:, level]
    if not names:
        return silent(ax, "Interest in the coming session", NO_ITEMS)
    name_rows(ax, [shortened(name) for name in names])
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter("{x:.0%}")
    ax.set_ylim(max(len(names), FEWEST) - 0.5, -0.5)
    ax.set_title("Interest in the coming session", fontsize=10, loc="left")
    ax.legend(ncols=3, fontsize=8, frameon=False, loc="lower center", bbox_to_anchor=(0.5, -0.2))
    ax.spines[["top", "right"]].set_visible(False)
    return bars


def plot_looked_at(profiler: Profiler, profile: Profile, *, ax: Axes, **style: Any) -> Any:
    """What each session added for an interest or against it, in the order of `plot_interests`.

    Of more than LATEST sessions the earlier ones stand together, added up, in the first column.
    """
    codes = [
        profiler.spec.category_names.index(interest.category) for interest in profile.interests
    ]
    added = profile.evidence[codes]  # (C, known)
    said = "What each session added, weight × what was read; habits and season come beside it"
    ax.set_title(said, fontsize=10, loc="left")
    ax.set_yticks([])
    if not added.size:
        silent(ax, said, "no session yet" if codes else NO_ITEMS)
        return None
    added, together = _latest(added)
    if together:
        rest = f"the latest {profile.known - together} of {profile.known} sessions, one by one"
        ax.set_title(f"{said};\n{rest}; first column: all before, added up", fontsize=9, loc="left")
    most = max(float(np.abs(added).max()), 1e-6)
    image = ax.imshow(
        added,
        **{
            "aspect": "auto",
            "cmap": paper_between_inks(ax),
            "norm": Normalize(-most, most),
            "interpolation": "nearest",
            **style,
        },
    )
    _dates(ax, profiler, profile, together)
    ax.figure.colorbar(image, ax=ax, pad=0.01, fraction=0.04, label="for (blue) or against")
    ax.spines[:].set(linewidth=0.5, alpha=0.4)
    return image


def _latest(added: np.ndarray) -> tuple[np.ndarray, int]:
    """(C, S) -> (C, at most LATEST), and how many of the earliest stand together in the first."""
    together = added.shape[1] - LATEST + 1
    if together < 2:
        return added, 0
    return np.column_stack([added[:, :together].sum(1), added[:, together:]]), together


def plot_suggestions(
    profile: Profile,
    texts: Sequence[str],
    *,
    bought: Sequence[int] = (),
    words: Words = BUYING,
    ax: Axes,
) -> list[Any]:
    """Likely next purchases: the part copied from past purchases, and the part that is new."""
    chosen, places = profile.suggestions, np.arange(len(profile.suggestions))
    chance = np.array([suggestion.probability for suggestion in chosen])
    copied = chance * np.array([suggestion.copied for suggestion in chosen])
    bars = [
        ax.barh(places, copied, color=_COPIED, label=f"from {words.past}"),
        ax.barh(places, chance - copied, left=copied, color=_NEW, label="from season and taste"),
    ]
    if not chosen:
        return silent(ax, words.next, NO_ITEMS)
    names = [
        ("✓ " if suggestion.item in set(bought) else "") + shortened(texts[suggestion.item], 48)
        for suggestion in chosen
    ]
    name_rows(ax, names)
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    ax.invert_yaxis()
    title = f"{words.next}: share of the coming {words.basket}"
    title += f" (✓ was {words.bought})" if len(bought) else ""
    ax.set_title(title, fontsize=10, loc="left")
    ax.legend(ncols=2, fontsize=8, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.09))
    ax.spines[["top", "right"]].set_visible(False)
    return bars


def silent(ax: Axes, title: str, why: str) -> list[Any]:
    """A panel that has nothing to show says why."""
    ax.clear()
    ax.set_title(title, fontsize=10, loc="left")
    ax.set(xticks=[], yticks=[])
    ax.text(0.5, 0.5, why, ha="center", va="center", transform=ax.transAxes, fontsize=9)
    ax.spines[:].set_visible(False)
    return []


def _outlook(profile: Profile, words: Words) -> list[str]:
    """Few short lines; none of what the log did not teach."""
    lines = []
    if profile.returns is not None:
        lines.append(f"{words.again} within 90 days: {percent(profile.returns)}")
    if profile.cancels is not None:
        lines.append(f"cancels something within 90 days: {percent(profile.cancels)}")
    if profile.spend:
        band, _, middle = describe_spend(profile).partition(", about")
        amount = textwrap.wrap(f"about{middle}", WIDTH) if middle else []
        lines += [f"in 90 days: {band}", *(f"    {line}" for line in amount)]
    return lines


def _head(ax: Axes, profiler: Profiler, profile: Profile) -> None:
    ax.axis("off")
    name = profiler.history.users[profile.user]
    lines = (
        f"Customer {name} on {day_of(profile.moment)}, {counted(profile.known, 'session')}",
        *_outlook(profile, words_of(profiler.history)),
    )
    for row, line in enumerate(lines):
        size = 10 if row else 13
        top = 1 - 0.145 * row - (0.06 if row else 0)
        ax.text(0, top, line, fontsize=size, va="top", transform=ax.transAxes)


def _timeline(ax: Axes, profiler: Profiler, profile: Profile) -> None:
    first = int(profiler.history.user_offsets[profile.user])
    done = deeds(profiler.history, first, profile.known)
    places, below = np.arange(profile.known), np.zeros(profile.known)
    told = []
    for deed, (name, colour), items in zip(DEEDS, DEED_COLOURS.items(), done.T):
        ax.bar(places, items, bottom=below, color=colour, width=0.7)
        below += items
        told += [f"{name}: {deed}"] if items.any() else []
    title = "Items in each session" + (f" ({', '.join(told)})" if told else "")
    ax.set_title(title, fontsize=10, loc="left")
    ax.set_xlim(-0.5, max(profile.known, 1) - 0.5)
    ax.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    _dates(ax, profiler, profile)
    ax.spines[["top", "right"]].set_visible(False)


def _dates(ax: Axes, profiler: Profiler, profile: Profile, together: int = 0) -> None:
    """Dates below the sessions, of which so many of the first stand together."""
    count, before = profile.known - together, int(together > 0)
    step = max(1, -(-count // _LABELS))
    shown = np.arange((step - 1) * before, count, step)
    first = profiler.history.user_offsets[profile.user] + together
    days = [day_of(start) for start in profiler.history.start[first + shown]]
    places = [*range(before), *(before + shown)]
    ax.set_xticks(places, ["before"] * before + days, rotation=40, ha="right", fontsize=7)
