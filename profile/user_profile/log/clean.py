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
from .readers.online_retail import NON_PRODUCTS


class Stage(NamedTuple):
    """One step of cleaning and what was left after it, cancellations not counted."""

    name: str
    removed: int
    rows: int
    users: int
    sessions: int
    items: int


@dataclass(frozen=True)
class CleaningReport:
    """The stages in their order. ``str(report)`` is a small table."""

    stages: tuple[Stage, ...]
    cancellations: int  # events of that kind kept beside the others

    def __getitem__(self, name: str) -> Stage:
        return next(stage for stage in self.stages if stage.name == name)

    def __str__(self) -> str:
        head = ("", "removed", "rows", "customers", "sessions", "items")
        return table(head, self.stages, below=[f"{self.cancellations:,} cancellations kept apart"])


def charges_of(format: str) -> Collection[str]:
    """The codes that are no products in a log of this format: one shop's codes are its own."""
    return NON_PRODUCTS if format == "online_retail" else ()


def clean_events(
    events: Events, non_products: Collection[str] = ()
) -> tuple[Events, CleaningReport]:
    """Events that something can be learnt from, in the order they came, and the report.

    Left out: rows without a customer, with no positive quantity or price, exact duplicates, items
    in ``non_products``, and cancellations of items or by customers that are nowhere bought or
    buying. Cancelled quantities become positive: the kind says which way they go.
    Raises DataError if nothing is left.
    """
    kind_of = {name: code for code, name in enumerate(events.kinds)}
    cancelled = events.kind == kind_of.get(CANCELLATION, len(kind_of))
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
        stages.append(Stage(name, int(counted.sum() - left.sum()), int(left.sum()), *distinct))

    stage("cancellations set apart", keep.copy())
    stages[0] = stages[0]._replace(removed=int(cancelled.sum()))
    stage("no customer", events.user != MISSING)
    stage("no positive quantity or price", (quantity > 0) & ~(events.price <= 0))
    stage("exact duplicates", ~_repeats(events))
    refused = [code for code, item in enumerate(events.items) if item in non_products]
    stage("not a product", ~np.isin(events.item, refused))

    if not keep.any():
        raise DataError(
            "Cleaning left no events; give a log with customers, positive quantities and prices."
        )
    for column, size in ((events.user, len(events.users)), (events.item, len(events.items))):
        bought = np.bincount(column[keep & ~cancelled], minlength=size) > 0
        keep &= bought[column]
    cleaned = replace(events, quantity=quantity).take(keep).compact()
    return cleaned, CleaningReport(tuple(stages), int((keep & cancelled).sum()))


def _repeats(events: Events) -> np.ndarray:
    """Which rows repeat an earlier row in every column, (N,) bool."""
    columns = [np.nan_to_num(getattr(events, name), nan=-1.0) for name in COLUMNS]
    order = np.lexsort(columns)  # stable: the first of equal rows comes first
    repeats = np.zeros(len(events), dtype=bool)
    repeats[order[1:]] = np.logical_and.reduce(
        [column[order[1:]] == column[order[:-1]] for column in columns]
    )
    return repeats
