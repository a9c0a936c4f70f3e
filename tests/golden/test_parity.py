"""With torch installed (the [parity] extra): the golden comparison, live and on other seeds."""

import pytest

from . import comparison as C

pytest.importorskip("torch", reason="torch is not installed; pip install -e '.[parity]'")

from .oracle import all_values


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_live_values_agree(seed: int) -> None:
    values = all_values(seed)
    made = {name.partition("/")[0] for name in values}  # without transformers, no scaled rotary
    for case in made & set(C.PAIRS):
        assert C.compare_pair(case, values) < C.close(case), case
    assert max(C.compare_module(case, values) for case in (*C.MODULES, *C.LAYERS)) < 1e-11
    assert max(C.compare_optimiser(case, values) for case in C.OPTIMISERS) < 1e-12
    assert max(C.compare_clipping(case, values) for case in C.CLIPPING) < 2e-6
