"""What people pass: tensors of other libraries, lists, ragged rows, batches, tokens of a batch."""

import numpy as np
import pytest

from attention.plot import plot_attention, plot_heads
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


def test_ragged_rows_are_told_how_to_be_passed():
    with pytest.raises(ValueError, match="fill them up with zeros"):
        read_layers([[1.0], [0.5, 0.5]])


def test_a_batch_is_named_where_tokens_do_not_fit(figure):
    with pytest.raises(ValueError, match="batch 16, heads 2, queries 24, keys 24"):
        plot_attention(random_weights(16, 2, 24, 24), ["t"] * 12, ax=figure.gca())
    with pytest.raises(TypeError, match=r"tokens\[example\]"):
        plot_heads(random_weights(2, 2, 3, 3), [["a"] * 3] * 2, fig=figure)
