"""The sequence model: its gradients, what it may see, and the windows it learns from."""

import numpy as np
import pytest
from user_profile.sequences.data import Histories, draw_windows, pad
from user_profile.sequences.features import learn_features
from user_profile.sequences.model import SequenceModel, Sizes

from attention import check_gradients
from attention.layers import Layer

SMALL = {"embed_dim": 8, "num_layers": 2, "num_heads": 2, "hidden_dim": 12, "max_length": 6}


def model(positions="rotary", features=5):
    sizes = Sizes(items=9, features=features, positions=positions, **SMALL)
    built = SequenceModel(sizes, rng=0).astype(np.float64)
    for parameter in built.parameters():  # away from symmetric starts
        parameter.data[...] += np.random.default_rng(1).normal(0, 0.3, parameter.shape)
    return built


class Reading(Layer):
    """The model as a layer of one input, so that its parameters can be checked."""

    def __init__(self, positions):
        self.model = model(positions)
        self.features = np.array([[0, 3], [1, 4], [1, 1]])

    def forward(self, items):
        return self.model.forward(items, self.features)

    def backward(self, dout, saved):
        return self.model.backward(dout, saved)


@pytest.mark.slow
@pytest.mark.parametrize("positions", ["rotary", "learned"])
def test_gradients_of_every_parameter(positions):
    items = np.random.default_rng(0).integers(9, size=(3, 5))
    report = check_gradients(Reading(positions), (items,), samples=12)
    assert {"model.begin", "model.item.table", "model.feature.table"} <= set(report.errors)
    assert ("model.position" in report.errors) == (positions == "learned")


@pytest.mark.parametrize("positions", ["rotary", "learned"])
def test_the_future_and_the_padding_reach_nothing_before_them(positions):
    rng = np.random.default_rng(0)
    items, features = rng.integers(9, size=(2, 6)), np.zeros((2, 2), dtype=int)
    hidden, _ = model(positions).forward(items, features)
    changed = items.copy()
    changed[:, 3:] = (items[:, 3:] + 1) % 9
    other, _ = model(positions).forward(changed, features)
    np.testing.assert_array_equal(hidden[:, :4], other[:, :4])
    assert np.abs(hidden[:, 4:] - other[:, 4:]).max() > 1e-3


def test_a_row_reads_the_same_alone_and_padded():
    rows = [np.array([1, 2, 3, 4, 5, 6]), np.array([7, 8]), np.array([], dtype=int)]
    features = np.array([[0, 3], [1, 4], [1, 1]])
    built = model()
    together = built.read(*pad(rows), features)
    for row, of_user, state in zip(rows, features, together):
        alone = built.read(*pad([row]), of_user[None])[0]
        np.testing.assert_allclose(state, alone, atol=1e-12)


def test_dropout_acts_with_an_rng_alone():
    built = model()
    built.dropout = 0.5
    items, features = np.ones((2, 3), dtype=int), np.zeros((2, 2), dtype=int)
    still, _ = built.forward(items, features)
    again, _ = built.forward(items, features)
    shaken, _ = built.forward(items, features, rng=0)
    np.testing.assert_array_equal(still, again)
    assert np.abs(still - shaken).max() > 0.01


def test_sizes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match="twice num_heads"):
        SequenceModel(Sizes(items=3, embed_dim=6, num_heads=2))
    with pytest.raises(ValueError, match="positions"):
        SequenceModel(Sizes(items=3, positions="sideways"))


@pytest.mark.parametrize("seed", range(5))
def test_windows_hold_every_item_once_and_none_is_too_long(seed):
    lengths = np.array([0, 1, 4, 5, 9, 0, 23])
    past = Histories(np.arange(lengths.sum()), np.concatenate([[0], np.cumsum(lengths)]))
    windows = draw_windows(past, 5, np.random.default_rng(seed))
    rows = np.concatenate([np.arange(a, b) for a, b in zip(windows.start, windows.stop)])
    np.testing.assert_array_equal(rows, np.arange(lengths.sum()))
    assert windows.lengths.min() >= 1
    assert windows.lengths.max() <= 5
    np.testing.assert_array_equal(windows.first, windows.start == past.offsets[windows.user])
    assert (windows.stop <= past.offsets[windows.user + 1]).all()


def test_long_histories_are_cut_elsewhere_each_time():
    past = Histories(np.arange(40), np.array([0, 40]))
    cuts = {tuple(draw_windows(past, 10, np.random.default_rng(s)).start) for s in range(8)}
    assert len(cuts) > 3


def test_features_values_numbers_and_the_unknown():
    ages = [str(age) for age in range(20, 60)]
    features = {"age": [*ages, ""], "sex": ["m", "f"] * 20 + ["m"], "same": ["x"] * 41}
    learnt = learn_features(features)
    age, sex = learnt.columns
    assert (age.name, sex.name) == ("age", "sex")
    assert age.codes(["20", "59", "", "abc", "1000", "-5"]).tolist() == [1, 10, 0, 0, 10, 1]
    assert sex.codes(["m", "f", "other"]).tolist() == [2, 1, 0]
    codes = learnt.codes(features, 41)
    assert codes.max() < learnt.size
    assert codes[:, 1].min() > codes[:, 0].max()  # columns do not share rows
    np.testing.assert_array_equal(learnt.codes({}, 2), np.tile(learnt.unknown, (2, 1)))
