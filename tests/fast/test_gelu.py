"""Tuned GELU in float32: right to rounding everywhere, quiet at the ends of the range."""

import numpy as np
import pytest
from scipy.special import ndtr

from attention import fast
from attention.fast.gelu import BLOCK, POLYNOMIAL

from .fit_gelu import fit


@pytest.mark.slow
def test_the_polynomial_is_the_one_that_the_fit_finds() -> None:
    coefficients, largest = fit()
    np.testing.assert_allclose(POLYNOMIAL, coefficients, rtol=1e-4)
    assert largest < 7e-8


def test_every_size_of_x_is_right_to_rounding() -> None:
    """Half a unit in the last place of x is 3e-8 |x|; that of Φ, near 1, the same again."""
    near = np.linspace(-14, 14, 3 * BLOCK + 5)
    far = np.geomspace(1e-38, 3e38, 1000)
    x = np.concatenate([near, far, -far]).astype(np.float32)
    with np.errstate(all="raise"):
        out, saved = fast.gelu_forward(x)
    exact = x.astype(np.float64)
    density = np.exp(-(np.clip(exact, -40, 40) ** 2) / 2) / np.sqrt(2 * np.pi)
    np.testing.assert_allclose(out, exact * ndtr(exact), rtol=3e-7, atol=5e-7)
    np.testing.assert_allclose(saved.slope, ndtr(exact) + exact * density, atol=4e-7)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("approximate", ["none", "tanh"])
def test_written_over_its_argument_it_is_the_same(dtype, approximate) -> None:
    x, dout = np.random.default_rng(0).normal(size=(2, 3, BLOCK)).astype(dtype)
    out, saved = fast.gelu_forward(x, approximate)
    dx = fast.gelu_backward(dout, saved)
    own_out, own_saved = fast.gelu_forward(x, approximate, into=x)
    own_dx = fast.gelu_backward(dout, own_saved, into=dout)
    assert own_out.tobytes() == out.tobytes()
    assert own_dx is dout
    assert own_dx.tobytes() == dx.tobytes()
    assert (own_out is x) == (dtype == np.float32 and approximate == "none")
