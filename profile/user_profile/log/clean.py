"""What is taken out of a log before anything is learnt from it, and how much that was.

A cancellation is no purchase taken back: it is kept, as behaviour of a kind of its own.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ..errors import DataError
from ..tables import table
from .events import CANCELLATION, COLUMNS, MISSING, Events
from .prices import fill_prices
from .readers.online_retail import NON_PRODUCTS
from .readers.report import rows_of
from .sessions import Sessions

DUPLICATES = "exact duplicates"


class Stage(NamedTuple):
    """One step of cleaning and what was left after it, cancellations not counted."""

    name: str
    removed: int
    rows: int
    users: int
    sessions: int | None  # None where the log names none: they are told apart later
    items: int


@dataclass(frozen=True)
class CleaningReport:
    """The stages in their order. ``str(report)`` is a small table."""

    stages: tuple[Stage, ...]
    cancellations: int  # events of that kind kept beside the others
    charged: float = 0.0  # money of what is no product
    priced: int = 0  # events without a price that got one
    again: int = 0  # sessions whose name an earlier one of their customer bears

    def __getitem__(self, name: str) -> Stage:
        return next(stage for stage in self.stages if stage.name == name)

    def __str__(self) -> str:
        head = ("", "removed", "rows", "customers", "sessions", "items")
        below = [f"{self.cancellations:,} cancellations kept apart"]
        if gone := self.stages[0].removed - self.cancellations:
            below[0] += (
                f", {gone:,} left out: for the reasons above, or of an item that nobody bought or "
                "a customer who bought nothing"
            )
        if self.charged:
            below.append(f"not a product: {self.charged:,.2f} of money, which is in no revenue")
        if any(stage.name == DUPLICATES and stage.removed for stage in self.stages):
            below.insert(0, "equal lines of one receipt count once; --keep-duplicates counts each")
        if self.priced:
            price = "the median price that their item had before"
            below.append(f"without a price: {rows_of(self.priced)}, counted at {price}")
        if self.again:
            below.append(
                f"a session's name that was used again begins another session: {self.again:,} times"
            )
        return table(head, self.stages, below=below)

    def grouped(self, sessions: Sessions, removed: int) -> "CleaningReport":
        """And a last stage: what is in sessions, the rows of too long histories left out."""
        events = sessions.events
        kept = ~_cancelled(events)
        counted = (events.user, sessions.session_of_row(), events.item)
        distinct = (len(np.unique(column[kept])) for column in counted)
        last = Stage("in sessions", removed, int(kept.sum()), *distinct)
        return replace(self, stages=(*self.stages, last), again=sessions.names_again())


def charges_of(format: str) -> Collection[str]:
    """The codes that are no products in a log of this format: one shop's codes are its own."""
    return NON_PRODUCTS if format == "online_retail" else ()


def clean_events(
    events: Events, non_products: Collection[str] = (), keep_duplicates: bool = False
) -> tuple[Events, CleaningReport]:
    """Events that something can be learnt from, in the order they came, and the report.

    Left out: rows without a customer, with no positive quantity or price, exact duplicates, items
    in ``non_products``, and cancellations of items or by customers that are nowhere bought or
    buying. Cancelled quantities become positive: the kind says which way they go. A price left out
    becomes what the item sold for before (`prices`). With ``keep_duplicates`` a row that repeats
    another in every column is a second purchase.
    Raises DataError if nothing is left.
    """
    cancelled = _cancelled(events)
    named = bool((events.session != MISSING).any())
    quantity = np.where(cancelled, -events.quantity, events.quantity)
    keep = np.ones(len(events), dtype=bool)
    stages = []

    def stage(name: str, good: np.ndarray) -> None:
        counted = keep & ~cancelled
        np.logical_and(keep, good, out=keep)
        left = keep & ~cancelled
        distinct = (
            len(np.unique(column[left & (column != MISSING)]))
            for column in (events.user, events.session, events.item)
        )
        users, sessions, items = distinct
        removed, rows = int(counted.sum() - left.sum()), int(left.sum())
        stages.append(Stage(name, removed, rows, users, sessions if named else None, items))

    stage("cancellations set apart", keep.copy())
    stages[0] = stages[0]._replace(removed=int(cancelled.sum()))
    stage("no customer", events.user != MISSING)
    stage("no positive quantity or price", (quantity > 0) & ~(events.price <= 0))
    repeats = np.zeros(len(events), bool) if keep_duplicates else _repeats(events)
    stage(DUPLICATES, ~repeats)
    refused = [code for code, item in enumerate(events.items) if item in non_products]
    charged = np.isin(events.item, refused)
    money = float(np.nansum((quantity * events.price)[keep & charged & ~cancelled]))
    stage("not a product", ~charged)

    if not keep.any():
        raise DataError(
            "Cleaning left no events; give a log with customers, positive quantities and prices."
        )
    for column, size in ((events.user, len(events.users)), (events.item, len(events.items))):
        bought = np.bincount(column[keep & ~cancelled], minlength=size) > 0
        keep &= bought[column]
    cleaned, priced = fill_prices(replace(events, quantity=quantity).take(keep).compact())
    return cleaned, CleaningReport(tuple(stages), int((keep & cancelled).sum()), money, priced)


def _cancelled(events: Events) -> np.ndarray:
    code = events.kinds.index(CANCELLATION) if CANCELLATION in events.kinds else -1
    return events.kind == code


def _repeats(events: Events) -> np.ndarray:
    """Which rows repeat an earlier row in every column, (N,) bool."""
    columns = [np.nan_to_num(getattr(events, name), nan=-1.0) for name in COLUMNS]
    order = np.lexsort(columns)  # stable: the first of equal rows comes first
    repeats = np.zeros(len(events), dtype=bool)
    repeats[order[1:]] = np.logical_and.reduce(
        [column[order[1:]] == column[order[:-1]] for column in columns]
    )
    return repeats
