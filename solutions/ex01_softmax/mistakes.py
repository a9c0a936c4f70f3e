"""What people get wrong in ex01: each a working function, each with its misconception."""

import numpy as np
from grader import mistake


def _softmax(x, axis):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


@mistake("your exponents overflow on large scores; subtract each row's maximum first")
def no_maximum_subtracted(x, axis=-1):
    e = np.exp(x)
    return e / e.sum(axis, keepdims=True)


@mistake(
    "you subtract one maximum for the whole array; a row far below it underflows to 0/0, "
    "so each row must subtract its own maximum"
)
def one_maximum_for_all(x, axis=-1):
    e = np.exp(x - x.max())
    return e / e.sum(axis, keepdims=True)


@mistake("your probabilities sum to 1 over the whole array; they must sum to 1 along `axis`")
def normalised_over_everything(x, axis=-1):
    e = np.exp(x - x.max())
    return e / e.sum()


@mistake("your softmax runs along the first axis; without `axis` it must run along the last")
def first_axis_by_default(x, axis=0):
    return _softmax(x, axis)


@mistake("your softmax ignores `axis` and always uses the last one; it must use the one asked for")
def axis_ignored(x, axis=-1):
    return _softmax(x, -1)


@mistake(
    "your result is e^x / max e^x, whose largest entry is 1; divide by the sum, not the maximum"
)
def divided_by_the_maximum(x, axis=-1):
    return np.exp(x - x.max(axis, keepdims=True))


@mistake("your result is the log of the softmax; the probabilities themselves must come back")
def log_of_softmax(x, axis=-1):
    x = x - x.max(axis, keepdims=True)
    return x - np.log(np.exp(x).sum(axis, keepdims=True))


@mistake("you divide the scores by their sum; they must be exponentiated first")
def no_exponential(x, axis=-1):
    return x / x.sum(axis, keepdims=True)


@mistake("your exponentials have base 2; softmax uses base e")
def base_two(x, axis=-1):
    e = np.exp2(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


@mistake("you subtract the maximum with the wrong sign: exp(max - x) makes the smallest score win")
def maximum_minus_x(x, axis=-1):
    return _softmax(-x, axis)


@mistake("you subtract the maximum in place, which changes the caller's array; work on a copy")
def maximum_subtracted_in_place(x, axis=-1):
    x -= x.max(axis, keepdims=True)
    e = np.exp(x)
    return e / e.sum(axis, keepdims=True)


@mistake("your result is always float64; float32 in must be float32 out")
def always_float64(x, axis=-1):
    return _softmax(x.astype(np.float64), axis)


@mistake(
    "your backward keeps the diagonal only, dy * y * (1 - y); every score moves every "
    "probability of its row, so the term -y * sum(dy * y) belongs there too",
    replaces="softmax_backward",
)
def diagonal_only(dy, y, axis=-1):
    return dy * y * (1 - y)


@mistake(
    "your backward lacks the sum: dx = y * dy forgets that the probabilities share one total; "
    "subtract sum(dy * y) inside",
    replaces="softmax_backward",
)
def no_sum_term(dy, y, axis=-1):
    return dy * y


@mistake(
    "your backward sums dy alone; the sum must be of dy * y",
    replaces="softmax_backward",
)
def sum_of_dy_alone(dy, y, axis=-1):
    return y * (dy - dy.sum(axis, keepdims=True))


@mistake(
    "your backward subtracts the mean of dy * y; it must subtract the sum",
    replaces="softmax_backward",
)
def mean_instead_of_sum(dy, y, axis=-1):
    return y * (dy - (dy * y).mean(axis, keepdims=True))


@mistake(
    "your backward sums over the whole array; the sum must run along `axis` alone",
    replaces="softmax_backward",
)
def sum_over_everything(dy, y, axis=-1):
    return y * (dy - (dy * y).sum())


@mistake(
    "your backward ignores `axis` and sums along the last one",
    replaces="softmax_backward",
)
def backward_axis_ignored(dy, y, axis=-1):
    return y * (dy - (dy * y).sum(-1, keepdims=True))


@mistake(
    "your backward subtracts sum(dy * y) without multiplying it by y; y stands before the bracket",
    replaces="softmax_backward",
)
def y_outside_the_bracket_lost(dy, y, axis=-1):
    return dy * y - (dy * y).sum(axis, keepdims=True)


@mistake(
    "your backward has the sign turned round: it must be y * (dy - sum), not y * (sum - dy)",
    replaces="softmax_backward",
)
def backward_sign(dy, y, axis=-1):
    return y * ((dy * y).sum(axis, keepdims=True) - dy)


@mistake(
    "your backward takes its second argument for the scores and applies softmax to it again; "
    "it already is the output",
    replaces="softmax_backward",
)
def softmax_applied_twice(dy, y, axis=-1):
    y = _softmax(y, axis)
    return y * (dy - (dy * y).sum(axis, keepdims=True))


@mistake(
    "your backward subtracts the plain mean of dy; it must be the sum of dy weighted by y",
    replaces="softmax_backward",
)
def plain_mean_subtracted(dy, y, axis=-1):
    return y * (dy - dy.mean(axis, keepdims=True))
