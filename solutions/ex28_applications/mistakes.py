"""What people get wrong in ex28: working functions, each with its misconception."""

import numpy as np
from grader import mistake


def _best(cost, k, hidden):
    """The k cheapest columns of each row in stable order, -1 where `hidden`; padded to k."""
    order = np.argsort(cost, axis=1, kind="stable")[:, :k]
    best = np.full((len(cost), k), -1)
    best[:, : order.shape[1]] = np.where(np.take_along_axis(hidden, order, axis=1), -1, order)
    return best


@mistake(
    "you recommend what the user already has; take out what `seen` marks", replaces="recommend"
)
def seen_recommended(scores, seen, k):
    return _best(-scores, k, np.zeros_like(seen))


@mistake(
    "you cut off the best k first and take out the seen items afterwards, so users get too few; "
    "take them out first",
    replaces="recommend",
)
def seen_removed_after_the_cut(scores, seen, k):
    cut = _best(-scores, k, seen)
    order = np.argsort(cut == -1, axis=1, kind="stable")
    return np.take_along_axis(cut, order, axis=1)


@mistake(
    "you multiply the scores of seen items by 0, which lifts them above negative scores; "
    "they must not be in the race at all",
    replaces="recommend",
)
def seen_times_zero(scores, seen, k):
    return _best(-(scores * ~seen), k, np.zeros_like(seen))


@mistake("`seen` is turned round: you recommend only what the user has had", replaces="recommend")
def seen_turned_round(scores, seen, k):
    return _best(np.where(seen, -scores, np.inf), k, ~seen)


@mistake("your list begins with the worst item; best first", replaces="recommend")
def worst_first(scores, seen, k):
    return _best(np.where(seen, np.inf, scores), k, seen)


@mistake(
    "equal scores stand in falling order of their number, as turning a sorted list does; "
    "the lower number comes first",
    replaces="recommend",
)
def ties_turned_round(scores, seen, k):
    items = scores.shape[1]
    turned = _best(np.where(seen, np.inf, -scores)[:, ::-1], k, seen[:, ::-1])
    return np.where(turned < 0, -1, items - 1 - turned)


@mistake(
    "your k items are the right ones, but not in order of their scores: argpartition does not sort",
    replaces="recommend",
)
def not_in_order(scores, seen, k):
    best = _best(np.where(seen, np.inf, -scores), k, seen)
    last = scores.shape[1]
    ordered = np.sort(np.where(best < 0, last, best), axis=1)
    return np.where(ordered == last, -1, ordered)


@mistake(
    "when new items run out you fill the list with seen ones; such places hold -1",
    replaces="recommend",
)
def filled_with_seen(scores, seen, k):
    return _best(np.where(seen, np.inf, -scores), k, np.zeros_like(seen))


def _likeliest(keep, probability, size):
    users = np.flatnonzero(keep)
    return users[np.argsort(-probability[users], kind="stable")][:size]


@mistake(
    "you address users who have not consented; however likely, they are out",
    replaces="target_audience",
)
def consent_ignored(probability, consent, value, cost, size):
    return _likeliest(probability * value > cost, probability, size)


@mistake(
    "you fill the audience with users who cost more than they bring; "
    "probability * value must exceed the cost",
    replaces="target_audience",
)
def cost_ignored(probability, consent, value, cost, size):
    return _likeliest(consent, probability, size)


@mistake(
    "your threshold is one half; where it lies is decided by value and cost: cost / value",
    replaces="target_audience",
)
def threshold_one_half(probability, consent, value, cost, size):
    return _likeliest(consent & (probability > 0.5), probability, size)


@mistake(
    "you address users who bring exactly what they cost; the gain must be above zero",
    replaces="target_audience",
)
def break_even_included(probability, consent, value, cost, size):
    return _likeliest(consent & (probability * value >= cost), probability, size)


@mistake(
    "you cut off the likeliest `size` users first and ask for consent afterwards; "
    "the free places stay empty",
    replaces="target_audience",
)
def consent_after_the_cut(probability, consent, value, cost, size):
    chosen = _likeliest(probability * value > cost, probability, size)
    return chosen[consent[chosen]]


@mistake(
    "you take users in order of their number; the likeliest come first",
    replaces="target_audience",
)
def first_come(probability, consent, value, cost, size):
    return np.flatnonzero(consent & (probability * value > cost))[:size]


@mistake(
    "your audience begins with the least likely; the likeliest come first",
    replaces="target_audience",
)
def least_likely_first(probability, consent, value, cost, size):
    users = np.flatnonzero(consent & (probability * value > cost))
    return users[np.argsort(probability[users], kind="stable")][:size]


def _surprise(history, alpha, spread=None):
    spread = history.shape[1] if spread is None else spread
    p = (history + alpha) / (history.sum(axis=1, keepdims=True) + alpha * spread)
    return -np.log(p)


def _mean_surprise(recent, surprise):
    return (recent * surprise).sum(axis=1) / np.maximum(recent.sum(axis=1), 1)


@mistake(
    "you do not smooth: what a user has never done is infinitely surprising; add alpha to each "
    "count",
    replaces="risk_score",
)
def not_smoothed(history, recent, alpha=1.0):
    share = history / np.maximum(history.sum(axis=1, keepdims=True), 1)
    with np.errstate(divide="ignore"):
        surprise = np.where(recent > 0, -np.log(share), 0)
    return np.where(recent > 0, recent * surprise, 0).sum(1) / np.maximum(recent.sum(1), 1)


@mistake(
    "your profile does not sum to 1: with alpha on each category the total grows by "
    "alpha * categories",
    replaces="risk_score",
)
def total_not_smoothed(history, recent, alpha=1.0):
    return _mean_surprise(recent, _surprise(history, alpha, spread=1))


@mistake(
    "you share one alpha among the categories; alpha is added to each of them",
    replaces="risk_score",
)
def alpha_shared(history, recent, alpha=1.0):
    return _mean_surprise(recent, _surprise(history, alpha / history.shape[1]))


@mistake(
    "you add up the surprise, so busy users look risky; take the mean over the recent events",
    replaces="risk_score",
)
def surprise_added_up(history, recent, alpha=1.0):
    return (recent * _surprise(history, alpha)).sum(axis=1)


@mistake("you average over the categories; each recent event counts once", replaces="risk_score")
def mean_over_categories(history, recent, alpha=1.0):
    return np.where(recent.sum(1) > 0, _surprise(history, alpha).mean(axis=1), 0)


@mistake("your surprise is in bits; nats were asked for: ln, not log2", replaces="risk_score")
def in_bits(history, recent, alpha=1.0):
    return _mean_surprise(recent, _surprise(history, alpha)) / np.log(2)


@mistake(
    "the recent events are part of the profile they are judged by; the profile is history alone",
    replaces="risk_score",
)
def judged_by_itself(history, recent, alpha=1.0):
    return _mean_surprise(recent, _surprise(history + recent, alpha))


@mistake(
    "you judge everybody by the profile of all users; a user is compared with their own past",
    replaces="risk_score",
)
def profile_of_all(history, recent, alpha=1.0):
    return _mean_surprise(recent, _surprise(history.sum(axis=0, keepdims=True), alpha))


@mistake(
    "you subtract the recent events' own entropy (Kullback-Leibler); the mean surprise was asked "
    "for",
    replaces="risk_score",
)
def divergence(history, recent, alpha=1.0):
    share = recent / np.maximum(recent.sum(axis=1, keepdims=True), 1)
    entropy = -np.sum(share * np.log(np.where(share > 0, share, 1)), axis=1)
    return _mean_surprise(recent, _surprise(history, alpha)) - entropy


def _shares(gaps, since, ended, of):
    """count(ended) / count(of) for each user, 0/0 being 0; both get the pauses as an array."""
    shares = []
    for pauses, away in zip(gaps, since):
        pauses = np.asarray(pauses, dtype=float)
        shares.append(float(ended(pauses, away).sum()) / max(int(of(pauses, away).sum()), 1))
    return np.array(shares)


def _longer(pauses, away):
    return pauses > away


def _all(pauses, away):
    return np.ones(pauses.shape, dtype=bool)


@mistake(
    "you forget that the user has been away for `since` days already: "
    "only pauses longer than that still count",
    replaces="will_return",
)
def time_away_forgotten(gaps, since, horizon):
    return _shares(gaps, since, lambda pauses, away: pauses <= horizon, _all)


@mistake(
    "you count pauses that were over before `since`; the user did not come back then",
    replaces="will_return",
)
def shorter_pauses_counted(gaps, since, horizon):
    return _shares(gaps, since, lambda pauses, away: pauses <= away + horizon, _all)


@mistake(
    "you divide by all pauses; as the user is still away, divide by those longer than `since`",
    replaces="will_return",
)
def divided_by_all(gaps, since, horizon):
    return _shares(gaps, since, lambda p, away: (p > away) & (p <= away + horizon), _all)


@mistake(
    "your horizon begins at the last visit; it begins today, at `since`", replaces="will_return"
)
def horizon_from_the_last_visit(gaps, since, horizon):
    return _shares(gaps, since, lambda p, away: (p > away) & (p <= horizon), _longer)


@mistake(
    "a pause that ends on the last day of the horizon is left out; up to and including "
    "since + horizon",
    replaces="will_return",
)
def last_day_left_out(gaps, since, horizon):
    return _shares(gaps, since, lambda p, away: (p > away) & (p < away + horizon), _longer)


@mistake(
    "you count pauses of exactly `since` days; those were over today, and the user is not here",
    replaces="will_return",
)
def today_counted(gaps, since, horizon):
    return _shares(
        gaps,
        since,
        lambda p, away: (p >= away) & (p <= away + horizon),
        lambda p, away: p >= away,
    )


@mistake("you return the probability of staying away", replaces="will_return")
def staying_away(gaps, since, horizon):
    return 1 - _shares(gaps, since, lambda p, away: (p > away) & (p <= away + horizon), _longer)


@mistake(
    "you pool the pauses of all users; each user has a rhythm of their own", replaces="will_return"
)
def everybody_pooled(gaps, since, horizon):
    pooled = [pause for pauses in gaps for pause in pauses]
    return _shares(
        [pooled] * len(gaps), since, lambda p, away: (p > away) & (p <= away + horizon), _longer
    )


@mistake(
    "you assume an exponential law, which forgets how long the user has been away; "
    "count the user's own pauses",
    replaces="will_return",
)
def exponential_law(gaps, since, horizon):
    means = [float(np.mean(pauses)) if len(pauses) else np.inf for pauses in gaps]
    return 1 - np.exp(-horizon / np.array(means))


@mistake(
    "you cut off the first `size` of those worth it and sort them then; the likeliest of all come "
    "in",
    replaces="target_audience",
)
def cut_before_sorting(probability, consent, value, cost, size):
    chosen = np.flatnonzero(consent & (probability * value > cost))[:size]
    return chosen[np.argsort(-probability[chosen], kind="stable")]


@mistake(
    "you return places in your shortlist; map them back to the numbers of the users",
    replaces="target_audience",
)
def places_in_the_shortlist(probability, consent, value, cost, size):
    chosen = np.flatnonzero(consent & (probability * value > cost))
    return np.argsort(-probability[chosen], kind="stable")[:size]


@mistake(
    "you take the mean over the kinds of recent events; each event counts once, so weigh by "
    "`recent`",
    replaces="risk_score",
)
def mean_over_kinds(history, recent, alpha=1.0):
    return _mean_surprise((recent > 0).astype(recent.dtype), _surprise(history, alpha))
