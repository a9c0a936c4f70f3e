"""Where parameters live: what moves them is seen, copies train, and none is overlooked."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import attention as A

BOTH_WAYS = pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))], ids=["deepcopy", "pickle"]
)


def _step(layer: A.Layer, optimizer: Any, workers: Any = None) -> None:
    optimizer.zero_grad()
    for p in layer.parameters():
        p.accumulate(np.cos(np.arange(p.data.size, dtype=p.data.dtype)).reshape(p.shape))
    A.clip_grad_norm(optimizer.buffer, 1.0)
    optimizer.step(workers)


MOVES: dict[str, Callable[[A.Layer], Any]] = {
    "a second optimiser": lambda layer: A.SGD(layer.parameters()),
    "one of a part": lambda layer: A.SGD(layer.parameters()[:1]),
    "astype": lambda layer: layer.astype(np.float64),
}


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_an_optimiser_whose_parameters_were_taken_says_so(move: Callable[[A.Layer], Any]) -> None:
    layer = A.Linear(3, 2, rng=0)
    optimizer = A.Adam(layer.parameters())
    taker = move(layer)
    for use in (optimizer.step, optimizer.zero_grad):
        with pytest.raises(RuntimeError, match="make one optimizer, after astype"):
            use()
    assert optimizer.steps == 0
    if isinstance(taker, A.SGD):
        before = layer.state_dict()["weight"]
        _step(layer, taker)
        assert not np.array_equal(layer.weight.data, before)


def test_astype_to_the_same_dtype_moves_nothing() -> None:
    layer = A.Linear(3, 2, rng=0)
    optimizer = A.Adam(layer.parameters())
    where = layer.weight.data
    layer.astype("float32")
    assert layer.weight.data is where
    _step(layer, optimizer)
    assert np.shares_memory(where, optimizer.buffer.data)


@BOTH_WAYS
@pytest.mark.parametrize("optimizer_first", [False, True])
def test_a_copy_of_layer_and_optimiser_trains_as_they_do(
    copied: Callable[[Any], Any], optimizer_first: bool
) -> None:
    layer: A.Layer = A.EncoderBlock(8, 2, rng=0)
    optimizer: Any = A.Adam(layer.parameters(), weight_decay=0.1)
    _step(layer, optimizer)
    if optimizer_first:
        other_optimizer, other = copied((optimizer, layer))
    else:
        other, other_optimizer = copied((layer, optimizer))
    at_start = layer.state_dict()
    _step(other, other_optimizer)
    for name, array in layer.state_dict().items():
        np.testing.assert_array_equal(array, at_start[name])
    _step(layer, optimizer)
    for name, array in layer.state_dict().items():
        np.testing.assert_array_equal(array, other.state_dict()[name])


@BOTH_WAYS
def test_workers_see_the_moments_of_a_copied_optimiser(copied: Callable[[Any], Any]) -> None:
    layer: A.Layer = A.Linear(400, 400, rng=0)  # long enough to be shared out
    optimizer: Any = A.Adam(layer.parameters())
    other, other_optimizer = copied((layer, optimizer))
    with A.Workers(2) as workers:
        for _ in range(2):
            _step(other, other_optimizer, workers)
    for _ in range(2):
        _step(layer, optimizer)
    for name, moment in optimizer.moments.items():
        np.testing.assert_array_equal(other_optimizer.moments[name], moment)
    np.testing.assert_array_equal(other_optimizer.buffer.data, optimizer.buffer.data)


class Holder(A.Layer):
    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes)


def test_lists_and_dicts_of_parameters_and_layers_are_found() -> None:
    p = [A.Parameter(np.full(2, i, np.float32)) for i in range(5)]
    layer = Holder(
        several=[p[0], (p[1], None)],
        named={"a": p[2], "inner": {"list": [p[3]]}, "norm": A.RMSNorm(3)},
        again=p[0],
        options={"window": 3, 4: "four"},
    )
    assert list(layer.named_parameters()) == [
        "several.0", "several.1.0", "named.a", "named.inner.list.0", "named.norm.gain",
    ]  # fmt: skip
    other = copy.deepcopy(layer)
    layer.several[0].data[...] = 7
    other.load_state_dict(layer.state_dict())
    np.testing.assert_array_equal(other.again.data, [7, 7])


def test_parameters_without_a_name_of_their_own_are_refused() -> None:
    one, two = (A.Parameter(np.zeros(2)) for _ in range(2))
    with pytest.raises(TypeError, match="chosen is a set, whose parts have no order"):
        Holder(chosen={one}).parameters()
    with pytest.raises(ValueError, match=r"two parameters of Holder are called by_key\.1"):
        Holder(by_key={1: one, "1": two}).parameters()
    assert Holder(words={"a", "b"}, by_key={1: one}).parameters() == [one]
