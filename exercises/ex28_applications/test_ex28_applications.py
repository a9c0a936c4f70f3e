"""Checks of ex28: values of the four decisions, then ties, nothing to choose, inputs unchanged."""

import numpy as np
from grader import normal


def shop(rng, users=7, items=13, share=0.4):
    """Scores of both signs and a random history."""
    return normal(rng, users, items), rng.random((users, items)) < share


def campaign(rng, users=48):
    """Probabilities in sixteenths, so that ties and break-even occur, and consent of most."""
    return rng.integers(0, 17, users) / 16, rng.random(users) < 0.7


def counts(rng, users=8, categories=6):
    """History and recent counts, many of them 0; no two users alike."""
    history = rng.poisson(rng.gamma(0.7, 6, (users, categories)))
    recent = rng.poisson(rng.gamma(0.7, 3, (users, categories)))
    recent[:, 0] += 1
    return history, recent


def visits(rng, users=11, most=14):
    """Whole days, so that pauses end exactly at the borders now and then."""
    gaps = [rng.integers(1, 15, rng.integers(4, most)).tolist() for _ in range(users)]
    return gaps, rng.integers(0, 8, users)


def test_recommend_the_best_new_items(check, rng):
    scores, seen = shop(rng)
    check("recommend", scores, seen, 4)
    check("recommend", 1e6 * scores, seen, 9)


def kind_of_numbers(module, name, *args):
    """What came back, and whether its dtype is one of integers."""
    chosen = getattr(module, name)(*args)
    return np.asarray(chosen), np.asarray(chosen).dtype.kind in "iu"


def test_items_and_users_are_integers(check, rng):
    says = "Both are numbers to pick things by: output[1] says whether the dtype is an integer."
    check.drive(kind_of_numbers, "recommend", *shop(rng), 4, says_=says)
    check.drive(kind_of_numbers, "target_audience", *campaign(rng), 8.0, 2.0, 9, says_=says)


def test_recommend_breaks_ties_by_number(check, rng):
    scores, seen = shop(rng, users=9)
    check("recommend", np.round(scores), seen, 5, says_="equal scores: the lower number first")


def test_recommend_leaves_places_empty_rather_than_repeat(check, rng):
    scores, seen = shop(rng, users=6, items=8, share=0.5)
    seen[2] = True
    check("recommend", scores, seen, 6)


def test_recommend_more_places_than_items(check, rng):
    check("recommend", *shop(rng, users=5, items=6, share=0.3), 9)


def test_address_those_who_bring_a_gain(check, rng):
    check("target_audience", *campaign(rng), 8.0, 2.0, 100)


def test_address_the_most_likely_when_the_budget_is_short(check, rng):
    check("target_audience", *campaign(rng), 8.0, 2.0, 9)


def test_address_few_when_it_is_dear(check, rng):
    check("target_audience", *campaign(rng, users=60), 8.0, 5.5, 12)


def test_address_nobody_without_consent(check, rng):
    probability, consent = campaign(rng)
    check("target_audience", probability, np.zeros_like(consent), 8.0, 2.0, 5)


def test_risk_is_the_mean_surprise(check, rng):
    check("risk_score", *counts(rng))


def test_risk_with_another_alpha(check, rng):
    check("risk_score", *counts(rng, users=5, categories=9), alpha=0.25)


def test_risk_of_new_and_silent_users(check, rng):
    history, recent = counts(rng, users=300)  # more than NumPy keeps at hand for the next array
    recent[7::9] = 0
    check("risk_score", history, recent)
    history, recent = counts(rng)
    history[3] = 0
    recent[5] = 0
    recent[2] = [0, 1, 0, 0, 0, 0]
    check("risk_score", history, recent)


def test_return_within_the_horizon(check, rng):
    check("will_return", *visits(rng), 4)


def test_return_soon_or_late(check, rng):
    check("will_return", *visits(rng, users=13), 2)
    check("will_return", *visits(rng, users=9), 7)


def test_return_of_users_without_longer_pauses(check, rng):
    gaps, since = visits(rng)
    gaps[4], since[7] = [], 50
    gaps[2], since[2] = [7], 3
    check("will_return", gaps, since, 5, says_="0/0 is 0")


def test_large_shops(check, rng):
    says = "nothing here is bounded: not the items, the users, the counts, the pauses"
    check("recommend", *shop(rng, users=3, items=131), 67, says_=says)
    check("target_audience", *campaign(rng, users=401), 8.0, 1.0, 173, says_=says)
    history, recent = counts(rng, users=5, categories=71)
    check("risk_score", 120 * history, 90 * recent, says_=says)
    gaps = [(rng.integers(1, 60, 140) * 2.5).tolist(), [400.0, 730.0, 1100.5], [0.25, 90.0]]
    check("will_return", gaps, [33.5, 365.0, 0.0], 61.0, says_=says)


def test_inputs_are_unchanged(check, rng):
    check.unchanged("recommend", *shop(rng), 4)
    check.unchanged("target_audience", *campaign(rng), 8.0, 2.0, 9)
    check.unchanged("risk_score", *counts(rng))
    check.unchanged("will_return", *visits(rng), 4)
