"""Sessions and split: nothing is lost, time runs forward, and no question sees its answer."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from user_profile.errors import DataError
from user_profile.judging.leave_one_out import before
from user_profile.log.clean import clean_events
from user_profile.log.sessions import group_sessions, single_event_sessions
from user_profile.log.split import split_last_sessions

ROW = st.tuples(
    st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(0, 20), st.sampled_from("stuv")
)


def described(sessions):
    """Each session as (user, time, items) with the original ids."""
    events = sessions.events
    return [
        (events.users[sessions.user[s]], int(sessions.time[s]),
         [events.items[item] for item in sessions.items(s)])
        for s in range(len(sessions))
    ]  # fmt: skip


def test_an_invoice_is_a_session_and_sessions_stand_in_order_of_time(log):
    rows = [("b", "x", 9, "1"), ("a", "y", 5, "2"), ("b", "z", 3, "3"), ("b", "y", 9, "1"),
            ("a", "y", 6, "2"), ("a", "x", 5, "4")]  # fmt: skip
    assert described(group_sessions(log(rows))) == [
        ("b", 3, ["z"]), ("b", 9, ["x", "y"]), ("a", 5, ["y"]), ("a", 5, ["x"]),
    ]  # fmt: skip


def test_two_users_under_one_session_id_have_a_session_each(log):
    sessions = group_sessions(log([("a", "x", 1, "s"), ("b", "y", 2, "s")]))
    assert described(sessions) == [("a", 1, ["x"]), ("b", 2, ["y"])]


def test_without_session_ids_a_long_pause_begins_a_new_session(log):
    rows = [("a", "x", 0, ""), ("a", "y", 1800, ""), ("a", "z", 3601, ""), ("b", "x", 3602, "")]
    assert described(group_sessions(log(rows))) == [
        ("a", 0, ["x", "y"]), ("a", 3601, ["z"]), ("b", 3602, ["x"]),
    ]  # fmt: skip
    assert len(group_sessions(log(rows), gap=2000)) == 2


def test_a_name_that_comes_again_after_more_than_a_week_names_another_session(log):
    day = 86_400
    rows = [("a", "x", 0, "s"), ("a", "y", 7 * day, "s"), ("a", "z", 15 * day, "s"),
            ("b", "x", 9 * day, "s"), ("a", "x", 16 * day, "t")]  # fmt: skip
    sessions = group_sessions(log(rows))
    assert described(sessions) == [
        ("a", 0, ["x", "y"]), ("a", 15 * day, ["z"]), ("a", 16 * day, ["x"]), ("b", 9 * day, ["x"]),
    ]  # fmt: skip
    assert sessions.names_again() == 1
    assert "another session: 1 times" in str(clean_events(log(rows))[1].grouped(sessions, 0))
    rows_in_order = replace(log(rows), timed=False)  # whose times count rows
    assert len(group_sessions(rows_in_order)) == 3


def test_names_that_take_turns_are_counters_and_name_a_session_a_turn(log):
    day = 86_400
    rows = [("a", item, (2 * turn + n % 2) * day + n, "st"[n % 2])
            for turn in range(3) for n, item in enumerate("xyzv")]  # fmt: skip
    found = [items for _, _, items in described(group_sessions(log(rows)))]
    assert found == [["x", "z"], ["y", "v"]] * 3
    rows = [("a", "x", 0, "s"), ("a", "y", 3600, "t"), ("a", "z", 7200, "s")]  # two at once
    assert len(group_sessions(log(rows))) == 2


def test_rows_without_a_session_leave_those_of_others_as_they_are_named(log):
    rows = [("a", "x", 0, "s"), ("a", "y", 9000, "s"), ("a", "z", 10, ""), ("a", "y", 5000, ""),
            ("a", "v", 5001, "")]  # fmt: skip
    assert described(group_sessions(log(rows))) == [
        ("a", 0, ["x", "y"]), ("a", 10, ["z"]), ("a", 5000, ["y", "v"]),
    ]  # fmt: skip


def test_equal_times_keep_the_order_of_the_file(log):
    rows = [("a", item, 7, "") for item in ("z", "m", "a", "q")]
    assert [items[0] for _, _, items in described(single_event_sessions(log(rows)))] == list("zmaq")


@given(st.lists(ROW, min_size=1, max_size=40))
def test_grouping_keeps_every_event_and_sorts_by_user_and_time(log, rows):
    for sessions in (group_sessions(log(rows)), single_event_sessions(log(rows))):
        events = sessions.events
        there = zip(events.user, events.item, events.time)
        names = [(events.users[u], events.items[i], int(t)) for u, i, t in there]
        assert sorted(names) == sorted(row[:3] for row in rows)
        assert (np.diff(sessions.user) >= 0).all()
        assert (np.diff(sessions.time)[np.diff(sessions.user) == 0] >= 0).all()
        assert (sessions.time <= sessions.end).all()
        assert np.array_equal(np.repeat(sessions.user, np.diff(sessions.offsets)), events.user)
        assert sessions.counts.sum() == len(sessions)


@given(st.lists(ROW, min_size=1, max_size=60))
def test_each_customer_is_asked_once_about_the_last_session_and_once_about_the_one_before(
    log, rows
):
    sessions = group_sessions(log(rows))
    enough = np.flatnonzero(sessions.counts >= 3)
    if len(enough) == 0:
        with pytest.raises(DataError, match="No customer has 3 sessions"):
            split_last_sessions(sessions)
        return
    split = split_last_sessions(sessions)
    assert split.test.user.tolist() == split.validation.user.tolist() == enough.tolist()
    assert np.array_equal(split.test.session, sessions.user_offsets[enough + 1] - 1)
    assert np.array_equal(split.validation.session, split.test.session - 1)
    held_out = {*split.test.session.tolist(), *split.validation.session.tolist()}
    assert set(np.flatnonzero(~split.train).tolist()) == held_out
    for targets in split[1:]:
        for q in range(len(targets)):
            answers = targets.item[targets.offsets[q] : targets.offsets[q + 1]]
            assert sorted(answers) == sorted(sessions.items(targets.session[q]))
    history = sessions.take(before(sessions, split.validation))
    assert len(history) == split.train.sum()


def test_questions_can_be_chosen_in_any_order(random_log):
    test = split_last_sessions(group_sessions(random_log)).test
    some = test.take(np.array([5, 2]))
    assert some.user.tolist() == [test.user[5], test.user[2]]
    expected = [*test.item[test.offsets[5] : test.offsets[6]],
                *test.item[test.offsets[2] : test.offsets[3]]]  # fmt: skip
    assert some.item.tolist() == expected
    assert len(test.take(np.array([], dtype=int)).item) == 0


def test_sessions_without_the_kind_asked_for_do_not_count_but_are_not_trained_on_either(log):
    rows = [("a", "x", time, f"s{time}") for time in range(6)]
    kinds = np.array([0, 0, 1, 0, 1, 0], dtype=np.int8)
    events = replace(log(rows, kinds=("purchase", "cancellation")), kind=kinds)
    split = split_last_sessions(group_sessions(events), kind="purchase")
    assert (split.validation.session[0], split.test.session[0]) == (3, 5)
    assert split.train.tolist() == [True, True, True, False, False, False]
    with pytest.raises(DataError, match="no 'click' events"):
        split_last_sessions(group_sessions(events), kind="click")


def test_events_without_a_user_and_empty_logs_are_explained(log):
    events = log([("", "x", 1, "s")])
    with pytest.raises(DataError, match=r"clean_events"):
        group_sessions(events)
    with pytest.raises(DataError, match="empty"):
        group_sessions(events.take(np.array([], dtype=int)))
