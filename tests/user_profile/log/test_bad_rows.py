"""What cannot be read costs its row, is counted and named; too much of it stops the reading."""

import pytest
from user_profile.errors import DataError
from user_profile.log.readers import read_events

from .written import csv_log, good_rows, write


def test_bad_rows_are_counted_with_line_value_and_reason_and_the_rest_goes_on(tmp_path):
    rows = good_rows(100)
    rows[10], rows[20], rows[30] = "u1,i1,yesterday", "u1,,1010", "u1,i1"
    events, report = read_events(csv_log(tmp_path, rows))
    assert (len(events), report.rows, report.bad) == (97, 100, 3)
    by_line = {row.line: row for row in report.examples}
    assert by_line[12].value == "yesterday"
    assert "is empty (item)" in by_line[22].reason
    assert "2 fields instead of 3" in by_line[32].reason
    assert "line 12: 'yesterday'" in str(report)


def test_too_large_a_share_of_bad_rows_stops_the_reading(tmp_path):
    rows = [*good_rows(94), *["u1,i1,never"] * 6]
    with pytest.raises(DataError, match=r"6 of 100 rows .*more than 5%.* line 96: 'never'"):
        read_events(csv_log(tmp_path, rows))
    assert len(read_events(csv_log(tmp_path, rows), max_bad=0.1)[0]) == 94


def test_bytes_in_another_encoding_cost_their_row_alone(tmp_path):
    path = tmp_path / "log.csv"
    rows = "".join(f"{row}\n" for row in good_rows(50))
    path.write_bytes(b"user,item,time\nu1,caf\xe9,5\n" + rows.encode())
    events, report = read_events(path, encoding="utf-8")
    assert (len(events), report.bad) == (50, 1)
    assert "bytes in another encoding" in report.examples[0].reason
    assert str(report).isascii()
    assert "café" in read_events(path, encoding="latin-1")[0].items


@pytest.mark.parametrize("bomb", ["x" * 200_000, '"' + "x" * 200_000])
def test_a_field_of_enormous_size_is_one_bad_row(tmp_path, bomb):
    rows = [*good_rows(60), f"u1,{bomb},5", *good_rows(60)]
    events, report = read_events(csv_log(tmp_path, rows))
    assert report.bad == 1
    assert "field larger than field limit" in report.examples[0].reason
    assert len(events) >= 60


def test_dates_that_go_backwards_are_counted_and_kept(tmp_path):
    events, report = read_events(csv_log(tmp_path, ["a,x,30", "b,x,10", "a,y,20", "a,z,25"]))
    assert report.backwards == 1
    assert len(events) == 4


def test_times_out_of_all_bounds_are_bad_rows(tmp_path):
    rows = [*good_rows(100), "a,x,nan", "a,x,inf", "a,x,1e300", "a,x,9999999999999999999"]
    assert read_events(csv_log(tmp_path, rows))[1].bad == 4


@pytest.mark.parametrize("line", ["[" * 100_000, "3", '{"user": 1', "nul\x00l"])
def test_lines_that_are_no_json_objects_are_bad_rows(tmp_path, line):
    good = "".join(f'{{"user": "a", "item": "x{i}", "time": {i}}}\n' for i in range(40))
    events, report = read_events(write(tmp_path, "log.jsonl", good + line + "\n"))
    assert (len(events), report.bad) == (40, 1)
    assert report.examples[0].line == 41
