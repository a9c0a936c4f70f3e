"""One token at a time: what inference computes is what forward would have."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import attention as A
from attention.fast import decode

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@DTYPES
@given(seed=st.integers(0, 99), loudness=st.sampled_from([1e-3, 1.0, 1e3]))
def test_layer_norm_and_gelu_agree_with_the_plain_pairs(dtype, seed, loudness) -> None:
    rng = np.random.default_rng(seed)
    x = (loudness * rng.normal(size=(2, 1, 9))).astype(dtype)
    gain, bias = rng.normal(size=(2, 9)).astype(dtype)
    digits = 3e-6 if dtype == np.float32 else 1e-12
    with np.errstate(all="raise"):
        normed = decode.layer_norm(x, gain, bias, 1e-5)
        bent = decode.gelu(x.copy())
    want, _ = A.layer_norm_forward(x, gain, bias, 1e-5)
    np.testing.assert_allclose(normed, want, rtol=digits, atol=digits)
    np.testing.assert_allclose(bent, A.gelu_forward(x)[0], rtol=digits, atol=digits)
    assert normed.dtype == bent.dtype == dtype


@DTYPES
@pytest.mark.parametrize("norm", ["layer", "rms"])
@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize("activation", ["relu", "gelu", "gelu_tanh", "silu", "swiglu", "geglu"])
def test_a_block_read_token_by_token_is_the_block_read_at_once(
    activation, norm_first, norm, dtype
) -> None:
    options = {"activation": activation, "norm_first": norm_first, "norm": norm}
    block = A.EncoderBlock(8, 4, num_kv_heads=2, rotary="half", rng=0, dtype=dtype, **options)
    x = np.random.default_rng(1).normal(size=(2, 5, 8)).astype(dtype)
    kept = x.copy()
    want, _ = block.forward(x, is_causal=True)
    cache = block.self_attn.new_cache(2, 5)
    got = [block.infer(x[:, :2], cache)] + [block.infer(x[:, t : t + 1], cache) for t in (2, 3, 4)]
    digits = 1e-5 if dtype == np.float32 else 1e-12
    np.testing.assert_allclose(np.concatenate(got, 1), want, rtol=digits, atol=digits)
    np.testing.assert_array_equal(x, kept)
