"""The profile and the sequence model in PyTorch: the same forward, and the weights back."""

import numpy as np
import pytest
from user_profile.features.featurizer import Featurizer
from user_profile.features.history import read_history
from user_profile.log.split import split_last_sessions
from user_profile.model.settings import Settings
from user_profile.model.trained import new_model
from user_profile.sequences.model import SequenceModel, Sizes
from user_profile.training.questions import fit_spec, training_batches, training_targets

from .shop_log import make_categories, make_sessions

torch = pytest.importorskip("torch", reason="PyTorch is not installed: [parity]")
from user_profile.model import in_torch as profiles  # noqa: E402
from user_profile.sequences import in_torch as sequences  # noqa: E402


def disturb(layer):
    """No weight keeps its first value: zeros would hide what is not read."""
    rng = np.random.default_rng(3)
    for parameter in layer.parameters():
        parameter.data[...] = rng.normal(0, 0.3, parameter.shape)
    return layer


@pytest.fixture(scope="module")
def shop():
    """A profile model and batches of a made-up shop."""
    sessions = make_sessions(customers=30)
    split = split_last_sessions(sessions, kind="purchase")
    history = read_history(sessions)
    settings = Settings(embed_dim=8, customer_layers=2, dropout=0.3)
    targets = training_targets(history, split.train, settings.most_per_customer)
    side = dict(sessions.events.user_features)
    spec = fit_spec(history, targets, make_categories(sessions), side)
    from user_profile.features.moments import training_moments

    featurizer = Featurizer(history, spec, side)
    batches = training_batches(featurizer, targets, settings, training_moments(history, True))
    return disturb(new_model(spec, settings)), batches


def test_profile_model_says_the_same_in_torch(shop):
    model, batches = shop
    module = profiles.to_torch(model)
    for batch in batches[:3]:
        ours, _ = model.forward(batch)
        with torch.no_grad():
            theirs = module(batch)
        for mine, other in zip((*ours[:2], *ours.outlook), (*theirs[:2], *theirs.outlook)):
            np.testing.assert_allclose(other.numpy(), mine, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("positions", ["rotary", "learned"])
@pytest.mark.parametrize("features", [0, 5])
def test_sequence_model_says_the_same_in_torch(positions, features):
    sizes = Sizes(30, features, 16, 2, 2, 32, 12, positions)
    model = disturb(SequenceModel(sizes, dropout=0.2, rng=0))
    rng = np.random.default_rng(1)
    items = rng.integers(0, 30, (4, 9))
    known = rng.integers(0, features, (4, 2)) if features else None
    hidden, _ = model.forward(items, known)
    module = sequences.to_torch(model)
    with torch.no_grad():
        theirs = module(torch.from_numpy(items), None if known is None else torch.from_numpy(known))
        scores = module.scores(theirs[:, -1]).numpy()
    np.testing.assert_allclose(theirs.numpy(), hidden, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(scores, model.scores(hidden[:, -1]), rtol=1e-5, atol=1e-5)


def test_what_torch_has_learned_comes_back(shop):
    model, batches = shop
    module = profiles.to_torch(model)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.01)
    module(batches[0]).items.logsumexp(1).sum().backward()
    optimizer.step()
    before = model.state_dict()
    other = profiles.from_torch(module, model)
    assert other is model
    assert any(not np.array_equal(before[name], now) for name, now in model.state_dict().items())
    with torch.no_grad():
        np.testing.assert_allclose(
            model.forward(batches[0])[0].items, module(batches[0]).items, rtol=1e-5, atol=1e-5
        )
    small = SequenceModel(Sizes(5, embed_dim=8, hidden_dim=8), rng=0)
    back = sequences.from_torch(
        sequences.to_torch(disturb(small)), SequenceModel(small.sizes, rng=1)
    )
    for name, array in small.state_dict().items():
        np.testing.assert_array_equal(back.state_dict()[name], array)
