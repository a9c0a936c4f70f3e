"""A shop on one page: segments, interests, what sells, and whether its forecasts hold."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from ..dates import day_of
from ..model.interests import LEVELS
from ..serving.card import COLOURS, FEWEST
from ..serving.lettering import folded, lettered, name_rows, shortened
from ..serving.profiler import Profiler
from ..serving.words import BUYING, Words, words_of
from .shop import DAYS, Shop

INKS = {"return": "#1f4e79", "cancellation": "#e08214", "spend": "#4d8f5a"}
FAINT = "#9aa3ad"


def plot_shop(
    profiler: Profiler, shop: Shop, texts: Sequence[str], *, fig: Figure | None = None
) -> Figure:
    """Draw what `read_shop` found. ``texts`` name the items of the model."""
    fig = Figure(figsize=(15, 9), layout="constrained") if fig is None else fig
    axes = fig.subplot_mosaic(
        [["segments", "interests", "sold"], ["calibration", "spend", "lift"]],
        height_ratios=(1, 1),
    )
    history = profiler.history
    head = (
        f"{len(shop.users):,} customers on {day_of(shop.moment)}: {shop.sessions:,} sessions, "
        f"{len(history.items):,} items"
    )
    if shop.judged and (shop.lift or shop.calibration):
        head += f" · forecasts of {shop.judged}"
    fig.suptitle(head, fontsize=13, x=0.01, ha="left")
    draw_segments(axes["segments"], shop)
    draw_interests(axes["interests"], profiler, shop)
    draw_sold(axes["sold"], shop, texts, words_of(profiler.history))
    draw_calibration(axes["calibration"], shop)
    draw_spend(axes["spend"], shop)
    draw_lift(axes["lift"], shop)
    for ax in axes.values():
        ax.spines[["top", "right"]].set_visible(False)
    return lettered(fig)


def draw_segments(ax: Axes, shop: Shop) -> None:
    """Each segment's share of the customers, and of the revenue where the log tells money."""
    found = shop.segments.segments
    bars = {"of customers": (INKS["return"], [segment.share for segment in found])}
    if any(segment.mean_order for segment in found):
        bars["of revenue"] = INKS["spend"], [segment.revenue_share for segment in found]
    height = 0.76 / len(bars)
    for place, (label, (colour, values)) in enumerate(bars.items()):
        off = (place - (len(bars) - 1) / 2) * height
        ax.barh(np.arange(len(found)) + off, values, height, color=colour, label=label)
    name_rows(ax, [folded(segment.name) for segment in found])
    ax.invert_yaxis()
    ax.set_title(f"Segments: share {' and '.join(bars)}", fontsize=10, loc="left")
    ax.xaxis.set_major_formatter("{x:.0%}")
    _legend(ax)


def draw_interests(ax: Axes, profiler: Profiler, shop: Shop) -> None:
    """How many customers are said to be interested, by category."""
    ax.set_title("Interest in the coming session: share of customers", fontsize=10, loc="left")
    if not len(shop.levels):
        return _silent(ax, "the log tells no items apart")
    order = np.argsort(-(shop.levels @ np.arange(len(LEVELS))), kind="stable")
    left = np.zeros(len(order))
    for level in reversed(range(len(LEVELS))):
        width = shop.levels[order, level]
        ax.barh(np.arange(len(order)), width, left=left, color=COLOURS[level], label=LEVELS[level])
        left += width
    name_rows(ax, [shortened(profiler.spec.category_names[code]) for code in order])
    ax.set_ylim(max(len(order), FEWEST) - 0.5, -0.5)
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter("{x:.0%}")
    _legend(ax)


def draw_sold(ax: Axes, shop: Shop, texts: Sequence[str], words: Words = BUYING) -> None:
    """The items most sold of late, with a tick where they stood before."""
    title = f"Most {words.sold} in {DAYS} days, in {words.order}s"
    ax.set_title(title, fontsize=10, loc="left")
    if not shop.sold:
        return _silent(ax, f"nothing was {words.sold} of late, or the log tells no items apart")
    places = np.arange(len(shop.sold))
    now = ax.barh(places, [sold.now for sold in shop.sold], color=INKS["return"])
    style: dict[str, Any] = {"color": INKS["cancellation"], "markersize": 11, "markeredgewidth": 2}
    (before,) = ax.plot(
        [np.nan if sold.before is None else sold.before for sold in shop.sold], places, "|", **style
    )
    name_rows(ax, [shortened(texts[sold.item]) for sold in shop.sold])
    ax.invert_yaxis()
    ax.set_xlim(left=0)
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    _legend(ax, (now, before), (f"these {DAYS} days", f"the {DAYS} before"))


def draw_calibration(ax: Axes, shop: Shop) -> None:
    """What was said against what came true, by tenths of the chance, with 95 % intervals."""
    ax.set_title("Return and cancellation: what is said comes true", fontsize=10, loc="left")
    if not shop.calibration:
        return _silent(ax, _why(shop, "all or none of the customers came"))
    ax.plot([0, 1], [0, 1], color=FAINT, linewidth=0.8)
    for title, curve in shop.calibration.items():
        off = np.stack([curve.true - curve.low, curve.high - curve.true]).clip(min=0)
        said = f"{title}, off by {curve.error:.3f} (by chance {curve.by_chance:.3f})"
        look: dict[str, Any] = {
            "color": INKS[title],
            "markersize": 4,
            "linewidth": 1.2,
            "elinewidth": 0.8,
        }
        ax.errorbar(curve.said, curve.true, off, fmt="o-", label=said, **look)
    ax.set(xlim=(0, 1), ylim=(0, 1), xlabel="chance that is said", ylabel="share that came true")
    _legend(ax, across=1)


def draw_spend(ax: Axes, shop: Shop) -> None:
    """Mean spend by tenths of the customers, said and true."""
    ax.set_title("Spend, by tenths of the customers", fontsize=10, loc="left")
    if shop.spend is None:
        return _silent(ax, _why(shop, "the log teaches nothing of spend"))
    said, true = shop.spend
    top = 1.4 * max(float(said.max()), float(true.max()))
    low = min((float(v.min()) for v in (said[said > 0], true[true > 0]) if len(v)), default=1.0) / 2
    low = max(low, top / 10_000)
    ax.plot([low, top], [low, top], color=FAINT, linewidth=0.8)
    ax.plot(
        np.maximum(said, low),
        np.maximum(true, low),
        "o-",
        color=INKS["spend"],
        markersize=4,
        linewidth=1.2,
    )
    ax.set(xscale="log", yscale="log", xlim=(low, top), ylim=(low, top))
    ax.set(xlabel="mean that is said", ylabel="mean that came")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if top < 100 * low else (1,)))
        axis.set_major_formatter(lambda x, _: f"{x:,.0f}" if x >= 1 else f"{x:g}")
        axis.set_minor_formatter(NullFormatter())


def draw_lift(ax: Axes, shop: Shop) -> None:
    """Of all that comes, the share that the best scored customers bring."""
    ax.set_title("Reached by asking the best first", fontsize=10, loc="left")
    if not shop.lift:
        return _silent(ax, _why(shop, "all or none of the customers came"))
    ax.plot([0, 1], [0, 1], color=FAINT, linewidth=0.8)
    for title, curve in shop.lift.items():
        tenth = curve.lift[np.abs(curve.share - 0.1).argmin()]
        x, y = np.append(0, curve.share), np.append(0, curve.reached)
        ax.plot(x, y, color=INKS[title], label=f"{title}: ×{tenth:.1f} in the first tenth")
    ax.set(
        xlim=(0, 1), ylim=(0, 1.02), xlabel="share of the customers", ylabel="share of the whole"
    )
    _legend(ax, across=1)


def _legend(ax: Axes, *of: Sequence[Any], across: int = 3) -> None:
    """Below the axes, where it hides nothing."""
    below = -0.16 if ax.get_xlabel() else -0.08
    ax.legend(*of, fontsize=8, frameon=False, ncols=across, loc="upper center",
              bbox_to_anchor=(0.5, below))  # fmt: skip


def _why(shop: Shop, otherwise: str) -> str:
    """Why there is no forecast to judge."""
    if not shop.judged:
        return "the log is too short to judge a forecast"
    return f"nothing to judge from {shop.judged.split(',')[0]} on:\n{otherwise}"


def _silent(ax: Axes, why: str) -> None:
    ax.set(xticks=[], yticks=[])
    ax.text(0.5, 0.5, why, ha="center", va="center", transform=ax.transAxes, fontsize=9)
