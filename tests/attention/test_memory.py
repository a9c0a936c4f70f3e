"""Tiled attention's memory grows with the length, not its square: measured in fresh processes."""

import pytest

from ..benchmarks.tiled import measure


@pytest.mark.slow
def test_four_thousand_tokens_take_little_more_than_one_thousand() -> None:
    _, small = measure("tiled", 1024)
    _, large = measure("tiled", 4096)
    assert large - small < 4096 * 4096 * 4 / (1 << 20) / 2  # half of one array of weights


@pytest.mark.slow
def test_sixteen_thousand_tokens_stay_inside_300_MB() -> None:
    _, megabytes = measure("tiled", 16384)
    assert megabytes < 300
