"""Every backward of the profile model is the derivative of its forward, alone and as a whole."""

import numpy as np
import pytest
from user_profile.features.featurizer import Featurizer
from user_profile.features.history import read_history
from user_profile.features.moments import training_moments
from user_profile.features.spec import widths
from user_profile.log.split import split_last_sessions
from user_profile.model import ProfileModel, Sizes
from user_profile.model.evidence import EvidenceAttention
from user_profile.model.fusion import GatedFusion
from user_profile.model.loss import (
    Loss,
    basket_cross_entropy_backward,
    basket_cross_entropy_forward,
)
from user_profile.model.next_purchase import (
    copy_backward,
    copy_forward,
    pointer_backward,
    pointer_forward,
)
from user_profile.model.settings import Settings
from user_profile.training.questions import fit_spec, training_batches, training_targets

from attention import check_gradients
from tests.user_profile.shop_log import make_categories, make_sessions


def as_float64(value):
    """All floating arrays inside nested NamedTuples, lists and tuples, as float64."""
    if isinstance(value, np.ndarray):
        return value.astype(np.float64) if value.dtype.kind == "f" else value
    if hasattr(value, "_asdict"):
        return type(value)(*map(as_float64, value))
    if isinstance(value, list | tuple):
        return type(value)(map(as_float64, value))
    return value


@pytest.fixture(scope="module")
def batch_and_sizes():
    sessions = make_sessions(customers=12, days=330)
    history = read_history(sessions)
    split = split_last_sessions(sessions, kind="purchase")
    targets = training_targets(history, split.train, 3)
    side = dict(sessions.events.user_features)
    spec = fit_spec(history, targets, make_categories(sessions), side)
    featurizer = Featurizer(history, spec, side)
    moments = training_moments(history)
    batch = training_batches(featurizer, targets, Settings(questions=12), moments)[1]
    sizes = Sizes(**widths(spec), side=(3,), embed_dim=8, dropout=0.0)
    return batch, sizes


@pytest.mark.slow
def test_the_whole_model(batch_and_sizes):
    batch, sizes = batch_and_sizes
    assert len(batch.labels.item)
    assert len(batch.moment.known)
    assert batch.question.known.max() > 1
    loss = Loss(ProfileModel(sizes, rng=3, dtype=np.float64))
    rng = np.random.default_rng(0)
    for parameter in loss.parameters():  # away from the zeros that some begin with
        parameter.data[...] += rng.normal(0, 0.05, parameter.shape)
    report = check_gradients(loss, [as_float64(batch)], samples=2, step=1e-5, tolerance=1e-6)
    assert len(report.errors) == len(loss.parameters())


def test_every_parameter_is_reached(batch_and_sizes):
    batch, sizes = batch_and_sizes
    loss = Loss(ProfileModel(sizes, rng=3))
    _, saved = loss.forward(batch)
    loss.backward(1.0, saved)
    # A key's bias shifts all scores of a query alike, and softmax does not see that.
    silent = {n for n, p in loss.named_parameters().items() if not np.abs(p.grad).max() > 1e-12}
    assert silent <= {"model.interests.reading.key.bias"}


def test_float32_stays_float32(batch_and_sizes):
    batch, sizes = batch_and_sizes
    with np.errstate(all="raise"):
        loss = Loss(ProfileModel(sizes, rng=3))
        value, saved = loss.forward(batch, rng=1)
        loss.backward(1.0, saved)
    assert value.dtype == np.float32
    assert {p.grad.dtype for p in loss.parameters()} == {np.dtype(np.float32)}


def test_copying():
    rng = np.random.default_rng(0)
    question, item = np.array([0, 0, 2]), np.array([1, 3, 0])
    inputs = [rng.normal(size=(3, 5)), rng.normal(size=3), question, item]
    check_gradients((copy_forward, copy_backward), inputs)
    out, saved = copy_forward(*inputs)
    expected = np.exp(inputs[0])
    expected[question, item] += np.exp(inputs[1])
    np.testing.assert_allclose(np.exp(out), expected)
    np.testing.assert_allclose(saved.share, np.exp(inputs[1]) / expected[question, item])


def test_copying_nothing_leaves_the_spec():
    spec, nothing = np.ones((2, 3)), np.zeros(0, int)
    out, _ = copy_forward(spec, np.zeros(0), nothing, nothing)
    assert np.array_equal(out, spec)


def test_pointer():
    rng = np.random.default_rng(0)
    inputs = [rng.normal(size=(3, 4)), rng.normal(size=(5, 4)), np.array([0, 0, 0, 2, 2])]
    check_gradients((pointer_forward, pointer_backward), inputs)
    scores, _ = pointer_forward(*inputs)
    assert scores[3] == pytest.approx(inputs[0][2] @ inputs[1][3] / 2)


@pytest.mark.parametrize("power", [0.25, 0.5, 1.0])
def test_basket_cross_entropy(power):
    rng = np.random.default_rng(0)
    scores, question = rng.normal(size=(3, 6)), np.array([0, 0, 1, 2, 2, 2])
    item = np.array([1, 5, 2, 0, 1, 4])
    pair = basket_cross_entropy_forward, basket_cross_entropy_backward
    check_gradients(pair, [scores, question, item, power])
    p = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    means = [np.mean(p[q, item[question == q]] ** power) ** (1 / power) for q in range(3)]
    loss, _ = basket_cross_entropy_forward(scores, question, item, power)
    assert loss == pytest.approx(-np.log(means).mean())


def test_fusion():
    rng = np.random.default_rng(0)
    layer = GatedFusion(4, 3, rng=0, dtype=np.float64)
    check_gradients(layer, [rng.normal(size=(2, 5, 4)), rng.normal(size=(2, 5, 3))])


def test_reading():
    rng = np.random.default_rng(0)
    layer = EvidenceAttention(4, 3, num_heads=2, head_dim=2, rng=0, dtype=np.float64)
    x, memory = rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 5, 4))
    age, held = rng.normal(size=(2, 5, 3)), rng.normal(size=(2, 5, 3, 2))
    visible = np.arange(5) < np.array([[2], [5]])

    def forward(x, memory):
        return layer.forward(x, memory, age, held, visible)

    check_gradients((forward, layer.backward), [x, memory])
    read, saved = layer.forward(x, memory, age, held, visible)
    by_hand = saved.weights[1, 0, 2] @ held[1, :, 2]  # head 0, category 2: its own counts alone
    np.testing.assert_allclose(read[1, 2, :2], by_hand)
