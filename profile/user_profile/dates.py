"""The one form of dates: seconds since 1970 inside, 2011-11-30 or 2011-11-30T12:26:00 outside."""

import numpy as np

from .errors import DataError

DAY = 86_400  # seconds


def day_of(seconds: int | np.integer) -> str:
    """The day of a moment, 2011-11-30."""
    return str(np.datetime64(int(seconds), "s").astype("datetime64[D]"))


def time_of(seconds: int | np.integer) -> str:
    """A moment to the second, 2011-11-30T12:26:00."""
    return str(np.datetime64(int(seconds), "s"))


def begin_of(day: str, option: str) -> int:
    """The seconds at which a day begins. Raises DataError, naming ``option``, for what is none."""
    try:
        return int(np.datetime64(day, "D").astype("datetime64[s]").astype(np.int64))
    except ValueError:
        raise DataError(f"{option} must be a day such as 2011-11-30, not {day!r}.") from None
