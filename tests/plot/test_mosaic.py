"""Many panels are one image: fast, whole, and in the right places."""

import time

import numpy as np
from matplotlib.collections import PolyCollection

from attention import causal_mask
from attention.plot import mosaic, plot_heads
from tests.plot.helpers import pixels_of, previous_token_head, random_weights


def test_144_panels_are_one_image_and_quick(figure):
    layers = [random_weights(12, 32, 32, seed=i) for i in range(12)]
    start = time.process_time()
    (image,) = plot_heads(layers, fig=figure)
    figure.canvas.draw()
    assert time.process_time() - start < 2  # 0.4 s where this was written
    assert len(figure.axes) == 2
    assert image.axes.get_ylabel() == "layer"
    assert [t.get_text() for t in image.axes.get_xticklabels()] == [str(i) for i in range(12)]


def test_each_panel_stands_in_its_place(figure):
    layers = [np.zeros((6, 24, 24), np.float32) for _ in range(4)]
    layers[2][5] = 1
    (image,) = plot_heads(layers, fig=figure, colorbar=False)
    rows, columns = np.nonzero(np.nan_to_num(image.weights))
    step = 24 + 2
    assert (rows.min(), rows.max()) == (2 * step, 2 * step + 23)
    assert (columns.min(), columns.max()) == (5 * step, 5 * step + 23)


def test_few_tokens_are_enlarged_so_that_gaps_stay_thin(figure):
    (image,) = plot_heads([random_weights(6, 2, 2) for _ in range(4)], fig=figure)
    assert np.isnan(image.weights).mean() < 0.2


def test_long_panels_keep_their_line_and_say_so(figure):
    layers = [np.stack([previous_token_head(600)] * 6)] * 4
    (image,) = plot_heads(layers, fig=figure)
    page = pixels_of(image.axes)
    dark = (page.mean(axis=-1) < 0.5).any(axis=1)
    assert dark.mean() > 0.85  # all rows but those in the gaps
    assert "cells a pixel" in image.colorbar.ax.get_ylabel()
    assert image.block >= (10, 10)


def test_panels_that_are_reduced_stay_square(figure, monkeypatch):
    monkeypatch.setattr(mosaic, "MAX_SIDE", 200)
    (image,) = plot_heads([np.ones((4, 64, 64))] * 5, fig=figure)
    filled = np.isfinite(image.weights)
    assert filled.any(axis=1).sum() / 5 == filled.any(axis=0).sum() / 4 == 40


def test_the_note_is_known_before_room_is_shared_out():
    (image,) = plot_heads([random_weights(12, 64, 64)] * 6)
    label, page = image.colorbar.ax.yaxis.label, image.figure.bbox
    image.figure.set_dpi(80)
    image.figure.canvas.draw()
    assert "cells a pixel" in label.get_text()
    assert label.get_window_extent().x1 <= page.x1


def test_masked_cells_are_hatched_gaps_are_not(figure):
    layers = [random_weights(6, 24, 24, causal=True)] * 4
    (image,) = plot_heads(layers, mask=causal_mask(24), fig=figure)
    frames, hatching = [c for c in image.axes.collections if isinstance(c, PolyCollection)]
    assert frames.get_hatch() is None
    assert hatching.get_hatch() == "////"
    assert len(frames.get_paths()) == len(hatching.get_paths()) == 24
    first, second = (path.get_extents() for path in hatching.get_paths()[:2])
    assert first.extents.tolist() == [-0.5, -0.5, 23.5, 23.5]  # no more than the panel
    assert second.x0 == 25.5
    (image,) = plot_heads(layers, fig=figure)
    (frames,) = [c for c in image.axes.collections if isinstance(c, PolyCollection)]
    assert frames.get_hatch() is None


def test_one_layer_of_many_heads_wraps(figure):
    (image,) = plot_heads(random_weights(20, 8, 8), fig=figure)
    assert [t.get_text() for t in image.axes.get_yticklabels()] == ["0–4", "5–9", "10–14", "15–19"]


def test_layers_may_have_different_numbers_of_heads(figure):
    (image,) = plot_heads([random_weights(12, 8, 8), random_weights(8, 8, 8)], fig=figure)
    figure.canvas.draw()
    assert image.axes.get_ylabel() == "layer"
