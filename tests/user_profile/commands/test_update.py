"""update answers what show answers of the log with the rows in it: the same card, to the letter.

Over logs of every shape that changes what is read: named sessions or pauses, prices or none,
cancellations, an item or a customer that is new, dates before, in and after the log.
"""

import csv
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from user_profile.__main__ import main

from tests.user_profile.shop_log import DAY, make_rows, write_csv

from .conftest import TRAIN

BEGIN = 1_300_000_000
SHAPES = ("receipts", "pauses", "no prices", "some prices")


def write(path: Path, rows: list[tuple], shape: str) -> Path:
    """Rows of `make_rows` as a log of that shape: but for receipts, purchases in plain columns."""
    if shape == "receipts":
        return write_csv(path, rows)
    names = ["customer", "order", "item", "time", "quantity", "price"]
    gone = {"pauses": {"order"}, "no prices": {"price"}}.get(shape, set())
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [n for n in names if n not in gone], extrasaction="ignore")
        writer.writeheader()
        for number, (user, order, item, kind, time, pieces, price, _) in enumerate(rows):
            if kind == "purchase":
                moment = str(np.datetime64(BEGIN + time, "s"))
                price = "" if shape == "some prices" and number % 7 == 6 else price
                writer.writerow(dict(zip(names, (user, order, item, moment, pieces, price))))
    return path


@pytest.fixture(scope="module", params=SHAPES)
def shaped(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shaped")
    rows = make_rows(customers=40, days=330)
    log, model = write(folder / "log.csv", rows, request.param), folder / "model.npz"
    where = ["--data", str(log), "--model", str(model)]
    assert main(["train", *where, *TRAIN]) == 0
    return SimpleNamespace(folder=folder, rows=rows, shape=request.param, where=where)


def asked(rng: np.random.Generator, shaped: SimpleNamespace) -> tuple[list[str], list[tuple]]:
    """A customer's visit as options of `update`, and its rows."""
    begin, end = (row[4] for row in (shaped.rows[0], shaped.rows[-1]))
    last = max(row[4] for row in shaped.rows if row[3] == "purchase" or shaped.shape == "receipts")
    user = str(rng.choice([f"c{rng.integers(40)}", "stranger"], p=[0.8, 0.2]))
    if rng.random() < 0.5:
        days = int(rng.choice([0, 1, 40]))
        when, time = ["--days", str(days)], last + 1 + days * DAY
    else:
        midnight = (BEGIN + int(rng.integers(begin + 2 * DAY, end))) // DAY * DAY
        when, time = ["--date", str(np.datetime64(midnight, "s"))[:10]], midnight - BEGIN
    rows, said = [], []
    for item in rng.choice([f"i{n}" for n in range(24)] + ["brand new"], 4, replace=False):
        pieces, price = int(rng.integers(1, 9)), float(rng.choice([1.25, 3.5, 40]))
        rows.append((user, "a-new-order", str(item), "purchase", time, pieces, price, ""))
        said.append(f"{item}:{pieces}" + ("" if shaped.shape == "no prices" else f":{price}"))
    known = user == "stranger" and shaped.shape == "receipts"
    told = ["--features", "Country=United Kingdom"] if known else []
    return [user, "--items", ",".join(said), *when, *told], rows


def card(capsys, *command: str) -> str:
    assert main(list(command)) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("seed", range(8))
def test_the_card_is_that_of_the_longer_log(shaped, capsys, seed):
    options, rows = asked(np.random.default_rng(seed), shaped)
    log = shaped.folder / f"longer{seed}.csv"
    write(log, shaped.rows, shaped.shape)
    more = write(shaped.folder / f"more{seed}.csv", rows, shaped.shape)
    with log.open("a", encoding="utf-8") as file:
        file.write("".join(more.read_text(encoding="utf-8").splitlines(keepends=True)[1:]))
    updated = card(capsys, "update", *options, *shaped.where).splitlines()
    shown = card(capsys, "show", options[0], "--data", str(log), *shaped.where[2:])
    whole = shown[shown.index("Customer") :].strip().splitlines()
    begin = next(n for n, line in enumerate(updated) if line.startswith("Customer"))
    assert updated[begin:][: len(whole)] == whole


@pytest.mark.parametrize("shaped", ["some prices"], indirect=True)
def test_what_was_filled_in_stays_and_that_is_said(shaped, capsys):
    said = "stay as they were filled in"
    assert said in card(capsys, "update", "c4", "--items", "i3:1:99", "--date", "2011-06-01",
                        *shaped.where)  # fmt: skip
    assert said not in card(capsys, "update", "c4", "--items", "i3:1:99", *shaped.where)


def test_a_price_is_told_and_equal_rows_count_once(run):
    once = run("update", "c4", "--items", "i3:2,i3:2,i99").out
    assert "2 of i3 at 1.75, 1 of i99 at " in once
    twice = run("update", "c4", "--items", "i3:2,i3:2", "--keep-duplicates").out
    assert "2 of i3 at 1.75, 2 of i3 at 1.75" in twice
    refused = run("update", "c4", "--items", "i3:2:0", status=2).err
    assert "--items must be ids" in refused


def test_what_is_not_told_of_a_new_customer_is_said(run):
    assert (
        "read as unknown: country (--features country=…)"
        in run("update", "stranger", "--items", "i3").out
    )
    told = run("update", "stranger", "--items", "i3", "--features", "country=United Kingdom").out
    assert "read as unknown" not in told
    for customer, name in (("c4", "country"), ("stranger", "age")):
        wrong = ["--items", "i3", "--features", f"{name}=x"]
        assert run("update", customer, *wrong, status=2).err.count("\n") == 1
