"""Rollout keeps the identity, multiplies in the right order, and is drawn as a map."""

import numpy as np
import pytest

from attention.plot import attention_rollout, plot_rollout
from tests.plot.helpers import previous_token_head, random_weights


def test_by_hand():
    first = np.array([[0.0, 1.0], [0.0, 1.0]])
    second = np.array([[1.0, 0.0], [1.0, 0.0]])
    # (A + I) / 2 each; the later layer from the left.
    expected = np.array([[1.0, 0.0], [0.5, 0.5]]) @ np.array([[0.5, 0.5], [0.0, 1.0]])
    np.testing.assert_allclose(attention_rollout([first, second]), expected)


def test_rows_sum_to_one_and_masked_rows_stay_themselves():
    weights = random_weights(3, 4, 4)
    weights[:, 2] = 0
    rollout = attention_rollout([weights, weights])
    np.testing.assert_allclose(rollout.sum(axis=-1), 1, rtol=1e-6)
    np.testing.assert_allclose(rollout[2], [0, 0, 1, 0])


def test_heads_are_averaged_and_dtype_stays():
    weights = random_weights(3, 4, 4)
    np.testing.assert_allclose(
        attention_rollout(weights), attention_rollout(weights.mean(axis=0)), rtol=1e-6
    )
    assert attention_rollout(weights).dtype == np.float32
    assert attention_rollout(weights.astype(float)).dtype == np.float64


def test_one_step_back_a_layer():
    rollout = attention_rollout([previous_token_head(8)] * 3)
    np.testing.assert_allclose(rollout[7, 4:], np.array([1, 3, 3, 1]) / 8)


def test_cross_attention_is_refused():
    with pytest.raises(ValueError, match="self-attention"):
        attention_rollout(random_weights(3, 4))


def test_the_picture(figure):
    layers = [random_weights(2, 5, 5, seed=i) for i in range(2)]
    image = plot_rollout(layers, list("abcde"), ax=figure.gca(), cmap="cividis")
    figure.canvas.draw()
    np.testing.assert_allclose(image.weights, attention_rollout(layers))
    assert image.axes.get_xlabel() == "input"
    assert image.colorbar.ax.get_ylabel() == "share of the input"
