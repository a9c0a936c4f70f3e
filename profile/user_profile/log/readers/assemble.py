"""From columns of strings to `Events`: the one place where numbers, dates and ids are parsed."""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import numpy as np

from ..events import MISSING, Events, factorise
from .report import ReadReport

MAX_BAD = 0.05  # the share of unreadable rows above which reading stops
_MILLISECONDS_FROM = 1e11  # as seconds, the year 5138
_LATEST = 253_402_300_800  # the year 10000
_LONGEST = 1024  # characters of an id: tables of ids are as wide as the longest


def assemble(
    report: ReadReport,
    lines: Sequence[int],
    *,
    user: list[str],
    item: list[str],
    time: list[str] | None,
    session: list[str] | None = None,
    kind: list[str] | str = "event",
    quantity: list[str] | None = None,
    price: list[str] | None = None,
    text: list[str] | None = None,
    user_features: dict[str, list[str]] | None = None,
    user_required: bool = True,
    max_bad: float = MAX_BAD,
) -> Events:
    """Events from N rows of text; a row that cannot be parsed goes to ``report`` instead.

    ``time`` None means the rows have an order but no clock. ``user_features`` are columns of which
    each user keeps the first value. Raises DataError if more than ``max_bad`` of all rows are bad.
    """
    rows = len(lines)
    reasons: dict[int, tuple[str, str]] = {}  # row -> value, reason

    def reject(values: Sequence[str], bad: np.ndarray, reason: str) -> None:
        for row in np.flatnonzero(bad).tolist():
            reasons.setdefault(row, (str(values[row]), reason))

    def number(values: list[str] | None, name: str, default: float) -> np.ndarray:
        if values is None:
            return np.full(rows, default)
        parsed, bad = parse(values, _number, np.float64)
        reject(values, bad, f"is no number ({name})")
        return parsed

    def codes(
        values: list[str] | None, name: str, required: bool = True
    ) -> tuple[np.ndarray, tuple[str, ...]]:
        if values is None:
            return np.full(rows, MISSING, dtype=np.int32), ()
        coded, vocabulary = factorise(values)
        if required:
            reject(values, coded == MISSING, f"is empty ({name})")
        broken = [code for code, value in enumerate(vocabulary) if not _encodable(value)]
        if broken:
            reject(values, np.isin(coded, broken), f"has bytes in another encoding ({name})")
        long = [code for code, value in enumerate(vocabulary) if len(value) > _LONGEST]
        if long and required:
            reason = f"is longer than {_LONGEST:,} characters ({name})"
            reject(values, np.isin(coded, long), reason)
        return coded, vocabulary

    users, user_names = codes(user, "user", user_required)
    items, item_names = codes(item, "item")
    sessions, session_names = codes(session, "session")
    texts, text_names = codes(text, "text", required=False)
    kind_names: tuple[str, ...]
    if isinstance(kind, str):
        kinds, kind_names = np.zeros(rows, dtype=np.int32), (kind,)
    else:
        kinds, kind_names = codes(kind, "kind")
        if len(kind_names) > 127:
            late = kinds > 126
            reject(kind, late, "is one kind too many (127 is the most)")
            kinds, kind_names = np.where(late, 0, kinds), kind_names[:127]
    quantities = number(quantity, "quantity", 1.0)
    prices = number(price, "price", np.nan)
    if time is None:
        times = np.arange(rows, dtype=np.int64)
    else:
        times, bad = parse(time, _seconds, np.int64)
        reject(time, bad, "is no time (seconds, milliseconds or ISO 8601 were expected)")

    for row in sorted(reasons):
        report.add(lines[row], *reasons[row])
    report.check(max_bad)
    events = Events(
        user=users, item=items, time=times, session=sessions, kind=kinds.astype(np.int8),
        quantity=quantities, price=prices, text=texts,
        users=user_names, items=item_names, sessions=session_names,
        kinds=kind_names, texts=text_names,
        user_features={
            name: _first_value(users, values, len(user_names))
            for name, values in (user_features or {}).items()
        },
        timed=time is not None,
    )  # fmt: skip
    if reasons:
        good = np.ones(rows, dtype=bool)
        good[list(reasons)] = False
        events = events.take(good).compact()
    if events.timed:
        of_user = np.argsort(events.user, kind="stable")
        back = (np.diff(events.time[of_user]) < 0) & (np.diff(events.user[of_user]) == 0)
        report.backwards = int(back.sum())
    return events


def parse(
    values: Sequence[str], convert: Callable[[str], float], dtype: type
) -> tuple[np.ndarray, np.ndarray]:
    """``convert`` of each value, (N,) ``dtype``, and where it failed, (N,) bool.

    Each distinct text is converted once: logs repeat themselves.
    """
    parsed: dict[str, float] = {}
    failed = set()
    for value in set(values):
        try:
            parsed[value] = convert(value)
        except (ValueError, OverflowError):
            parsed[value] = 0
            failed.add(value)
    bad = np.zeros(len(values), dtype=bool)
    if failed:
        bad[:] = [value in failed for value in values]
    return np.array(list(map(parsed.__getitem__, values)), dtype=dtype), bad


def _number(value: str) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("not finite")
    return number


def _seconds(value: str) -> int:
    """Seconds since 1970 from a count of seconds or milliseconds, or from ISO 8601 (UTC)."""
    try:
        number = _number(value)
    except ValueError:
        moment = datetime.fromisoformat(value.strip())
        return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    if abs(number) >= _MILLISECONDS_FROM:
        number /= 1000
    if abs(number) >= _LATEST:
        raise ValueError("too late")
    return int(number // 1)


def _encodable(value: str) -> bool:
    """A lone surrogate comes from a byte that the encoding does not have, a zero from UTF-16."""
    if "\0" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _first_value(users: np.ndarray, values: list[str], size: int) -> tuple[str, ...]:
    known, first = np.unique(users, return_index=True)
    found = dict(zip(known.tolist(), first.tolist()))
    return tuple(values[found[user]] if user in found else "" for user in range(size))
