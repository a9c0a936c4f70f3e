"""Sentences for logs that teach nothing, and for numbers that may be meant otherwise."""

from pathlib import Path

import pytest
from user_profile.errors import DataError
from user_profile.log.clean import DUPLICATES, clean_events
from user_profile.log.readers import read_events
from user_profile.log.readers.names import told_missing
from user_profile.log.readers.numbers import parse_numbers
from user_profile.log.readers.report import ReadReport
from user_profile.log.sources import Source

from tests.user_profile.shop_log import make_events, make_rows


def test_dots_before_three_digits_everywhere_are_named():
    numbers = parse_numbers(["12.500", "1.234", "3"])
    assert numbers.value.tolist() == [12.5, 1.234, 3]
    assert "such as 12.500 are read as decimals" in numbers.notes[0]
    assert parse_numbers(["12.500", "1.5"]).notes == parse_numbers(["0.125"]).notes == []


def test_a_number_beyond_all_money_is_no_number():
    assert parse_numbers(["1e308", "1e15"]).bad.tolist() == [True, False]


def test_a_log_without_items_may_name_money():
    assert "amount=NAME in place of item" in told_missing(["customer", "date", "sum"])


def test_equal_lines_that_were_left_out_are_told_of():
    once = clean_events(make_events(list(dict.fromkeys(make_rows(customers=20)))))[1]
    rows = make_rows(customers=20)
    twice = clean_events(make_events([*rows, rows[0]]))[1]
    assert once[DUPLICATES].removed == 0 < twice[DUPLICATES].removed
    assert "--keep-duplicates" not in str(once)
    assert "--keep-duplicates" in str(twice)


def test_one_row_is_told_as_one_and_a_long_value_ends_in_dots():
    report = ReadReport(Source("log.csv", Path("log.csv")), rows=1, backwards=1)
    report.missing["price"] = 1
    report.add(2, "é" + "x" * 50, "has 4 fields instead of 6")
    said = str(report)
    assert "1 row read" in said
    assert "1 row gives no price" in said
    assert "1 row back in time" in said
    assert f"'\\xe9{'x' * 39}'… (51 characters) has 4 fields" in said


def test_a_line_that_cannot_be_read_is_counted_once_and_a_known_clock_is_hinted_at(tmp_path):
    path = tmp_path / "export.csv"
    rows = [f"K{n};Salat;{n + 1:02}.05.2024;12:00;2,50" for n in range(28)]
    path.write_text("\n".join(["Kunde;Artikel;Datum;Uhrzeit;Preis", *rows, "Summe;;;;70,00"]))
    _, report = read_events(path)
    assert (report.bad, report.missing["price"], report.missing["user"]) == (1, 0, 0)
    rows = [";".join(row.split(";")[:4] + [""]) for row in rows[:5]] + rows[5:] + [";;;;"]
    path.write_text("\n".join(["Kunde;Artikel;Datum;Uhrzeit;Preis", *rows]))
    _, report = read_events(path)
    assert (report.bad, report.missing["price"], report.missing["user"]) == (1, 5, 0)
    path.write_text("\n".join(["Wer;Artikel;Datum;Uhrzeit;Preis", *rows]))
    with pytest.raises(DataError, match=r"--columns user=NAME,item=Artikel,time=Datum\+Uhrzeit"):
        read_events(path)
