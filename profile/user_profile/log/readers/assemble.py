"""From columns of strings to `Events`: the one place where numbers, dates and ids are parsed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..events import EVENT, MISSING, Events, factorise
from .dates import parse_times
from .numbers import is_missing, parse_numbers
from .report import ReadReport, rows_of

MAX_BAD = 0.05  # the share of unreadable rows above which reading stops
_LONGEST = 1024  # characters of an id: tables of ids are as wide as the longest
_NO_NAME = "-"  # stands for a missing number in `is_missing`, but may be the id of an item
_FEWEST = 10  # rows from which on a date can be told to lie apart
_APART = 0.01  # the share of rows that may lie apart
_FEW = 0.001  # and the share for which a narrower gap is enough
_WIDER = 10  # times as wide as any gap among the others
_MONTH, _YEAR = 30 * 86_400, 365 * 86_400


@dataclass(frozen=True)
class TextColumns:
    """N rows of text by columns; None where there is no such column.

    `time` None means the rows have an order but no clock; `amount` is the money of a whole row.
    A negative price is money given back, as negative pieces and a negative amount are.
    `user_features` are columns of which each user keeps the first value.
    """

    user: list[str]
    item: list[str]
    time: list[str] | None
    session: list[str] | None = None
    kind: list[str] | str = EVENT
    quantity: list[str] | None = None
    price: list[str] | None = None
    amount: list[str] | None = None
    text: list[str] | None = None
    user_features: dict[str, list[str]] = field(default_factory=dict)


def assemble(
    report: ReadReport, lines: Sequence[int], columns: TextColumns, max_bad: float = MAX_BAD
) -> Events:
    """Events from N rows of text; a row that cannot be parsed goes to ``report`` instead.

    Missing users and numbers and outlying dates are counted in ``report``. Raises DataError if
    more than ``max_bad`` of all rows are bad.
    """
    rows, kind, time = len(lines), columns.kind, columns.time
    reasons: dict[int, tuple[str, str]] = {}  # row -> value, reason
    missing: dict[str, np.ndarray] = {}  # which rows leave out a number, a user

    def reject(values: Sequence[str], bad: np.ndarray, reason: str) -> None:
        for row in np.flatnonzero(bad).tolist():
            reasons.setdefault(row, (str(values[row]), reason))

    def number(values: list[str] | None, name: str, default: float) -> np.ndarray:
        if values is None:
            return np.full(rows, default)
        numbers = parse_numbers(values, f" ({name})")
        reject(values, numbers.bad, f"is no number ({name})")
        missing[name] = numbers.missing
        report.notes += numbers.notes
        return np.where(numbers.missing, default, numbers.value)

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
        if long and name != "text":
            reason = f"is longer than {_LONGEST:,} characters ({name})"
            reject(values, np.isin(coded, long), reason)
        return coded, vocabulary

    user, item, session = _ids(columns.user, guests=True), _ids(columns.item), columns.session
    session = None if session is None else _ids(session, guests=True)
    users, user_names = codes(user, "user", required=False)
    items, item_names = codes(item, "item")
    sessions, session_names = codes(session, "session", required=False)
    texts, text_names = codes(columns.text, "text", required=False)
    kind_names: tuple[str, ...]
    if isinstance(kind, str):
        kinds, kind_names = np.zeros(rows, dtype=np.int32), (kind,)
    else:
        kinds, kind_names = codes(kind, "kind")
        if len(kind_names) > 127:
            late = kinds > 126
            reject(kind, late, "is one kind too many (127 is the most)")
            kinds, kind_names = np.where(late, 0, kinds), kind_names[:127]
    quantities = number(columns.quantity, "quantity", 1.0)
    prices = number(columns.price, "price", np.nan)
    if columns.amount is not None:
        paid = number(columns.amount, "amount", np.nan)
        back = (paid < 0) & (quantities > 0)
        quantities = np.where(back, -quantities, quantities)
        prices = np.divide(paid, quantities, out=np.full(rows, np.nan), where=quantities != 0)
        prices = np.where(back, np.abs(prices), prices)
    credit = prices < 0
    quantities = np.where(credit, -np.abs(quantities), quantities)
    prices = np.where(credit, -prices, prices)
    if time is None:
        times, micros = np.arange(rows, dtype=np.int64), np.zeros(rows, np.int32)
    else:
        times, micros, bad, notes = parse_times(time, report.date_format, f" of {report.path.name}")
        reject(time, bad, "is no date or time that is known here; name its shape by --date-format")
        report.notes += notes

    missing["user"] = users == MISSING
    good = np.ones(rows, dtype=bool)
    good[list(reasons)] = False
    for name, without in missing.items():
        report.missing[name] += int((without & good).sum())
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
            for name, values in columns.user_features.items()
        },
        timed=time is not None,
        micro=micros,
    )  # fmt: skip
    if events.timed:
        good &= ~_set_apart(events.time, good, report)
    if not good.all():
        events = events.take(good).compact()
    if events.timed:
        of_user = np.argsort(events.user, kind="stable")
        back = (np.diff(events.time[of_user]) < 0) & (np.diff(events.user[of_user]) == 0)
        report.backwards = int((back & (events.user[of_user][1:] != MISSING)).sum())
    return events


def outlying(times: np.ndarray) -> np.ndarray:
    """Which of N times lie apart from nearly all others, (N,) bool.

    Apart: at most one row in a hundred, beyond a gap of over a year that is also wider than twice
    the way from the middle of the log to the gap; or one in a thousand, beyond a gap of over a
    month that is ten times as wide as any among the others.
    """
    apart = np.zeros(len(times), dtype=bool)
    if len(times) < _FEWEST:
        return apart
    order = np.argsort(times, kind="stable")
    for way, ranked in ((1, order), (-1, order[::-1])):
        away = way * (times[ranked] - times[order[len(times) // 2]])
        first = len(times) - max(1, int(_APART * len(times)))
        gap = np.diff(away[first - 1 :])
        wide = np.flatnonzero((gap > _YEAR) & (gap > 2 * away[first - 1 : -1]))
        if len(wide):
            apart[ranked[first + wide[0] :]] = True
        few = int(_FEW * len(times))
        if few:
            usual = int(np.diff(away[few:-few]).max())
            gap = np.diff(away[-few - 1 :])
            wide = np.flatnonzero((gap > _MONTH) & (gap > _WIDER * usual))
            if len(wide):
                apart[ranked[len(times) - few + wide[0] :]] = True
    return apart


def _set_apart(times: np.ndarray, good: np.ndarray, report: ReadReport) -> np.ndarray:
    """The outlying rows among the good ones, told in the report."""
    rows = np.flatnonzero(good)
    apart = np.zeros(len(times), dtype=bool)
    apart[rows] = outlying(times[rows])
    if apart.any():
        days = times.astype("datetime64[s]").astype("datetime64[D]")
        rest = days[good & ~apart]
        report.notes.append(
            f"left out: {rows_of(apart.sum())} dated far from others, such as {days[apart][0]}, "
            f"where the rest run from {rest.min()} to {rest.max()}"
        )
    return apart


def _ids(values: list[str], guests: bool = False) -> list[str]:
    """Ids without outer blanks and without the .0 of a column that became decimal on its way,
    all of it or, as in one of several files, some.

    With ``guests``, the words that exports write for nothing become "".
    """
    name = {value: value.strip() for value in set(values)}
    if guests:
        name |= {value: "" for value in name if value != _NO_NAME and is_missing(value)}
    given = [new for new in name.values() if new]
    if given and all(re.fullmatch(r"\d+(\.0)?", new) for new in given):
        name = {value: new.removesuffix(".0") for value, new in name.items()}
    return [name[value] for value in values]


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
