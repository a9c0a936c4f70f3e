"""`train` and `sequences train` under mpiexec: the bits of one process, and one end for all."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from user_profile.judging.evaluate import evaluate, in_blocks

from attention.parallel.ranks import Ranks
from attention.training import read_checkpoint
from tests.mpi import ROOT, launcher, needs_mpi, ranks_of

from .shop_log import make_rows, write_csv

PROFILE = ["train", "--epochs", "2", "--embed-dim", "8", "--questions", "16", "--no-cache"]
SEQUENCES = ["sequences", "train", "--epochs", "2", "--embed-dim", "8", "--hidden-dim", "16"]
SEQUENCES += ["--tokens", "128", "--max-length", "10", "--sampled", "0"]


class Part:
    """Stands for rank `rank` of several that have all said what they found."""

    def __init__(self, rank, size, answers=None):
        self.rank, self.size, self.answers = rank, size, answers

    def Get_rank(self):
        return self.rank

    def Get_size(self):
        return self.size

    def allgather(self, value):
        return self.answers.pop(0)


def test_questions_are_shared_out_and_brought_together():
    scores = np.random.default_rng(0).normal(size=(1300, 7))

    def judge(rows, part):
        return {"best": part.max(1)}

    def run(ranks):
        blocks = in_blocks(lambda rows: scores[rows], np.arange(1300), 7, ranks)
        return blocks, evaluate

    whole = evaluate(in_blocks(lambda rows: scores[rows], np.arange(1300), 7), judge, 1300)
    own = [list(in_blocks(lambda rows: scores[rows], np.arange(1300), 7, Ranks(Part(rank, 4))))
           for rank in range(4)]  # fmt: skip
    assert [len(blocks) for blocks in own] == [1, 1, 1, 0]
    found = [evaluate(blocks, judge, 1300) for blocks in own]
    known = [[(list(one.metrics), None)] for one in found]
    values = [one.metrics.get("best", np.full(1300, np.nan)) for one in found]
    together = evaluate(own[3], judge, 1300, ranks=Ranks(Part(3, 4, [known, values])))
    np.testing.assert_array_equal(together.metrics["best"], whole.metrics["best"])


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return write_csv(tmp_path_factory.mktemp("log") / "log.csv", make_rows(40, 300))


def command(kind, log, model, *more):
    own = [*kind, str(log)] if kind is SEQUENCES else [*kind, "--data", str(log)]
    return [sys.executable, "-m", "user_profile", *own, "--model", str(model), *more]


def start(ranks, given):
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'profile'}"}
    return subprocess.Popen(
        [*launcher(ranks), *given], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def finish(ranks, given):
    run = start(ranks, given)
    said, error = run.communicate(timeout=300)
    assert run.returncode == 0, error
    return said, error


def write_for_two(path, write):
    """Two logs of six files, RANK 0 and 1 in their names: what is another rank's is no file."""
    for rank in (0, 1):
        folder = path / f"log{rank}"
        write(folder)
        for number in range(1 - rank, 6, 2):
            (folder / f"{number}.parquet").write_bytes(b"nothing to read")


def by_rank(given):
    """The command, in whose arguments RANK stands for the number of the rank."""
    run = "import os, sys; from user_profile.__main__ import main; sys.exit(main([text.replace("
    run += "'RANK', os.environ['PMI_RANK']) for text in sys.argv[1:]]))"
    return [given[0], "-c", run, *given[3:]]


def weights(path):
    with np.load(path) as file:
        return {name: file[name] for name in file.files if name.startswith("parameters/")}


def assert_same(ours, theirs):
    assert ours.keys() == theirs.keys()
    assert ours
    for name, array in ours.items():
        np.testing.assert_array_equal(array, theirs[name], err_msg=name)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [PROFILE, SEQUENCES], ids=["profile", "sequences"])
def test_ranks_train_as_one_process(log, tmp_path, kind):
    needs_mpi()
    workers = ["--workers", "6", "--exact"]
    finish(1, command(kind, log, tmp_path / "1.npz", *workers))
    for ranks in (2, 3):
        said, error = finish(ranks, command(kind, log, tmp_path / f"{ranks}.npz", *workers))
        assert said.count("saved to") == 1
        assert error.count("epoch 1/2") == 1
        assert_same(weights(tmp_path / f"{ranks}.npz"), weights(tmp_path / "1.npz"))
    finish(2, command(kind, log, tmp_path / "near.npz", "--workers", "6"))
    for name, array in weights(tmp_path / "near.npz").items():
        np.testing.assert_allclose(array, weights(tmp_path / "1.npz")[name], atol=1e-3)


@pytest.mark.slow
def test_a_run_goes_on_with_another_number_of_ranks(log, tmp_path):
    needs_mpi()
    workers = ["--workers", "6", "--exact", "--epochs", "12"]
    finish(1, command(PROFILE, log, tmp_path / "1.npz", *workers))
    model = tmp_path / "killed.npz"
    run = start(2, command(PROFILE, log, model, *workers))
    checkpoint = tmp_path / "killed.training.npz"
    for _ in range(600):
        if checkpoint.exists() or run.poll() is not None:
            break
        time.sleep(0.1)
    os.kill(max(ranks_of(run)), signal.SIGKILL)
    begin = time.monotonic()
    run.communicate(timeout=60)
    assert time.monotonic() - begin < 20
    assert run.returncode != 0
    assert not model.exists()
    assert read_checkpoint(checkpoint)["parameters"]
    finish(3, command(PROFILE, log, model, *workers, "--resume"))
    assert_same(weights(model), weights(tmp_path / "1.npz"))


@pytest.mark.slow
def test_faults_under_mpiexec_are_told_once(log, tmp_path):
    needs_mpi()

    def fault(*given):
        run = start(2, given)
        _, error = run.communicate(timeout=120)
        assert run.returncode != 0
        assert "Traceback" not in error
        (told,) = [line for line in error.splitlines() if "error:" in line]
        return told

    model = tmp_path / "m.npz"
    assert "2 ranks share 1 workers" in fault(*command(PROFILE, log, model, "--workers", "1"))
    private = fault(*command(PROFILE, log, model, "--private"))
    assert "A private run is of one process" in private
    assert "no file" in fault(*command(PROFILE, tmp_path / "none.csv", model)).lower()
    other = write_csv(tmp_path / "other.csv", make_rows(40, 300, seed=2))
    rank = (
        "import os, sys; from user_profile.__main__ import main; "
        "sys.exit(main([sys.argv[1 + int(os.environ['PMI_RANK'])] if one == 'LOG' else one "
        "for one in sys.argv[3:]]))"
    )
    given = command(PROFILE, "LOG", model)[3:]
    told = fault(sys.executable, "-c", rank, str(log), str(other), *given)
    assert "rank 1 differs from rank 0" in told


@pytest.mark.slow
def test_a_rank_without_users_takes_part(tmp_path):
    needs_mpi()
    log = write_csv(tmp_path / "few.csv", make_rows(6, 300))
    given = ["--workers", "3", "--exact", "--questions", "500"]
    finish(1, command(PROFILE, log, tmp_path / "1.npz", *given))
    finish(3, command(PROFILE, log, tmp_path / "3.npz", *given))
    assert_same(weights(tmp_path / "3.npz"), weights(tmp_path / "1.npz"))
