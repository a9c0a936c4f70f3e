"""Training on a folder of histories: parts learn from the facts of the whole, to the same bits."""

import os
import resource
import subprocess
import sys
from dataclasses import fields
from itertools import pairwise

import numpy as np
import pytest
from user_profile.__main__ import main
from user_profile.baselines import LastBasket, PersonalFrequency, Popularity
from user_profile.commands.train_parts import judge_parts
from user_profile.features.featurizer import Featurizer
from user_profile.features.history import read_history
from user_profile.features.moments import span_of, training_moments
from user_profile.features.season import read_season
from user_profile.judging.compare import compare
from user_profile.judging.evaluate import each_ndcg, mean_ndcg
from user_profile.log.parts import LogParts
from user_profile.log.prepared import purchases_of
from user_profile.log.split import split_last_sessions
from user_profile.model.saved import load_model
from user_profile.model.settings import Settings
from user_profile.model.trained import new_model
from user_profile.serving.profiler import Profiler
from user_profile.training.facts import fit_spec
from user_profile.training.loop import know, train
from user_profile.training.outlook import Answered, read_answers
from user_profile.training.parts import split_parts, train_parts

from attention.parallel.ranks import ALONE
from tests.mpi import ROOT, needs_mpi

from ..shop_log import make_categories, make_sessions
from ..test_ranks import assert_same, by_rank, finish, start, weights, write_for_two

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: [scale]")
from pyarrow import parquet  # noqa: E402
from user_profile.serving.scoring.folder import read_folder, texts_of  # noqa: E402
from user_profile.serving.scoring.histories import as_batch  # noqa: E402

SMALL = Settings(epochs=2, embed_dim=8, questions=16, lr=0.01, seed=3)
OPTIONS = ["--epochs=2", "--embed-dim=8", "--questions=16", "--workers=6"]


def write(folder, sessions, files=6, empty=False):
    """Histories in several files, with the texts of items; the last of them without a user."""
    folder.mkdir()
    batch, events = as_batch(sessions), sessions.events
    texts = pa.array([events.texts[code] for code in events.text])
    lists = pa.ListArray.from_arrays(batch.column("items").offsets, texts)
    batch = batch.append_column("texts", lists)
    cuts = np.linspace(0, batch.num_rows, files - empty + 1).astype(int).tolist()
    slices = [batch.slice(a, b - a) for a, b in pairwise(cuts)] + [batch.slice(0, 0)] * empty
    for number, part in enumerate(slices):
        parquet.write_table(pa.Table.from_batches([part]), folder / f"{number}.parquet")
    return folder


def command(folder, model, *more):
    own = ["train", "--data", str(folder), "--model", str(model), *OPTIONS]
    return [sys.executable, "-m", "user_profile", *own, *more]


@pytest.mark.slow
def test_parts_learn_from_the_facts_of_the_whole_log(tmp_path):
    parts = read_folder(write(tmp_path / "log", make_sessions(customers=60), 3), 3, ALONE)
    (whole,) = read_folder(
        write(tmp_path / "one", make_sessions(customers=60), 1), 1, ALONE
    ).local.values()
    assert texts_of(parts, whole.events.items) == whole.events.item_texts()
    splits, categories = split_parts(parts), make_categories(whole)
    known = {number: know(one, splits[number], SMALL) for number, one in parts.local.items()}
    ours = fit_spec(LogParts(known, 3), categories)
    all_of_them = know(whole, split_last_sessions(whole, kind="purchase"), SMALL)
    theirs = fit_spec(LogParts({0: all_of_them}), categories)
    assert len(ours.buying) == 4
    assert set(ours.side["country"]) == {"France", "UK"}
    for field in fields(ours):
        one, other = (getattr(spec, field.name) for spec in (ours, theirs))
        if isinstance(one, dict | str) or field.name in (
            "items",
            "kinds",
            "category_names",
            "without",
        ):
            assert one == other, field.name
        else:
            for a, b in zip(one, other, strict=True):
                np.testing.assert_array_equal(a, b, err_msg=field.name)


@pytest.mark.slow
def test_what_came_true_and_who_is_kept_back_do_not_hang_on_the_parts(tmp_path):
    parts = read_folder(write(tmp_path / "log", make_sessions(customers=30), 3), 3, ALONE)
    one = read_folder(write(tmp_path / "one", make_sessions(customers=30), 1), 1, ALONE).local[0]
    known = know(one, split_last_sessions(one, kind="purchase"), SMALL)
    spec = fit_spec(LogParts({0: known}), make_categories(one))
    model, season = new_model(spec, SMALL), read_season(known.whole)

    def answers(sessions, first):
        history = read_history(sessions)
        side = sessions.events.user_features
        moments = training_moments(history, span=span_of(known.whole))
        return read_answers(model, Featurizer(history, spec, side, season), moments, first)

    firsts = parts.first(lambda number: len(parts.local[number].events.users))
    found = [answers(parts.local[number], first) for number, first in firsts.items()]
    ours = Answered(*(np.concatenate(column) for column in zip(*found)))
    theirs = answers(one, 0)
    assert 0 < theirs.kept.mean() < 0.5
    np.testing.assert_allclose(ours.x, theirs.x, atol=1e-4)
    for name in ("returned", "cancelled", "spend", "kept"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name), err_msg=name)


@pytest.mark.slow
def test_one_part_and_the_whole_log_judge_alike(tmp_path):
    sessions = make_sessions(customers=40)
    parts = read_folder(write(tmp_path / "log", sessions, 2), 1, ALONE)
    (own,), splits = parts.local.values(), split_parts(parts)
    ours = train_parts(parts, splits, make_categories(own), SMALL, score=each_ndcg)
    theirs = train(own, splits[0], make_categories(own), SMALL, score=mean_ndcg, workers=1)
    assert ours.decisions.taught == theirs.decisions.taught
    assert ours.log[-1]["validation"] == pytest.approx(theirs.log[-1]["validation"], abs=0.1)
    np.testing.assert_array_equal(ours.decisions.worth, theirs.decisions.worth)


@pytest.mark.slow
def test_the_table_of_parts_is_that_of_the_whole_log(tmp_path):
    parts = read_folder(write(tmp_path / "log", make_sessions(customers=40), 3), 3, ALONE)
    one = read_folder(write(tmp_path / "one", make_sessions(customers=40), 1), 1, ALONE).local[0]
    splits = split_parts(parts)
    trained = train_parts(parts, splits, make_categories(one), SMALL, score=each_ndcg)
    ours = judge_parts(parts, splits, trained)
    scorers = [Popularity(), LastBasket(), PersonalFrequency(), Profiler(trained, one)]
    test = split_last_sessions(one, kind="purchase").test
    theirs = compare(scorers, purchases_of(one), test)
    for line, other in zip(ours.results, theirs.results, strict=True):
        assert (line.name, line.coverage) == (other.name, other.coverage)
        for name, values in line.metrics.items():
            np.testing.assert_array_equal(values, other.metrics[name], err_msg=line.name)
    few = judge_parts(parts, splits, trained, most=9)
    assert [len(result.metrics["mrr"]) for result in few.results] == [9] * 4


def refused(capsys, *given):
    assert main(list(given)) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    return error


def test_bad_folders_are_told_in_a_sentence(tmp_path, capsys):
    folder, model = write(tmp_path / "log", make_sessions(customers=8), 2), tmp_path / "m.npz"

    def told(*more):
        return refused(capsys, *command(folder, model, "--workers=2", *more)[3:])

    def put(table):
        parquet.write_table(table, folder / "1.parquet")

    assert "holds histories, which are read as they are; leave out --columns" in told(
        "--columns=user=a"
    )
    whole = parquet.read_table(folder / "1.parquet")
    put(whole.drop_columns(["times"]))
    assert "1.parquet has no column 'times'" in told()
    till = pa.table({"user": ["till"], "items": [["i1"] * 200_000], "times": [[9] * 200_000]})
    put(till)  # its times are whole seconds, those of the other file are not
    assert "Customer 'till' in" in told()
    assert "1.parquet has 200,000 events, more than 100,000" in told()
    country = whole.column("country")
    place = whole.schema.get_field_index("country")
    put(whole.set_column(place, "country", pa.array([1.5] * len(country))))
    assert "are of different types: Unable to merge: Field country" in told("--workers=1")
    put(till)
    assert "1.parquet has 200,000 events" in told("--workers=1")
    put(whole.append_column("clicks", whole.column("items")))
    assert "Column 'clicks'" in told()
    assert "1.parquet is list<" in told()
    put(parquet.read_table(folder / "0.parquet"))
    assert "have several rows, one of them in" in told()
    (folder / "1.parquet").write_bytes(b"PAR1 and nothing more")
    assert "1.parquet cannot be read as Parquet" in told()
    for number in (0, 1):
        parquet.write_table(whole.slice(0, 0), folder / f"{number}.parquet")
    assert "holds no event" in told()
    assert not model.exists()


@pytest.mark.slow
def test_ranks_read_their_own_files_and_give_the_bits_of_one(tmp_path):
    needs_mpi()
    folder = write(tmp_path / "log", make_sessions(customers=50), empty=True)
    finish(1, command(folder, tmp_path / "1.npz", "--exact"))
    for ranks in (2, 3):
        said, _ = finish(ranks, command(folder, tmp_path / f"{ranks}.npz", "--exact"))
        assert said.count("saved to") == 1
        assert said.count("personal frequency") >= 1
        assert_same(weights(tmp_path / f"{ranks}.npz"), weights(tmp_path / "1.npz"))
        ours, theirs = (load_model(tmp_path / f"{n}.npz") for n in (ranks, 1))
        np.testing.assert_array_equal(ours.decisions.levels, theirs.decisions.levels)
    finish(2, command(folder, tmp_path / "near.npz"))
    for name, array in weights(tmp_path / "near.npz").items():
        np.testing.assert_allclose(array, weights(tmp_path / "1.npz")[name], atol=5e-3)
    write_for_two(tmp_path, lambda folder: write(folder, make_sessions(customers=50), empty=True))
    finish(2, by_rank(command(tmp_path / "logRANK", tmp_path / "own.npz", "--exact")))
    assert_same(weights(tmp_path / "own.npz"), weights(tmp_path / "1.npz"))


@pytest.mark.slow
def test_a_full_disk_names_the_file_and_leaves_none(tmp_path):
    folder, model = write(tmp_path / "log", make_sessions(customers=20)), tmp_path / "m.npz"
    full = subprocess.run(
        command(folder, model), cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT / "profile")},
        capture_output=True, text=True, timeout=100,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )  # fmt: skip
    assert full.returncode == 2
    last = full.stderr.splitlines()[-1]
    assert f"{tmp_path / 'm.training.npz'} cannot be written (File too large); what stood" in last
    assert os.listdir(tmp_path) == ["log"]


@pytest.mark.slow
def test_ranks_of_other_data_and_unreadable_files_end_all(tmp_path):
    needs_mpi()
    folder = write(tmp_path / "log", make_sessions(customers=20))
    (folder / "3.parquet").write_bytes(b"nothing to read")
    run = start(2, command(folder, tmp_path / "m.npz"))
    _, error = run.communicate(timeout=100)
    assert run.returncode != 0
    assert "rank 1 on" in error
    assert "3.parquet cannot be read as Parquet" in error
    assert "Traceback" not in error
    assert os.listdir(tmp_path) == ["log"]
