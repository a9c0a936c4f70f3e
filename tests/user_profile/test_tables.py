"""The one table of the terminal, and the one form of dates."""

import numpy as np
import pytest
from user_profile.dates import begin_of, day_of, time_of
from user_profile.errors import DataError
from user_profile.tables import table


def test_text_stands_left_and_numbers_right():
    rows = [("ab", 1234, 0.25, None), ("c", 5, float("nan"), "x")]
    header, formats = ("", "n", "share", "why"), {"share": ".1%"}
    lines = table(header, rows, formats=formats, title="T", below=["."]).split("\n")
    assert lines == ["T", "        n  share  why", "ab  1,234  25.0%", "c       5         x", "."]
    assert table(("a", "b"), []) == "a  b"


def test_days_and_seconds_are_each_others_inverse():
    moment = begin_of("2011-11-30", "--date")
    assert day_of(np.int64(moment + 86_399)) == "2011-11-30"
    assert time_of(moment + 61) == "2011-11-30T00:01:01"
    with pytest.raises(DataError, match="--since must be a day"):
        begin_of("30.11.", "--since")
