"""A log in parts: each rank reads its own files, and the bits do not tell how many ranks."""

import sys
from itertools import pairwise

import numpy as np
import pytest
from user_profile.__main__ import main
from user_profile.baselines.lineup import rivals_of_rows
from user_profile.errors import DataError
from user_profile.judging.leave_one_out import compare_leave_one_out
from user_profile.log.sessions import single_event_sessions
from user_profile.log.split import split_last_sessions
from user_profile.sequences import Settings, load_model
from user_profile.sequences.recommender import Recommender
from user_profile.sequences.training import train_parts

from attention.parallel.ranks import ALONE
from tests.mpi import needs_mpi

from ..shop_log import make_sessions
from ..test_ranks import assert_same, by_rank, finish, start, weights, write_for_two

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: [scale]")
from pyarrow import parquet  # noqa: E402
from user_profile.sequences.part_files import read_parts  # noqa: E402
from user_profile.sequences.parts import PartBatches  # noqa: E402
from user_profile.serving.scoring.histories import as_batch  # noqa: E402

SMALL = {"epochs": 2, "embed_dim": 8, "hidden_dim": 16, "tokens": 120, "max_length": 10}


def write(folder, files=6, users=40, empty=2):
    """Histories of a made-up shop in several files, one of them without a user."""
    folder.mkdir()
    batch = as_batch(make_sessions(customers=users))
    cuts = np.linspace(0, users, files).astype(int).tolist()
    parts = [batch.slice(a, b - a) for a, b in pairwise(cuts)]
    parts.insert(empty, batch.slice(0, 0))
    for number, part in enumerate(parts):
        parquet.write_table(pa.Table.from_batches([part]), folder / f"{number}.parquet")
    return folder


def chosen(events):
    """What was bought or looked at, not what went back."""
    assert events.cancels.any()
    return events.take(~events.cancels)


def command(folder, model, *more):
    options = [f"--{name.replace('_', '-')}={value}" for name, value in SMALL.items()]
    own = ["sequences", "train", str(folder), "--model", str(model), *options, "--workers=6"]
    return [sys.executable, "-m", "user_profile", *own, *more]


def test_parts_hold_each_user_and_item_once(tmp_path):
    parts = read_parts(write(tmp_path / "log"), 3, ALONE)
    sessions = single_event_sessions(chosen(make_sessions(customers=40).events))
    split = split_last_sessions(sessions)
    assert sorted(parts.items) == sorted(sessions.events.items)
    asked = [len(part.validation) for part in parts.local.values()]
    assert sum(asked) == len(split.validation)
    train_items = len(sessions.events) - 2 * len(split.validation)
    assert parts.counted(lambda past: len(past.item)) == train_items == len(parts.histories.item)


def test_an_epoch_of_parts_asks_for_every_item_once(tmp_path):
    parts = read_parts(write(tmp_path / "log"), 6, ALONE)
    batches = PartBatches(parts, Settings(tokens=300))  # no history is cut
    met = []
    while batches.left:
        batch = next(batches)
        shares, _ = batches.shards(batch, 6, None)
        given = [share for (share,) in shares if share is not None]
        assert sum(share.windows.targets.sum() for share in given) == batches.weight(batch)
        for share in given:
            assert share.weight == 1 / batches.weight(batch)
            for begin, end, first in zip(*share.windows[1:]):
                met += list(range(begin + (not first), end))
    assert sorted(met) == list(range(len(parts.histories.item)))


@pytest.mark.slow
def test_parts_learn_what_their_users_share(tmp_path):
    """Each user walks the same round of twelve items, from a place of their own."""
    (tmp_path / "log").mkdir()
    for part in range(3):
        rows = [{"user": f"u{part}-{first}", "times": list(range(9)),
                 "items": [f"i{(first + step) % 12}" for step in range(9)]}
                for first in range(part, 12, 3)]  # fmt: skip
        parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "log" / f"{part}.parquet")
    parts = read_parts(tmp_path / "log", 3, ALONE)
    settings = Settings(
        epochs=40, lr=1e-2, warmup=5, tokens=60, dropout=0.1, embed_dim=16, hidden_dim=32,
        rules=0.0, start="random", workers=3, patience=40,
    )  # fmt: skip
    trained = train_parts(parts, settings)
    assert max(end["validation"] for end in trained.log) > 0.9
    asked = parts.left_out("test", True, 100)
    table = parts.compare(asked, lambda _: [Recommender(trained)], rivals_of_rows)
    assert table["sequence model"].mean("ndcg@10") > 0.9
    assert table["first-order Markov"].mean("ndcg@10") > 0.9


@pytest.mark.slow
def test_a_table_of_parts_is_that_of_the_whole_log(tmp_path):
    batch = as_batch(make_sessions(customers=60))
    folder = tmp_path / "log"
    folder.mkdir()
    for number in range(3):
        part = batch.slice(20 * number, 20)
        parquet.write_table(pa.Table.from_batches([part]), folder / f"{number}.parquet")
    parts = read_parts(folder, 3, ALONE)
    table = parts.compare(parts.left_out("test", False, 1000), lambda _: [], rivals_of_rows)
    sessions = single_event_sessions(chosen(make_sessions(customers=60).events))
    whole = compare_leave_one_out(
        rivals_of_rows(), sessions, split_last_sessions(sessions).test, filter_seen=False
    )
    for ours, theirs in zip(table.results, whole.results, strict=True):
        assert (ours.name, ours.coverage) == (theirs.name, theirs.coverage)
        tied = 2 * (ours.name == "item-to-item neighbours")  # whose sums end in other last bits
        for name, values in ours.metrics.items():
            assert (values != theirs.metrics[name]).sum() <= tied, (ours.name, name)
    known, codes = parts.features()
    assert [column.values for column in known.columns] == [("France", "UK")]
    country = sessions.events.user_features["country"]
    assert codes[:, 0].tolist() == [1 + ("France", "UK").index(one) for one in country]


def test_a_user_in_two_files_and_too_few_files_are_refused(tmp_path):
    folder = write(tmp_path / "log")
    with pytest.raises(DataError, match="6 Parquet files for 7 workers"):
        read_parts(folder, 7, ALONE)
    (folder / "7.parquet").write_bytes((folder / "0.parquet").read_bytes())
    with pytest.raises(
        DataError, match=r"have several rows, one of them in .*0\.parquet and .*7\.parquet"
    ):
        read_parts(folder, 2, ALONE)


@pytest.mark.slow
def test_a_model_of_parts_is_saved_and_read(tmp_path, capsys):
    given = command(write(tmp_path / "log"), tmp_path / "m.npz")[3:]
    assert main(given) == 0
    said = capsys.readouterr().out
    for name in ("popularity", "item-to-item neighbours", "sequence rules", "sequence model"):
        assert name in said
    assert load_model(tmp_path / "m.npz").log


@pytest.mark.slow
def test_ranks_read_their_own_files_and_give_the_bits_of_one(tmp_path):
    needs_mpi()
    folder = write(tmp_path / "log")
    finish(1, command(folder, tmp_path / "1.npz", "--exact"))
    for ranks in (2, 3):
        finish(ranks, command(folder, tmp_path / f"{ranks}.npz", "--exact"))
        assert_same(weights(tmp_path / f"{ranks}.npz"), weights(tmp_path / "1.npz"))
    write_for_two(tmp_path, write)
    finish(2, by_rank(command(tmp_path / "logRANK", tmp_path / "own.npz", "--exact")))
    assert_same(weights(tmp_path / "own.npz"), weights(tmp_path / "1.npz"))
    run = start(2, command(tmp_path / "log0", tmp_path / "none.npz"))
    _, error = run.communicate(timeout=100)
    assert "1.parquet cannot be read as Parquet" in error
    assert not (tmp_path / "none.npz").exists()


@pytest.mark.slow
def test_a_rank_whose_files_hold_nobody_takes_part(tmp_path):
    needs_mpi()
    given = ["--exact", "--workers=3"]
    folder = write(tmp_path / "log", files=3, empty=1)
    finish(1, command(folder, tmp_path / "1.npz", *given))
    finish(3, command(folder, tmp_path / "3.npz", *given))
    assert_same(weights(tmp_path / "3.npz"), weights(tmp_path / "1.npz"))
