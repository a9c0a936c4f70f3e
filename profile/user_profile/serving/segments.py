"""A handful of segments: customers who buy alike, with names, sizes and what each buys.

Customers are points of recency, frequency, order value and of the mix of categories they bought;
k-means groups them. The number of segments, within a handful, is the one that two halves of the
customers, grouped apart, agree on best (Ben-Hur, Elisseeff and Guyon 2002).
"""

from typing import Any, NamedTuple

import numpy as np

from ..dates import DAY
from ..features.history import History
from ..log.clusters import adjusted_rand, centres, nearest
from .allowed import bought_before
from .facts import Facts, read_facts
from .profiler import Profiler
from .segment_names import name_of
from .words import BUYING, Words, words_of

SIZES = (4, 5, 6, 7, 8)
_PAIRS = 4  # of halves, for each number of segments
_SAMPLE = 2000  # customers that the number is chosen by
_TASTE = 1.0  # the weight of the mix beside that of recency, frequency and value
_SHRUNK = 5.0  # items of the average customer that are added to everybody's mix
_SHOWN = 3  # categories and items of each segment


class Segment(NamedTuple):
    name: str
    size: int
    share: float  # of all customers asked about
    orders: float  # mean
    mean_order: float  # money, mean
    revenue_share: float  # of the revenue of all
    days_since: float  # median, since the last order
    returns: float  # mean chance of a purchase in 90 days; NaN where the log did not teach it
    categories: tuple[tuple[str, float], ...]  # what it buys: most above all, times the usual share
    items: tuple[int, ...]  # what it buys most above all


class Segments(NamedTuple):
    """Groups of ``users`` (U,)."""

    users: np.ndarray  # (U,) codes in the log
    label: np.ndarray  # (U,) index into segments, the largest first
    segments: tuple[Segment, ...]
    agreement: float  # adjusted Rand of groupings of other seeds with this one, mean
    halves: dict[int, float]  # the same of two halves of the customers, by number of segments


def find_segments(
    profiler: Profiler,
    users: np.ndarray,
    moment: int,
    *,
    sizes: tuple[int, ...] = SIZES,
    seed: int = 0,
    seeds: int = 3,
) -> Segments:
    """Segments of those of ``users`` who had ordered before ``moment``; one if they are few.

    ``seeds`` further groupings measure the agreement.
    """
    facts = read_facts(profiler.history, moment)
    users = users[facts.orders[users] > 0]
    mix = category_mix(profiler, users, moment)
    points = _points(facts.take(users), mix, moment)
    distinct = len(np.unique(points.round(9), axis=0))
    sizes = tuple(size for size in sizes if 4 * size <= distinct)
    halves = {size: _halves_agree(points, size) for size in sizes}
    size = max(halves, key=lambda k: (round(halves[k], 2), -k)) if halves else 1
    label = _grouped(points, size, seed)
    others = [_grouped(points, size, seed + 1 + other) for other in range(seeds)]
    agreement = float(np.mean([adjusted_rand(label, other) for other in others] or [1.0]))
    order = np.argsort(-np.bincount(label), kind="stable")
    label = np.argsort(order)[label]
    found = _described(profiler, facts, users, label, mix, moment)
    return Segments(users, label, found, agreement, halves)


def segment_rows(profiler: Profiler, found: Segments, texts: list[str]) -> list[dict[str, Any]]:
    """A row for each segment, for a table, a CSV file or JSON. Means and medians are of customers;
    the value of an order is each customer's own mean."""
    rows = []
    money, words = any(one.mean_order for one in found.segments), words_of(profiler.history)
    for segment in found.segments:
        row: dict[str, Any] = {
            "segment": segment.name,
            "customers": segment.size,
            "share": round(segment.share, 4),
            f"{words.order}s_mean": round(segment.orders, 2),
        }
        if money:
            row["order_value_mean"] = round(segment.mean_order, 2)
            row["revenue_share"] = round(segment.revenue_share, 4)
        row["days_since_median"] = round(segment.days_since, 1)
        if not np.isnan(segment.returns):
            row["returns_mean"] = round(segment.returns, 4)
        if profiler.ranks and len(profiler.spec.category_names) > 1:
            row["buys"] = "; ".join(f"{name} ×{times:.1f}" for name, times in segment.categories)
        if profiler.ranks:
            row["items"] = "; ".join(texts[item].strip() for item in segment.items)
        rows.append(row)
    return rows


def describe_columns(rows: list[dict[str, Any]], words: Words = BUYING) -> str:
    """What stands in those columns of the table that may be read otherwise; "" where none does."""
    if not any("returns_mean" in row for row in rows):
        return ""
    return f"returns_mean: the mean chance that a customer {words.again} within 90 days"


def member_rows(profiler: Profiler, found: Segments) -> list[dict[str, Any]]:
    """A row for each customer: who is in which segment."""
    names = profiler.history.users
    return [
        {"customer": names[user], "segment": found.segments[label].name}
        for user, label in zip(found.users.tolist(), found.label.tolist())
    ]


def category_mix(profiler: Profiler, users: np.ndarray, moment: int) -> np.ndarray:
    """The share of each category in what each of ``users`` bought before, (U, C), held to the mean.

    Without items to tell apart, (U, 0).
    """
    spec = profiler.spec
    size = len(spec.category_names) if profiler.ranks else 0
    if size < 2:
        return np.zeros((len(users), 0))
    row, item = bought_before(profiler.history, users, moment)
    cell = row * size + spec.category[item]
    counts = np.bincount(cell, minlength=len(users) * size).reshape(len(users), size)
    usual = counts.sum(0) / max(counts.sum(), 1)
    return (counts + _SHRUNK * usual) / (counts.sum(1, keepdims=True) + _SHRUNK)


def _points(facts: Facts, mix: np.ndarray, moment: int) -> np.ndarray:
    """(U, 3 + C): the habits scaled to unit spread, the mix to that of one habit altogether."""
    days = (moment - facts.last) / DAY
    habits = np.log1p(np.stack([days, facts.orders, facts.mean_order], axis=1))
    habits = (habits - habits.mean(0)) / np.maximum(habits.std(0), 1e-9)
    habits[:, habits.std(0) < 1e-6] = 0
    taste = np.sqrt(mix) - np.sqrt(mix).mean(0)
    spread = np.sqrt((taste**2).sum(1).mean()) if taste.size else 0
    return np.concatenate([habits, taste * (_TASTE / max(float(spread), 1e-9))], axis=1)


def _grouped(points: np.ndarray, size: int, seed: int) -> np.ndarray:
    return nearest(points, centres(points, size, np.random.default_rng(seed), runs=20))


def _halves_agree(points: np.ndarray, size: int) -> float:
    """A sample grouped by the middles of one half, and of the other: how far that agrees.

    The same draws every time: the number of segments hangs on the customers alone.
    """
    rng = np.random.default_rng(size)
    points = points[np.sort(rng.permutation(len(points))[:_SAMPLE])]
    found = []
    for _ in range(_PAIRS):
        side = rng.permutation(len(points)) < len(points) // 2
        middles = (centres(points[half], size, rng, runs=3) for half in (side, ~side))
        found.append(adjusted_rand(*(nearest(points, middle) for middle in middles)))
    return float(np.mean(found))


def _described(
    profiler: Profiler,
    facts: Facts,
    users: np.ndarray,
    label: np.ndarray,
    mix: np.ndarray,
    moment: int,
) -> tuple[Segment, ...]:
    of_users = facts.take(users)
    returns = np.full(len(users), np.nan)
    if "returned" in profiler.decisions.taught:
        returns = profiler.outlook(users, np.full(len(users), moment)).returned
    days = (moment - of_users.last) / DAY
    above = _items_above(profiler.history, users, label, moment)
    names: list[str] = []
    segments = []
    for code in range(int(label.max(initial=-1)) + 1):
        mine = label == code
        times = mix[mine].mean(0) / np.maximum(mix.mean(0), 1e-12)
        best = np.argsort(-times, kind="stable")[:_SHOWN].tolist()
        bought = [(profiler.spec.category_names[c], float(times[c])) for c in best]
        words = words_of(profiler.history)
        names.append(name_of(of_users, days, mine, bought, names, words.order))
        segments.append(
            Segment(
                names[-1],
                int(mine.sum()),
                float(mine.mean()),
                float(of_users.orders[mine].mean()),
                float(of_users.mean_order[mine].mean()),
                float(of_users.revenue[mine].sum() / max(of_users.revenue.sum(), 1e-12)),
                float(np.median(days[mine])),
                float(returns[mine].mean()),
                tuple(bought),
                tuple(above[code]) if profiler.ranks else (),
            )
        )
    return tuple(segments)


def _items_above(
    history: History, users: np.ndarray, label: np.ndarray, moment: int
) -> list[list[int]]:
    """For each group the items that most of it bought beyond what all did."""
    row, item = bought_before(history, users, moment)
    size, groups = len(history.items), int(label.max(initial=-1)) + 1
    pair = np.unique(row * size + item)  # of a customer and an item, once
    counts = np.bincount(label[pair // size] * size + pair % size, minlength=groups * size)
    counts = counts.reshape(groups, size)
    share = counts / np.maximum(np.bincount(label, minlength=groups), 1)[:, None]
    above = share - counts.sum(0) / max(len(users), 1)
    return [np.argsort(-column, kind="stable")[:_SHOWN].tolist() for column in above]
