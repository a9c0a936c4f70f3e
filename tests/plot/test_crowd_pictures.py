"""Heads as a crowd in pictures: scores, three examples with the right cells, ablation."""

import numpy as np
import pytest

from attention.plot import find_heads, plot_ablation, plot_found
from attention.plot.crowd_pictures import STRIP, _positions
from tests.plot.helpers import previous_token_head, random_weights
from tests.plot.test_crowd import IDS, induction_head


def test_scores_and_three_examples_of_each_pattern(figure):
    T = len(IDS)
    layers = [np.stack([previous_token_head(T), induction_head(IDS)]), random_weights(2, T, T)]
    found = find_heads([layers], [IDS])
    images = plot_found(found, [layers], [list("abcdefghi")], fig=figure)
    assert len(images) == 4 + 4 * 3
    for name, image in zip(found, images):
        for one in found[name]:
            assert image.weights[one.layer, one.head] == one.score
    best = found["induction"][0]
    strip = images[4 + 3 * list(found).index("induction")]
    _, query, key, weight = best.examples[0]
    np.testing.assert_array_equal(
        strip.weights[0, : query + 1], layers[best.layer][best.head][query, : query + 1]
    )
    (frame,) = strip.axes.patches
    assert frame.get_x() + 0.48 == pytest.approx(key)
    assert strip.axes.get_ylabel() == f"{weight:.2f}"
    with pytest.raises(ValueError, match="one each"):
        plot_found(found, [layers], [], fig=figure)


@pytest.mark.parametrize(("query", "key"), [(5, 0), (60, 50), (60, 20), (60, 0), (2000, 3)])
def test_a_strip_holds_key_and_query(query, key):
    shown = _positions(query, key)
    assert len(shown) <= STRIP
    assert key in shown
    assert shown[-1] == query
    known = [p for p in shown if p is not None]
    assert known == sorted(set(known))
    assert (None in shown) == (key < query + 1 - STRIP)


def test_a_pattern_that_no_text_offers_is_said(figure):
    weights = random_weights(1, 4, 4)
    images = plot_found(find_heads([weights], [range(4)]), [weights], [list("abcd")], fig=figure)
    assert images[2].axes.get_title() == "duplicate token: no text offers it"
    figure.canvas.draw()


def test_a_rise_is_ink_and_a_fall_is_warm(figure):
    rises = [np.array([0.2, -0.1]), np.array([0.05])]
    image = plot_ablation(rises, ax=figure.add_subplot())
    np.testing.assert_array_equal(image.weights, [[0.2, -0.1], [0.05, np.nan]])
    assert (image.norm.vmin, image.norm.vmax) == (-0.2, 0.2)
    assert [text.get_text() for text in image.axes.texts] == ["+0.200", "-0.100", "+0.050", ""]
    with pytest.raises(ValueError, match="ablate_heads"):
        plot_ablation([], ax=figure.gca())
