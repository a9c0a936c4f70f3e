"""Ids as people type them find the log's own; two that differ in case alone stay two."""

import pytest
from user_profile.errors import DataError
from user_profile.log.categories import read_categories
from user_profile.log.ids import matched
from user_profile.log.prepare import prepare


def test_the_very_id_counts_first_and_a_doubt_is_no_match():
    known = ["85123A", "m1", "M1", "22423", "Ä", "22.50"]
    given = ["85123a", " 85123A", "m1", "M1", "22423.0", "ä", "22.5", "x", "m1 "]
    assert matched(given, known) == {
        "85123a": "85123A", " 85123A": "85123A", "m1": "m1", "M1": "M1", "22423.0": "22423",
        "ä": "Ä",
    }  # fmt: skip


def test_customers_and_categories_are_found_by_such_ids(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("user,item,time\nC1,M1,2024-05-06\nc2,M2,2024-05-07\nC2,M2,2024-05-07\n")
    log = prepare(path)
    assert log.user("c1") == log.user("C1") == 0
    assert log.user("C2") != log.user("c2")
    with pytest.raises(DataError, match="no customer 'c3'"):
        log.user("c3")
    path.write_text("item,category\nm1,Mugs\n")
    assert read_categories(path, ["M1", "M2"]).names == ("Mugs", "other")


def test_zeros_that_a_spreadsheet_took_from_the_front_are_no_doubt():
    assert matched(["18", "18.0"], ["00000018", "180"]) == {"18": "00000018", "18.0": "00000018"}
    assert matched(["7"], ["07", "007"]) == {}


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_number_that_became_decimal_in_some_rows_is_the_same_id(tmp_path, form):
    rows = [(user, item, f"2024-05-{day:02}") for day in range(1, 9)
            for user, item in (("7" if day % 2 else "7.0", "x"), ("12.0", "y1.0"))]  # fmt: skip
    text = "\n".join(["user,item,time", *map(",".join, rows)])
    if form == "jsonl":
        text = "\n".join(f'{{"user": {u}, "item": "{i}", "time": "{t}"}}' for u, i, t in rows)
    (tmp_path / f"log.{form}").write_text(text)
    events = prepare(tmp_path / f"log.{form}").sessions.events
    assert (events.users, events.items) == (("7", "12"), ("x", "y1.0"))
