"""Who was a customer by a day, and what is said of those who were not."""

import csv
import re

import pytest
from user_profile.__main__ import main
from user_profile.dates import day_of

from tests.user_profile.shop_log import DAY, make_rows, write_csv

BEGIN = 1_300_000_000  # as `write_csv` counts
LATE = "late"  # cancels, by somebody's mistake, long before the first purchase


@pytest.fixture
def ask(shop, tmp_path, capsys):
    rows = make_rows(customers=25, days=400)
    what = rows[0][-3:]
    rows += [(LATE, "x1", rows[0][2], "cancellation", 20 * DAY, *what)]
    rows += [(LATE, "x2", rows[0][2], "purchase", 300 * DAY, *what)]
    log = write_csv(tmp_path / "log.csv", rows)

    def run(command, *arguments):
        where = ["--data", str(log), "--model", str(shop / "model.npz")]
        assert main([command, *arguments, *where]) == 0
        return capsys.readouterr().out

    return run


def day(number):
    return day_of(BEGIN + number * DAY)


def test_all_commands_mean_the_same_customers_by_a_day(ask, tmp_path):
    def of(command, number):
        out = tmp_path / f"{command}.csv"
        ask(command, "--date", day(number), "--out", str(out), "--overwrite")
        with out.open() as file:
            return {row["customer"] for row in csv.DictReader(file)}

    for command in ("retention", "recommend"):
        assert LATE not in of(command, 100)
        assert LATE in of(command, 350)
    segments = ask("segments", "--date", day(100), "--members", str(tmp_path / "members.csv"))
    with (tmp_path / "members.csv").open() as file:
        assert {row["customer"] for row in csv.DictReader(file)} == of("retention", 100)
    assert "returns_mean" not in segments or "mean chance that a customer buys again" in segments


def test_of_whom_nothing_is_known_it_is_said(ask):
    told = "Nothing is known of late by then: these are everybody's answers.\n"
    assert ask("recommend", LATE, "--date", day(10)).startswith(told)
    assert told not in ask("recommend", LATE)


def test_what_sold_before_is_left_open_where_the_log_had_not_begun(ask):
    early, late = ask("shop-card", "--date", day(40)), ask("shop-card", "--date", day(200))
    assert not re.search(r"^\S.*  \d+  +\d+$", sold(early), re.M)
    assert re.search(r"^\S.*  \d+  +\d+$", sold(late), re.M)


def sold(said):
    return said.split("most sold", 1)[1].split("\n\n")[0].split("\n", 1)[1]
