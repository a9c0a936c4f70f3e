"""A profile updated step by step equals one that is read anew."""

import time
from dataclasses import replace

import numpy as np
import pytest
from user_profile.errors import DataError
from user_profile.features import season
from user_profile.features.history import read_history
from user_profile.judging.evaluate import mean_ndcg
from user_profile.log.append import NewEvent, sessions_of, with_session
from user_profile.log.sessions import group_sessions
from user_profile.log.split import split_last_sessions
from user_profile.model.decisions import OUTLOOK
from user_profile.model.settings import Settings
from user_profile.serving.live import LiveProfile
from user_profile.serving.profiler import Profiler
from user_profile.training.loop import train

from tests.user_profile.shop_log import DAY, make_categories, make_events, make_rows

ROWS = make_rows(customers=25)
LATE = max(row[4] for row in ROWS) + DAY
NEW = [
    ("c3", "n1", "i4", "purchase", LATE, 2, 2.0, "cup no 4"),
    ("c3", "n1", "i9", "purchase", LATE, 5, 3.25, "sign no 9"),
    ("c3", "n2", "i4", "cancellation", LATE + DAY, 1, 2.0, "cup no 4"),
    ("c3", "n3", "i11", "purchase", LATE + 9 * DAY, 1, 3.75, "sign no 11"),
    ("c3", "n3", "i4", "purchase", LATE + 9 * DAY, 3, 2.0, "cup no 4"),
]


@pytest.fixture(scope="module")
def trained():
    sessions = group_sessions(make_events(ROWS))
    split = split_last_sessions(sessions, kind="purchase")
    trained = train(
        sessions, split, make_categories(sessions), Settings(epochs=2, embed_dim=8), score=mean_ndcg
    )
    # So small a log teaches no outlook; here it is compared all the same.
    return replace(trained, decisions=replace(trained.decisions, taught=OUTLOOK))


@pytest.fixture(scope="module")
def profiler(trained):
    return Profiler(trained, group_sessions(make_events(ROWS)))


@pytest.fixture
def anew(trained):
    """The profile of c3 by reading a log with further rows."""

    def anew(rows, moment):
        sessions = group_sessions(make_events([*ROWS, *rows]))
        other = Profiler(trained, sessions)
        return other.profile(sessions.events.users.index("c3"), moment)

    return anew


def events(session):
    return [NewEvent(r[2], r[5], r[6], r[3]) for r in NEW if r[1] == session]


def assert_same(ours, theirs):
    assert ours.known == theirs.known
    assert [i.category for i in ours.interests] == [i.category for i in theirs.interests]
    for a, b in zip(ours.interests, theirs.interests):
        np.testing.assert_allclose(a.probabilities, b.probabilities, rtol=1e-5)
        assert [item for item, _ in a.items] == [item for item, _ in b.items]
    assert [s.item for s in ours.suggestions] == [s.item for s in theirs.suggestions]
    np.testing.assert_allclose(
        [s.probability for s in ours.suggestions],
        [s.probability for s in theirs.suggestions],
        rtol=1e-5,
    )
    assert [s.times for s in ours.suggestions] == [s.times for s in theirs.suggestions]
    np.testing.assert_allclose(ours.evidence, theirs.evidence, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        [ours.returns, ours.cancels, *ours.spend],
        [theirs.returns, theirs.cancels, *theirs.spend],
        rtol=1e-5,
    )


def c3(profiler):
    return profiler.history.users.index("c3")


def test_new_sessions(profiler, anew):
    live, moment = LiveProfile(profiler, c3(profiler)), LATE + 20 * DAY
    assert_same(live.profile(moment), anew([], moment))
    for count, session in ((2, "n1"), (3, "n2"), (5, "n3")):
        live.add_session(events(session), NEW[count - 1][4])
        assert_same(live.profile(moment), anew(NEW[:count], moment))


@pytest.mark.parametrize("cells", [100, 2400, 6_000_000])
def test_the_season_is_that_of_the_longer_log(trained, monkeypatch, cells):
    """Its days too, which are wider in a long log, and what falls out of too long a history."""
    monkeypatch.setattr(season, "_MOST_CELLS", cells)
    sessions = group_sessions(make_events(ROWS))
    live = LiveProfile(Profiler(trained, sessions), sessions.events.users.index("c3"), most=4)
    for session, begin in (("n1", LATE), ("n3", LATE + 90 * DAY)):
        live.add_session(events(session), begin)
    rows = [(*r[:4], r[4] + 81 * DAY * (r[1] == "n3"), *r[5:]) for r in NEW if r[1] != "n2"]
    longer = group_sessions(make_events([*ROWS, *rows]))
    user = longer.events.users.index("c3")
    left = longer.user_offsets[user + 1] - np.arange(len(longer))
    longer = longer.take((longer.user != user) | (left <= 4))
    other = Profiler(trained, longer)
    assert_same(live.profile(), other.profile(user))
    for mine, theirs in zip(live._reader.season, other.featurizer.season):
        np.testing.assert_array_equal(mine, theirs)


def test_new_events_of_the_last_session(profiler, anew):
    live, moment = LiveProfile(profiler, c3(profiler)), LATE + 20 * DAY
    live.add_session(events("n1")[:1], LATE)
    live.add_events(events("n1")[1:])
    assert_same(live.profile(moment), anew(NEW[:2], moment))
    live.add_events([NewEvent("i4", 1, 2.0)])
    again = ("c3", "n1", "i4", "purchase", LATE, 1, 2.0, "cup no 4")
    assert_same(live.profile(moment), anew([*NEW[:2], again], moment))


def test_the_past_can_still_be_asked(profiler, anew):
    live = LiveProfile(profiler, c3(profiler))
    live.add_session(events("n1"), LATE)
    assert_same(live.profile(LATE), anew([], LATE))


def test_a_new_customer_and_an_unknown_item(profiler):
    live = LiveProfile(profiler, None, "somebody")
    nobody = live.profile()
    assert nobody.known == 0
    assert all(s.copied == 0 for s in nobody.suggestions)
    live.add_session([NewEvent("i5"), NewEvent("never heard of")], profiler.now)
    profile = live.profile()
    assert profile.known == 1
    (copied,) = [s for s in live.profile(top=24).suggestions if s.copied]
    assert profiler.spec.items[copied.item] == "i5"


def test_mistakes(profiler):
    live = LiveProfile(profiler, None)
    with pytest.raises(DataError, match="add a session first"):
        live.add_events([NewEvent("i5")])
    with pytest.raises(DataError, match="at least one event"):
        live.add_session([], 0)
    with pytest.raises(DataError, match="no kind 'theft'"):
        live.add_session([NewEvent("i5", kind="theft")], 0)


def test_a_session_goes_where_its_moment_is(profiler, anew):
    """Before sessions that are there, and before those that were added."""
    live, moment = LiveProfile(profiler, c3(profiler)), LATE + 20 * DAY
    early = ("c3", "n0", "i7", "purchase", LATE - 100 * DAY, 2, 2.75, "cup no 7")
    for rows, begin in ((NEW[3:], NEW[3][4]), ([early], early[4]), (NEW[:2], LATE)):
        live.add_session([NewEvent(r[2], r[5], r[6], r[3]) for r in rows], begin)
    assert_same(live.profile(moment), anew([*NEW[:2], *NEW[3:], early], moment))


def test_in_a_log_without_purchases_all_is_what_it_holds(profiler):
    events = make_events([("c1", "s1", "i5", "purchase", 0, 1, 1.0, "cup no 5")])
    views = sessions_of(group_sessions(replace(events, kinds=("view", "cart"))), 0)
    longer = with_session(views, [NewEvent("i5"), NewEvent("i6")], DAY, named=True)
    assert longer.events.kind.tolist() == [0, 0, 0]
    assert read_history(longer).bought.all()


def test_history_is_never_cut(profiler):
    live = LiveProfile(profiler, None)
    for day in range(70):
        live.add_session([NewEvent("i5")], profiler.now + day * DAY)
    profile = live.profile()
    assert profile.known == 70
    assert profile.evidence.shape[1] == 70
    start = time.perf_counter()
    live.add_session([NewEvent("i6")], profiler.now + 70 * DAY)
    assert time.perf_counter() - start < 1
