"""Dates, numbers and ids as shops write them: read right, or asked about; never silently wrong."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from user_profile.errors import DataError
from user_profile.log.readers import read_events
from user_profile.log.readers.assemble import outlying
from user_profile.log.readers.dates import NAMED, parse_times
from user_profile.log.readers.numbers import parse_numbers
from user_profile.log.sessions import single_event_sessions

MOMENTS = st.datetimes(datetime(1980, 1, 1), datetime(2090, 1, 1))


def moments(values, date_format=None):
    times = parse_times(values, date_format)
    assert not times.bad.any()
    micros = times.second * 10**6 + times.micro
    return [str(moment).rstrip("0").rstrip(".") for moment in micros.view("datetime64[us]")]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (["20240102"], "2024-01-02T00:00:"),
        (["20240102.0"], "2024-01-02T00:00:"),
        (["202401020304"], "2024-01-02T03:04:"),
        (["20240102030405"], "2024-01-02T03:04:05"),
        (["45123.5"], "2023-07-16T12:00:"),
        (["2/1/2024", "13/1/2024"], "2024-01-02T00:00:"),
        (["1/2/2024", "1/13/2024"], "2024-01-02T00:00:"),
        (["1/12/2010 8:26", "13/12/2010 8:26"], "2010-12-01T08:26:"),
        (["2.1.2024 3:04"], "2024-01-02T03:04:"),
        (["02-01-24", "31-01-24"], "2024-01-02T00:00:"),
        (["2024/1/2"], "2024-01-02T00:00:"),
        (["01/02/2024 12:05:06 AM", "01/13/2024"], "2024-01-02T00:05:06"),
        (["1700000000.25"], "2023-11-14T22:13:20.25"),
        (["1700000000250"], "2023-11-14T22:13:20.25"),
        (["1700000000250000"], "2023-11-14T22:13:20.25"),
        (["1700000000250000000"], "2023-11-14T22:13:20.25"),
        (["2024-01-02 03:04:05 UTC"], "2024-01-02T03:04:05"),
        (["2024-01-02 03:04:05 -0400"], "2024-01-02T07:04:05"),
        (["2024-01-02T03:04:05.25+01:00"], "2024-01-02T02:04:05.25"),
        (["Tue, 02 Jan 2024 03:04:05 GMT"], "2024-01-02T03:04:05"),
        (["Tue Jan 02 03:04:05 UTC 2024"], "2024-01-02T03:04:05"),
        (["Jan 2, 2024 3:04 PM"], "2024-01-02T15:04:"),
        (["02-Jan-24"], "2024-01-02T00:00:"),
        (["2024年1月2日 3:04"], "2024-01-02T03:04:"),
    ],
)
def test_each_common_shape_of_a_date_is_read(column, expected):
    first = moments(column)[0]
    assert first.ljust(19, "0").startswith(expected)


@given(st.lists(MOMENTS, min_size=1, max_size=8), st.sampled_from(["%d/%m/%Y", "%m-%d-%Y"]))
def test_a_column_of_dates_is_read_right_or_asked_about(dates, pattern):
    column = [date.strftime(pattern) for date in dates]
    days = [date.strftime("%Y-%m-%d") for date in dates]
    try:
        found = parse_times(column)
    except DataError as error:
        if "--date-format day-first or month-first" not in str(error):
            raise
        assert all(date.day <= 12 for date in dates)
        found = parse_times(column, "day-first" if pattern[1] == "d" else "month-first")
    assert found.second.view("datetime64[s]").astype("datetime64[D]").astype(str).tolist() == days


@given(MOMENTS)
def test_epochs_and_written_times_agree_to_the_microsecond(moment):
    micros = int((moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    micros = micros * 10**6 + moment.microsecond
    stated = [(str(micros), "us"), (f"{micros // 10**6}.{micros % 10**6:06}", "s"),
              (moment.isoformat(), None), (str(moment), "%Y-%m-%d %H:%M:%S.%f")]  # fmt: skip
    for text, date_format in stated:
        if date_format and "%" in date_format and not moment.microsecond:
            continue
        times = parse_times([text], date_format)
        assert times.second[0] * 10**6 + times.micro[0] == micros


@pytest.mark.slow
@given(st.text(max_size=12), st.sampled_from([None, *NAMED, "%d.%m.%y"]))
def test_no_text_makes_a_date_parser_fall(text, date_format):
    try:
        times = parse_times([text, "2024-05-06"], date_format)
    except DataError:
        return
    assert times.bad[0] or abs(times.second[0]) < 253_402_300_800


def test_days_and_months_that_contradict_each_other_are_asked_about():
    with pytest.raises(DataError, match=r"day first .13/01/2024. and the month first .01/14/2024."):
        parse_times(["13/01/2024", "01/14/2024"])
    assert parse_times(["13/01/2024", "01/14/2024"], "day-first").bad.tolist() == [False, True]


def test_numbers_that_are_no_dates_are_never_silently_of_1970():
    assert "1970" in parse_times(["17", "18"]).notes[0]
    assert "spreadsheet" in parse_times(["45123", "45124.5"]).notes[0]
    assert parse_times(["1700000000"]).notes == []
    with pytest.raises(DataError, match="no date format 'dmy'"):
        parse_times(["1"], "dmy")


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (["1.234,50 €", "2,5", "1.234"], [1234.5, 2.5, 1234]),
        (["$1,234.50", "(3.00)", "12-", "USD 5", "-$3"], [1234.5, -3, -12, 5, -3]),
        (["0,125", "1"], [0.125, 1]),
        (["1'234.5"], [1234.5]),
        (["1,234,567", "12"], [1234567, 12]),
        (["R$ 12,90", "1 234,00 zł"], [12.9, 1234]),
        ([" 7 ", "1e3", "-2.5"], [7, 1000, -2.5]),
        (["1 203,45 €", "2\u00a0500,00", "12\u202f345,60"], [1203.45, 2500, 12345.6]),
        (["12,50 CR", "3,00 cr.", "4,25 DR"], [-12.5, -3, 4.25]),
        (["\u221212.50", "\u20133", "12\u2212"], [-12.5, -3, -12]),
    ],
)  # fmt: skip
def test_money_is_read_as_it_is_written(column, expected):
    numbers = parse_numbers(column)
    assert numbers.value.tolist() == expected
    assert not numbers.bad.any()


def test_missing_numbers_are_told_from_broken_ones_and_a_lone_comma_is_named():
    numbers = parse_numbers(["", "n/a", "\\N", "twelve", "inf", "1,23,4", "3"])
    assert numbers.missing.tolist() == [True, True, True, False, False, False, False]
    assert numbers.bad.tolist() == [False, False, False, True, True, True, False]
    assert "read as thousands" in parse_numbers(["1,234"]).notes[0]


@given(st.floats(-1e9, 1e9).map(lambda x: round(x, 2)))
def test_a_number_written_in_four_ways_is_one_number(number):
    english = f"{number:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    for text in (english, german, german + " €", "$" + english):
        column = (
            [text] if "," in text and "." in text else [text, "1,50" if "," in text else "1.50"]
        )
        assert parse_numbers(column).value[0] == number


def test_guests_and_missing_prices_are_counted_and_ids_lose_blanks_and_their_zero(tmp_path):
    path = tmp_path / "log.csv"
    rows = ["17.0,a,5,", "NULL, a ,6,2.5", ",b,7,n/a", "18.0,b,8,1", "17.0,-,9,1"]
    path.write_text("user,item,time,price\n" + "\n".join(rows) + "\n")
    events, report = read_events(path)
    assert (events.users, events.items) == (("17", "18"), ("a", "b", "-"))
    assert report.bad == 0
    assert (report.missing["user"], report.missing["price"]) == (2, 2)
    assert "2 rows give no user" in str(report)
    assert np.isnan(events.price[[0, 2]]).all()


def test_what_happens_within_a_second_keeps_its_order(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("user,item,time\na,late,1700000000.9\na,early,1700000000.1\n")
    events, _ = read_events(path)
    items = single_event_sessions(events).events
    assert [items.items[code] for code in items.item] == ["early", "late"]


def test_one_row_in_2099_is_set_apart_and_named(tmp_path):
    path = tmp_path / "log.csv"
    rows = [f"u,i,2024-01-{day:02}" for day in range(1, 20)]
    path.write_text("\n".join(["user,item,time", *rows, "u,i,2099-01-01"]) + "\n")
    events, report = read_events(path)
    assert len(events) == 19
    assert "2099-01-01" in str(report)


def test_a_thin_beginning_and_two_eras_are_no_outliers():
    year = 365 * 86_400
    assert not outlying(np.arange(0, 30 * year, year)).any()
    assert not outlying(np.concatenate([np.arange(50), np.arange(50) + 9 * year])).any()
    assert outlying(np.append(np.arange(200), [9 * year, -9 * year])).sum() == 2


def test_a_few_rows_behind_a_gap_that_no_other_comes_near_are_outliers():
    day, rows = 86_400, np.arange(3000) * 8_640  # ten rows a day
    assert np.flatnonzero(outlying(np.append(rows, rows[-1] + 90 * day))).tolist() == [3000]
    assert np.flatnonzero(outlying(np.append(-90 * day, rows))).tolist() == [0]
    assert not outlying(np.append(rows, rows[-1] + 20 * day)).any()
    assert not outlying(np.append(rows, rows[-1] + 90 * day + np.arange(20) * day)).any()
    closed = np.append(rows, rows + rows[-1] + 60 * day)  # as every winter
    assert not outlying(np.append(closed, closed[-1] + 90 * day)).any()
