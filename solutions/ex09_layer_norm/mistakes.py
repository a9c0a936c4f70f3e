"""What people get wrong in ex09: each a working function, each with its misconception."""

import numpy as np
from grader import mistake


def _normalise(x, eps, axis=-1, ddof=0):
    std = np.sqrt(x.var(axis=axis, keepdims=True, ddof=ddof) + eps)
    return (x - x.mean(axis=axis, keepdims=True)) / std, std


def _mean(g):
    return g.mean(axis=-1, keepdims=True)


def _leading(g):
    return tuple(range(g.ndim - 1))


def _parameters(dy, normalised):
    return (dy * normalised).sum(axis=_leading(dy)), dy.sum(axis=_leading(dy))


def _input(g, normalised, std):
    return (g - _mean(g) - normalised * _mean(g * normalised)) / std


# Forward


@mistake("your variance divides by d - 1 (Bessel's correction); it must divide by d")
def bessel(x, gain, bias, eps=1e-5):
    return _normalise(x, eps, ddof=1 if x.shape[-1] > 1 else 0)[0] * gain + bias


@mistake("your eps is added to the standard deviation; it belongs to the variance, under the root")
def eps_outside_the_root(x, gain, bias, eps=1e-5):
    return (x - _mean(x)) / (x.std(axis=-1, keepdims=True) + eps) * gain + bias


@mistake("you leave eps out; add it to the variance, or a row of equal numbers divides 0 by 0")
def no_eps(x, gain, bias, eps=1e-5):
    return (x - _mean(x)) / x.std(axis=-1, keepdims=True) * gain + bias


@mistake("you ignore the eps you are given and always add 1e-5; use the argument")
def eps_fixed(x, gain, bias, eps=1e-5):
    return _normalise(x, 1e-5)[0] * gain + bias


@mistake("you add eps squared under the root; it must be eps itself")
def eps_squared(x, gain, bias, eps=1e-5):
    return _normalise(x, eps**2)[0] * gain + bias


@mistake("you normalise over the first axis, as batch normalisation does; it must be the last")
def over_the_batch(x, gain, bias, eps=1e-5):
    return _normalise(x, eps, axis=0)[0] * gain + bias


@mistake("you take one mean and variance of the whole array; each position must have its own")
def over_everything(x, gain, bias, eps=1e-5):
    return _normalise(x, eps, axis=None)[0] * gain + bias


@mistake("your statistics run over positions and features; they must run over the features alone")
def over_positions_too(x, gain, bias, eps=1e-5):
    return _normalise(x, eps, axis=tuple(range(x.ndim))[-2:])[0] * gain + bias


@mistake("you do not subtract the mean; that is RMSNorm, layer norm must centre each row first")
def not_centred(x, gain, bias, eps=1e-5):
    return x / np.sqrt(_mean(x * x) + eps) * gain + bias


@mistake("you centre the row but divide by the root mean square of the uncentred row")
def scaled_by_rms(x, gain, bias, eps=1e-5):
    return (x - _mean(x)) / np.sqrt(_mean(x * x) + eps) * gain + bias


@mistake("you divide by the variance; it must be its square root")
def divided_by_variance(x, gain, bias, eps=1e-5):
    return (x - _mean(x)) / (x.var(axis=-1, keepdims=True) + eps) * gain + bias


@mistake("you add the bias before the gain multiplies; the gain comes first")
def bias_inside_the_gain(x, gain, bias, eps=1e-5):
    return (_normalise(x, eps)[0] + bias) * gain


@mistake("you return the normalised rows without gain and bias; both must be applied")
def no_gain_no_bias(x, gain, bias, eps=1e-5):
    return _normalise(x, eps)[0]


@mistake("your variance is E[x²] − E[x]², which cancels when the mean is large; centre first")
def variance_by_cancellation(x, gain, bias, eps=1e-5):
    variance = np.maximum(_mean(x * x) - _mean(x) ** 2, 0)
    return (x - _mean(x)) / np.sqrt(variance + eps) * gain + bias


@mistake(
    "your output is float64 for float32 input; a NumPy float64 scalar, an array made "
    "without a dtype or astype does that"
)
def promoted(x, gain, bias, eps=1e-5):
    return _normalise(x, np.float64(eps))[0] * gain + bias


@mistake("you centre x in place and so change the caller's array; work on a new one")
def centred_in_place(x, gain, bias, eps=1e-5):
    x -= _mean(x)
    return x / np.sqrt(_mean(x * x) + eps) * gain + bias


# Backward


@mistake(
    "your dx treats mean and variance as constants; both depend on x and send gradient back",
    replaces="layer_norm_backward",
)
def statistics_constant(dy, x, gain, bias, eps=1e-5):
    normalised, std = _normalise(x, eps)
    return dy * gain / std, *_parameters(dy, normalised)


@mistake(
    "your dx lacks the sum term through the variance: −x̂ · mean(dy · gain · x̂)",
    replaces="layer_norm_backward",
)
def variance_constant(dy, x, gain, bias, eps=1e-5):
    normalised, std = _normalise(x, eps)
    g = dy * gain
    return (g - _mean(g)) / std, *_parameters(dy, normalised)


@mistake(
    "your dx lacks the sum term through the mean: −mean(dy · gain)",
    replaces="layer_norm_backward",
)
def mean_constant(dy, x, gain, bias, eps=1e-5):
    normalised, std = _normalise(x, eps)
    g = dy * gain
    return (g - normalised * _mean(g * normalised)) / std, *_parameters(dy, normalised)


@mistake(
    "you multiply by the gain after the means; multiply dy first, the means run over dy · gain",
    replaces="layer_norm_backward",
)
def gain_outside_the_means(dy, x, gain, bias, eps=1e-5):
    normalised, std = _normalise(x, eps)
    return gain * _input(dy, normalised, std), *_parameters(dy, normalised)


@mistake(
    "your dx leaves the gain out; what reaches the normalised row is dy · gain",
    replaces="layer_norm_backward",
)
def gain_missing(dy, x, gain, bias, eps=1e-5):
    normalised, std = _normalise(x, eps)
    return _input(dy, normalised, std), *_parameters(dy, normalised)


@mistake(
    "your two correction terms are sums over the features; they must be means (divide by d)",
    replaces="layer_norm_backward",
)
def sums_for_means(dy, x, gain, bias, eps=1e-5):
    normalised, std = _normalise(x, eps)
    g, d = dy * gain, x.shape[-1]
    dx = (g - d * _mean(g) - d * normalised * _mean(g * normalised)) / std
    return dx, *_parameters(dy, normalised)


@mistake(
    "your two correction terms are means over the whole array; each row must have its own",
    replaces="layer_norm_backward",
)
def means_over_everything(dy, x, gain, bias, eps=1e-5):
    normalised, std = _normalise(x, eps)
    g = dy * gain
    dx = (g - g.mean() - normalised * (g * normalised).mean()) / std
    return dx, *_parameters(dy, normalised)


@mistake(
    "your correction terms divide by d − 1; the forward divides by d, so they must too",
    replaces="layer_norm_backward",
)
def bessel_in_the_terms(dy, x, gain, bias, eps=1e-5):
    normalised, std = _normalise(x, eps)
    g, d = dy * gain, x.shape[-1]
    scale = d / max(d - 1, 1)
    dx = (g - scale * _mean(g) - scale * normalised * _mean(g * normalised)) / std
    return dx, *_parameters(dy, normalised)


@mistake(
    "you divide dx by the variance; the forward divides by its root, so must the backward",
    replaces="layer_norm_backward",
)
def dx_over_variance(dy, x, gain, bias, eps=1e-5):
    normalised, std = _normalise(x, eps)
    return _input(dy * gain, normalised, std) / std, *_parameters(dy, normalised)


@mistake(
    "your term through the variance has the wrong sign; it is subtracted like the mean",
    replaces="layer_norm_backward",
)
def variance_term_added(dy, x, gain, bias, eps=1e-5):
    normalised, std = _normalise(x, eps)
    g = dy * gain
    dx = (g - _mean(g) + normalised * _mean(g * normalised)) / std
    return dx, *_parameters(dy, normalised)


@mistake(
    "your backward leaves eps out, or uses one of its own; use the eps of the forward pass",
    replaces="layer_norm_backward",
)
def backward_without_eps(dy, x, gain, bias, eps=1e-5):
    normalised, std = _normalise(x, 1e-12)
    return _input(dy * gain, normalised, std), *_parameters(dy, normalised)


@mistake(
    "your dgain pairs dy with x; it must pair dy with the normalised x",
    replaces="layer_norm_backward",
)
def dgain_from_x(dy, x, gain, bias, eps=1e-5):
    normalised, std = _normalise(x, eps)
    return _input(dy * gain, normalised, std), *_parameters(dy, x)


@mistake(
    "your dgain pairs dy with the layer's output; it must pair dy with the normalised x",
    replaces="layer_norm_backward",
)
def dgain_from_the_output(dy, x, gain, bias, eps=1e-5):
    normalised, std = _normalise(x, eps)
    return _input(dy * gain, normalised, std), *_parameters(dy, normalised * gain + bias)


@mistake(
    "the leading axes are still there in your {outputs}; sum over every axis but the last",
    replaces="layer_norm_backward",
    outputs=("dgain", "dbias"),
)
def parameters_not_summed(dy, x, gain, bias, eps=1e-5):
    normalised, std = _normalise(x, eps)
    return _input(dy * gain, normalised, std), dy * normalised, dy


@mistake(
    "the first axis alone is summed in your {outputs}; sum over every axis but the last",
    replaces="layer_norm_backward",
    outputs=("dgain", "dbias"),
)
def parameters_summed_once(dy, x, gain, bias, eps=1e-5):
    normalised, std = _normalise(x, eps)
    dgain, dbias = dy * normalised, dy
    if dy.ndim > 1:
        dgain, dbias = dgain.sum(axis=0), dbias.sum(axis=0)
    return _input(dy * gain, normalised, std), dgain, dbias


@mistake(
    "a mean over the positions stands in your {outputs}, where a sum is asked",
    replaces="layer_norm_backward",
    outputs=("dgain", "dbias"),
)
def parameters_averaged(dy, x, gain, bias, eps=1e-5):
    normalised, std = _normalise(x, eps)
    leading = _leading(dy)
    dgain, dbias = (dy * normalised).mean(axis=leading), dy.mean(axis=leading)
    return _input(dy * gain, normalised, std), dgain, dbias


@mistake(
    "your dbias is dy · gain summed; the bias is added after the gain, so it is dy summed",
    replaces="layer_norm_backward",
)
def dbias_through_the_gain(dy, x, gain, bias, eps=1e-5):
    normalised, std = _normalise(x, eps)
    g = dy * gain
    return _input(g, normalised, std), _parameters(dy, normalised)[0], _parameters(g, normalised)[1]


@mistake(
    "you multiply dy by the gain in place and so change the caller's array; work on a new one",
    replaces="layer_norm_backward",
)
def dy_in_place(dy, x, gain, bias, eps=1e-5):
    normalised, std = _normalise(x, eps)
    dgain, dbias = _parameters(dy, normalised)
    dy *= gain
    return _input(dy, normalised, std), dgain, dbias


@mistake("your variance runs over the whole array; each row has a variance of its own")
def variance_of_the_whole(x, gain, bias, eps=1e-5):
    return (x - _mean(x)) / np.sqrt(x.var() + x.dtype.type(eps)) * gain + bias


@mistake("you divide by the mean absolute deviation; it is the root of the mean square")
def mean_absolute_deviation(x, gain, bias, eps=1e-5):
    centred = x - _mean(x)
    return centred / (_mean(np.abs(centred)) + eps) * gain + bias


@mistake(
    "your term through the variance divides by d - 1; all means divide by d", "layer_norm_backward"
)
def bessel_in_one_term(dy, x, gain, bias, eps=1e-5):
    n, std = _normalise(x, eps)
    g, d = dy * gain, x.shape[-1]
    dx = (g - _mean(g) - n * (g * n).sum(axis=-1, keepdims=True) / max(d - 1, 1)) / std
    return dx, *_parameters(dy, n)
