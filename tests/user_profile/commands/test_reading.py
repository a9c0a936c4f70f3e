"""Whoever reads a log reads it by the same options, wherever it lies and however it is written."""

import sqlite3

import pytest
from user_profile.__main__ import main

ROWS = [
    (f"u{user}", f"i{(user * step) % 9}", f"{1 + step}.05.2024 08:00", 2.5)
    for user in range(12) for step in range(5)
]  # fmt: skip
COLUMNS = "user=who,item=what,time=when_,price=paid"


@pytest.fixture
def places(tmp_path):
    lines = [";".join(map(str, row)) for row in ROWS]
    (tmp_path / "log.csv").write_text("\n".join(["who;what;when_;paid", *lines]))
    with sqlite3.connect(tmp_path / "log.db") as database:
        for name in ("sold", "other"):
            database.execute(f"create table {name} (who text, what text, when_ text, paid real)")
        database.executemany("insert into sold values (?, ?, ?, ?)", ROWS)
    return {"log.csv": [], "log.db": ["--table", "sold"]}


@pytest.mark.parametrize("name", ["log.csv", "log.db"])
def test_baselines_and_sequences_read_what_train_reads(tmp_path, places, capsys, name):
    how = [str(tmp_path / name), "--columns", COLUMNS, "--date-format", "%d.%m.%Y %H:%M"]
    how += places[name]
    assert main(["baselines", *how]) == 0
    assert "12 users" in capsys.readouterr().out
    model = ["--model", str(tmp_path / f"{name}.npz"), "--epochs", "1", "--embed-dim", "8"]
    assert main(["sequences", "train", *how, *model]) == 0
    assert "12 users, 9 items" in capsys.readouterr().out
