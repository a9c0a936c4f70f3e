"""What a model must know of all customers before the first step, whoever holds their histories.

Counts, thresholds, seasons and constants are found in the parts of a log (one, where it is in one
memory) and put together in their order. What is fitted to numbers of single customers takes at
most `MOST` of them, drawn by their place in the log; of fewer it takes all.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ..dates import DAY
from ..features.context import fit_buying, log_odds, read_context, read_outlook_context
from ..features.history import History
from ..features.item_side import first_sales, item_side
from ..features.labels import (
    HORIZON,
    Thresholds,
    category_counts,
    counted_levels,
    high_thresholds,
    outlook_labels,
    spend_thresholds,
)
from ..features.moments import Moments, Span, customers_at, span_of, training_moments
from ..features.past_items import read_past_items
from ..features.scaling import fit_scaling
from ..features.season import Sales, Season, count_sales, days_between, season_of
from ..features.spec import FeatureSpec
from ..features.visits import Visits, read_visits
from ..features.year_before import NO_MISSES, Misses, find_misses
from ..log.categories import Categories
from ..log.parts import LogParts
from ..log.split import Targets

MOST = 1_000_000
_SCALED_ON = 3000  # questions that the scaling constants are taken from


class Known(NamedTuple):
    """Some customers, all of whose sessions are here."""

    seen: History  # the sessions to train on
    whole: History  # all of them
    targets: Targets  # questions to train on
    side: Mapping[str, tuple[str, ...]]  # of each side feature the value of each customer


def histories_of(parts: LogParts[Known], seen: bool = False) -> LogParts[History]:
    """All sessions of each part; `seen`: those to train on."""
    return parts.like({n: known.seen if seen else known.whole for n, known in parts.local.items()})


def span_of_all(parts: LogParts[History]) -> Span:
    """From the first session to the end of the last one, of anybody."""
    first, last = zip(*parts.of_each(lambda number: span_of(parts.local[number])))
    return Span(min(first), max(last))


def season_of_all(parts: LogParts[History]) -> Season:
    """What everybody bought, day by day."""
    items = parts.of_first(lambda number: len(parts.local[number].items))
    days = days_between(*span_of_all(parts), items)
    sales = parts.total(
        lambda number: np.stack(count_sales(parts.local[number], days)), (3, days.number, items)
    )
    return season_of(days, Sales(*sales))


def moments_of_all(parts: LogParts[Known], to_the_end: bool) -> dict[int, Moments]:
    """The training moments of the outlook, of the customers of each part."""
    span = span_of_all(histories_of(parts))
    return {n: training_moments(known.whole, to_the_end, span) for n, known in parts.local.items()}


def test_moments_of_all(parts: LogParts[Known]) -> dict[int, Moments]:
    """Those of the outlook's test, of the customers of each part; none in too short a log."""
    span = span_of_all(histories_of(parts))
    date = span.last + 1 - HORIZON * DAY
    dates = np.array([date] if date > span.first else [], np.int64)
    return {n: customers_at(known.whole, dates) for n, known in parts.local.items()}


def visits_of_all(
    parts: LogParts[Known], moments: Mapping[int, Moments]
) -> tuple[Visits, np.ndarray] | None:
    """What had been bought before the last horizon of `moments` ended, and a visit's mean value.

    None where there are no moments.
    """
    last = max(parts.of_each(lambda number: int(moments[number].time.max(initial=-1))))
    if last < 0:
        return None
    date = np.array([last + HORIZON * DAY])
    customers = {n: customers_at(known.whole, date) for n, known in parts.local.items()}

    def read(number: int, rows: np.ndarray) -> tuple[np.ndarray, ...]:
        some = Moments(*(column[rows] for column in customers[number]))
        visits, value = read_visits(parts.local[number].whole, some)
        return *visits, value

    draw = np.random.default_rng(1)
    *visits, value = parts.rows(lambda n: len(customers[n].user), MOST, draw, read)
    return Visits(*visits), value


def misses_of_all(
    parts: LogParts[Known], moments: Mapping[int, Moments], buying: np.ndarray
) -> Misses:
    """How far `buying` was off at the dates of `moments`; none where it is empty."""

    def read(number: int, rows: np.ndarray) -> tuple[np.ndarray, ...]:
        history, some = parts.local[number].whole, Moments(*(c[rows] for c in moments[number]))
        odds = log_odds(history, some, buying)
        return some.time, odds, outlook_labels(history, *some).returned

    if not len(buying):
        return NO_MISSES
    draw = np.random.default_rng(3)
    return find_misses(*parts.rows(lambda number: len(moments[number].user), MOST, draw, read))


class SpecOptions(NamedTuple):
    """What of a log enters the features; all of it that is not an option enters always."""

    item_vectors: np.ndarray | None = None  # (I, V), that describe the items
    without: Sequence[str] = ()  # parts of `item_side.PARTS` and side features to be left out
    to_the_end: bool = False  # whether no horizon is kept for a test of the outlook


def fit_spec(
    parts: LogParts[Known],
    categories: Categories,
    options: SpecOptions = SpecOptions(),  # noqa: B008 (immutable)
    *,
    with_buying: bool = True,
) -> FeatureSpec:
    """Codes and constants, from the training sessions.

    What the outlook asks is split by date: its constants are those of all sessions, at dates
    before the one it is tested at (`training_moments`). Not `with_buying`: nothing is fitted to
    how often customers buy.
    """
    vectors, without, to_the_end = options
    rng, local = np.random.default_rng(0), parts.local
    season, moments = (
        season_of_all(histories_of(parts, seen=True)),
        moments_of_all(parts, to_the_end),
    )

    def of_questions(number: int, rows: np.ndarray) -> tuple[np.ndarray, ...]:
        history, targets = local[number].seen, local[number].targets
        user, moment = targets.user[rows], targets.time[rows]
        known = history.known_sessions(user, moment)
        pairs = read_past_items(history, season, user, moment, known).features
        return read_context(history, user, moment, known), pairs, season.day(moment)

    context, pairs, days = parts.rows(
        lambda number: len(local[number].targets), _SCALED_ON, rng, of_questions
    )
    visits = visits_of_all(parts, moments) if with_buying else None
    buying = fit_buying(visits and visits[0])
    misses = misses_of_all(parts, moments, buying)

    def of_moments(number: int, rows: np.ndarray) -> tuple[np.ndarray, ...]:
        history, some = local[number].whole, Moments(*(column[rows] for column in moments[number]))
        known = history.known_sessions(*some)
        return (read_outlook_context(history, some, known, buying, misses),)

    (outlook,) = parts.rows(lambda number: len(moments[number].user), _SCALED_ON, rng, of_moments)

    def spent(number: int, rows: np.ndarray) -> tuple[np.ndarray, ...]:
        return (outlook_labels(local[number].whole, *(c[rows] for c in moments[number])).spend,)

    (spend,) = parts.rows(lambda n: len(moments[n].user), MOST, np.random.default_rng(2), spent)
    size = len(categories)

    def levels(number: int) -> np.ndarray:
        history, targets = local[number].seen, local[number].targets
        return counted_levels(category_counts(history, categories.of_item, size, targets.session))

    items, kinds = parts.of_first(lambda n: (local[n].seen.items, local[n].seen.kinds))
    sides = parts.of_each(lambda n: {name: set(row) for name, row in local[n].side.items()})
    sales = parts.of_each(lambda number: first_sales(local[number].seen))
    return FeatureSpec(
        items=items,
        kinds=kinds,
        category=categories.of_item.astype(np.int64),
        category_names=categories.names,
        side={
            name: tuple(sorted(set().union(*(side[name] for side in sides))))
            for name in sides[0]
            if name not in without
        },
        thresholds=Thresholds(high_thresholds(parts.of_each(levels)), spend_thresholds(spend)),
        context=fit_scaling(context),
        outlook=fit_scaling(outlook),
        buying=buying,
        misses=misses,
        pair=fit_scaling(pairs),
        season=fit_scaling(season.features(np.unique(days))),
        item_side=item_side(sales, categories.of_item, size, vectors, without),
        without=tuple(without),
    )
