"""Pictures of customers: what a session added, sessions side by side, drift beside the crowd."""

import itertools

import matplotlib

matplotlib.use("agg")

import numpy as np
import pytest
from user_profile.features.labels import outlook_labels
from user_profile.features.moments import test_moments as moments_of_the_test
from user_profile.judging.shop import DAYS, expected_spend, read_shop
from user_profile.judging.shop_card import plot_shop
from user_profile.log.events import PURCHASE
from user_profile.log.sessions import group_sessions
from user_profile.log.split import split_last_sessions
from user_profile.model.settings import Settings
from user_profile.serving.card import plot_card, plot_looked_at
from user_profile.serving.drift import interest_drift
from user_profile.serving.drift_bands import CROWD, SHARES, crowd_of, plot_drift_bands
from user_profile.serving.profiler import Profiler
from user_profile.serving.session_pictures import plot_sessions
from user_profile.training.loop import train

from ..shop_log import make_categories, make_events, make_rows

pytestmark = pytest.mark.slow  # a model is trained


@pytest.fixture(scope="module")
def profiler():
    sessions = group_sessions(make_events(make_rows(30, 300)))
    split = split_last_sessions(sessions, kind=PURCHASE)
    settings = Settings(epochs=1, embed_dim=8)
    trained = train(sessions, split, make_categories(sessions), settings, score=lambda *_: 0.0)
    return Profiler(trained, sessions)


@pytest.fixture(scope="module")
def customer(profiler):
    """Somebody with a cancellation, and the most sessions of those."""
    history = profiler.history
    cancels = np.unique(history.user[~history.purchase])
    return int(cancels[np.diff(history.user_offsets)[cancels].argmax()])


def test_the_card_shows_what_each_session_added_with_its_sign(profiler, customer):
    profile = profiler.profile(customer)
    figure = plot_card(profiler, profile, profiler.spec.items)
    image = plot_looked_at(profiler, profile, ax=figure.add_subplot())
    codes = [profiler.spec.category_names.index(one.category) for one in profile.interests]
    np.testing.assert_array_equal(image.get_array(), profile.evidence[codes])
    assert image.norm.vmin == -image.norm.vmax == -np.abs(profile.evidence).max()
    middle = image.cmap(image.norm(0.0))
    np.testing.assert_allclose(middle, (1, 1, 1, 1), atol=0.02)  # nothing added is the page
    said = [text.get_text() for text in figure.axes[0].texts]
    assert said[4].strip().startswith("about ")


def test_what_is_said_of_a_customer_keeps_clear_of_the_pictures(profiler, customer, monkeypatch):
    long = (
        "nothing to 1,234,567.89 with a chance of 81 %, about 123,456.78 (80 %: 0 to 1,234,567.89;"
    )
    long += " of customers asked before, 71 % spent an amount between such bounds)"
    monkeypatch.setattr("user_profile.serving.card.describe_spend", lambda profile: long)
    figure = plot_card(profiler, profiler.profile(customer), profiler.spec.items)
    figure.draw_without_rendering()
    head, timeline, interests = figure.axes[:3]
    said = [text.get_window_extent() for text in head.texts]
    assert len(said) > 4
    assert all(lower.y1 <= upper.y0 + 1 for upper, lower in itertools.pairwise(said))
    assert max(box.x1 for box in said) < timeline.get_tightbbox().x0
    assert min(box.y0 for box in said) > interests.get_tightbbox().y1
    assert timeline.get_position().width > 0.35  # not squeezed by a long line


def test_of_many_sessions_the_earlier_stand_together(profiler, customer, monkeypatch):
    monkeypatch.setattr("user_profile.serving.card.LATEST", 3)
    profile = profiler.profile(customer)
    assert profile.known > 3
    ax = plot_card(profiler, profile, profiler.spec.items).axes[3]
    codes = [profiler.spec.category_names.index(one.category) for one in profile.interests]
    added, shown = profile.evidence[codes], ax.images[0].get_array()
    np.testing.assert_array_equal(shown[:, 1:], added[:, -2:])
    np.testing.assert_allclose(shown[:, 0], added[:, :-2].sum(1), rtol=1e-5, atol=1e-6)
    assert f"the latest 2 of {profile.known} sessions" in ax.get_title(loc="left")
    assert ax.get_xticklabels()[0].get_text() == "before"
    assert len(ax.get_xticks()) == 3


def test_sessions_stand_side_by_side_on_one_scale(profiler, customer):
    profile, history = profiler.profile(customer), profiler.history
    figure = plot_sessions(profiler, profile)
    panels = figure.axes
    assert len(panels) == min(12, profile.known)
    assert len({ax.get_xlim() for ax in panels}) == 1
    first = int(history.user_offsets[customer])
    offsets, known = history.offsets, profile.known
    for ax, session in zip(panels, range(first + known - len(panels), first + known)):
        widths = np.array([bar.get_width() for bar in ax.patches]).reshape(3, -1).sum(1)
        bought = history.bought[offsets[session] : offsets[session + 1]]
        np.testing.assert_array_equal(widths, [bought.sum(), (~bought).sum(), 0])
    nobody = profiler.profile(customer, int(history.start.min()))
    assert [text.get_text() for text in plot_sessions(profiler, nobody).texts[-1:]] == [
        "no session yet"
    ]


def test_the_band_holds_the_crowd_and_not_the_customer(profiler, customer):
    drift = interest_drift(profiler, customer)
    crowd = crowd_of(profiler, drift)
    assert (crowd.low <= crowd.middle).all()
    assert (crowd.middle <= crowd.high).all()
    users = np.setdiff1d(np.arange(len(profiler.history.users)), [customer])
    moment = drift.moments[-1]
    users = users[profiler.history.known_sessions(users, np.full(len(users), moment)) > 0]
    assert crowd.customers[-1] == len(users) <= CROWD
    chances = 1 - profiler.levels(users, np.full(len(users), moment))[:, :, 0]
    want = np.quantile(chances, SHARES, axis=0)
    got = np.stack([crowd.low[-1], crowd.middle[-1], crowd.high[-1]])
    np.testing.assert_allclose(got, want, atol=1e-6)
    figure = plot_drift_bands(profiler, drift, crowd)
    shown = np.array([ax.lines[1].get_ydata() for ax in figure.axes])
    order = [profiler.spec.category_names.index(ax.get_title(loc="left")) for ax in figure.axes]
    np.testing.assert_array_equal(shown, drift.chances[:, order].T)
    figure.canvas.draw()


def test_the_shop_is_told_in_shares_sales_and_forecasts(profiler):
    history, users = profiler.history, np.arange(len(profiler.history.users))
    shop = read_shop(profiler, users, profiler.now)
    np.testing.assert_allclose(shop.levels.sum(axis=1), 1)
    assert sum(one.size for one in shop.segments.segments) == len(shop.segments.users)

    begin = profiler.now - DAYS * 86_400
    late = np.flatnonzero((history.end[history.session] > begin) & history.bought)
    best = shop.sold[0]
    held = np.unique(history.session[late][history.item[late] == best.item])
    assert abs(best.now - len(held)) <= 1  # whole days are counted
    assert [one.now for one in shop.sold] == sorted(one.now for one in shop.sold)[::-1]

    test = moments_of_the_test(history)
    comes, said = outlook_labels(history, *test), profiler.outlook(*test)
    expected = expected_spend(said, profiler.decisions.residuals)
    size = len(expected) // len(shop.spend.said)
    least = np.argsort(expected, kind="stable")[: size + (len(expected) % 10 > 0)]
    np.testing.assert_allclose(shop.spend.said[0], expected[least].mean())
    np.testing.assert_allclose(shop.spend.true[0], comes.spend[least].mean())
    for curve in shop.lift.values():
        assert curve.reached[-1] == pytest.approx(1)
        assert (np.diff(curve.reached) >= 0).all()
    figure = plot_shop(profiler, shop, profiler.spec.items)
    figure.canvas.draw()
    assert len(figure.axes) == 6


def test_what_a_log_does_not_teach_is_said_on_the_card(profiler):
    shop = read_shop(profiler, np.arange(len(profiler.history.users)), profiler.now)
    silent = shop._replace(calibration={}, lift={}, spend=None, sold=(), levels=shop.levels[:0])
    figure = plot_shop(profiler, silent, profiler.spec.items)
    assert sum(len(ax.texts) for ax in figure.axes) == 5


def test_the_mean_of_the_spend_is_that_of_its_mixture():
    from user_profile.model.outlook import Chances

    chances = Chances(np.array([0.5]), np.zeros(1), np.zeros((1, 4)), np.log([100.0]))
    residuals = np.log([0.5, 1.0, 3.0])
    np.testing.assert_allclose(expected_spend(chances, residuals), [0.5 * 100 * 4.5 / 3])
