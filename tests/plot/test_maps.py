"""plot_attention and plot_heads: artists, labels, the shared scale, masks, wrong arguments."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.colors import Normalize, PowerNorm

from attention import causal_mask
from attention.plot import plot_attention, plot_heads
from tests.plot.helpers import pixels_of, previous_token_head, random_weights

AWKWARD = ["$5", "a$b$c", "tab\there", "line\nend", " the", "the", "the", "100%_^&#"]


@pytest.mark.parametrize("T", [2, 12, 64, 2048, pytest.param(4096, marks=pytest.mark.slow)])
def test_every_length_draws(T, figure):
    image = plot_attention(previous_token_head(T), [f"t{i}" for i in range(T)], ax=figure.gca())
    figure.canvas.draw()
    assert image.weights.shape == (T, T)


def test_tokens_are_labels_at_integer_positions(figure):
    ax = figure.gca()
    plot_attention(random_weights(8, 8), AWKWARD, ax=ax)
    figure.canvas.draw()  # a $ would raise here
    expected = ["$5", "a$b$c", "tab\\there", "line\\nend", "␣the", "the", "the", "100%_^&#"]
    assert [t.get_text() for t in ax.get_yticklabels()] == expected
    assert [t.get_text() for t in ax.get_xticklabels()] == expected
    assert list(ax.get_yticks()) == list(range(8))
    assert not any(t.get_parse_math() for t in [*ax.get_xticklabels(), *ax.get_yticklabels()])


def test_tokens_stay_text_under_usetex(figure):
    with plt.rc_context({"text.usetex": True}):
        ax = figure.add_subplot()
        plot_attention(random_weights(8, 8), AWKWARD, ax=ax, colorbar=False)
        assert not any(t.get_usetex() for t in ax.get_yticklabels())


def test_tokens_that_cannot_fit_give_way_to_positions(figure):
    ax = figure.gca()
    plot_attention(random_weights(300, 300), ["long token"] * 300, ax=ax)
    figure.canvas.draw()
    labels = [t.get_text() for t in ax.get_yticklabels()]
    assert "0" in labels
    assert "long token" not in labels


def test_cross_attention_has_its_own_key_labels(figure):
    ax = figure.gca()
    plot_attention(random_weights(2, 3), ["q0", "q1"], ["k0", "k1", "k2"], ax=ax)
    assert [t.get_text() for t in ax.get_xticklabels()] == ["k0", "k1", "k2"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["q0", "q1"]


@pytest.mark.slow
@pytest.mark.parametrize(("T", "S"), [(64, 30), (12, 4), (30, 64), (64, 64)])
def test_nothing_is_cut_off_beside_long_tokens(T, S):
    tokens = ["a token that is far too long"] * max(T, S)
    axes = plot_attention(random_weights(T, S), tokens[:T], tokens[:S]).axes
    axes.figure.canvas.draw()
    page = axes.figure.bbox
    for text in (axes.xaxis.label, axes.yaxis.label, *axes.get_xticklabels()):
        box = text.get_window_extent()
        assert page.x0 <= box.x0 < box.x1 <= page.x1
        assert page.y0 <= box.y0 < box.y1 <= page.y1


def test_head_none_is_the_mean_and_says_so(figure):
    weights = random_weights(3, 4, 4)
    image = plot_attention(weights, ax=figure.gca())
    np.testing.assert_allclose(image.weights, weights.mean(axis=0), rtol=1e-6)
    assert image.axes.get_title() == "mean of 3 heads"


def test_layer_head_and_example_choose(figure):
    layers = [random_weights(2, 3, 4, 4, seed=i) for i in range(2)]
    image = plot_attention(layers, layer=1, head=-1, example=1, ax=figure.gca())
    np.testing.assert_array_equal(image.weights, layers[1][1, 2])
    assert image.axes.get_title() == "layer 1, head 2"


def test_masked_cells_are_hatched_and_zero_is_not(figure):
    weights = np.zeros((4, 4), np.float32)
    weights[:, 0] = 1
    ax = figure.gca()
    plot_attention(weights, mask=causal_mask(4), ax=ax, colorbar=False)
    page = pixels_of(ax)
    h, w = page.shape[0] // 4, page.shape[1] // 4
    masked = page[2 : h - 2, 3 * w + 2 : 4 * w - 2]  # query 0, key 3
    zero = page[3 * h + 2 : 4 * h - 2, 2 * w + 2 : 3 * w - 2]  # query 3, key 2
    assert masked.std() > 0.02
    assert zero.std() == 0
    assert zero.mean() == 1  # the paper itself


@pytest.mark.parametrize("look", ["default", "dark_background"])
def test_a_first_token_head_is_not_lost_in_the_frame(look):
    weights = np.zeros((2048, 2048), np.float32)
    weights[:, 0] = 1
    with plt.style.context(look):
        ax = plot_attention(weights, colorbar=False).axes
        ax.figure.canvas.draw()
    box, page = ax.get_window_extent(), np.asarray(ax.figure.canvas.buffer_rgba())[..., :3] / 255
    row = page[page.shape[0] // 2].mean(axis=-1)  # across the map, both edges of its frame
    left, right = (np.abs(row[int(x) - 3 : int(x) + 4] - row[0]).max() for x in (box.x0, box.x1))
    assert left > right + 0.3


def test_weight_at_a_masked_cell_is_shown(figure):
    weights = random_weights(4, 4)
    image = plot_attention(weights, mask=causal_mask(4), ax=figure.gca())
    assert not np.isnan(image.weights).any()


def test_float_masks_and_batched_masks_mean_the_same(figure):
    weights = random_weights(2, 3, 4, 4, causal=True)
    boolean = causal_mask(4)
    floats = np.where(boolean, 0, -np.inf)[None, None].repeat(2, axis=0)
    hidden = [
        np.isnan(plot_attention(weights, mask=m, ax=figure.add_subplot()).weights)
        for m in (boolean, floats)
    ]
    np.testing.assert_array_equal(hidden[0], ~boolean)
    np.testing.assert_array_equal(hidden[1], ~boolean)


def test_style_goes_to_the_image(figure):
    image = plot_attention(
        random_weights(4, 4), ax=figure.gca(), cmap="cividis", vmax=0.5, alpha=0.9
    )
    assert image.get_cmap().name == "cividis"
    assert image.get_alpha() == 0.9
    assert (image.norm.vmin, image.norm.vmax) == (0, 0.5)
    norm = PowerNorm(0.5, 0, 1)
    assert plot_attention(random_weights(4, 4), ax=figure.gca(), norm=norm).norm is norm


def test_all_panels_share_one_scale_and_one_bar(figure):
    weights = random_weights(6, 5, 5)
    images = plot_heads(weights, list("abcde"), fig=figure)
    assert len(images) == 6
    assert len({id(image.norm) for image in images}) == 1
    assert isinstance(images[0].norm, Normalize)
    assert (images[0].norm.vmin, images[0].norm.vmax) == (0, weights.max())
    assert len(figure.axes) == 6 + 1
    for image, head in zip(images, weights):
        np.testing.assert_array_equal(image.weights, head)


def test_frames_in_a_subfigure(figure):
    left, right = figure.subfigures(1, 2)
    plot_heads(random_weights(2, 4, 4), fig=left)
    plot_attention(random_weights(4, 4), ax=right.add_subplot())
    figure.canvas.draw()
    assert len(left.axes) == 3
    assert len(right.axes) == 2


def test_new_figures_are_pyplots(figure):
    image = plot_attention(random_weights(4, 4))
    assert image.figure is plt.gcf()
    plot_attention(random_weights(4, 4), ax=figure.gca())
    assert plt.get_fignums() == [1]


def test_masked_panels_are_hatched_in_the_grid(figure):
    images = plot_heads(random_weights(2, 4, 4, causal=True), mask=causal_mask(4), fig=figure)
    for image in images:
        hatching = [c for c in image.axes.collections if isinstance(c, PolyCollection)]
        assert [c.get_hatch() for c in hatching] == ["////"]


def test_a_style_with_grids_draws_none_over_the_map():
    with plt.rc_context({"axes.grid": True}):
        image = plot_attention(random_weights(4, 4))
        figure = image.figure
        figure.canvas.draw()
    assert not any(line.get_visible() for line in image.axes.get_xgridlines())


def test_all_zero_weights_draw(figure):
    image = plot_attention(np.zeros((3, 3)), ax=figure.gca())
    figure.canvas.draw()
    assert image.norm.vmax == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": np.ones((2, 2)) * np.nan}, "finite"),
        ({"weights": -np.ones((2, 2))}, ">= 0"),
        ({"weights": np.ones(4)}, r"shape \(4,\)"),
        ({"weights": np.ones((0, 2))}, "empty"),
        ({"weights": np.ones((2, 2)), "tokens": ["a"]}, "1 entries; the weights have 2"),
        ({"weights": np.ones((2, 3)), "key_tokens": ["a"]}, "key_tokens has 1"),
        ({"weights": np.ones((2, 2)), "mask": np.ones((3, 3), bool)}, "broadcast"),
        ({"weights": np.ones((2, 2, 2)), "head": 2}, "head is 2; there are 2"),
        ({"weights": np.ones((2, 2)), "layer": 1}, "layer is 1; there are 1"),
        ({"weights": np.ones((2, 1, 2, 2)), "example": 5}, "example is 5"),
        ({"weights": [np.ones((2, 2)), np.ones((3, 3))]}, "differ in size"),
        ({"weights": "text"}, "no attention weights"),
        ({"weights": np.ones((2, 2)), "vmax": 1, "norm": Normalize(0, 1)}, "not both"),
    ],
)
def test_wrong_arguments_are_named(arguments, message, figure):
    with pytest.raises(ValueError, match=message):
        plot_attention(**arguments, ax=figure.gca())


def test_one_text_is_not_a_list_of_tokens(figure):
    with pytest.raises(TypeError, match="list of tokens"):
        plot_attention(np.ones((3, 3)), "abc", ax=figure.gca())


def test_inputs_are_left_alone(figure):
    weights = random_weights(3, 4, 4, causal=True)
    before = weights.copy()
    weights.flags.writeable = False
    plot_heads(weights, mask=causal_mask(4), fig=figure)
    figure.canvas.draw()
    np.testing.assert_array_equal(weights, before)
