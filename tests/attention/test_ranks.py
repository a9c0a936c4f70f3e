"""Ranks started by mpiexec train as one process does, and end as one."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from attention.parallel import ranks
from attention.parallel.ranks import ALONE, Ranks
from attention.parallel.workers import Workers
from attention.training import read_checkpoint
from tests.benchmarks.network import Machine, formula, ring, simulate
from tests.mpi import ROOT, launcher, needs_mpi, ranks_of


class Recorded:
    """Stands for a communicator of two that both say what is handed to it."""

    def __init__(self, *others):
        self.others = others

    def Get_rank(self):
        return 0

    def Get_size(self):
        return 2

    def allgather(self, value):
        return [value, *self.others]


def test_one_alone_needs_no_library():
    vector = np.ones(3)
    ALONE.sum(vector)
    ALONE.send(vector, 0)
    ALONE.compare({"a": 1})
    assert (ALONE.agree(5), ALONE.any(False), ALONE.gather([1.0])) == (5, False, [1.0])
    np.testing.assert_array_equal(vector, 1)


def test_ranks_of_another_run_are_named():
    ours = Ranks(Recorded(json.dumps({"log": "b"})))
    with pytest.raises(ValueError, match="rank 1 differs from rank 0: log is 'b' there"):
        ours.compare({"log": "a"})


def test_more_ranks_than_workers_are_refused():
    with pytest.raises(ValueError, match="2 ranks share 1 workers"):
        Workers(1, Ranks(Recorded()))


def test_a_vector_in_pieces_is_refused():
    with pytest.raises(ValueError, match="one piece"):
        Ranks(Recorded()).send(np.zeros(8)[::2], 0)


def test_mpiexec_without_its_library_is_told(monkeypatch):
    monkeypatch.setattr(ranks, "_world", None)
    monkeypatch.setenv("PMI_SIZE", "2")
    monkeypatch.setitem(sys.modules, "mpi4py", None)
    with pytest.raises(ValueError, match=r"started by mpiexec and needs mpi4py: pip install"):
        ranks.world()


def test_only_training_takes_ranks(monkeypatch):
    monkeypatch.setattr(ranks, "_world", Ranks(Recorded()))
    assert ranks.begin(True).exact
    with pytest.raises(ValueError, match="would be done 2 times; start it without mpiexec"):
        ranks.begin(None)
    monkeypatch.setattr(ranks, "_world", ALONE)
    assert ranks.begin(None) is ALONE


def test_a_ring_costs_what_its_messages_take():
    network = Machine(1e-3, 1e6)
    assert ring(1000, 1, network) == 0
    assert ring(1000, 2, network) == pytest.approx(2 * (1e-3 + 500 / 1e6))
    for machines in (2, 3, 10):
        drawn = simulate([0.5], 1000, machines, network, rounds=2)
        assert drawn == pytest.approx(formula(0.5, 1000, machines, network))
    late = simulate([0.1, 0.9], 1000, 64, network, rounds=20)  # all wait for the slowest
    assert late == pytest.approx(formula(0.9, 1000, 64, network))
    table = [(size, ring(size, 2, network)) for size in (10, 1000, 100_000)]
    np.testing.assert_allclose(Machine.fitted(table), network)
    slower = Machine(1e-3, 1e6, 1000, 1e5)  # beyond its cache
    sizes = (10, 100, 1000, 10_000, 100_000)
    fitted = Machine.fitted([(size, ring(size, 2, slower)) for size in sizes])
    np.testing.assert_allclose(fitted, slower)
    assert ring(3000, 2, slower) == pytest.approx(2 * (1e-3 + 500 / 1e6 + 1000 / 1e5))


def command(count, model, *more):
    own = [sys.executable, "-m", "attention.text", "train", "--model", str(model)]
    sizes = {"block": 16, "batch": 12, "layers": 1, "heads": 2, "width": 16, "workers": 6}
    own += [f"--{name}={size}" for name, size in sizes.items()]
    return [*launcher(count), *own, *more]


def train(count, model, *more):
    done = subprocess.run(
        command(count, model, *more), cwd=ROOT, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    parameters = read_checkpoint(model)["parameters"]
    return done.stdout, np.concatenate([one.ravel() for one in parameters.values()])


@pytest.mark.slow
def test_ranks_train_as_one_process(tmp_path):
    needs_mpi()
    _, one = train(1, tmp_path / "1.npz", "--steps", "20")
    for count in (2, 3):
        said, exact = train(count, tmp_path / f"{count}.npz", "--steps", "20", "--exact")
        assert said.count("saved to") == 1
        np.testing.assert_array_equal(exact, one)
        _, near = train(count, tmp_path / f"{count}-near.npz", "--steps", "20")
        np.testing.assert_allclose(near, one, atol=1e-4)
    _, half = train(2, tmp_path / "r.npz", "--steps", "20", "--exact")
    _, again = train(3, tmp_path / "r.npz", "--steps", "30", "--exact", "--resume")
    _, whole = train(1, tmp_path / "1.npz", "--steps", "30", "--resume")
    np.testing.assert_array_equal(half, one)
    np.testing.assert_array_equal(again, whole)


@pytest.mark.slow
def test_a_fault_that_nobody_caught_ends_all_ranks(tmp_path):
    needs_mpi()
    script = tmp_path / "fault.py"
    script.write_text(
        "from attention.parallel.ranks import world\n"
        "if world().rank: raise RuntimeError('not thought of')\n"
        "world().gather([1])\n"
    )
    done = subprocess.run(
        [*launcher(2), sys.executable, str(script)], env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert done.returncode != 0
    assert "RuntimeError: not thought of" in done.stderr


@pytest.mark.slow
def test_a_killed_rank_ends_the_run_and_leaves_its_checkpoint(tmp_path):
    needs_mpi()
    model = tmp_path / "m.npz"
    train(2, model, "--steps", "5")
    run = subprocess.Popen(
        command(2, model, "--steps", "1000000", "--resume"), cwd=ROOT,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(8)
    os.kill(max(ranks_of(run)), signal.SIGKILL)
    run.communicate(timeout=20)
    assert run.returncode != 0
    assert read_checkpoint(model)["parameters"]
