"""Scoring survives what happens to long runs: odd files, odd customers, a full disk, kill -9."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .scores import score, write

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: [scale]")
from pyarrow import parquet  # noqa: E402
from user_profile.serving.scoring.histories import as_batch  # noqa: E402

ROOT = Path(__file__).parents[3]


def rows_of(path):
    return parquet.read_table(path).to_pylist()


def told(capsys, model, folder, out):
    assert score(model, folder, out) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    return error


def test_empty_row_groups_say_nothing(shop, tmp_path):
    model, sessions = shop
    batch = as_batch(sessions)
    folder = write(tmp_path / "in", batch)
    score(model, folder, tmp_path / "whole")
    with parquet.ParquetWriter(folder / "0.parquet", batch.schema) as writer:
        for part in (batch.slice(0, 0), batch.slice(0, 9), batch.slice(9, 0), batch.slice(9)):
            writer.write_table(pa.Table.from_batches([part]))
    assert parquet.ParquetFile(folder / "0.parquet").num_row_groups == 4
    assert score(model, folder, tmp_path / "parts") == 0
    assert rows_of(tmp_path / "parts" / "0.parquet") == rows_of(tmp_path / "whole" / "0.parquet")


def test_a_customer_in_two_files_is_named_with_both(shop, tmp_path, capsys):
    model, sessions = shop
    batch = as_batch(sessions)
    folder = write(tmp_path / "in", batch.slice(0, 5), batch.slice(5, 5), batch.slice(4, 1))
    error = told(capsys, model, folder, tmp_path / "out")
    assert "0.parquet" in error
    assert "2.parquet" in error
    assert not (tmp_path / "out").exists()


def test_a_history_of_a_million_events_is_refused_by_name(shop, tmp_path, capsys):
    model, sessions = shop
    count = 1_000_000
    million = {"user": ["till"], "items": [["i1"] * count], "times": [[1_000_000] * count]}
    common = as_batch(sessions).select(["user", "items", "times"])
    odd = pa.RecordBatch.from_pydict(million, schema=pa.schema(
        [("user", pa.string()), ("items", pa.list_(pa.string())), ("times", pa.list_(pa.int64()))]
    ))  # fmt: skip
    folder = write(tmp_path / "in", common, odd)
    error = told(capsys, model, folder, tmp_path / "out")
    assert "'till'" in error
    assert "1.parquet has 1,000,000 events" in error


def test_unknown_items_are_counted_and_another_shop_is_refused(shop, tmp_path, capsys):
    model, sessions = shop
    batch = as_batch(sessions)

    def renamed(share):
        items = batch.column("items")
        names = [name if int(name[1:]) % 24 < share else f"x{name}"
                 for name in items.flatten().to_pylist()]  # fmt: skip
        lists = pa.ListArray.from_arrays(items.offsets, pa.array(names))
        return batch.set_column(batch.schema.get_field_index("items"), "items", lists)

    assert score(model, write(tmp_path / "few", renamed(20)), tmp_path / "out") == 0
    said = capsys.readouterr().out
    assert "are of items not known to the model" in said
    assert {one["item"][0] for row in rows_of(tmp_path / "out" / "0.parquet")
            for one in row["next"]} == {"i"}  # fmt: skip
    error = told(capsys, model, write(tmp_path / "other", renamed(0)), tmp_path / "none")
    assert "knows the items of 0.0% of what happened" in error


def run(model, folder, out, **options):
    paths = {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'profile'}"}
    command = ["score", str(folder), "--out", str(out), "--model", str(model), "--workers", "1"]
    return subprocess.Popen(
        [sys.executable, "-m", "user_profile", *command, "--rows", "50"],
        env=os.environ | paths, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
    )  # fmt: skip


@pytest.mark.slow
def test_a_full_disk_costs_no_finished_file(shop, tmp_path):
    model, sessions = shop
    batch = as_batch(sessions)
    folder, out = write(tmp_path / "in", batch.slice(0, 30), batch.slice(30)), tmp_path / "out"
    assert score(model, folder, out) == 0
    (out / "1.parquet").unlink()
    before = (out / "0.parquet").read_bytes()
    full = run(
        model, folder, out,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)),
    )  # fmt: skip
    _, error = full.communicate(timeout=120)
    assert full.returncode == 2
    (line,) = error.splitlines()
    assert "1.parquet cannot be written (File too large); what is finished is kept" in line
    assert sorted(path.name for path in out.iterdir()) == ["0.parquet", "plan.npz"]
    assert (out / "0.parquet").read_bytes() == before


@pytest.mark.slow
def test_kill_9_loses_the_file_at_hand_alone(shop, tmp_path):
    model, sessions = shop
    batch = as_batch(sessions)
    parts = [batch.slice(begin, 2) for begin in range(0, batch.num_rows, 2)]
    folder, out = write(tmp_path / "in", *parts), tmp_path / "out"
    assert score(model, folder, tmp_path / "whole") == 0
    killed = run(model, folder, out)
    while len(list(out.glob("*.parquet"))) < 3 and killed.poll() is None:
        time.sleep(0.01)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    done = {path.name: path.stat().st_mtime_ns for path in out.glob("*.parquet")}
    assert 3 <= len(done) < len(parts)
    again = run(model, folder, out)
    said, error = again.communicate(timeout=120)
    assert again.returncode == 0, error
    assert f"{len(done)} of {len(parts)} files are finished already" in said
    for path in out.glob("*.parquet"):
        assert path.read_bytes() == (tmp_path / "whole" / path.name).read_bytes()
        assert path.stat().st_mtime_ns == done.get(path.name, path.stat().st_mtime_ns)
    assert len(list(out.iterdir())) == len(parts) + 1
