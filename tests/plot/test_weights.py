"""find_weights digs the maps out of whatever a forward pass saved."""

import numpy as np
import pytest

import attention as A
from attention.plot import find_weights, plot_attention, plot_heads


def x(B=2, T=5, E=8):
    return np.random.default_rng(0).normal(size=(B, T, E)).astype(np.float32)


def test_a_function_s_saved():
    q = x()[:, None]
    _, saved = A.attention_forward(q, q, q)
    assert list(find_weights(saved)) == ["weights"]


def test_a_layer_a_block_and_a_stack(figure):
    _, saved = A.MultiHeadAttention(8, 2, rng=0).forward(x())
    assert list(find_weights(saved)) == ["attention.weights"]
    _, saved = A.EncoderBlock(8, 2, rng=0).forward(x())
    (found,) = find_weights(saved).values()
    assert found.shape == (2, 2, 5, 5)
    blocks = [A.EncoderBlock(8, 2, rng=i) for i in range(3)]
    saved_all, out = [], x()
    for block in blocks:
        out, saved = block.forward(out)
        saved_all.append(saved)
    found = find_weights(saved_all)
    assert [name.split(".")[0] for name in found] == ["0", "1", "2"]
    images = plot_heads(saved_all, example=1, fig=figure)
    expected = [head for w in found.values() for head in w[1]]
    for image, head in zip(images, expected, strict=True):
        np.testing.assert_array_equal(image.weights, head)


def test_a_decoder_s_two_maps_must_be_chosen_between(figure):
    block = A.DecoderBlock(8, 2, rng=0)
    _, saved = block.forward(x(T=5), x(T=3))
    found = find_weights(saved)
    assert sorted(w.shape[-1] for w in found.values()) == [3, 5]
    with pytest.raises(ValueError, match="choose with find_weights"):
        plot_attention(saved, ax=figure.gca())
    plot_attention(list(found.values())[1], ax=figure.gca())


def test_tiled_attention_saves_none_and_is_told(figure):
    _, saved = A.MultiHeadAttention(8, 2, tiled=True, rng=0).forward(x())
    with pytest.raises(ValueError, match="tiled=False"):
        plot_attention(saved, ax=figure.gca())
