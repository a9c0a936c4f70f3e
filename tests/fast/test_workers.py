"""Workers: shards on threads give the gradients of the whole, and the same bits each time."""

import platform
import threading

import numpy as np
import pytest

import attention as A
from attention.text import CausalLM
from attention.training.process import blas_threads

IDS = np.random.default_rng(0).integers(0, 11, (7, 9))


def _model() -> CausalLM:
    return CausalLM(11, 8, 2, 16, 2, dropout=0.2, rng=0, dtype=np.float64)


def _gradient(workers: int, dropout: bool = False) -> tuple[float, np.ndarray]:
    model = _model()
    buffer = A.ParameterBuffer(model.parameters())

    def task(shard: np.ndarray, seed: int) -> float:
        rng = seed if dropout else None
        loss, saved = model.loss_forward(shard[:, :-1], shard[:, 1:], rng=rng)
        model.loss_backward(1.0, saved)
        return float(loss)

    shards = np.array_split(IDS, workers)
    shares = [len(shard) / len(IDS) for shard in shards]
    with A.Workers(workers) as pool:
        tasks = [lambda x=x, i=i: task(x, i) for i, x in enumerate(shards)]
        loss = pool.add_gradients(buffer, tasks, shares)
    return loss, buffer.grad


@pytest.mark.parametrize("workers", [2, 3, 7])
def test_shards_add_up_to_the_whole(workers: int) -> None:
    want_loss, want = _gradient(1)
    loss, grad = _gradient(workers)
    assert loss == pytest.approx(want_loss, rel=1e-13)
    np.testing.assert_allclose(grad, want, atol=1e-14)


def test_the_same_number_of_workers_gives_the_same_bits() -> None:
    first = _gradient(3, dropout=True)
    for _ in range(3):
        again = _gradient(3, dropout=True)
        assert again[0] == first[0]
        assert again[1].tobytes() == first[1].tobytes()


def test_gradients_are_added_to_those_that_stand_there() -> None:
    p = A.Parameter(np.zeros(3))
    buffer = A.ParameterBuffer([p])
    p.grad[...] = 1

    def task() -> float:
        p.accumulate(np.array([2.0, 4.0, 6.0]))
        return 5.0

    with A.Workers(2) as pool:
        assert pool.add_gradients(buffer, [task, task]) == 5
    np.testing.assert_array_equal(p.grad, [3, 5, 7])


@pytest.mark.parametrize("kind", [A.Adam, A.SGD])
def test_an_optimiser_steps_to_the_same_bits_however_many_share_the_work(kind) -> None:
    results = []
    for count in (None, 1, 3):
        model = _model()
        optimizer = kind(model.parameters(), weight_decay=0.1)
        optimizer.buffer.grad[:] = np.random.default_rng(0).normal(size=optimizer.buffer.grad.size)
        with A.Workers(count or 1) as workers:
            for _ in range(2):
                optimizer.step(workers if count else None)
        results.append(optimizer.buffer.data.tobytes())
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("where", [0, 1])
def test_an_error_in_a_shard_is_raised_and_leaves_nothing_behind(where: int) -> None:
    p = A.Parameter(np.zeros(3))
    buffer = A.ParameterBuffer([p])

    def good() -> float:
        return 0.0

    def bad() -> float:
        raise RuntimeError("no")

    tasks = [good, good]
    tasks[where] = bad
    with A.Workers(2) as pool:
        with pytest.raises(RuntimeError, match="no"):
            pool.add_gradients(buffer, tasks)
        p.accumulate(np.ones(3))
    np.testing.assert_array_equal(p.grad, 1)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_resumed_run_with_workers_ends_with_the_same_bits(tmp_path, workers: int) -> None:
    def trainer() -> A.Trainer:
        model = _model()

        def compute(rows: np.ndarray, rng: np.random.Generator) -> float:
            loss, saved = model.loss_forward(IDS[rows, :-1], IDS[rows, 1:], rng=rng)
            model.loss_backward(1.0, saved)
            return float(loss)

        adam = A.Adam(model.parameters())
        return A.Trainer(model, adam, A.ShuffledBatches(7, 4), compute, workers=workers)

    whole, first, second = trainer(), trainer(), trainer()
    whole.run(6)
    first.run(3)
    first.save(tmp_path / "run.npz")
    second.resume(tmp_path / "run.npz")
    second.run(6)
    for name, array in whole.model.state_dict().items():
        assert second.model.state_dict()[name].tobytes() == array.tobytes()


def test_the_blas_keeps_to_one_thread_while_workers_run_and_is_given_back() -> None:
    before = blas_threads()
    with A.Workers(2):
        assert set(blas_threads()) <= {1}
        with A.Workers(2):
            assert set(blas_threads()) <= {1}
        assert set(blas_threads()) <= {1}
    assert blas_threads() == before


def test_one_worker_leaves_the_blas_alone_and_starts_no_thread() -> None:
    before = blas_threads(), threading.active_count()
    with A.Workers(1) as pool:
        assert pool.run([threading.current_thread] * 2) == [threading.main_thread()] * 2
        assert (blas_threads(), threading.active_count()) == before


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told")
def test_memory_stays_while_training_runs() -> None:
    with A.Workers(1):
        with A.Workers(1):
            pass
        assert _faults_of_a_large_array() < 20


def _faults_of_a_large_array() -> int:
    """Pages fetched to fill 64 MB, when 64 MB were freed just before."""
    import resource  # not on Windows

    for _ in range(2):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        np.ones(1 << 23)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def test_no_workers_is_an_error() -> None:
    with pytest.raises(ValueError, match="workers must lie in"):
        A.Workers(0)
