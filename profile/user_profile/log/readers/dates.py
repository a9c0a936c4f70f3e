"""Times of any log: what a text means is decided over the whole column, never value by value.

A column is read by the format that was named, or by the shapes found in it. Where two readings are
possible (3/4/2024) the column decides; where it cannot, the user is asked.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from ...errors import DataError

DAY_FIRST, MONTH_FIRST = "day-first", "month-first"
UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
NAMED = (DAY_FIRST, MONTH_FIRST, "excel", "yyyymmdd", *UNITS)
_YEARS = range(1900, 2101)
_EXCEL = datetime(1899, 12, 30, tzinfo=UTC)
_SERIALS = (20_000, 80_000)  # the years 1954 to 2119
_LATEST = 253_402_300_800  # the year 10000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COMPACT = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_CLOCK = (
    r"(?:[T ,]+(?P<hour>\d{1,2})[:h.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})"
    r"(?:[.,](?P<fraction>\d{1,9}))?)? ?(?P<half>[AaPp]\.?[Mm]\.?)?)?"
    r" ?(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?"
)
_THREE = re.compile(rf"(\d{{1,4}})([/.\-])(\d{{1,2}})\2(\d{{4}}|\d{{1,2}}){_CLOCK}")
_DAY, _MONTH = r"(?P<d>\d{1,2})", r"(?P<m>[A-Za-z]{3,9})"
_WORDS = (
    re.compile(rf"(?:\w+, ?)?{_DAY}[ \-/]{_MONTH}\.?[ \-/,]+(?P<y>\d{{4}}|\d{{2}}){_CLOCK}"),
    re.compile(rf"(?:\w+,? )?{_MONTH}\.? {_DAY}(?:st|nd|rd|th)?,? (?P<y>\d{{4}}){_CLOCK}"),
    re.compile(
        rf"\w{{3}} {_MONTH} +{_DAY} (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
        r"(?P<fraction>)(?P<half>)(?: (?P<zone>Z|UTC|GMT|[+-]\d{4}))? (?P<y>\d{4})"
    ),
)


class Times(NamedTuple):
    """N moments."""

    second: np.ndarray  # (N,) int64, seconds since 1970-01-01 UTC
    micro: np.ndarray  # (N,) int32, microseconds of that second
    bad: np.ndarray  # (N,) bool, could not be read
    notes: list[str]  # what had to be decided


def parse_times(values: Sequence[str], date_format: str | None = None, where: str = "") -> Times:
    """The moments that the texts of a column name; without a zone they are UTC.

    ``date_format`` is one of `NAMED` or a pattern of strptime ("%d.%m.%Y"). Raises DataError for
    another one, and where day and month cannot be told apart.
    """
    distinct = list(dict.fromkeys(values))
    texts = [value.strip() for value in distinct]
    notes: list[str] = []
    convert = _stated(date_format) if date_format else _found(texts, where, notes)
    known: dict[str, tuple[int, int] | None] = {}
    for value, text in zip(distinct, texts):
        try:
            known[value] = divmod(convert(text), 10**6)
        except (ValueError, OverflowError, ArithmeticError, KeyError):
            known[value] = None
    pairs = [known[value] for value in values]
    bad = np.array([pair is None for pair in pairs], dtype=bool)
    both = np.array([pair or (0, 0) for pair in pairs], dtype=np.int64).reshape(-1, 2)
    return Times(both[:, 0], both[:, 1].astype(np.int32), bad, notes)


def _stated(date_format: str) -> Callable[[str], int]:
    """Microseconds since 1970 from a text, in the format that the user named."""
    if date_format in UNITS:
        return lambda text: _count(text, UNITS[date_format])
    if date_format == "excel":
        return _serial
    if date_format == "yyyymmdd":
        return _compact
    if date_format in (DAY_FIRST, MONTH_FIRST):
        return lambda text: _text(text, date_format)
    if "%" in date_format:
        return lambda text: _micros(datetime.strptime(text, date_format))
    raise DataError(
        f"There is no date format {date_format!r}; give one of {', '.join(NAMED)}, or a pattern "
        "such as %d.%m.%Y or %Y/%m/%d %H:%M."
    )


def _found(texts: Sequence[str], where: str, notes: list[str]) -> Callable[[str], int]:
    """The same, in the format that the column shows. Numbers and texts are decided apart."""
    numbers = [text for text in texts if _NUMBER.fullmatch(text)]
    order = _order([text for text in texts if not _NUMBER.fullmatch(text)], where)
    number = _number_shape(numbers, where, notes)
    return lambda text: number(text) if _NUMBER.fullmatch(text) else _text(text, order)


def _number_shape(numbers: Sequence[str], where: str, notes: list[str]) -> Callable[[str], int]:
    if not numbers:
        return _epoch
    if sum(map(_is_compact, numbers)) * 2 > len(numbers):
        return _compact
    values = np.array([float(number) for number in numbers])
    if (values >= _SERIALS[0]).all() and (values < _SERIALS[1]).all():
        notes.append(
            f"times{where} such as {numbers[0]} are read as days of a spreadsheet "
            "(--date-format s if they are seconds)"
        )
        return _serial
    middle = float(np.median(np.abs(values)))
    if middle < 10**8:
        notes.append(
            f"times{where} such as {numbers[0]} are no dates of a calendar; they are read as "
            "seconds from an unknown begin, shown as 1970 (--date-format names another unit)"
        )
        return lambda text: _count(text, 1)
    return _epoch


def _epoch(text: str) -> int:
    """A count since 1970, its unit told by its size: seconds up to the year 5138."""
    size = abs(float(text))
    unit = "s" if size < 1e11 else "ms" if size < 1e14 else "us" if size < 1e17 else "ns"
    return _count(text, UNITS[unit])


def _count(text: str, unit: int) -> int:
    if not _NUMBER.fullmatch(text) or len(text) > 64:
        raise ValueError("no number")
    exact = Decimal(text)
    if not abs(exact) < _LATEST * unit:
        raise ValueError("too late")
    return int(exact * 10**6 // unit)


def _serial(text: str) -> int:
    """Days since 1899-12-30, as spreadsheets count; to the millisecond, finer is rounding."""
    days = Decimal(text)
    if not 0 <= days < 2_958_466:
        raise ValueError("not a day of a spreadsheet")
    return _micros(_EXCEL) + round(days * 86_400_000) * 1000


def _is_compact(text: str) -> bool:
    try:
        _compact(text)
    except ValueError:
        return False
    return True


def _compact(text: str) -> int:
    text = text.removesuffix(".0")
    if len(text) not in _COMPACT or not text.isdigit() or int(text[:4]) not in _YEARS:
        raise ValueError("no yyyymmdd")
    return _micros(datetime.strptime(text, _COMPACT[len(text)]))


def _order(texts: Sequence[str], where: str) -> str:
    """Whether 3/4 is the third of April or the fourth of March, from all that are written so."""
    evidence: dict[str, str] = {}
    undecided = ""
    for text in texts:
        match = _THREE.fullmatch(text)
        if match is None or len(match[1]) == 4:
            continue
        first, second = int(match[1]), int(match[3])
        if match[2] == "." and second <= 12:
            evidence.setdefault(DAY_FIRST, text)  # with points nobody writes the month first
        elif first > 12 >= second:
            evidence.setdefault(DAY_FIRST, text)
        elif second > 12 >= first:
            evidence.setdefault(MONTH_FIRST, text)
        else:
            undecided = undecided or text
    if len(evidence) == 2:
        raise DataError(
            f"Times{where} write the day first ({evidence[DAY_FIRST]}) and the month first "
            f"({evidence[MONTH_FIRST]}); say which holds with --date-format {DAY_FIRST} or "
            f"{MONTH_FIRST}, and the others count as unreadable."
        )
    if undecided and not evidence:
        raise DataError(
            f"Times{where} such as {undecided} may have the day or the month first, and no row "
            f"decides it; say so with --date-format {DAY_FIRST} or {MONTH_FIRST}."
        )
    return next(iter(evidence), DAY_FIRST)


def _text(text: str, order: str) -> int:
    """A date written out: ISO 8601, three numbers, a month by its name, 2024年3月4日."""
    try:
        return _micros(datetime.fromisoformat(text))
    except ValueError:
        pass
    if "年" in text:
        text = re.sub("[年月]", "-", text.replace("日", " ")).strip()
    match = _THREE.fullmatch(text)
    if match:
        first, second, last = match[1], match[3], match[4]
        if len(first) == 4:
            year, month, day = first, second, last
        elif order == DAY_FIRST:
            year, month, day = last, second, first
        else:
            year, month, day = last, first, second
        return _moment(year, int(month), int(day), match)
    for pattern in _WORDS:
        match = pattern.fullmatch(text)
        if match:
            month = _MONTHS.index(match["m"][:3].lower()) + 1
            return _moment(match["y"], month, int(match["d"]), match)
    raise ValueError("no date")


def _moment(year: str, month: int, day: int, clock: re.Match[str]) -> int:
    if len(year) not in (2, 4):
        raise ValueError("no year")
    hour = int(clock["hour"] or 0)
    if clock["half"]:
        if not 1 <= hour <= 12:
            raise ValueError("no hour of half a day")
        hour = hour % 12 + 12 * (clock["half"][0] in "pP")
    full = int(year) if len(year) == 4 else int(year) + (1900 if int(year) > 68 else 2000)
    fraction = int((clock["fraction"] or "").ljust(6, "0")[:6])
    second = int(clock["second"] or 0)
    moment = datetime(full, month, day, hour, int(clock["minute"] or 0), second, fraction, UTC)
    zone = clock["zone"] or "Z"
    if zone[0] in "+-":
        shift = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:].strip(":") or 0))
        moment += -shift if zone[0] == "+" else shift
    return _micros(moment)


def _micros(moment: datetime) -> int:
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1)
