"""plot_difference and plot_score: values, signs, hatching, what a score is made of."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import PolyCollection

from attention import attention_forward
from attention.fast import attention_forward as fast_attention_forward
from attention.plot import plot_difference, plot_heads, plot_score, take_apart
from attention.plot.image import hatch_cells
from tests.plot.helpers import pixels_of, previous_token_head, random_weights

RNG = np.random.default_rng(4)


@pytest.mark.parametrize("T", [2, 12, 64, pytest.param(2048, marks=pytest.mark.slow)])
def test_every_length_draws_and_keeps_signs(T, figure):
    a = previous_token_head(T)
    image = plot_difference(a, np.roll(a, T // 2, axis=1), ax=figure.gca())
    figure.canvas.draw()
    assert (image.norm.vmin, image.norm.vmax) == (-1, 1)
    shown = np.asarray(image.get_array())
    assert shown.max() == 1
    assert shown.min() == -1


def test_zero_is_the_page_and_the_two_signs_differ(figure):
    a, b = np.zeros((1, 3)), np.zeros((1, 3))
    a[0] = (1, 0.5, 0.2)
    b[0] = (0.2, 0.5, 1)
    ax = figure.add_subplot()
    plot_difference(a, b, ax=ax, colorbar=False)
    row = pixels_of(ax)
    middle = row[row.shape[0] // 2]
    left, centre, right = (middle[int(len(middle) * x)] for x in (1 / 6, 0.5, 5 / 6))
    np.testing.assert_allclose(centre, 1)
    assert left[2] > left[0]  # indigo above
    assert right[0] > right[2]  # warm below


def test_what_only_one_has_is_hatched(figure):
    ax = figure.add_subplot()
    plot_difference(np.array([[1.0, 0]]), np.array([[0, 1.0]]), ax=ax)
    hatches = {c.get_hatch() for c in ax.collections if isinstance(c, PolyCollection)}
    assert hatches == {"////", "\\\\\\\\"}


def test_two_heads_of_one_and_maps_that_do_not_fit(figure):
    w = random_weights(2, 3, 5, 5)
    image = plot_difference(w, w, head=(0, 2), example=(1, 1), ax=figure.add_subplot())
    np.testing.assert_allclose(image.weights, w[1, 0] - w[1, 2])
    assert image.axes.get_title() == "head 0 − head 2"
    with pytest.raises(ValueError, match="only maps over the same tokens"):
        plot_difference(w, random_weights(4, 4), ax=figure.gca())


@pytest.mark.parametrize("forward", [attention_forward, fast_attention_forward])
def test_a_score_is_the_sum_of_its_products(forward):
    q, k = RNG.normal(size=(2, 4, 5, 6)), RNG.normal(size=(2, 2, 7, 6))
    _, saved = forward(q, k, k)
    score = take_apart({"a": [saved]}, -1, 3, head=2, example=1)
    np.testing.assert_allclose(score.products, q[1, 2, 4] * k[1, 1, 3])
    np.testing.assert_allclose(score.dot * score.scale, score.scores[3])
    e = np.exp(score.scores - score.scores.max())
    np.testing.assert_allclose(score.weights, e / e.sum())
    for wrong in ({"head": 4}, {"layer": 1}, {"example": 2}):
        with pytest.raises(ValueError, match="counted from 0"):
            take_apart(saved, 0, 0, **wrong)
    with pytest.raises(ValueError, match="Found no q, k"):
        take_apart({"weights": 1}, 0, 0)


def test_a_score_is_drawn(figure):
    x = RNG.normal(size=(1, 6, 8))
    _, saved = attention_forward(x, x, x, is_causal=True)
    score = plot_score(saved, 3, 1, list("a$cdef"), fig=figure)
    figure.canvas.draw()
    assert score.position == 1
    assert "weight" in figure.get_suptitle()


def test_a_wrong_style_key_leaves_no_figure():
    before = plt.get_fignums()
    for draw in (plot_heads, lambda w, **style: plot_difference(w, w, **style)):
        with pytest.raises(AttributeError, match="colour"):
            draw(random_weights(2, 3, 3), colour="red")
    assert plt.get_fignums() == before


def test_a_large_grey_map_is_hatched_in_few_boxes() -> None:
    where = np.random.default_rng(0).random((1001, 700)) < 0.5
    where[:, :350] = True
    ax = plt.figure().gca()
    hatch_cells(ax, where, "..")
    boxes = [path.get_extents() for path in ax.collections[0].get_paths()]
    assert len(boxes) <= 128 * 128 / 2
    assert min(box.x0 for box in boxes) == -0.5
    assert max(box.y1 for box in boxes) == 1000.5
    covered = sum(box.width * box.height for box in boxes if box.x0 == -0.5)
    assert covered >= 1001 * 344
