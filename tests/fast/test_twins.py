"""Every tuned pair gives what its plain twin gives, to rounding, and passes the gradient check."""

from typing import Any

import numpy as np
import pytest

import attention as A
from attention import fast

from ..attention.cases import Case, by_name, pair_cases

TWINS = {
    getattr(A, name): getattr(fast, name)
    for name in fast.__all__
    if name.endswith(("_forward", "_backward"))
}
CASES = [case for case in pair_cases() if case.target[0] in TWINS]
ROUNDING = {np.float32: {"rtol": 2e-5, "atol": 4e-6}, np.float64: {"rtol": 1e-12, "atol": 1e-13}}


@pytest.mark.parametrize("case", CASES, ids=by_name)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_twin_gives_what_the_plain_pair_gives(case: Case, dtype: Any) -> None:
    forward, backward = case.target
    inputs = [_cast(x, dtype) for x in case.inputs]
    options = {name: _cast(x, dtype) for name, x in case.options.items()}
    before = [np.copy(x) for x in inputs]
    want, plain_saved = forward(*inputs, **options)
    with np.errstate(all="raise"):
        got, saved = TWINS[forward](*inputs, **options)
        dout = np.random.default_rng(1).normal(size=want.shape).astype(dtype)
        gots = TWINS[backward](dout, saved)
    _equal([got], [want], dtype)
    _equal(gots, backward(dout, plain_saved), dtype)
    if hasattr(plain_saved, "weights"):
        _equal([saved.weights], [plain_saved.weights], dtype)
    for x, old in zip(inputs, before, strict=True):
        np.testing.assert_array_equal(x, old)


@pytest.mark.parametrize("case", CASES, ids=by_name)
@pytest.mark.parametrize("method", ["central", "complex"])
def test_a_twin_passes_the_gradient_check(case: Case, method: Any) -> None:
    twin = TWINS[case.target[0]], TWINS[case.target[1]]
    A.check_gradients(twin, case.inputs, options=case.options, method=method, samples=4)


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_a_twin_refuses_what_the_plain_pair_refuses(case: Case) -> None:
    for backward in (case.target[1], TWINS[case.target[1]]):
        forward = case.target[0] if backward is case.target[1] else TWINS[case.target[0]]
        out, saved = forward(*case.inputs, **case.options)
        with pytest.raises(ValueError, match="dout must have shape"):
            backward(np.ones((*out.shape, 2)), saved)
        with pytest.raises(TypeError, match="float32 or float64"):
            forward(case.inputs[0].astype(int), *case.inputs[1:], **case.options)


def _cast(x: Any, dtype: Any) -> Any:
    return x.astype(dtype) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x


def _equal(gots: Any, wants: Any, dtype: Any) -> None:
    gots, wants = (x if isinstance(x, tuple | list) else (x,) for x in (gots, wants))
    for got, want in zip(gots, wants, strict=True):
        if want is None:  # of a bias that was not given
            assert got is None
            continue
        assert got.dtype == want.dtype == dtype
        np.testing.assert_allclose(got, want, **ROUNDING[dtype])
