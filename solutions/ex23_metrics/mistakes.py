"""What people get wrong in ex23: working functions, each with its misconception."""

import numpy as np
from grader import mistake


def _counts(y_true, y_pred, n_classes):
    classes = np.arange(n_classes)[:, None]
    true, predicted = y_true == classes, y_pred == classes
    return true.sum(1), predicted.sum(1), (true & predicted).sum(1)


def _ratio(above, below, empty=0.0):
    """above / below, and `empty` for 0/0."""
    below = np.asarray(below, dtype=float)
    return np.where(below == 0, empty, above / np.where(below == 0, 1, below))


def _classwise(y_true, y_pred, n_classes, empty=0.0):
    """Precision, recall and F1 of every class, and the class's count."""
    true, predicted, both = _counts(y_true, y_pred, n_classes)
    precision, recall = _ratio(both, predicted, empty), _ratio(both, true, empty)
    f1 = _ratio(2 * precision * recall, precision + recall, empty)
    return precision, recall, f1, true, predicted


def _means(values, keep):
    return tuple(float(value[keep].mean()) if keep.any() else 0.0 for value in values)


@mistake(
    "you return a percentage; accuracy is a share between 0 and 1",
    replaces="accuracy",
)
def percent(y_true, y_pred):
    return 100 * float(np.sum(y_true == y_pred)) / max(len(y_true), 1)


@mistake(
    "you average the classes' recalls (balanced accuracy); every example must weigh the same",
    replaces="accuracy",
)
def balanced_accuracy(y_true, y_pred):
    shares = [np.mean(y_pred[y_true == c] == c) for c in np.unique(y_true)]
    return float(np.mean(shares)) if shares else 0.0


@mistake("you return how many answers are right; divide by their number", replaces="accuracy")
def right_answers(y_true, y_pred):
    return float(np.sum(y_true == y_pred))


@mistake(
    "yours is the micro average, one count over all classes (here all three are the accuracy); "
    "macro forms the ratio class by class",
    replaces="precision_recall_f1",
)
def micro(y_true, y_pred, n_classes):
    share = float(np.sum(y_true == y_pred)) / max(len(y_true), 1)
    return share, share, share


@mistake(
    "your F1 is formed from the averaged precision and recall; it must be the mean of the "
    "classes' F1",
    replaces="precision_recall_f1",
)
def f1_of_the_averages(y_true, y_pred, n_classes):
    precision, recall = (float(v.mean()) for v in _classwise(y_true, y_pred, n_classes)[:2])
    return precision, recall, float(_ratio(2 * precision * recall, precision + recall))


@mistake(
    "your F1 is the arithmetic mean of precision and recall; it must be the harmonic one",
    replaces="precision_recall_f1",
)
def arithmetic_f1(y_true, y_pred, n_classes):
    precision, recall = (float(v.mean()) for v in _classwise(y_true, y_pred, n_classes)[:2])
    return precision, recall, (precision + recall) / 2


@mistake(
    "you drop the classes that have no true example; all n_classes count",
    replaces="precision_recall_f1",
)
def only_true_classes(y_true, y_pred, n_classes):
    *values, true, _ = _classwise(y_true, y_pred, n_classes)
    return _means(values, true > 0)


@mistake(
    "you drop the classes that occur neither among the labels nor among the predictions; "
    "all n_classes count",
    replaces="precision_recall_f1",
)
def only_classes_that_occur(y_true, y_pred, n_classes):
    *values, true, predicted = _classwise(y_true, y_pred, n_classes)
    return _means(values, true + predicted > 0)


@mistake(
    "you leave a 0/0 out of its mean, so each of the three is averaged over other classes; "
    "0/0 is 0 and counts",
    replaces="precision_recall_f1",
)
def undefined_left_out(y_true, y_pred, n_classes):
    values = _classwise(y_true, y_pred, n_classes, empty=np.nan)[:3]
    return tuple(_means([value], ~np.isnan(value))[0] for value in values)


@mistake("you take 0/0 for 1; it is 0", replaces="precision_recall_f1")
def undefined_is_one(y_true, y_pred, n_classes):
    values = _classwise(y_true, y_pred, n_classes, empty=1.0)[:3]
    return tuple(float(value.mean()) for value in values)


@mistake(
    "you weigh the classes by their number of examples; macro weighs all classes alike",
    replaces="precision_recall_f1",
)
def weighted_by_support(y_true, y_pred, n_classes):
    *values, true, _ = _classwise(y_true, y_pred, n_classes)
    return tuple(float(_ratio(value @ true, true.sum())) for value in values)


@mistake(
    "precision and recall are exchanged: precision divides by what was predicted, "
    "recall by what is true",
    replaces="precision_recall_f1",
)
def exchanged(y_true, y_pred, n_classes):
    recall, precision, f1 = (float(v.mean()) for v in _classwise(y_true, y_pred, n_classes)[:3])
    return precision, recall, f1


@mistake(
    "you return the figures of class 1 alone, as for a yes-or-no question; "
    "macro averages over every class",
    replaces="precision_recall_f1",
)
def class_one_only(y_true, y_pred, n_classes):
    return tuple(float(value[1]) for value in _classwise(y_true, y_pred, n_classes)[:3])


def _mean_over_users(score, ranked, relevant):
    return sum(score(list(i), set(w)) for i, w in zip(ranked, relevant)) / max(len(ranked), 1)


def _found(items, wanted, k):
    return sum(item in wanted for item in items[:k])


@mistake(
    "you count the hits in the list and divide by k, which is precision@k; "
    "a user is hit or not, once",
    replaces="hit_rate_at_k",
)
def precision_at_k(ranked, relevant, k):
    return _mean_over_users(lambda items, wanted: _found(items, wanted, k) / k, ranked, relevant)


@mistake(
    "you divide the hits by the number of relevant items, which is recall@k; "
    "a user is hit or not, once",
    replaces="hit_rate_at_k",
)
def recall_at_k(ranked, relevant, k):
    return _mean_over_users(
        lambda items, wanted: _found(items, wanted, k) / max(len(wanted), 1), ranked, relevant
    )


@mistake("your list has k + 1 places; cut it after place k", replaces="hit_rate_at_k")
def one_place_too_many(ranked, relevant, k):
    return _mean_over_users(
        lambda items, wanted: float(_found(items, wanted, k + 1) > 0), ranked, relevant
    )


@mistake("you look through the whole list; only its first k places count", replaces="hit_rate_at_k")
def whole_list(ranked, relevant, k):
    return _mean_over_users(
        lambda items, wanted: float(not wanted.isdisjoint(items)), ranked, relevant
    )


@mistake(
    "you leave users without relevant items out of the hit rate; they count as no hit",
    replaces="hit_rate_at_k",
)
def hit_rate_of_buyers(ranked, relevant, k):
    users = [(items, wanted) for items, wanted in zip(ranked, relevant) if wanted]
    return sum(_found(items, wanted, k) > 0 for items, wanted in users) / max(len(users), 1)


def _dcg(hits, discount):
    return sum(discount(place) for place, hit in enumerate(hits, start=1) if hit)


def _log_discount(place):
    return 1 / np.log2(place + 1)


def _ndcg(ranked, relevant, k, discount=_log_discount, ideal=None):
    """The right way with the discount or the ideal list replaced."""

    def score(items, wanted):
        hits = [item in wanted for item in items[:k]]
        best = _dcg(ideal(items, wanted) if ideal else [1] * min(k, len(wanted)), discount)
        return float(_ratio(_dcg(hits, discount), best))

    return _mean_over_users(score, ranked, relevant)


@mistake(
    "your ideal list has k relevant items even where fewer exist; it has min(k, relevant)",
    replaces="ndcg_at_k",
)
def ideal_over_k(ranked, relevant, k):
    return _ndcg(ranked, relevant, k, ideal=lambda items, wanted: [1] * k)


@mistake(
    "your ideal list is longer than k where more items are relevant; it has min(k, relevant)",
    replaces="ndcg_at_k",
)
def ideal_over_all(ranked, relevant, k):
    return _ndcg(ranked, relevant, k, ideal=lambda items, wanted: [1] * len(wanted))


@mistake(
    "your ideal list only re-sorts the items you ranked, so a list that missed most can still "
    "reach 1; the ideal knows all relevant items",
    replaces="ndcg_at_k",
)
def ideal_of_the_retrieved(ranked, relevant, k):
    return _ndcg(ranked, relevant, k, ideal=lambda items, wanted: [1] * _found(items, wanted, k))


@mistake(
    "your discount is 1 / log2(place + 2): places counted from 0 need + 2, places counted from 1 "
    "need + 1",
    replaces="ndcg_at_k",
)
def discount_one_too_far(ranked, relevant, k):
    return _ndcg(ranked, relevant, k, discount=lambda place: 1 / np.log2(place + 2))


@mistake(
    "your discount is 1 / log2(place) from the second place on, as in the first paper; "
    "1 / log2(place + 1) is asked for",
    replaces="ndcg_at_k",
)
def discount_of_the_first_paper(ranked, relevant, k):
    return _ndcg(ranked, relevant, k, discount=lambda place: 1 / np.log2(max(place, 2)))


@mistake("your discount is 1 / place; the logarithm is missing", replaces="ndcg_at_k")
def reciprocal_discount(ranked, relevant, k):
    return _ndcg(ranked, relevant, k, discount=lambda place: 1 / place)


@mistake(
    "your gain is not divided by the ideal one, so it is DCG and can exceed 1",
    replaces="ndcg_at_k",
)
def not_normalised(ranked, relevant, k):
    return _mean_over_users(
        lambda items, wanted: _dcg([item in wanted for item in items[:k]], _log_discount),
        ranked,
        relevant,
    )


@mistake(
    "you divide the natural logarithm's gains by an ideal in log2; one base for both, then it "
    "cancels",
    replaces="ndcg_at_k",
)
def two_bases(ranked, relevant, k):
    return _ndcg(ranked, relevant, k) / np.log(2)


@mistake(
    "you divide the sum of all gains by the sum of all ideals; the ratio is formed user by user",
    replaces="ndcg_at_k",
)
def ratio_of_sums(ranked, relevant, k):
    gained = ideal = 0.0
    for items, wanted in zip(ranked, relevant):
        gained += _dcg([item in wanted for item in items[:k]], _log_discount)
        ideal += _dcg([1] * min(k, len(wanted)), _log_discount)
    return float(_ratio(gained, ideal))


@mistake(
    "you leave users without relevant items out of the NDCG; they count as 0",
    replaces="ndcg_at_k",
)
def ndcg_of_buyers(ranked, relevant, k):
    users = [(items, wanted) for items, wanted in zip(ranked, relevant) if wanted]
    return _ndcg([items for items, _ in users], [wanted for _, wanted in users], k)


@mistake(
    "your gains are discounted one place further than your ideal's: the first place is 1 in both",
    replaces="ndcg_at_k",
)
def gains_one_place_late(ranked, relevant, k):
    def score(items, wanted):
        hits = [item in wanted for item in items[:k]]
        best = _dcg([1] * min(k, len(wanted)), _log_discount)
        return float(_ratio(_dcg([0, *hits], _log_discount), best))

    return _mean_over_users(score, ranked, relevant)


@mistake(
    "your ideal list is no longer than the user's list; it has min(k, relevant) relevant items",
    replaces="ndcg_at_k",
)
def ideal_as_long_as_the_list(ranked, relevant, k):
    return _ndcg(
        ranked, relevant, k, ideal=lambda items, wanted: [1] * min(k, len(wanted), len(items))
    )


@mistake(
    "only the first hit of a list counts in your DCG; every hit counts, with its own discount",
    replaces="ndcg_at_k",
)
def first_hit_alone(ranked, relevant, k):
    def score(items, wanted):
        hits = [item in wanted for item in items[:k]]
        first = [hit and not any(hits[:place]) for place, hit in enumerate(hits)]
        best = _dcg([1] * min(k, len(wanted)), _log_discount)
        return float(_ratio(_dcg(first, _log_discount), best))

    return _mean_over_users(score, ranked, relevant)


@mistake(
    "your hits are discounted by 1 / place and your ideal is not; both take 1 / log2(place + 1)",
    replaces="ndcg_at_k",
)
def hits_by_reciprocal_places(ranked, relevant, k):
    def score(items, wanted):
        hits = [item in wanted for item in items[:k]]
        best = _dcg([1] * min(k, len(wanted)), _log_discount)
        return float(_ratio(_dcg(hits, lambda place: 1 / place), best))

    return _mean_over_users(score, ranked, relevant)


@mistake("you add up a user's hits; a user is hit or not, once", replaces="hit_rate_at_k")
def hits_counted(ranked, relevant, k):
    return _mean_over_users(lambda items, wanted: float(_found(items, wanted, k)), ranked, relevant)


@mistake(
    "your F1 weighs the classes by their true examples; macro weighs all classes alike",
    replaces="precision_recall_f1",
)
def f1_weighted_by_support(y_true, y_pred, n_classes):
    precision, recall, f1, true, _ = _classwise(y_true, y_pred, n_classes)
    weighted = float(_ratio(f1 @ true, true.sum()))
    return float(precision.mean()), float(recall.mean()), weighted
