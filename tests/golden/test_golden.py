"""The toolkit agrees with PyTorch in float64, by values kept in a file: no torch needed."""

from pathlib import Path

import numpy as np
import pytest

from . import comparison as C

with np.load(Path(__file__).with_name("values.npz"), allow_pickle=False) as file:
    VALUES = dict(file)


@pytest.mark.parametrize("case", C.PAIRS)
def test_pairs(case: str) -> None:
    assert C.compare_pair(case, VALUES) < C.close(case)


@pytest.mark.parametrize("case", [case for case in C.PAIRS if case.startswith("attention")])
def test_tiled_attention(case: str) -> None:
    assert C.compare_pair(case, VALUES, tiled=True) < C.CLOSE


@pytest.mark.parametrize("case", [*C.MODULES, *C.LAYERS])
def test_layers_with_weights_taken_from_torch(case: str) -> None:
    assert C.compare_module(case, VALUES) < C.CLOSE


@pytest.mark.parametrize("case", C.OPTIMISERS)
def test_twenty_steps(case: str) -> None:
    # torch.optim.AdamW multiplies the rates in another order; 20 steps add up that rounding.
    assert C.compare_optimiser(case, VALUES) < C.CLOSE


@pytest.mark.parametrize("case", C.CLIPPING)
def test_clipping(case: str) -> None:
    # torch adds 1e-6 to the norm it divides by, which we do not: 1.5 / norm moves by that much.
    assert C.compare_clipping(case, VALUES) < 2e-6


def test_every_case_in_the_file_is_compared() -> None:
    cases = {name.partition("/")[0] for name in VALUES} - {"optimisers"}
    assert cases == {*C.PAIRS, *C.MODULES, *C.LAYERS, *C.OPTIMISERS, *C.CLIPPING}
