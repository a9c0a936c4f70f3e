"""What people get wrong in ex32: each a working function, each with its misconception."""

import numpy as np
from grader import mistake

BACKWARD = "rms_norm_backward"


def _mean(g):
    return g.mean(axis=-1, keepdims=True)


def _rms(x, eps):
    return np.sqrt(_mean(x * x) + eps)


@mistake("you subtract the mean first; that is layer norm, RMS norm leaves the mean where it is")
def layer_norm(x, gain, eps=1e-6):
    centred = x - _mean(x)
    return centred / _rms(centred, eps) * gain


@mistake("you divide by the standard deviation; RMS norm divides by the root of the mean square")
def standard_deviation(x, gain, eps=1e-6):
    return x / _rms(x - _mean(x), eps) * gain


@mistake("your eps is added to the root; it belongs to the mean square, under the root")
def eps_outside_the_root(x, gain, eps=1e-6):
    return x / (np.sqrt(_mean(x * x)) + eps) * gain


@mistake("you leave eps out; add it to the mean square, or a row of zeros divides 0 by 0")
def no_eps(x, gain, eps=1e-6):
    return x / np.sqrt(_mean(x * x)) * gain


@mistake("you ignore the eps you are given and always add 1e-6; use the argument")
def eps_fixed(x, gain, eps=1e-6):
    return x / _rms(x, 1e-6) * gain


@mistake("your eps is 1e-5 when none is given; the default is 1e-6")
def another_default(x, gain, eps=1e-5):
    return x / _rms(x, eps) * gain


@mistake("you add eps squared under the root; it must be eps itself")
def eps_squared(x, gain, eps=1e-6):
    return x / _rms(x, eps**2) * gain


@mistake(
    "you divide by the length of the row, the root of the sum of squares; it must be the "
    "root of their mean"
)
def length(x, gain, eps=1e-6):
    return x / np.sqrt((x * x).sum(axis=-1, keepdims=True) + eps) * gain


@mistake("your mean square divides by d − 1; it must divide by d")
def bessel(x, gain, eps=1e-6):
    d = x.shape[-1]
    return x / np.sqrt(_mean(x * x) * (d / max(d - 1, 1)) + eps) * gain


@mistake("you divide by the mean square; it must be its root")
def no_root(x, gain, eps=1e-6):
    return x / (_mean(x * x) + eps) * gain


@mistake("you multiply by the root mean square; divide by it")
def multiplied(x, gain, eps=1e-6):
    return x * _rms(x, eps) * gain


@mistake("you divide by the mean absolute value; it must be the root of the mean square")
def mean_absolute(x, gain, eps=1e-6):
    return x / (_mean(np.abs(x)) + eps) * gain


@mistake("your mean square runs over the first axis; it must run over the last, the features")
def over_the_batch(x, gain, eps=1e-6):
    return x / np.sqrt((x * x).mean(axis=0, keepdims=True) + eps) * gain


@mistake("you take one mean square of the whole array; each position must have its own")
def over_everything(x, gain, eps=1e-6):
    return x / np.sqrt((x * x).mean() + x.dtype.type(eps)) * gain


@mistake("your mean square runs over positions and features; it must run over the features alone")
def over_positions_too(x, gain, eps=1e-6):
    axes = tuple(range(x.ndim))[-2:]
    return x / np.sqrt((x * x).mean(axis=axes, keepdims=True) + eps) * gain


@mistake("you return the normalised rows without the gain; each feature has its own factor")
def no_gain(x, gain, eps=1e-6):
    return x / _rms(x, eps)


@mistake("you multiply by 1 + gain, as Gemma does; here the gain multiplies as it is")
def one_plus_gain(x, gain, eps=1e-6):
    return x / _rms(x, eps) * (1 + gain)


@mistake("you multiply by the gain before the mean square; it comes after the division")
def gain_first(x, gain, eps=1e-6):
    return x * gain / _rms(x * gain, eps)


@mistake(
    "your output is float64 for float32 input; a NumPy float64 scalar, an array made "
    "without a dtype or astype does that"
)
def promoted(x, gain, eps=1e-6):
    return x / _rms(x, np.float64(eps)) * gain


@mistake("you divide x in place and so change the caller's array; work on a new one")
def divided_in_place(x, gain, eps=1e-6):
    x /= _rms(x, eps)
    return x * gain


# Backward


def _leading(g):
    return tuple(range(g.ndim - 1))


def _gain(dy, normalised):
    return (dy * normalised).sum(axis=_leading(dy))


def _input(g, normalised, rms):
    return (g - normalised * _mean(g * normalised)) / rms


@mistake("your dx treats the root mean square as a constant; it depends on x and sends gradient "
         "back", BACKWARD)  # fmt: skip
def rms_constant(dy, x, gain, eps=1e-6):
    rms = _rms(x, eps)
    return dy * gain / rms, _gain(dy, x / rms)


@mistake("your term through the root mean square has the wrong sign; it is subtracted", BACKWARD)
def term_added(dy, x, gain, eps=1e-6):
    rms = _rms(x, eps)
    g, n = dy * gain, x / rms
    return (g + n * _mean(g * n)) / rms, _gain(dy, n)


@mistake("your dx subtracts mean(dy · gain) as well; that is layer norm's term through the mean",
         BACKWARD)  # fmt: skip
def term_of_the_mean(dy, x, gain, eps=1e-6):
    rms = _rms(x, eps)
    g = dy * gain
    return _input(g, x / rms, rms) - _mean(g) / rms, _gain(dy, x / rms)


@mistake("your correction is a sum over the features; it must be a mean (divide by d)", BACKWARD)
def sum_for_mean(dy, x, gain, eps=1e-6):
    rms, d = _rms(x, eps), x.shape[-1]
    g, n = dy * gain, x / rms
    return (g - d * n * _mean(g * n)) / rms, _gain(dy, n)


@mistake("your correction divides by d − 1; the forward divides by d, so must the backward",
         BACKWARD)  # fmt: skip
def bessel_in_the_term(dy, x, gain, eps=1e-6):
    rms, d = _rms(x, eps), x.shape[-1]
    g, n = dy * gain, x / rms
    return (g - d / max(d - 1, 1) * n * _mean(g * n)) / rms, _gain(dy, n)


@mistake("your correction is twice too large: the root's derivative brings a half that cancels the "
         "square's 2", BACKWARD)  # fmt: skip
def half_forgotten(dy, x, gain, eps=1e-6):
    rms = _rms(x, eps)
    g, n = dy * gain, x / rms
    return (g - 2 * n * _mean(g * n)) / rms, _gain(dy, n)


@mistake("your correction is a mean over the whole array; each row must have its own", BACKWARD)
def mean_over_everything(dy, x, gain, eps=1e-6):
    rms = _rms(x, eps)
    g, n = dy * gain, x / rms
    return (g - n * (g * n).mean()) / rms, _gain(dy, n)


@mistake("your correction pairs dy · gain with x, not with the normalised x: two factors 1/rms are "
         "missing", BACKWARD)  # fmt: skip
def term_with_x(dy, x, gain, eps=1e-6):
    rms = _rms(x, eps)
    g = dy * gain
    return (g - x * _mean(g * x)) / rms, _gain(dy, x / rms)


@mistake("your correction has x in front where the normalised x belongs: a factor 1/rms is missing",
         BACKWARD)  # fmt: skip
def term_with_x_in_front(dy, x, gain, eps=1e-6):
    rms = _rms(x, eps)
    g, n = dy * gain, x / rms
    return (g - x * _mean(g * n)) / rms, _gain(dy, n)


@mistake("you multiply by the gain after the mean; multiply dy first, the mean runs over dy · gain "
         "· x̂", BACKWARD)  # fmt: skip
def gain_outside_the_mean(dy, x, gain, eps=1e-6):
    rms = _rms(x, eps)
    return gain * _input(dy, x / rms, rms), _gain(dy, x / rms)


@mistake("your dx leaves the gain out; what reaches the normalised row is dy · gain", BACKWARD)
def gain_missing(dy, x, gain, eps=1e-6):
    rms = _rms(x, eps)
    return _input(dy, x / rms, rms), _gain(dy, x / rms)


@mistake("you divide dx by the mean square; the forward divides by its root, so must the backward",
         BACKWARD)  # fmt: skip
def dx_over_the_square(dy, x, gain, eps=1e-6):
    rms = _rms(x, eps)
    return _input(dy * gain, x / rms, rms) / rms, _gain(dy, x / rms)


@mistake("your dx is not divided by the root mean square; the direct road has the factor 1/rms",
         BACKWARD)  # fmt: skip
def dx_not_divided(dy, x, gain, eps=1e-6):
    n = x / _rms(x, eps)
    return _input(dy * gain, n, 1), _gain(dy, n)


@mistake("your backward leaves eps out, or uses one of its own; use the eps of the forward pass",
         BACKWARD)  # fmt: skip
def backward_without_eps(dy, x, gain, eps=1e-6):
    rms = _rms(x, 1e-12)
    return _input(dy * gain, x / rms, rms), _gain(dy, x / rms)


@mistake("your dgain pairs dy with x; it must pair dy with the normalised x", BACKWARD)
def dgain_from_x(dy, x, gain, eps=1e-6):
    rms = _rms(x, eps)
    return _input(dy * gain, x / rms, rms), _gain(dy, x)


@mistake("your dgain pairs dy with the output; it must pair dy with the normalised x", BACKWARD)
def dgain_from_the_output(dy, x, gain, eps=1e-6):
    rms = _rms(x, eps)
    return _input(dy * gain, x / rms, rms), _gain(dy, x / rms * gain)


@mistake("your dgain keeps the leading axes; sum over every axis but the last", BACKWARD)
def dgain_not_summed(dy, x, gain, eps=1e-6):
    rms = _rms(x, eps)
    return _input(dy * gain, x / rms, rms), dy * x / rms


@mistake("your dgain is summed over the first axis alone; sum over every axis but the last",
         BACKWARD)  # fmt: skip
def dgain_summed_once(dy, x, gain, eps=1e-6):
    rms = _rms(x, eps)
    dgain = dy * x / rms
    return _input(dy * gain, x / rms, rms), dgain.sum(axis=0) if dgain.ndim > 1 else dgain


@mistake("your dgain is a mean over the positions; it must be a sum", BACKWARD)
def dgain_averaged(dy, x, gain, eps=1e-6):
    rms = _rms(x, eps)
    return _input(dy * gain, x / rms, rms), (dy * x / rms).mean(axis=_leading(dy))


@mistake("you return dgain before dx; the order of the inputs is x, gain", BACKWARD)
def wrong_order(dy, x, gain, eps=1e-6):
    rms = _rms(x, eps)
    return _gain(dy, x / rms), _input(dy * gain, x / rms, rms)


@mistake("your gradients are those of sum(y): the gradient that arrives, dy, is ignored", BACKWARD)
def dy_ignored(dy, x, gain, eps=1e-6):
    rms, dy = _rms(x, eps), np.ones_like(dy)
    return _input(dy * gain, x / rms, rms), _gain(dy, x / rms)


@mistake("you multiply dy by the gain in place and so change the caller's array; make a new one",
         BACKWARD)  # fmt: skip
def dy_in_place(dy, x, gain, eps=1e-6):
    rms = _rms(x, eps)
    dgain = _gain(dy, x / rms)
    dy *= gain
    return _input(dy, x / rms, rms), dgain


@mistake("your backward takes one mean square of the whole array; each row has its own", BACKWARD)
def backward_over_everything(dy, x, gain, eps=1e-6):
    rms = np.sqrt((x * x).mean() + eps)
    return _input(dy * gain, x / rms, rms), _gain(dy, x / rms)
