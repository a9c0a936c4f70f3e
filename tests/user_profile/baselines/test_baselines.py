"""Baselines: right by hand and by brute force, blind to the future, and at their known level."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from user_profile.baselines import (
    InSeason,
    ItemNeighbours,
    LastBasket,
    Markov,
    PersonalFrequency,
    Popularity,
    SequenceRules,
    TifuKnn,
)
from user_profile.errors import DataError
from user_profile.judging.compare import compare, select
from user_profile.log.clean import clean_events
from user_profile.log.sessions import group_sessions
from user_profile.log.split import split_last_sessions

ALL = [
    Popularity(), Popularity(days=1e-4), PersonalFrequency(), LastBasket(), Markov(),
    SequenceRules(), SequenceRules(steps=2, recent=3), ItemNeighbours(), TifuKnn(neighbours=5),
    InSeason(TifuKnn(neighbours=5), days=2e-4),
]  # fmt: skip
IDS = [f"{scorer.name} {number}" for number, scorer in enumerate(ALL)]
DATELESS = [scorer for scorer in ALL if not isinstance(scorer, InSeason)]


@pytest.fixture(scope="module")
def sessions(random_log):
    return group_sessions(random_log)


@pytest.fixture(scope="module")
def questions(sessions):
    """Users and times, unsorted, some before anything happened."""
    rng = np.random.default_rng(3)
    return rng.integers(0, 40, 60), rng.integers(-1, 62, 60)


@pytest.mark.parametrize("scorer", ALL, ids=IDS)
def test_nothing_at_or_after_the_moment_changes_a_score(scorer, random_log, questions):
    users, _ = questions
    now = 30
    as_of = np.full(len(users), now)
    score = scorer.fit(group_sessions(random_log)).score(users, as_of)
    late = np.unique(random_log.session[random_log.time >= now])
    future = np.isin(random_log.session, late)
    rng = np.random.default_rng(0)
    item = np.where(future, rng.permutation(random_log.item), random_log.item)
    time = np.where(future, now + rng.integers(0, 9, len(item)), random_log.time)

    scorer.fit(group_sessions(random_log.take(~future)))
    assert np.array_equal(scorer.score(users, as_of), score)
    scorer.fit(group_sessions(replace(random_log, item=item, time=time)))
    assert np.array_equal(scorer.score(users, as_of), score)
    # The same question a little later does see what was changed.
    assert not np.array_equal(scorer.score(users, as_of + 10), score)


@pytest.mark.parametrize("scorer", ALL, ids=IDS)
def test_a_score_does_not_depend_on_who_else_is_asked_about(scorer, sessions, questions):
    users, as_of = questions
    scorer.fit(sessions)
    together = scorer.score(users, as_of)
    for q in (0, 17, 59):
        alone = scorer.score(users[q : q + 1], as_of[q : q + 1])
        assert alone[0] == pytest.approx(together[q], rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("scorer", DATELESS, ids=lambda scorer: scorer.name)
def test_without_a_date_all_of_the_log_is_past(scorer, sessions):
    if getattr(scorer, "days", None):
        return
    users = np.arange(40)
    scorer.fit(sessions)
    dateless = scorer.score(users)
    late = scorer.score(users, np.full(40, 1_000))
    assert dateless == pytest.approx(late, rel=1e-5, abs=1e-6)
    assert dateless.dtype == np.float32


@pytest.mark.parametrize("scorer", ALL, ids=IDS)
def test_nobody_asked_about_gives_no_scores_and_unknown_users_are_refused(scorer, sessions):
    none = np.array([], dtype=np.int64)
    assert scorer.fit(sessions).score(none, none).shape == (0, 30)
    if not isinstance(scorer, Popularity):
        with pytest.raises(DataError, match="codes below 40"):
            scorer.score(np.array([40]), np.array([5]))


def past_baskets(sessions, user, as_of):
    return [
        set(sessions.items(s).tolist()) for s in sessions.of_user(user) if sessions.end[s] < as_of
    ]


def test_counting_baselines_agree_with_plain_counting(sessions, questions):
    users, as_of = questions
    popular = Popularity().fit(sessions).score(users, as_of)
    frequent = PersonalFrequency().fit(sessions).score(users, as_of)
    latest = LastBasket().fit(sessions).score(users, as_of)
    for q, (user, moment) in enumerate(zip(users, as_of)):
        everybody = Counter(
            item
            for u in range(40)
            for basket in past_baskets(sessions, u, moment)
            for item in basket
        )
        assert popular[q].tolist() == [everybody[item] for item in range(30)]
        own = past_baskets(sessions, user, moment)
        counts = Counter(item for basket in own for item in basket)
        assert np.floor(frequent[q]).tolist() == [counts[item] for item in range(30)]
        last = own[-1] if own else set()
        assert np.floor(latest[q]).tolist() == [item in last for item in range(30)]
        order = np.argsort(frequent[q] % 1, kind="stable")
        assert (np.diff(popular[q][order]) >= 0).all()  # ties go to the more popular


def test_sequence_rules_and_markov_agree_with_plain_counting(sessions, questions):
    users, as_of = questions
    rules = SequenceRules(steps=3, recent=2).fit(sessions).score(users, as_of)
    markov = Markov().fit(sessions).score(users, as_of)
    for q, (user, moment) in enumerate(zip(users, as_of)):
        own = past_baskets(sessions, user, moment)
        last_but_one, last = [set(), set(), *own][-2:]
        strength, follows, followed = Counter(), Counter(), Counter()
        for u in range(40):
            runs = list(sessions.of_user(u))
            for at, first in enumerate(runs):
                for distance, then in enumerate(runs[at + 1 : at + 4], start=1):
                    if sessions.end[then] >= moment:
                        continue
                    for a in sessions.items(first):
                        followed[a] += distance == 1
                        start = (a in last) + (a in last_but_one) / 2
                        for b in sessions.items(then):
                            strength[b] += start / distance
                            follows[a, b] += distance == 1
        assert rules[q] == pytest.approx([strength[item] for item in range(30)], rel=1e-5)
        chance = [sum(follows[a, b] / max(followed[a], 1) for a in last) for b in range(30)]
        assert markov[q] == pytest.approx(chance, rel=1e-5)


def test_neighbours_agree_with_plain_counting(sessions, questions):
    users, as_of = questions
    scores = ItemNeighbours().fit(sessions).score(users, as_of)
    tifu = TifuKnn(neighbours=3, group_size=2, within=0.8, between=0.5, own_share=0.6)
    blended = tifu.fit(sessions).score(users, as_of)

    def vector(baskets):
        groups = -(-len(baskets) // 2)
        total = np.zeros(30)
        for age, basket in enumerate(reversed(baskets)):
            size = 2 if age // 2 < groups - 1 else len(baskets) - 2 * (groups - 1)
            total[list(basket)] += 0.8 ** (age % 2) * 0.5 ** (age // 2) / (size * groups)
        return total

    for q, (user, moment) in enumerate(zip(users, as_of)):
        histories = [past_baskets(sessions, u, moment) for u in range(40)]
        bought = np.zeros((40, 30))
        for u, baskets in enumerate(histories):
            bought[u, [item for basket in baskets for item in basket]] = 1
        norm = np.sqrt(np.maximum(bought.sum(axis=0), 1))
        cosine = bought.T @ bought / norm / norm[:, None]
        assert scores[q] == pytest.approx(bought[user] @ cosine, rel=1e-4, abs=1e-6)

        vectors = {u: vector(baskets) for u, baskets in enumerate(histories) if baskets}
        own = vectors.pop(user, np.zeros(30))
        near = sorted(((v - own) @ (v - own), u) for u, v in vectors.items())
        if len(near) > 3 and near[3][0] - near[2][0] < 1e-6:
            continue  # which of two equally near customers counts is left open
        others = np.mean([vectors[u] for _, u in near[:3]] or [np.zeros(30)], axis=0)
        assert blended[q] == pytest.approx(0.6 * own + 0.4 * others, rel=1e-4, abs=1e-6)


def test_season_multiplies_by_recent_sales(sessions, questions):
    users, as_of = questions
    days = 10 / 86_400
    base = TifuKnn(neighbours=5).fit(sessions).score(users, as_of)
    baskets = [set(sessions.items(s).tolist()) for s in range(len(sessions))]
    sold = [
        [
            sum(
                item in basket
                for basket, end in zip(baskets, sessions.end)
                if now - 10 <= end < now
            )
            for item in range(30)
        ]
        for now in as_of
    ]
    got = InSeason(TifuKnn(neighbours=5), days).fit(sessions).score(users, as_of)
    assert got == pytest.approx(base * np.array(sold), rel=1e-5)
    with pytest.raises(ValueError, match="needs a date"):
        InSeason(Popularity()).fit(sessions).score(users)


@pytest.mark.slow
def test_the_retail_protocol_reproduces_the_known_level_of_the_baselines(retail):
    events, _ = clean_events(retail[0], non_products=())
    sessions = group_sessions(events.of_kind("purchase"))
    targets = split_last_sessions(sessions).test
    table = compare([Popularity(), LastBasket(), PersonalFrequency()], sessions, targets)
    assert table["popularity"].mean("ndcg@10") == pytest.approx(0.069, abs=0.003)
    assert table["last basket"].mean("ndcg@10") == pytest.approx(0.239, abs=0.002)
    assert 0.293 < table["personal frequency"].mean("ndcg@10") < 0.298
    gap, low, high = table.difference("personal frequency", "popularity", "ndcg@10")
    assert 0 < low < gap < high
    assert "popularity" in str(table)


def test_selection_takes_the_best_on_the_questions_it_is_given(sessions):
    validation = split_last_sessions(sessions).validation
    candidates = [Popularity(), PersonalFrequency(), TifuKnn(neighbours=5)]
    chosen, value = select(candidates, lambda some: compare(some, sessions, validation))
    table = compare(candidates, sessions, validation)
    assert value == max(result.mean("ndcg@10") for result in table.results)
    assert table[chosen.name].mean("ndcg@10") == value
