"""The checker is itself checked: backwards that are wrong in one place each must all be caught."""

from typing import Any

import numpy as np
import pytest

import attention as A
from tests.attention.wrong_backwards import WRONG, Wrong, X


def test_there_are_enough_of_them() -> None:
    assert len(WRONG) >= 25
    assert len({name for name, *_ in WRONG}) == len(WRONG)


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case[0])
@pytest.mark.parametrize("method", ["central", "complex"])
def test_a_wrong_backward_is_caught(case: Wrong, method: Any) -> None:
    _, forward, backward, inputs, options = case
    with pytest.raises(A.GradientError):
        A.check_gradients((forward, backward), inputs, options=options, method=method)


def test_all_ones_upstream_would_miss_what_ours_catches() -> None:
    """Why dout is random: under ones, softmax's gradient is zero, and so is a wrong one's."""
    y, saved = A.softmax_forward(X)
    ones = np.ones_like(y)
    np.testing.assert_allclose(A.softmax_backward(ones, saved), 0, atol=1e-15)


def test_a_layer_with_a_wrong_parameter_gradient_is_caught_by_name() -> None:
    class Forgetful(A.Linear):
        def backward(self, dout: np.ndarray, saved: Any) -> np.ndarray:
            dx = super().backward(dout, saved)
            self.bias.grad[...] = 0
            return dx

    with pytest.raises(A.GradientError, match="gradient of bias"):
        A.check_gradients(Forgetful(5, 2, rng=0, dtype=np.float64), (X,))


def test_a_pass_that_changes_its_input_is_caught() -> None:
    def forward(x: np.ndarray) -> tuple[np.ndarray, None]:
        x *= 2
        return x, None

    with pytest.raises(A.GradientError, match="changed in place"):
        A.check_gradients((forward, lambda dout, saved: 2 * dout), (X,))


def test_float32_is_refused_with_the_way_out() -> None:
    with pytest.raises(TypeError, match=r"float64.*astype"):
        A.check_gradients((A.softmax_forward, A.softmax_backward), (X.astype(np.float32),))


def test_checking_leaves_the_layer_as_it_was() -> None:
    layer = A.Linear(5, 2, rng=0, dtype=np.float64)
    layer.weight.grad[...] = 3
    before = layer.state_dict()
    A.check_gradients(layer, (X,))
    assert (layer.weight.grad == 3).all()
    for name, array in layer.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize("at", [0.0, 5e-5, -1.5e-4])
def test_a_kink_is_told_from_a_mistake(at: float) -> None:
    x = np.array([1.0, at, -2.0])
    with pytest.raises(A.GradientError, match=r"kink at x\[1\], or within a step"):
        A.check_gradients((A.relu_forward, A.relu_backward), (x,))
    with pytest.raises(A.GradientError, match=r"gradient of x\[1\] is .* by backward"):
        A.check_gradients((A.relu_forward, lambda dout, saved: dout * [1, 9, 0]), (x,))
