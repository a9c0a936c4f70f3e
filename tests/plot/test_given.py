"""What people pass: tensors of other libraries, lists, ragged rows, batches, tokens of a batch."""

import numpy as np
import pytest

from attention.plot import attention_entropy, plot_attention, plot_heads
from attention.plot.given import own_mask
from attention.plot.weights import read_layers
from tests.plot.helpers import random_weights


class Tensor:
    """What a plot sees of a PyTorch tensor that needs gradients."""

    def __init__(self, values, ready=False):
        self.values, self.ready = values, ready

    def detach(self):
        return Tensor(self.values, ready=True)

    def cpu(self):
        return self

    def is_floating_point(self):
        return self.values.dtype.kind == "f"

    def float(self):
        return Tensor(self.values.astype(np.float32), self.ready)

    def __array__(self, dtype=None, copy=None):
        if not self.ready:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")
        return self.values


def test_tensors_and_lists_are_arrays():
    w = random_weights(2, 3, 4, 4)
    for given in (Tensor(w), w.tolist()):
        (layer,) = read_layers(given, 1)
        np.testing.assert_array_equal(layer, w[1])
    for stack in ([Tensor(w), Tensor(w)], (Tensor(w), Tensor(w))):
        assert [layer.shape for layer in read_layers(stack)] == [(3, 4, 4)] * 2


def test_ragged_rows_are_joined_and_what_is_not_there_is_hatched(figure):
    rows = [[1.0], [0.5, 0.5], [0.2, 0.3, 0.5]]
    (layer,) = read_layers(rows)
    np.testing.assert_array_equal(layer[0], [[1, 0, 0], [0.5, 0.5, 0], [0.2, 0.3, 0.5]])
    np.testing.assert_allclose(attention_entropy(rows[:2]), [0, 1])
    image = plot_attention(rows, list("abc"), ax=figure.gca())
    np.testing.assert_array_equal(np.isnan(image.weights), np.triu(np.ones((3, 3), bool), 1))


@pytest.mark.parametrize("wrap", [lambda w: w, Tensor])
def test_steps_of_decoding_are_joined(wrap):
    """The prompt of 3 at once, then a token a step, as common libraries return attention."""
    whole = [random_weights(1, 2, 5, 5, causal=True, seed=i) for i in range(2)]  # of each layer
    steps = [tuple(wrap(w[:, :, :3, :3]) for w in whole)]
    steps += [tuple(wrap(w[:, :, t : t + 1, : t + 1]) for w in whole) for t in (3, 4)]
    for layer, want in zip(read_layers(steps), whole, strict=True):
        np.testing.assert_array_equal(layer, want[0])
    np.testing.assert_array_equal(own_mask(steps), np.tri(5, dtype=bool))
    with pytest.raises(ValueError, match="a step holds"):
        read_layers([(np.ones((1, 1, 1, 1, n)),) for n in (2, 3)])


def test_a_batch_is_named_where_tokens_do_not_fit(figure):
    with pytest.raises(ValueError, match="batch 16, heads 2, queries 24, keys 24"):
        plot_attention(random_weights(16, 2, 24, 24), ["t"] * 12, ax=figure.gca())
    with pytest.raises(TypeError, match=r"tokens\[example\]"):
        plot_heads(random_weights(2, 2, 3, 3), [["a"] * 3] * 2, fig=figure)
