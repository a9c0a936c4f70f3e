"""Which encoding a text is in: told by its first bytes, or guessed from how its bytes lie."""

import codecs
import re

from ...errors import DataError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_RUN = re.compile(rb"[\x80-\xff]+")


def known_encoding(name: str) -> str:
    """The name as Python's codecs know it. Raises DataError for an unknown one."""
    try:
        found = codecs.lookup(name).name
        "".encode(found)
    except LookupError:
        raise DataError(
            f"There is no encoding {name!r}; try utf-8, gb18030, utf-16 or latin-1."
        ) from None
    return "utf-8-sig" if found == "utf-8" else found  # drops a byte order mark


def guess_encoding(sample: bytes) -> str:
    """Of the first bytes of a file: UTF-8 if they are, else UTF-16, GB 18030 or an 8-bit one.

    A few bytes that are no UTF-8 do not make another encoding: one in ten of the high ones does.
    """
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    if sample.count(0) > len(sample) // 5:
        return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
    sample = sample[: sample.rfind(b"\n") + 1 or None]  # no character that the sample cuts
    broken = sum(
        map(len, re.findall("[\udc80-\udcff]+", sample.decode("utf-8", "surrogateescape")))
    )
    high = sum(map(len, _RUN.findall(sample)))
    return "utf-8-sig" if 10 * broken <= high else _eight_bits(sample)


def utf8_runs(sample: bytes) -> int:
    """How many runs of high bytes are characters of UTF-8: of an 8-bit text, hardly any."""

    def is_utf8(run: bytes) -> bool:
        try:
            return bool(run.decode("utf-8"))
        except UnicodeDecodeError:
            return False

    return sum(map(is_utf8, _RUN.findall(sample)))


def _eight_bits(sample: bytes) -> str:
    runs = _RUN.findall(sample)
    high = sum(map(len, runs))
    common = sum(
        2 for run in runs for pair in re.findall(rb"(?:[\xb0-\xd7]|[\xa1-\xa3])[\xa1-\xfe]", run)
    )
    try:
        sample.decode("gb18030")
    except UnicodeDecodeError:
        pass
    else:
        if common > 0.8 * high:
            return "gb18030"
    if high > 2 * len(runs) and sum(byte >= 0xC0 for run in runs for byte in run) > 0.9 * high:
        return "cp1251"  # Cyrillic: whole words of high bytes
    try:
        sample.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"
