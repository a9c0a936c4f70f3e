"""Entropy and the four patterns, on heads whose pattern is known."""

import math
from itertools import pairwise

import numpy as np
import pytest

from attention import causal_mask
from attention.plot import attention_entropy, head_patterns, plot_entropy, plot_pattern_summary
from tests.plot.helpers import previous_token_head, random_weights


def known_heads(T=16):
    """(4, T, T): previous token, first token, diagonal, broad."""
    first = np.zeros((T, T))
    first[:, 0] = 1
    return np.stack([previous_token_head(T), first, np.eye(T), np.full((T, T), 1 / T)])


def test_each_head_shows_its_own_pattern():
    scores = np.stack(head_patterns(known_heads()))[:, 0]  # (patterns, heads)
    np.testing.assert_allclose(np.diag(scores), 1)
    assert (scores.argmax(axis=0) == range(4)).all()


def test_with_a_mask_broad_is_measured_against_what_is_allowed():
    mask = causal_mask(8)
    even = mask / mask.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(head_patterns(even, mask=mask).broad, 1)
    assert head_patterns(even).broad < 0.8


def test_a_cache_s_queries_stand_at_the_end():
    weights = np.zeros((2, 6))
    weights[[0, 1], [4, 5]] = 1  # queries 4 and 5 of 6
    np.testing.assert_allclose(head_patterns(weights).diagonal, 1)


def test_layers_with_fewer_heads_are_nan():
    scores = head_patterns([random_weights(3, 4, 4), random_weights(2, 4, 4)])
    assert np.isnan(scores.broad[1, 2])
    assert np.isfinite(np.delete(scores.broad.ravel(), 5)).all()


def test_masked_out_rows_do_not_count():
    weights = known_heads()
    weights[:, 5] = 0
    np.testing.assert_allclose(np.diag(np.stack(head_patterns(weights))[:, 0]), 1)


def test_entropy_in_bits():
    rows = np.array([[1, 0, 0, 0], [0.25] * 4, [0.5, 0.5, 0, 0], [0, 0, 0, 0]])
    np.testing.assert_allclose(attention_entropy(rows), [0, 2, 1, np.nan])
    with np.errstate(all="raise"):
        attention_entropy(rows)


def test_entropy_dots_stand_at_their_means(figure):
    layers = [known_heads(), random_weights(4, 16, 16)]
    dots = plot_entropy(layers, ax=figure.gca(), s=9)
    x, y = np.asarray(dots.get_offsets()).T
    assert set(dots.get_sizes()) == {9}
    np.testing.assert_array_equal(np.round(x), [0] * 4 + [1] * 4)
    np.testing.assert_allclose(y[:4], [0, 0, 0, 4])
    np.testing.assert_allclose(y[4:], attention_entropy(layers[1]).mean(axis=-1))
    assert figure.axes[0].get_lines()[0].get_ydata()[0] == math.log2(16)


def test_summary_is_four_maps_on_one_scale(figure):
    images = plot_pattern_summary([known_heads(), known_heads()], fig=figure)
    assert [i.axes.get_title() for i in images] == [
        "previous token", "first token", "diagonal", "broad",
    ]  # fmt: skip
    assert len({id(i.norm) for i in images}) == 1
    assert (images[0].norm.vmin, images[0].norm.vmax) == (0, 1)
    for head, image in enumerate(images):
        np.testing.assert_allclose(image.get_array()[:, head], 1)
    figure.canvas.draw()


def test_a_few_heads_and_layers_all_have_their_numbers():
    images = plot_pattern_summary([random_weights(4, 8, 8)] * 6)
    images[0].figure.canvas.draw()
    for axis, count in ((images[0].axes.xaxis, 4), (images[0].axes.yaxis, 6)):
        shown = [int(tick) for tick in axis.get_majorticklocs() if 0 <= tick < count]
        assert shown == list(range(count))


@pytest.mark.parametrize(("layers", "heads"), [(1, 2), (1, 12), (3, 4), (24, 2)])
def test_titles_and_labels_stay_on_the_page(layers, heads):
    images = plot_pattern_summary([random_weights(heads, 4, 4)] * layers)
    page = images[0].figure.bbox
    images[0].figure.canvas.draw()
    titles = [image.axes.title.get_window_extent() for image in images]
    assert all(title.y1 <= page.y1 for title in titles)
    assert all(left.x1 < right.x0 for left, right in pairwise(titles))
    assert all(image.axes.xaxis.label.get_window_extent().y0 >= page.y0 for image in images)


@pytest.mark.parametrize("T", [1, 2, 64, 2048])
def test_every_length_draws(T, figure):
    left, right = figure.subfigures(1, 2)
    weights = previous_token_head(T)
    plot_pattern_summary(weights, fig=left, mask=causal_mask(T))
    plot_entropy(weights, ax=right.add_subplot(), mask=causal_mask(T))
    figure.canvas.draw()
    assert all(part.axes and part.axes[0].has_data() for part in (left, right))
