"""What people get wrong in ex11: each a working function, each with its misconception."""

import numpy as np
from grader import mistake


def _softmax(z, axis=-1):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _log_softmax(z, axis=-1):
    z = z - z.max(axis=axis, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


def _pick(scores, targets):
    return np.take_along_axis(scores, np.asarray(targets)[..., None], axis=-1)[..., 0]


def _losses(logits, targets):
    return -_pick(_log_softmax(logits), targets)


def _one_hot(logits, targets):
    hot = np.arange(logits.shape[-1]) == np.asarray(targets)[..., None]
    return hot.astype(logits.dtype)


# Forward


@mistake("your loss is the sum over the positions; it must be their mean")
def summed(logits, targets):
    return _losses(logits, targets).sum()


@mistake("your loss does not depend on targets: it takes the largest log-probability of each row")
def best_class(logits, targets):
    return -_log_softmax(logits).max(axis=-1).mean()


@mistake("you divide by the first axis alone; the mean runs over every position of every sequence")
def mean_over_the_batch(logits, targets):
    return _losses(logits, targets).sum() / (len(targets) if np.ndim(targets) else 1)


@mistake("you average the one-hot products over the classes too; divide by positions, not by V")
def mean_over_the_classes_too(logits, targets):
    return -(_one_hot(logits, targets) * _log_softmax(logits)).mean()


@mistake("your loss is the mean of log p without its minus; a loss must fall as p rises")
def minus_missing(logits, targets):
    return -_losses(logits, targets).mean()


@mistake("your softmax runs over the wrong axis; the classes are on the last")
def softmax_over_the_positions(logits, targets):
    return -_pick(_log_softmax(logits, axis=0 if logits.ndim == 1 else -2), targets).mean()


@mistake("your loss overflows on large logits; subtract the row's maximum before you exponentiate")
def no_maximum(logits, targets):
    return -_pick(logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True)), targets).mean()


@mistake("you take the log of a softmax that has underflowed to 0; simplify log-softmax first")
def log_of_softmax(logits, targets):
    return -np.log(_pick(_softmax(logits), targets)).mean()


@mistake(
    "a floor near 1e-9 inside the log, a small number added or a clip, caps the loss; use "
    "log-sum-exp"
)
def log_with_a_floor(logits, targets):
    return -np.log(_pick(_softmax(logits), targets) + np.asarray(1e-9, logits.dtype)).mean()


@mistake("you shift by the maximum but do not take it from the target's logit; shift both")
def maximum_taken_once(logits, targets):
    top = logits.max(axis=-1)
    log_sum = np.log(np.exp(logits - top[..., None]).sum(axis=-1))
    return (log_sum - _pick(logits, targets)).mean()


@mistake("you apply softmax to the logits twice; the loss takes raw logits")
def softmax_twice(logits, targets):
    return _losses(_softmax(logits), targets).mean()


@mistake("your logarithm is to base 2; it must be the natural one")
def bits(logits, targets):
    return (_losses(logits, targets) / np.asarray(np.log(2), logits.dtype)).mean()


@mistake("your loss leaves out log-sum-exp; the target's logit alone says nothing of its rivals")
def logit_of_the_target(logits, targets):
    return -_pick(logits, targets).mean()


@mistake("you add the terms of the wrong classes, log(1 − p), as for independent yes/no labels")
def binary(logits, targets):
    p, hot = _softmax(logits), _one_hot(logits, targets)
    return -np.where(hot == 1, np.log(p), np.log1p(-p)).sum(axis=-1).mean()


@mistake(
    "your loss is float64 for float32 logits; a float64 one-hot or scalar does that, and "
    "float(…) too"
)
def loss_promoted(logits, targets):
    one_hot = np.eye(logits.shape[-1])[targets]
    return -np.where(one_hot, _log_softmax(logits), 0.0).astype(float).sum(axis=-1).mean()


@mistake("you subtract the maximum in place and so change the caller's logits; use a new array")
def logits_in_place(logits, targets):
    logits -= logits.max(axis=-1, keepdims=True)
    return _losses(logits, targets).mean()


# Backward


@mistake(
    "your gradient is that of the sum; divide it by the number of positions",
    replaces="cross_entropy_backward",
)
def gradient_of_the_sum(logits, targets):
    return _softmax(logits) - _one_hot(logits, targets)


@mistake(
    "your gradient is divided by the first axis alone; divide by all positions",
    replaces="cross_entropy_backward",
)
def gradient_over_the_batch(logits, targets):
    count = len(targets) if np.ndim(targets) else 1
    return (_softmax(logits) - _one_hot(logits, targets)) / count


@mistake(
    "your gradient is divided by positions times classes; divide by the positions alone",
    replaces="cross_entropy_backward",
)
def gradient_over_the_classes_too(logits, targets):
    return (_softmax(logits) - _one_hot(logits, targets)) / logits.size


@mistake(
    "your gradient is one-hot minus softmax, which climbs; it must be softmax minus one-hot",
    replaces="cross_entropy_backward",
)
def sign_flipped(logits, targets):
    return (_one_hot(logits, targets) - _softmax(logits)) / np.size(targets)


@mistake(
    "your gradient leaves the one-hot out; subtract 1 at each position's target",
    replaces="cross_entropy_backward",
)
def one_hot_missing(logits, targets):
    return _softmax(logits) / np.size(targets)


@mistake(
    "your gradient is zero but for the targets; every class has one, through the softmax's sum",
    replaces="cross_entropy_backward",
)
def target_only(logits, targets):
    hot = _one_hot(logits, targets)
    return hot * (_softmax(logits) - hot) / np.size(targets)


@mistake(
    "you send (p − one-hot) through the softmax's Jacobian again; it is already inside",
    replaces="cross_entropy_backward",
)
def jacobian_twice(logits, targets):
    p = _softmax(logits)
    g = p - _one_hot(logits, targets)
    return p * (g - (g * p).sum(axis=-1, keepdims=True)) / np.size(targets)


@mistake(
    "you multiply by p(1 − p), as for a squared error on a sigmoid; that factor cancels here",
    replaces="cross_entropy_backward",
)
def sigmoid_factor(logits, targets):
    p = _softmax(logits)
    return (p - _one_hot(logits, targets)) * p * (1 - p) / np.size(targets)


@mistake(
    "you subtract 1 at every target in every row (p[..., targets] -= 1); each row has one target",
    replaces="cross_entropy_backward",
)
def every_target_in_every_row(logits, targets):
    p = _softmax(logits)
    p[..., np.unique(targets)] -= 1
    return p / np.asarray(np.size(targets), logits.dtype)


@mistake(
    "the softmax of your gradient runs over the wrong axis; the classes are on the last",
    replaces="cross_entropy_backward",
)
def gradient_softmax_over_the_positions(logits, targets):
    p = _softmax(logits, axis=0 if logits.ndim == 1 else -2)
    return (p - _one_hot(logits, targets)) / np.size(targets)


@mistake(
    "your gradient overflows on large logits; subtract the row's maximum before you exponentiate",
    replaces="cross_entropy_backward",
)
def gradient_without_maximum(logits, targets):
    e = np.exp(logits)
    return (e / e.sum(axis=-1, keepdims=True) - _one_hot(logits, targets)) / np.size(targets)


@mistake(
    "your gradient is float64 for float32 logits; a one-hot made without a dtype, or a "
    "float64 scalar, does that",
    replaces="cross_entropy_backward",
)
def gradient_promoted(logits, targets):
    return (_softmax(logits) - np.eye(logits.shape[-1])[targets]) / np.size(targets)


@mistake(
    "your gradient is computed in the caller's logits, in place; use a new array",
    replaces="cross_entropy_backward",
)
def gradient_in_place(logits, targets):
    logits[...] = (_softmax(logits) - _one_hot(logits, targets)) / np.size(targets)
    return logits


@mistake(
    "your gradient at the target is −1, p overwritten (= −1 for −= 1); it is p − 1",
    replaces="cross_entropy_backward",
)
def target_overwritten(logits, targets):
    hot = _one_hot(logits, targets)
    return np.where(hot > 0, -hot, _softmax(logits)) / np.size(targets)


@mistake(
    "your gradient at the target is 0: p is subtracted from itself; it is p − 1",
    replaces="cross_entropy_backward",
)
def target_minus_itself(logits, targets):
    return np.where(_one_hot(logits, targets) > 0, 0, _softmax(logits)) / np.size(targets)


@mistake(
    "a floor near 1e-12 inside the log, a small number added or a clip, caps the loss; use "
    "log-sum-exp"
)
def log_with_a_lower_floor(logits, targets):
    return -np.log(_pick(_softmax(logits), targets) + np.asarray(1e-12, logits.dtype)).mean()


@mistake(
    "a floor near 1e-8 inside the log, a small number added or a clip, caps the loss; use "
    "log-sum-exp"
)
def log_with_a_higher_floor(logits, targets):
    return -np.log(_pick(_softmax(logits), targets) + np.asarray(1e-8, logits.dtype)).mean()
