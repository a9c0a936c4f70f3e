"""A log of visits and money without items, from training to every command."""

import csv
from pathlib import Path

import pytest
from user_profile.__main__ import main

from tests.user_profile.shop_log import make_rows


@pytest.fixture(scope="module")
def visits(tmp_path_factory):
    folder = tmp_path_factory.mktemp("visits")
    totals: dict[tuple[str, str], list[float]] = {}
    for user, _, _, kind, time, pieces, price, _ in make_rows(customers=60, days=400):
        if kind == "purchase":
            total = totals.setdefault((user, str(time // 86_400)), [0, 0])
            total[0] += pieces
            total[1] += pieces * price
    with open(folder / "visits.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["customer", "date", "quantity", "value"])
        for (user, day), (pieces, money) in totals.items():
            date = str(int(day) + 40_000)  # days of a spreadsheet
            writer.writerow([user, date, pieces, f"{money:.2f}"])
    where = ["--data", str(folder / "visits.csv"), "--model", str(folder / "model.npz")]
    assert main(["train", *where, "--epochs", "1", "--embed-dim", "8"]) == 0
    return where


def test_what_it_teaches_is_said_and_nothing_is_ranked(visits, capsys):
    assert main(["show", "c4", *visits]) == 0
    said = capsys.readouterr().out
    assert "no items to tell apart, so there are none to rank" in said
    assert "buys again" in said
    assert "spend" in said
    assert "Within a year" in said
    assert "a visit" not in said
    assert main(["retention", *visits]) == 0
    assert "returns" in capsys.readouterr().out


def test_it_is_judged_by_the_outlook_alone(visits, capsys):
    assert main(["evaluate", *visits]) == 0
    said = capsys.readouterr().out
    assert "no ranking" in said
    assert "Return within 90 days" in said
    assert "NDCG" not in said.upper()
    assert "Interest levels" not in said


@pytest.mark.parametrize(
    "command",
    [["recommend"], ["target", "visit"], ["drift", "c4"], ["update", "c4", "--items", "x:1:50"]],
)
def test_what_ranks_items_is_refused_in_a_sentence(visits, capsys, command):
    assert main([*command, *visits]) == 2
    said = capsys.readouterr()
    assert "names no items" in said.err
    assert said.err.count("\n") == 1
    assert not said.out


def test_a_visit_is_added_as_if_the_log_held_it(visits, capsys, tmp_path):
    log = Path(visits[1]).read_text(encoding="utf-8")
    last = max(int(line.split(",")[1]) for line in log.splitlines()[1:])
    assert main(["update", "c4", "--amount", "80", "--days", "5", *visits]) == 0
    updated, told, before = capsys.readouterr().out.partition("Before this visit, ")
    assert told
    assert before.splitlines()[0].partition(": ")[2] not in updated  # and it moves something
    longer = tmp_path / "longer.csv"
    longer.write_text(f"{log}c4,{last + 5},1,80\n", encoding="utf-8")
    assert main(["show", "c4", "--data", str(longer), *visits[2:]]) == 0
    shown = capsys.readouterr().out
    assert shown.strip() in updated
    for money in ("-1", "0"):  # rows that the cleaning of a log leaves out
        assert main(["update", "c4", f"--amount={money}", *visits]) == 2
        assert "more than 0" in capsys.readouterr().err


def test_the_sessions_of_a_log_that_names_none_are_counted_once_told_apart(visits, capsys):
    assert main(["train", *visits, "--overwrite", "--epochs", "1", "--embed-dim", "8"]) == 0
    said = capsys.readouterr().out.splitlines()
    stages = {line.split("  ")[0]: line.split() for line in said}
    assert int(stages["in sessions"][-2].replace(",", "")) > 60
    assert len(stages["no customer"]) == len(stages["in sessions"]) - 1  # their cell is empty
