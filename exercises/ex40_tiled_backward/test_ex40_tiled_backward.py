"""Checks of ex40: values for every kind of tile, a numerical derivative, memory, dtype, inputs."""

import numpy as np
from grader import normal

ROUNDED = {"rtol_": 1e-6, "atol_": 1e-6}  # a score of 10,000 is known to 1e-12, and so is exp of it


def attend(q, k, v):
    """The output and the log-sum-exp of the scaled scores, with the whole array."""
    scores = q @ np.swapaxes(k, -1, -2) / np.asarray(q.shape[-1], q.dtype) ** 0.5
    top = scores.max(axis=-1, keepdims=True)
    e = np.exp(scores - top)
    total = e.sum(axis=-1, keepdims=True)
    return (e / total) @ v, (top + np.log(total))[..., 0]


def after(rng, q, k, v):
    """dout, q, k, v, out, log_sum_exp: what a backward pass is handed."""
    out, log_sum_exp = attend(q, k, v)
    return normal(rng, *out.shape, dtype=out.dtype), q, k, v, out, log_sum_exp


def qkv(rng, *leading, n=6, m=9, d=5, dv=7, dtype=np.float64):
    return (
        normal(rng, *leading, n, d, dtype=dtype),
        normal(rng, *leading, m, d, dtype=dtype),
        normal(rng, *leading, m, dv, dtype=dtype),
    )


def inputs(rng, *leading, **sizes):
    return after(rng, *qkv(rng, *leading, **sizes))


def test_tiles_that_divide_the_lengths(check, rng):
    check("tiled_backward", *inputs(rng, n=6, m=9), 3)
    check("tiled_backward", *inputs(rng, n=12, m=8), 4)


def test_tiles_that_do_not_divide(check, rng):
    check("tiled_backward", *inputs(rng, n=7, m=11), 4)
    check("tiled_backward", *inputs(rng, n=10, m=7, d=3), 3)


def test_tiles_of_one(check, rng):
    check("tiled_backward", *inputs(rng, n=4, m=6), 1)


def test_a_tile_may_hold_everything(check, rng):
    check("tiled_backward", *inputs(rng), 3)
    check("tiled_backward", *inputs(rng, n=5, m=8), 8)
    check("tiled_backward", *inputs(rng, n=5, m=7, d=6), 50)


def test_more_queries_than_keys(check, rng):
    check("tiled_backward", *inputs(rng, n=13, m=5, d=3), 4)


def test_batch_and_heads(check, rng):
    check("tiled_backward", *inputs(rng, 3, n=5, m=8, d=6), 2)
    check("tiled_backward", *inputs(rng, 2, 3, n=7, m=10), 4)


def test_one_query_and_one_key(check, rng):
    check("tiled_backward", *inputs(rng), 4)
    check("tiled_backward", *inputs(rng, n=1, m=6), 4)
    check("tiled_backward", *inputs(rng, 2, n=3, m=1, dv=4), 2)


def test_gradients_agree_with_central_differences(check, rng):
    dout, q, k, v, out, log_sum_exp = inputs(rng, 2, n=4, m=5, d=3, dv=6)
    check("tiled_backward", *inputs(rng), 4)
    check.gradient(
        "tiled_backward",
        (dout, q, k, v, out, log_sum_exp, 2),
        forward=lambda q, k, v: attend(q, k, v)[0],
        wrt=(q, k, v),
    )


def test_gradients_of_large_and_small_upstream(check, rng):
    dout, *rest = inputs(rng, 2, n=5, m=8)
    check("tiled_backward", 300 * dout, *rest, 3)
    check("tiled_backward", dout / 50, *rest, 3)


def test_scores_of_ten_thousand(check, rng):
    q, k, v = qkv(rng, n=5, m=10)
    check("tiled_backward", *after(rng, q, k, v), 3)
    check("tiled_backward", *after(rng, 90 * q, 90 * k, v), 3, **ROUNDED)
    q, k, v = qkv(rng, 2, n=5, m=10)
    k[..., 7, :] = k[..., 2, :]  # two keys share each score, and where it is largest the weight
    check("tiled_backward", *after(rng, 90 * q, 90 * k, v), 3, **ROUNDED)


def test_all_scores_far_below_zero(check, rng):
    q, k, v = qkv(rng, n=5, m=10)
    check("tiled_backward", *after(rng, q, k, v), 3)
    q[:, 0], k[:, 0] = 100.0, -250.0  # scores near -11,000
    check("tiled_backward", *after(rng, q, k, v), 3, **ROUNDED)


def test_memory_grows_with_the_length_not_its_square(check, rng):
    dout, q, k, v, out, log_sum_exp = inputs(rng, n=30, m=20, d=2, dv=3)
    check("tiled_backward", dout, q, k, v, out, log_sum_exp, 4)
    says = "No n × n array, and not all of its tiles at once: use each tile and forget it."
    large = inputs(rng, n=368, m=368, d=2, dv=3)
    half = inputs(rng, n=184, m=184, d=2, dv=3)  # large enough for NumPy to reuse what it can
    check.growth("tiled_backward", (*half, 4), (*large, 4), at_most=3.0, says_=says)


def test_float32_stays_float32(check, rng):
    check.dtype("tiled_backward", *inputs(rng, 2, n=7, m=11, dtype=np.float32), 4)


def test_inputs_are_unchanged(check, rng):
    check.unchanged("tiled_backward", *inputs(rng, 2, n=7, m=11), 4)
