"""Answers told apart by hand, and a split by one clock."""

import numpy as np
import pytest
from user_profile.baselines.popularity import Popularity
from user_profile.errors import DataError
from user_profile.judging.old_and_new import AmongNew, compare_old_and_new, told_apart
from user_profile.log.sessions import group_sessions
from user_profile.log.split import split_at, split_last_sessions


def test_each_answer_is_in_one_part(random_log):
    sessions = group_sessions(random_log)
    targets = split_last_sessions(sessions).test
    old, new = told_apart(sessions, targets)
    assert len(old.item) + len(new.item) == len(targets.item)
    for part, before in ((old, True), (new, False)):
        for q, user in enumerate(part.user):
            past = [s for s in sessions.of_user(user) if sessions.end[s] < part.time[q]]
            had = {item for s in past for item in sessions.items(s).tolist()}
            for item in part.item[part.offsets[q] : part.offsets[q + 1]].tolist():
                assert (item in had) == before


def test_one_clock_for_everybody(random_log):
    sessions = group_sessions(random_log)
    targets = split_at(sessions, 30)
    for user, session in zip(targets.user, targets.session):
        own = sessions.of_user(user)
        assert session == min(s for s in own if sessions.time[s] >= 30)
        assert any(sessions.end[s] < 30 for s in own)
    assert len(np.unique(targets.user)) == len(targets)
    with pytest.raises(DataError, match="both before and after"):
        split_at(sessions, 10_000)


def test_a_list_of_new_items_leaves_out_what_was_had_by_then(random_log):
    sessions = group_sessions(random_log)
    targets = split_last_sessions(sessions).test
    plain = Popularity().fit(sessions).score(targets.user, targets.time)
    alone = AmongNew(Popularity()).fit(sessions).score(targets.user, targets.time)
    for q, user in enumerate(targets.user):
        past = [s for s in sessions.of_user(user) if sessions.end[s] < targets.time[q]]
        had = sorted({item for s in past for item in sessions.items(s).tolist()})
        assert np.isneginf(alone[q, had]).all()
        others = np.setdiff1d(np.arange(alone.shape[1]), had)
        assert np.array_equal(alone[q, others], plain[q, others])
    everything = AmongNew(Popularity()).fit(sessions).score(targets.user)
    assert np.isneginf(everything).sum() > np.isneginf(alone).sum()  # the target sessions too


def test_new_items_rank_higher_among_themselves(random_log):
    sessions = group_sessions(random_log)
    _, new, alone = compare_old_and_new(
        [Popularity()], sessions, split_last_sessions(sessions).test
    )
    assert "only what was never bought" in alone.title
    gain = alone["popularity"].metrics["ndcg@10"] - new["popularity"].metrics["ndcg@10"]
    assert gain.min() >= 0
    assert gain.mean() > 0
