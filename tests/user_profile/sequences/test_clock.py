"""Times in the sequence model: what they are as codes, and that no later one is ever seen."""

from dataclasses import replace

import numpy as np
import pytest
from user_profile.log.sessions import single_event_sessions
from user_profile.log.split import split_last_sessions
from user_profile.sequences import Recommender, Settings, load_model, save_model, train
from user_profile.sequences.clock import GAPS, Clock, learn_clock, unknown_moments
from user_profile.sequences.data import Histories, Windows
from user_profile.sequences.model import SequenceModel, Sizes
from user_profile.sequences.objective import Objective, Share

from attention import check_gradients
from attention.layers import Layer
from tests.user_profile.conftest import make_log

DAY = 86_400
SMALL = Settings(
    epochs=2, warmup=5, tokens=128, dropout=0.1, embed_dim=8, hidden_dim=16, max_length=10, times=1
)


def test_gaps_widen_and_periods_hold_as_many_times():
    clock = learn_clock(np.arange(2400) * DAY)
    assert len(clock.edges) == 23
    asked = np.array([[0, 0, 60, 3600, DAY, 900 * DAY]]) + 100 * DAY
    gaps, periods = np.moveaxis(clock.codes(asked, np.ones(1, bool)), 2, 0)
    assert gaps[0, 0] == 0
    assert (np.diff(gaps[0, 1:]) > 0).all()
    assert gaps.max() <= GAPS
    assert periods[0, -1] > periods[0, 0] > 1 + GAPS
    assert periods.max() < clock.size
    nothing = clock.codes(asked, np.zeros(1, bool))
    assert np.array_equal(nothing, unknown_moments(1, 6))


class Timed(Layer):
    """The model with times as a layer of one input, so that its parameters can be checked."""

    def __init__(self):
        sizes = Sizes(items=9, embed_dim=8, num_layers=1, hidden_dim=12, max_length=6, moments=40)
        self.model = SequenceModel(sizes, rng=0).astype(np.float64)
        self.moments = np.random.default_rng(0).integers(40, size=(2, 6, 2))

    def forward(self, items):
        return self.model.forward(items, None, self.moments)

    def backward(self, dout, saved):
        return self.model.backward(dout, saved)


def test_gradients_with_times():
    items = np.random.default_rng(0).integers(9, size=(2, 5))
    report = check_gradients(Timed(), (items,), samples=12)
    assert "model.moment.table" in report.errors


def test_a_place_sees_when_its_next_item_comes_and_no_later_time():
    timed, items = Timed(), np.random.default_rng(0).integers(9, size=(2, 5))
    before, _ = timed.forward(items)
    timed.moments = timed.moments.copy()
    timed.moments[:, 3] = (timed.moments[:, 3] + 1) % 40
    after, _ = timed.forward(items)
    np.testing.assert_array_equal(before[:, :3], after[:, :3])
    assert np.abs(before[:, 3:] - after[:, 3:]).max() > 1e-3


def test_training_reads_the_times_of_its_windows_and_no_other():
    past = Histories(np.arange(6) % 3, np.array([0, 6]), np.arange(6) * DAY)
    nobody = np.zeros((1, 0), np.int64)
    objective = Objective(past, nobody, nobody[0], SMALL, clock=Clock((2.5 * DAY,)))
    windows = Windows(np.zeros(1, int), np.array([2]), np.array([5]), np.array([False]))

    class Known(np.random.Generator):
        def random(self, size=None, **more):
            return np.ones(size)

    moments = objective._moments(windows, Known(np.random.PCG64(0)))
    assert moments.shape == (1, 3, 2)
    assert moments[0, :, 1].tolist() == [2 + GAPS, 3 + GAPS, 3 + GAPS]
    sizes = Sizes(3, embed_dim=8, hidden_dim=8, moments=40)
    share = Share(windows, 0.5, np.random.default_rng(0))
    assert objective.compute(SequenceModel(sizes, rng=0), share) > 0


@pytest.fixture(scope="module")
def log():
    """Items that come by the hour of the gap: what follows within an hour is another than later."""
    rng, rows = np.random.default_rng(0), []
    for user in range(60):
        time = int(rng.integers(0, 99)) * DAY
        for _ in range(12):
            soon = rng.random() < 0.5
            time += 600 if soon else 5 * DAY
            rows.append((f"u{user}", f"{'soon' if soon else 'late'}{rng.integers(4)}", time, ""))
    return single_event_sessions(make_log(rows))


def test_times_are_learnt_kept_and_asked_with(log, tmp_path):
    split = split_last_sessions(log)
    settings = replace(SMALL, epochs=12, lr=0.02, rules=0.0)
    trained = train(log, split.validation, replace(settings, repeat=True))
    save_model(tmp_path / "m.npz", trained)
    loaded = load_model(tmp_path / "m.npz")
    assert loaded.clock == trained.clock
    recommender = Recommender(loaded).fit(log)
    assert recommender.asks_when
    users = np.arange(60)
    last = log.events.time[log.offsets[log.user_offsets[1:] - 1]]
    soon, late = (recommender.score(users, last + gap) for gap in (600, 5 * DAY))
    names = np.array([name.startswith("soon") for name in log.events.items])
    gain = (soon - late)[:, names].mean() - (soon - late)[:, ~names].mean()
    assert gain > 0.5
    assert np.isfinite(recommender.score(users)).all()  # and without a time


def test_a_model_without_a_clock_refuses_a_time(log):
    split = split_last_sessions(log)
    trained = train(log, split.validation, replace(SMALL, times=0, epochs=1, repeat=True))
    with pytest.raises(ValueError, match="leave as_of out"):
        Recommender(trained).fit(log).score(np.arange(3), np.arange(3))
