"""Workers: shards on copies or on threads give the gradients of the whole, and the same bits."""

import numpy as np
import pytest

import attention as A
from attention.parallel import copies
from attention.text import CausalLM

IDS = np.random.default_rng(0).integers(0, 11, (7, 9))
forks = pytest.mark.skipif(not copies.can_be_made(), reason="workers are threads here")


@pytest.fixture(params=["copies", "threads"])
def kind(request, monkeypatch) -> str:
    """Both kinds of workers, wherever there are both."""
    if request.param == "threads":
        monkeypatch.setattr(copies, "can_be_made", lambda: False)
    elif not copies.can_be_made():
        pytest.skip("workers are threads here")
    return request.param


def _model() -> CausalLM:
    return CausalLM(11, 8, 2, 16, 2, dropout=0.2, rng=0, dtype=np.float64)


def _gradient(workers: int, dropout: bool = False) -> tuple[float, np.ndarray]:
    model = _model()
    buffer = A.ParameterBuffer(model.parameters())

    def compute(shard: np.ndarray, seed: int) -> float:
        rng = seed if dropout else None
        loss, saved = model.loss_forward(shard[:, :-1], shard[:, 1:], rng=rng)
        model.loss_backward(1.0, saved)
        return float(loss)

    shards = [(x, i) for i, x in enumerate(np.array_split(IDS, workers))]
    shares = [len(x) / len(IDS) for x, _ in shards]
    with A.Workers(workers) as pool:
        loss = pool.add_gradients(buffer, compute, shards, shares)
    return loss, buffer.grad


@pytest.mark.parametrize("workers", [2, 3, 7])
def test_shards_add_up_to_the_whole(workers: int, kind: str) -> None:
    want_loss, want = _gradient(1)
    loss, grad = _gradient(workers)
    assert loss == pytest.approx(want_loss, rel=1e-13)
    np.testing.assert_allclose(grad, want, atol=1e-14)


def test_the_same_number_of_workers_gives_the_same_bits(kind: str) -> None:
    first = _gradient(3, dropout=True)
    for _ in range(3):
        again = _gradient(3, dropout=True)
        assert again[0] == first[0]
        assert again[1].tobytes() == first[1].tobytes()


@forks
def test_copies_and_threads_give_the_same_bits(monkeypatch) -> None:
    copied = _gradient(3, dropout=True)
    monkeypatch.setattr(copies, "can_be_made", lambda: False)
    threaded = _gradient(3, dropout=True)
    assert copied[0] == threaded[0]
    assert copied[1].tobytes() == threaded[1].tobytes()


@pytest.mark.parametrize("shards", [1, 2, 5])
def test_gradients_are_added_to_those_that_stand_there(kind: str, shards: int) -> None:
    p = A.Parameter(np.zeros(3))
    buffer = A.ParameterBuffer([p])
    p.grad[...] = 1

    def compute() -> float:
        p.accumulate(np.array([2.0, 4.0, 6.0]))
        return 5.0

    with A.Workers(2) as pool:
        assert pool.add_gradients(buffer, compute, [()] * shards) == pytest.approx(5)
    np.testing.assert_allclose(p.grad, [3, 5, 7])


def test_a_long_vector_is_added_up_in_parts(kind: str, monkeypatch) -> None:
    monkeypatch.setattr("attention.parallel.workers.LONG", 10)
    monkeypatch.setattr("attention.parallel.workers.BLOCK", 4)
    test_gradients = np.arange(31.0)
    p = A.Parameter(np.zeros(31))
    buffer = A.ParameterBuffer([p])

    def compute(factor: float) -> float:
        p.accumulate(factor * test_gradients)
        return factor

    with A.Workers(3) as pool:
        loss = pool.add_gradients(buffer, compute, [(1.0,), (2.0,), (4.0,)], [0.5, 0.25, 1.0])
    assert loss == 5
    np.testing.assert_array_equal(p.grad, 5 * test_gradients)


@pytest.mark.parametrize("optimiser", [A.Adam, A.SGD])
def test_an_optimiser_steps_to_the_same_bits_however_many_share_the_work(
    optimiser, kind: str, monkeypatch
) -> None:
    monkeypatch.setattr("attention.parallel.workers.LONG", 100)
    results = []
    for count in (None, 1, 3):
        model = _model()
        one = optimiser(model.parameters(), weight_decay=0.1)
        one.buffer.grad[:] = np.random.default_rng(0).normal(size=one.buffer.grad.size)
        with A.Workers(count or 1) as workers:
            for step in range(3):
                one.lr = 0.01 * (step + 1)  # workers must hear of it
                one.step(workers if count else None)
        results.append((one.buffer.data.tobytes(), one.moments.popitem()[1].tobytes()))
    assert results[0] == results[1] == results[2]


def _fail(p: A.Parameter, where: int, failing: int) -> float:
    p.accumulate(np.ones(3))
    if where == failing:
        raise FloatingPointError("no")
    return 0.0


@pytest.mark.parametrize("failing", [0, 1])
def test_an_error_in_a_shard_is_raised_and_leaves_nothing_behind(failing: int, kind: str) -> None:
    p = A.Parameter(np.zeros(3))
    buffer = A.ParameterBuffer([p])

    def compute(where: int, failing: int) -> float:
        return _fail(p, where, failing)

    with A.Workers(2) as pool:
        with pytest.raises(FloatingPointError, match="no"):
            pool.add_gradients(buffer, compute, [(0, failing), (1, failing)])
        pool.add_gradients(buffer, compute, [(0, 9), (1, 9)])
    np.testing.assert_array_equal(p.grad, 1)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_resumed_run_with_workers_ends_with_the_same_bits(tmp_path, workers, kind) -> None:
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


def test_no_workers_is_an_error() -> None:
    with pytest.raises(ValueError, match="workers must be 1 or more"):
        A.Workers(0)


def test_several_workers_outside_their_context_are_refused_before_any_work(kind: str) -> None:
    pool, done = A.Workers(2), []
    with pytest.raises(RuntimeError, match=r"with Workers\(2\) as workers"):
        pool.map(done.append, [(1,), (2,)])
    with pool:
        assert pool.map(abs, [(-1,), (-2,)]) == [1, 2]
    with pytest.raises(RuntimeError, match="must be entered"):
        pool.map(done.append, [(1,), (2,)])
    assert done == []
    assert pool.map(abs, [(-1,)]) == [1]


@forks
def test_global_random_numbers_differ_between_workers_and_follow_from_the_seed() -> None:
    def draw() -> float:
        return np.random.random()  # noqa: NPY002

    runs = []
    for _ in range(2):
        np.random.seed(5)  # noqa: NPY002
        with A.Workers(3) as pool:
            runs.append(pool.map(draw, [()] * 3))
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 3


def test_a_first_gradient_replaces_what_an_earlier_step_left() -> None:
    """Whole, in part, written at once, or none: the shard holds this step's gradients alone."""
    names = ("whole", "part", "claimed", "twice", "none")
    p = {name: A.Parameter(np.zeros((2, 3))) for name in names}
    buffer = A.ParameterBuffer(p.values())
    (shard,) = buffer.shard_gradients(1)
    for step in (1.0, 10.0):
        with shard:
            p["whole"].accumulate(np.full((2, 3), step))
            p["part"].accumulate(np.full(2, step), np.s_[:, 1])
            claimed = p["claimed"].claim_gradient()
            assert claimed is not None
            claimed[...] = step
            assert p["claimed"].claim_gradient() is None
            p["twice"].accumulate(np.full((2, 3), step))
            p["twice"].accumulate(np.full(3, step), 0)
            if step == 1:
                p["none"].accumulate(np.ones((2, 3)))
    want = {"whole": [[10] * 3] * 2, "part": [[0, 10, 0]] * 2, "claimed": [[10] * 3] * 2}
    want |= {"twice": [[20] * 3, [10] * 3], "none": [[0] * 3] * 2}
    got = np.concatenate([np.ravel(want[name]) for name in names])
    np.testing.assert_array_equal(shard.grad, got)
    assert p["whole"].claim_gradient() is None  # outside, gradients add up
    np.testing.assert_array_equal(buffer.grad, 0)
