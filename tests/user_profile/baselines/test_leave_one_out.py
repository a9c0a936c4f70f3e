"""Leave one out: the last item of each user, among what they have not had."""

import numpy as np
import pytest
from user_profile.baselines import (
    Popularity,
    SequenceRules,
)
from user_profile.errors import DataError
from user_profile.judging.leave_one_out import before, compare_leave_one_out
from user_profile.log.readers import read_events
from user_profile.log.sessions import single_event_sessions
from user_profile.log.split import split_last_sessions

from .test_baselines import DATELESS


def test_leave_one_out_hides_the_answer_and_all_after_it(random_log):
    sessions = single_event_sessions(random_log)
    split = split_last_sessions(sessions)

    class Spy(Popularity):
        def fit(self, history):
            self.seen = len(history)
            for user, session in zip(split.validation.user, split.validation.session):
                assert len(history.of_user(user)) == session - sessions.user_offsets[user]
            return super().fit(history)

    spy = Spy()
    compare_leave_one_out([spy], sessions, split.validation, filter_seen=False)
    assert spy.seen == split.train.sum() == before(sessions, split.validation).sum()


def test_leave_one_out_ranks_only_what_the_user_has_not_had(log):
    rows = [("a", "x", 1, ""), ("a", "x", 2, ""), ("a", "y", 3, ""), ("a", "z", 4, ""),
            ("b", "x", 1, ""), ("b", "w", 2, ""), ("b", "y", 3, ""), ("b", "x", 4, "")]  # fmt: skip
    sessions = single_event_sessions(log(rows))
    test = split_last_sessions(sessions).test
    table = compare_leave_one_out([Popularity()], sessions, test)
    # a had x and y: w stands before z. b is asked for x, had it before, and so cannot find it.
    assert table["popularity"].metrics["mrr"].tolist() == [1 / 2, 0]
    against_one = compare_leave_one_out([Popularity()], sessions, test, negatives=1)
    assert against_one["popularity"].metrics["mrr"].tolist() == [1 / 2, 0]


def test_a_log_of_one_item_is_answered(log):
    sessions = single_event_sessions(log([("a", "x", time, "") for time in range(4)]))
    test = split_last_sessions(sessions).test
    with pytest.raises(DataError, match="filter_seen=False"):
        compare_leave_one_out(DATELESS, sessions, test)
    table = compare_leave_one_out(DATELESS, sessions, test, filter_seen=False)
    assert all(result.mean("hit@10") == 1 for result in table.results)


def test_rows_in_file_order_can_be_compared_from_a_file_of_ratings(tmp_path):
    rng = np.random.default_rng(2)
    rows = [f"{user},{(user + step) % 40},4,{100 + step // 2}\n"
            for user in range(30) for step in range(rng.integers(3, 12))]  # fmt: skip
    path = tmp_path / "ratings.csv"
    path.write_text("userId,movieId,rating,timestamp\n" + "".join(rows))
    sessions = single_event_sessions(read_events(path)[0])
    test = split_last_sessions(sessions).test
    table = compare_leave_one_out([Popularity(), SequenceRules()], sessions, test)
    assert table["sequence rules"].mean("hit@10") > 0.9
    assert table["sequence rules"].mean("mrr") > table["popularity"].mean("mrr")
