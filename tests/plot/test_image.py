"""More tokens than pixels: nothing is lost, and the picture says what a pixel stands for."""

import numpy as np
import pytest

from attention.plot import plot_attention
from attention.plot.image import block_maximum
from tests.plot.helpers import pixels_of, previous_token_head, random_weights


@pytest.mark.parametrize("dpi", [30, 100, 170])
def test_previous_token_head_of_2048_is_a_whole_line(dpi, figure):
    figure.set_dpi(dpi)
    ax = figure.gca()
    plot_attention(previous_token_head(2048), ax=ax, colorbar=False)
    page = pixels_of(ax)
    height, width = page.shape[:2]
    dark = page.mean(axis=-1) < 0.5
    rows = np.arange(height)
    on_line = [
        dark[r, max(0, r * width // height - 3) : r * width // height + 4].any() for r in rows
    ]
    assert all(on_line)
    assert dark.mean() < 0.05


def test_an_ordinary_image_would_lose_it(figure):
    ax = figure.gca()  # the trap is real: otherwise the test above proves nothing
    ax.imshow(previous_token_head(2048), cmap="gray_r", interpolation="nearest")
    page = pixels_of(ax)
    dark = page.mean(axis=-1) < 0.5
    assert dark.any(axis=1).mean() < 0.5


def test_the_colour_bar_says_so(figure):
    image = plot_attention(previous_token_head(2048), ax=figure.gca())
    figure.canvas.draw()
    rows, columns = image.block
    assert rows > 1
    label = image.colorbar.ax.get_ylabel()
    assert label == f"attention weight\nlargest of {rows} × {columns} cells a pixel"


def test_without_a_bar_the_axis_says_so(figure):
    image = plot_attention(previous_token_head(2048), ax=figure.gca(), colorbar=False)
    figure.canvas.draw()
    assert "cells a pixel" in image.axes.get_xlabel()


def test_few_cells_say_nothing(figure):
    image = plot_attention(random_weights(12, 12), ax=figure.gca())
    figure.canvas.draw()
    assert image.block == (1, 1)
    assert image.colorbar.ax.get_ylabel() == "attention weight"


def test_zooming_in_brings_single_cells_back(figure):
    image = plot_attention(previous_token_head(2048), ax=figure.gca())
    figure.canvas.draw()
    image.axes.set(xlim=(100, 140), ylim=(140, 100))
    figure.canvas.draw()
    assert image.block == (1, 1)
    assert image.colorbar.ax.get_ylabel() == "attention weight"


@pytest.mark.slow
def test_more_dots_show_more(figure, tmp_path):
    image = plot_attention(previous_token_head(2048), ax=figure.gca())
    figure.savefig(tmp_path / "fine.png", dpi=300)
    fine = image.block
    figure.savefig(tmp_path / "coarse.png", dpi=50)
    assert image.block > fine


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_vector_formats_keep_the_line(kind, figure, tmp_path):
    plot_attention(previous_token_head(2048), ax=figure.gca())
    figure.savefig(tmp_path / f"a.{kind}")
    assert (tmp_path / f"a.{kind}").stat().st_size > 5000


def test_block_maximum_is_the_maximum_of_blocks():
    weights = random_weights(10, 12)
    small = block_maximum(weights, 5, 4)
    expected = weights.reshape(5, 2, 4, 3).max(axis=(1, 3))
    np.testing.assert_array_equal(small, expected)


@pytest.mark.parametrize("shape", [(7, 3), (1, 1), (13, 13), (20, 20)])
def test_block_maximum_loses_no_cell(shape):
    weights = np.zeros((13, 13))
    for i in range(13):
        weights[:] = 0
        weights[i, 12 - i] = 1
        assert block_maximum(weights, *shape).max() == 1


def test_block_maximum_leaves_masked_cells_out():
    weights = np.array([[np.nan, 0.2, np.nan, np.nan]])
    np.testing.assert_array_equal(block_maximum(weights, 1, 2), [[0.2, np.nan]])
