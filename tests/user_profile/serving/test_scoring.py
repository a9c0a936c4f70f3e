"""Scores of histories: those of the commands, whatever door they come through."""

import sys

import numpy as np
import pytest
from user_profile.__main__ import main
from user_profile.features.history import read_history
from user_profile.features.season import count_sales, days_between, read_season, season_of

from ..shop_log import make_sessions
from .scores import check_scores, score, write

try:
    import pyarrow as pa
    from pyarrow import parquet
    from user_profile.serving.scoring.histories import as_batch, read_batch
except ImportError:
    pa = None
needs_arrow = pytest.mark.skipif(pa is None, reason="pyarrow is not installed: [scale]")


def test_sales_of_parts_add_up_to_the_season():
    sessions = make_sessions(customers=40)
    whole = read_history(sessions)
    days = days_between(int(whole.start.min()), int(whole.end.max()), len(whole.items))
    odd = sessions.user % 2 == 1
    parts = [count_sales(read_history(sessions.take(own)), days) for own in (odd, ~odd)]
    added = type(parts[0])(*(a + b for a, b in zip(*parts)))
    for ours, theirs in zip(season_of(days, added), read_season(whole)):
        np.testing.assert_array_equal(ours, theirs)


@needs_arrow
def test_a_batch_is_the_log_it_came_from(shop):
    _, sessions = shop
    again = read_batch(as_batch(sessions), "it", ("country",))
    history, theirs = read_history(again), read_history(sessions)
    assert [history.items[code] for code in history.item] == [
        theirs.items[code] for code in theirs.item
    ]
    for name in ("start", "end", "price", "quantity", "offsets", "user_offsets"):
        np.testing.assert_array_equal(getattr(history, name), getattr(theirs, name))


@needs_arrow
def test_parquet_in_and_out_as_the_commands_say(shop, tmp_path, capsys):
    model, sessions = shop
    folder = write(tmp_path / "in", as_batch(sessions))
    assert score(model, folder, tmp_path / "out") == 0
    rows = parquet.read_table(tmp_path / "out" / "0.parquet").to_pylist()
    check_scores(rows, model, sessions)
    assert score(model, folder, tmp_path / "out") == 0
    assert "1 of 1 files are finished already" in capsys.readouterr().out


@needs_arrow
def test_who_only_cancelled_is_no_customer(shop, tmp_path):
    model, sessions = shop
    batch = as_batch(sessions)
    rows = batch.to_pylist()
    rows[0]["kinds"] = ["cancellation"] * len(rows[0]["items"])
    folder = write(tmp_path / "in", pa.RecordBatch.from_pylist(rows, schema=batch.schema))
    assert score(model, folder, tmp_path / "out") == 0
    scored = parquet.read_table(tmp_path / "out" / "0.parquet")["user"].to_pylist()
    assert scored == [row["user"] for row in rows[1:]]


@needs_arrow
def test_a_killed_run_goes_on_with_the_same_bits(shop, tmp_path):
    model, sessions = shop
    batch = as_batch(sessions)
    folder = write(tmp_path / "in", batch.slice(0, 20), batch.slice(20, 0), batch.slice(20))
    assert score(model, folder, tmp_path / "out", "--workers", "1") == 0
    before = [path.read_bytes() for path in sorted((tmp_path / "out").glob("*.parquet"))]
    assert len(before) == 3
    (tmp_path / "out" / "2.parquet").unlink()
    (tmp_path / "out" / ".2.parquet.0.part").write_bytes(b"cut short")
    assert score(model, folder, tmp_path / "out") == 0
    assert [path.read_bytes() for path in sorted((tmp_path / "out").glob("*.parquet"))] == before
    assert not list((tmp_path / "out").glob(".*.part"))


@needs_arrow
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.drop_columns(["times"]), "0.parquet has no column 'times'"),
        (lambda t: t.append_column("age", t["user"]), "has a column 'age' that is not read"),
        (lambda t: pa.concat_tables([t, t]), "have several rows, one of them in"),
        (lambda t: t.set_column(1, "items", pa.array(["a"] * len(t))), "must be a list"),
        (lambda t: t.set_column(1, "items", pa.array([["a"]] * len(t))), "items and "),
        (lambda t: t.slice(0, 0), "holds no event"),
    ],
)
def test_bad_histories_are_told_in_a_sentence(shop, tmp_path, capsys, change, said):
    model, sessions = shop
    folder = tmp_path / "in"
    folder.mkdir()
    table = change(pa.Table.from_batches([as_batch(sessions)]))
    parquet.write_table(table, folder / "0.parquet")
    assert score(model, folder, tmp_path / "out") == 2
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error


@needs_arrow
def test_a_bad_file_costs_no_finished_one(shop, tmp_path, capsys, monkeypatch):
    model, sessions = shop
    batch = as_batch(sessions)
    folder = write(tmp_path / "in", batch.slice(0, 30), batch.slice(30))
    assert score(model, folder, tmp_path / "out") == 0
    (tmp_path / "out" / "1.parquet").unlink()
    whole = (folder / "1.parquet").read_bytes()
    (folder / "1.parquet").write_bytes(whole[: len(whole) // 2])
    assert score(model, folder, tmp_path / "out") == 2
    assert "1.parquet cannot be read as Parquet" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").glob("*.parquet")] == ["0.parquet"]
    monkeypatch.setattr("user_profile.serving.scoring.histories.MOST_EVENTS", 3)
    (folder / "1.parquet").write_bytes(whole)
    assert score(model, folder, tmp_path / "out") == 2
    assert "more than 3" in capsys.readouterr().err


def test_without_pyarrow_it_is_said(monkeypatch, capsys, tmp_path):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert main(["score", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "needs pyarrow" in capsys.readouterr().err
