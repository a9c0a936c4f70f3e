"""Checks of ex26: values for every kind of tile, then moving maxima, memory, dtype, inputs."""

import numpy as np
from grader import normal

SECONDS = 60.0  # of one call: 34,000 small tiles are asked for, on a slow machine too


def inputs(rng, *leading, n=6, m=9, d=4, dv=5, dtype=np.float64):
    return (
        normal(rng, *leading, n, d, dtype=dtype),
        normal(rng, *leading, m, d, dtype=dtype),
        normal(rng, *leading, m, dv, dtype=dtype),
    )


def test_tiles_that_divide_the_lengths(check, rng):
    check("tiled_attention", *inputs(rng, n=6, m=9), 3)
    check("tiled_attention", *inputs(rng, n=12, m=8), 4)


def test_tiles_that_do_not_divide(check, rng):
    check("tiled_attention", *inputs(rng, n=7, m=11), 4)
    check("tiled_attention", *inputs(rng, n=10, m=7, d=3), 3)


def test_tiles_of_one(check, rng):
    check("tiled_attention", *inputs(rng, n=4, m=6), 1)


def test_one_tile_holds_everything(check, rng):
    check("tiled_attention", *inputs(rng), 3, says_="Tiles of 3 first, then one of everything.")
    check("tiled_attention", *inputs(rng, n=5, m=8), 8)
    check("tiled_attention", *inputs(rng, n=5, m=7), 50)


def test_more_queries_than_keys(check, rng):
    check("tiled_attention", *inputs(rng, n=13, m=5), 4)


def test_batch_and_heads(check, rng):
    check("tiled_attention", *inputs(rng, 2, 3, n=7, m=10), 4)


def test_one_key(check, rng):
    check("tiled_attention", *inputs(rng), 4, says_="Several keys first, then one.")
    check("tiled_attention", *inputs(rng, n=3, m=1, d=2), 2)


def ordered(rng, sign):
    """Scores that rise (or fall) from tile to tile, by about twice the width of a row."""
    q, k, v = inputs(rng, n=5, m=10)
    q[:, 0], k[:, 0] = 1.0, sign * np.linspace(0, 12, 10)
    return q, k, v


def test_the_maximum_rises_from_tile_to_tile(check, rng):
    check("tiled_attention", *ordered(rng, 1), 3)


def test_the_maximum_falls_from_tile_to_tile(check, rng):
    check("tiled_attention", *ordered(rng, -1), 3)


def test_scores_of_ten_thousand(check, rng):
    q, k, v = inputs(rng, n=5, m=10)
    check("tiled_attention", q, k, v, 3)
    check("tiled_attention", 150 * q, 150 * k, v, 3)


def test_all_scores_far_below_zero(check, rng):
    q, k, v = inputs(rng, n=5, m=10)
    check("tiled_attention", q, k, v, 3)
    q[:, 0], k[:, 0] = 100.0, -250.0  # scores near -12,500
    check("tiled_attention", q, k, v, 3)


def test_memory_grows_with_the_length_not_its_square(check, rng):
    q, k, v = inputs(rng, n=368, m=368, d=2, dv=3)
    says = "No n × n array, and not all of its tiles at once: use each tile and forget it."
    check("tiled_attention", q[:20], k[:30], v[:30], 4)
    half = q[:184], k[:184], v[:184], 2  # large enough for NumPy to reuse what it can
    check.growth("tiled_attention", half, (q, k, v, 2), at_most=3.0, says_=says)


def test_float32_stays_float32(check, rng):
    check.dtype("tiled_attention", *inputs(rng, 2, n=7, m=11, d=7, dtype=np.float32), 4)


def test_inputs_are_unchanged(check, rng):
    check.unchanged("tiled_attention", *inputs(rng, n=7, m=11), 4)
