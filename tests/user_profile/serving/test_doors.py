"""The three doors to scores, Parquet, Spark and plain Python, agree bit for bit."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from user_profile.__main__ import main
from user_profile.judging.evaluate import mean_ndcg
from user_profile.log.prepare import prepare
from user_profile.log.sessions import group_sessions
from user_profile.log.split import split_last_sessions
from user_profile.model.saved import load_model, save_model
from user_profile.model.settings import Settings
from user_profile.training.loop import train

from ..shop_log import make_categories, make_events, make_rows
from .scores import check_scores

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: [scale]")
from pyarrow import parquet  # noqa: E402
from user_profile.serving.scoring.histories import as_batch  # noqa: E402
from user_profile.serving.scoring.plan import Plan  # noqa: E402
from user_profile.serving.scoring.scorer import Scorer  # noqa: E402

ROOT = Path(__file__).parents[3]
SETTINGS = Settings(epochs=1, embed_dim=8)


def made(folder, days=500):
    """A model of a made-up shop where several events share a time, and the shop's sessions."""
    rows = [(*row[:4], row[4] // 86_400 * 86_400, *row[5:]) for row in make_rows(60, days)]
    sessions = group_sessions(make_events(rows))
    split = split_last_sessions(sessions, kind="purchase")
    save_model(
        folder / "m.npz",
        train(sessions, split, make_categories(sessions), SETTINGS, score=mean_ndcg),
    )
    return folder / "m.npz", sessions


def shipped(folder):
    log = prepare()
    trained = train(log.sessions, log.split(), log.categories(), SETTINGS, score=mean_ndcg)
    save_model(folder / "m.npz", trained)
    return folder / "m.npz", log.sessions


def by_user(folder):
    table = pa.concat_tables(
        [parquet.read_table(path) for path in sorted(folder.glob("*.parquet"))]
    )
    return {row["user"]: row for row in table.to_pylist()}


def from_parquet(model, sessions, folder, parts=3):
    """The scores of customers in any order, in several files, in small batches."""
    (folder / "in").mkdir()
    batch = as_batch(sessions)
    order = np.random.default_rng(0).permutation(batch.num_rows)
    for number, part in enumerate(np.array_split(order, parts)):
        table = pa.Table.from_batches([batch.take(pa.array(part))])
        parquet.write_table(table, folder / "in" / f"{number}.parquet")
    given = [str(folder / "in"), "--out", str(folder / "out"), "--model", str(model)]
    assert main(["score", *given, "--rows", "700"]) == 0
    return by_user(folder / "out")


def from_python(model, sessions, plan):
    scorer = Scorer(load_model(model), Plan.load(plan))
    return {row["user"]: row for row in scorer(as_batch(sessions)).to_pylist()}


def write_events(sessions, folder, parts=2):
    """Raw events in the order of time, those of one time as in the log, in several files.

    What is said of a customer later than at first is another thing, which must not count.
    """
    folder.mkdir()
    events = sessions.events
    rows = np.argsort(events.time, kind="stable")
    begins = np.zeros(len(rows), bool)
    begins[rows[np.unique(events.user[rows], return_index=True)[1]]] = True

    def said(values):
        return [values[code] if first else "moved" for code, first in zip(events.user, begins)]

    columns = {
        "user": [events.users[code] for code in events.user],
        "item": [events.items[code] for code in events.item],
        "time": pa.array(events.time * 1_000_000).cast(pa.timestamp("us", "UTC")),
        "price": pa.array(events.price, from_pandas=True),
        "kind": [events.kinds[code] for code in events.kind],
        "quantity": events.quantity,
        **{name: said(values) for name, values in events.user_features.items()},
        "session": pa.array(sessions.session_of_row()).cast(pa.string()),
    }
    for number, part in enumerate(np.array_split(rows, parts)):
        parquet.write_table(pa.table(columns).take(pa.array(part)), folder / f"{number}.parquet")
    return folder


def run_spark(events, out, model):
    """What the command of the Spark door has done, on three partitions."""
    pytest.importorskip("pyspark", reason="pyspark is not installed: [scale]")
    java = os.environ.get("JAVA_HOME")
    if not java and shutil.which("java") is None:
        pytest.skip("Spark needs Java 17, which is not here")
    submit = (
        "--master local[2] --conf spark.ui.enabled=false --conf spark.sql.adaptive.enabled=false"
    )
    environment = {
        **os.environ,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_SUBMIT_ARGS": f"{submit} --conf spark.sql.shuffle.partitions=3 pyspark-shell",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "profile")]),
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "user_profile.serving.scoring.spark"]
    return subprocess.run(
        [*command, str(events), str(out), "--model", str(model)],
        cwd=out.parent, env=environment, capture_output=True, text=True, timeout=900,
    )  # fmt: skip


def from_spark(model, sessions, folder):
    done = run_spark(write_events(sessions, folder / "events"), folder / "spark", model)
    assert done.returncode == 0, done.stderr[-3000:]
    return by_user(folder / "spark")


def test_parquet_and_python_agree_with_the_commands(tmp_path):
    model, sessions = made(tmp_path)
    scores = from_parquet(model, sessions, tmp_path)
    check_scores(scores.values(), model, sessions)
    assert from_python(model, sessions, tmp_path / "out" / "plan.npz") == scores


@pytest.mark.slow
@pytest.mark.parametrize("shop", [made, shipped])
def test_spark_agrees_too(shop, tmp_path):
    model, sessions = shop(tmp_path)
    scores = from_parquet(model, sessions, tmp_path)
    assert from_spark(model, sessions, tmp_path) == scores
    check_scores(scores.values(), model, sessions)
    assert from_python(model, sessions, tmp_path / "out" / "plan.npz") == scores


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.drop_columns(["item"]), "The events have no column 'item'"),
        (lambda t: t.append_column("age", t["user"]), "has a column 'age' that is not read"),
        (lambda t: t.set_column(1, "item", pa.array(["?"] * len(t))), "knows the items of 0.0%"),
    ],
)
def test_spark_tells_bad_events_in_a_sentence(shop, tmp_path, change, said):
    model, sessions = shop
    folder = write_events(sessions, tmp_path / "events", parts=1)
    parquet.write_table(change(parquet.read_table(folder / "0.parquet")), folder / "0.parquet")
    done = run_spark(folder, tmp_path / "out", model)
    assert done.returncode == 2, done.stderr[-2000:]
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert said in line
    assert not (tmp_path / "out").exists()
