"""Quantities and prices as people write them: 1.234,50 €, 1 234,50, $12.00, (3.00), 12-, 12 CR.

Whether a comma is the decimal sign is decided over the whole column.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

MISSING_WORDS = frozenset(
    ["", "na", "n/a", "nan", "null", "none", "nil", "-", "\\n", "<na>", "#n/a", "nat", "(null)"]
)
_BLANKS = re.compile(r"[\s'’\u00a0\u202f]")
_MINUS = re.compile("[\u2212\u2013\u2014\uff0d]")
_LIKE_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
MOST = 1e15  # pieces or money; sums of more lose their last unit
_AMOUNT = re.compile(r"\d[\d.,]*|[.,]\d+")
# Currency: a sign, a code or a word of up to three letters beside the digits.
_MONEY = re.compile(r"[^\W\d_]{0,3}[$€£¥₹₽₩₺₫฿元円]?|[$€£¥₹₽₩₺₫฿元円][^\W\d_]{0,3}")


class Numbers(NamedTuple):
    """N numbers."""

    value: np.ndarray  # (N,) float64, NaN where none is given
    missing: np.ndarray  # (N,) bool, not given
    bad: np.ndarray  # (N,) bool, could not be read
    notes: list[str]  # what had to be decided


def is_missing(text: str) -> bool:
    return _plain(text).lower() in MISSING_WORDS


def _plain(text: str) -> str:
    """With one sign for minus, and no blanks, which part thousands in some countries."""
    return _BLANKS.sub("", _MINUS.sub("-", text))


def parse_numbers(values: Sequence[str], where: str = "") -> Numbers:
    """The numbers that the texts of a column name; each distinct text is read once."""
    distinct = dict.fromkeys(values)
    missing = {value for value in distinct if is_missing(value)}
    given = [value for value in distinct if value not in missing]
    comma, notes = _decimal_comma(given, where)
    known = dict.fromkeys(missing, np.nan)
    bad = set()
    for value in given:
        try:
            known[value] = _number(value, comma)
        except ValueError:
            known[value] = np.nan
            bad.add(value)

    def among(some: set[str]) -> np.ndarray:
        if not some:
            return np.zeros(len(values), dtype=bool)
        return np.array([value in some for value in values], dtype=bool)

    numbers = np.array(list(map(known.__getitem__, values)), dtype=np.float64)
    return Numbers(numbers, among(missing), among(bad), notes)


def _decimal_comma(given: Sequence[str], where: str) -> tuple[bool, list[str]]:
    """Whether the comma of this column is its decimal sign, and a note where nothing tells."""
    plain = [_plain(value) for value in given if "," in value]
    with_comma = [match[0] for value in plain if (match := _AMOUNT.search(value))]
    for text in with_comma:
        before, _, after = text.rpartition(",")
        if "." in text:
            return "." in before and "." not in after, []
        if text.count(",") == 1 and (len(after) != 3 or before in ("", "0")):
            return True, []
    dotted = [value for value in given if "." in value]
    if not with_comma and dotted and all(map(_LIKE_THOUSANDS.fullmatch, dotted)):
        return False, [
            f"numbers{where} such as {dotted[0]} are read as decimals; write them without dots if "
            "they are thousands"
        ]
    if not with_comma or any(text.count(",") > 1 for text in with_comma):
        return False, []
    if any("." in value for value in given):
        return False, []  # another value has a decimal point
    return False, [f"numbers{where} such as {with_comma[0]} are read as thousands"]


def _number(value: str, comma: bool) -> float:
    text = value.strip()
    if not comma or "." not in text:
        try:
            number = float(text)
        except ValueError:
            pass
        else:
            if not abs(number) <= MOST or "_" in text:
                raise ValueError("not finite, or beyond all money")
            return number
    text = _plain(text)
    negative = (text[:1] == "(" and text[-1:] == ")") or "-" in (text[:1], text[-1:])
    text = text.strip("()").strip("+-")
    match = _AMOUNT.search(text)
    if match is None:
        raise ValueError("no digits")
    around = text[: match.start()], text[match.end() :]
    if not all(_MONEY.fullmatch(part.strip("-.")) for part in around):
        raise ValueError("neither number nor money")
    negative = negative or "-" in around[0] or around[1].strip(".").lower() == "cr"  # credit
    decimal, thousands = (",", ".") if comma else (".", ",")
    whole, point, part = match[0].rstrip(thousands).partition(decimal)
    groups = whole.split(thousands)
    if thousands in part or decimal in part or any(len(group) != 3 for group in groups[1:]):
        raise ValueError("signs in odd places")
    number = float(f"{''.join(groups) or 0}{'.' if point else ''}{part}")
    return -number if negative else number
