"""What people get wrong in ex14: each a working function, each with its misconception."""

import numpy as np
from grader import mistake


def _central(f, x, eps=1e-6):
    point = np.array(x, dtype=float)
    gradient = np.empty_like(point)
    for index in np.ndindex(point.shape):
        kept = point[index]
        point[index] = kept + eps
        above = f(point)
        point[index] = kept - eps
        gradient[index] = (above - f(point)) / (2 * eps)
        point[index] = kept
    return gradient


# The numerical gradient


@mistake("you take a one-sided difference (forward); step to both sides, it is far more accurate")
def forward_difference(f, x, eps=1e-6):
    point = np.array(x, dtype=float)
    here, gradient = f(point), np.empty_like(point)
    for index in np.ndindex(point.shape):
        kept = point[index]
        point[index] = kept + eps
        gradient[index] = (f(point) - here) / eps
        point[index] = kept
    return gradient


@mistake("you take a one-sided difference (backward); step to both sides")
def backward_difference(f, x, eps=1e-6):
    return forward_difference(f, x, -eps)


@mistake("you divide by eps; the two points lie 2 eps apart")
def divided_by_eps(f, x, eps=1e-6):
    return 2 * _central(f, x, eps)


@mistake("you step by eps / 2 but divide by 2 eps; the distance must be the one you stepped")
def half_a_step(f, x, eps=1e-6):
    return _central(f, x, eps / 2) / 2


@mistake("you do not put an entry back before the next one moves; restore it")
def not_restored(f, x, eps=1e-6):
    point = np.array(x, dtype=float)
    gradient = np.empty_like(point)
    for index in np.ndindex(point.shape):
        point[index] += eps
        above = f(point)
        point[index] -= 2 * eps
        gradient[index] = (above - f(point)) / (2 * eps)
    return gradient


@mistake("you move all entries together; that is the slope in one direction, not the gradient")
def all_at_once(f, x, eps=1e-6):
    x = np.array(x, dtype=float)
    return np.full(x.shape, (f(x + eps) - f(x - eps)) / (2 * eps))


@mistake("you move a whole row at a time; move one entry at a time")
def a_row_at_a_time(f, x, eps=1e-6):
    point = np.array(x, dtype=float)
    gradient = np.empty_like(point)
    for i in range(len(point)):
        kept = point[i].copy()
        point[i] = kept + eps
        above = f(point)
        point[i] = kept - eps
        gradient[i] = (above - f(point)) / (2 * eps)
        point[i] = kept
    return gradient


@mistake("you ignore the eps you are given; use the argument")
def eps_ignored(f, x, eps=1e-6):
    return _central(f, x)


@mistake("your step is 1e-3 whatever eps is; use the argument")
def step_of_a_thousandth(f, x, eps=1e-6):
    return _central(f, x, 1e-3)


@mistake("your step is eps · |x|, which is 0 where x is 0; it must be eps")
def step_relative_to_x(f, x, eps=1e-6):
    point = np.array(x, dtype=float)
    gradient = np.empty_like(point)
    for index in np.ndindex(point.shape):
        kept = float(point[index])
        step = eps * abs(kept)
        point[index] = kept + step
        above = f(point)
        point[index] = kept - step
        gradient[index] = float(above - f(point)) / (2 * step)
        point[index] = kept
    return gradient


@mistake("you step in float32, where x + 1e-6 is mostly x; convert x to float64 first")
def in_float32(f, x, eps=1e-6):
    point = np.array(x)
    gradient = np.empty_like(point)
    for index in np.ndindex(point.shape):
        kept = point[index]
        point[index] = kept + point.dtype.type(eps)
        above = f(point)
        point[index] = kept - point.dtype.type(eps)
        gradient[index] = (above - f(point)) / (2 * eps)
        point[index] = kept
    return gradient


@mistake(
    "you step in a copy, as x.ravel() and reshape(-1) make one if x is not in C order; "
    "then f never sees it"
)
def steps_in_a_copy(f, x, eps=1e-6):
    point = np.array(x, dtype=float, order="K")
    flat, gradient = point.ravel(), np.empty(point.size)
    for i in range(flat.size):
        kept = flat[i]
        flat[i] = kept + eps
        above = f(point)
        flat[i] = kept - eps
        gradient[i] = (above - f(point)) / (2 * eps)
        flat[i] = kept
    return gradient.reshape(point.shape)


@mistake("your gradient comes back flat; it must have x's shape")
def flat_gradient(f, x, eps=1e-6):
    return _central(f, x, eps).ravel()


@mistake("you leave the steps' rounding in the caller's x (+ eps, − 2 eps, + eps); work on a copy")
def rounding_left_in_x(f, x, eps=1e-6):
    point = x if x.dtype == np.float64 else x.astype(float)
    gradient = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        point[index] += eps
        above = f(point)
        point[index] -= 2 * eps
        gradient[index] = (above - f(point)) / (2 * eps)
        point[index] += eps
    return gradient


# Finding the wrong passes


def _gradients(forward, backward, x, dout=None, eps=1e-6, seed=1):
    """The backward pass's gradient and the numerical one."""
    out, saved = forward(x.copy())
    if dout is None:
        dout = np.random.default_rng(seed).standard_normal(np.shape(out))
    elif np.isscalar(dout):
        dout = np.full(np.shape(out), float(dout))
    numeric = _central(lambda z: float(np.sum(dout * forward(z)[0])), x, eps)
    return backward(dout, saved), numeric


def _random(seed=0):
    return np.random.default_rng(seed).standard_normal((3, 4))


def _relative(a, b):
    lengths = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(a - b) / lengths if lengths else 0.0


def _largest_difference(pair):
    a, b = _gradients(*pair, _random())
    return np.abs(a - b).max()


def _errors(pair, scales):
    return [_relative(*_gradients(*pair, scale * _random())) for scale in scales]


def _names(passes, is_wrong):
    return [name for name, pair in passes.items() if is_wrong(*pair)]


@mistake(
    "you check with an upstream gradient of ones, which hides faults; draw a random one",
    replaces="find_wrong",
)
def upstream_of_ones(passes):
    def is_wrong(forward, backward):
        a, b = _gradients(forward, backward, _random(), dout=1.0)
        return np.linalg.norm(a - b) > 1e-6 + 1e-5 * np.linalg.norm(b)

    return _names(passes, is_wrong)


@mistake(
    "you check at x = 1, where powers and their derivatives coincide; draw x at random",
    replaces="find_wrong",
)
def at_ones(passes):
    return _names(passes, lambda f, b: _relative(*_gradients(f, b, np.ones((3, 4)))) > 1e-4)


@mistake(
    "you check at x = 0, a special point of most functions; draw x at random",
    replaces="find_wrong",
)
def at_zeros(passes):
    def is_wrong(forward, backward):
        a, b = _gradients(forward, backward, np.zeros((3, 4)))
        return np.linalg.norm(a - b) > 1e-6 + 1e-4 * np.linalg.norm(b)

    return _names(passes, is_wrong)


@mistake(
    "you check at positive x alone (uniform numbers); draw x from both signs",
    replaces="find_wrong",
)
def at_positive_points(passes):
    x = np.random.default_rng(0).random((3, 4))
    return _names(passes, lambda f, b: _relative(*_gradients(f, b, x)) > 1e-4)


@mistake(
    "your bound is absolute, so right passes with large outputs fail; use the relative error",
    replaces="find_wrong",
)
def tight_absolute_bound(passes):
    return _names(passes, lambda *pair: _largest_difference(pair) > 1e-7)


@mistake(
    "your bound is absolute, so wrong passes with small outputs pass; use the relative error",
    replaces="find_wrong",
)
def wide_absolute_bound(passes):
    return _names(passes, lambda *pair: _largest_difference(pair) > 2e-3)


@mistake(
    "your bound is absolute and lies above the gradients of tiny outputs, so a wrong pass with "
    "them passes; use the relative error",
    replaces="find_wrong",
)
def bound_above_tiny_gradients(passes):
    return _names(passes, lambda *pair: _largest_difference(pair) > 2e-5)


@mistake(
    "you call a pair right for agreeing where x is small; it must agree at larger x too",
    replaces="find_wrong",
)
def right_where_x_is_small(passes):
    return _names(passes, lambda *pair: not any(e <= 1e-5 for e in _errors(pair, (0.1, 1, 2))))


@mistake(
    "you compare the forward pass's differences with themselves; call the backward pass",
    replaces="find_wrong",
)
def forward_tested_twice(passes):
    def is_wrong(forward, backward):
        _, b = _gradients(forward, backward, _random())
        return _relative(b, b) > 1e-5

    return _names(passes, is_wrong)


@mistake("you compare a single entry of the gradient; compare all of them", replaces="find_wrong")
def one_entry(passes):
    def is_wrong(forward, backward):
        a, b = _gradients(forward, backward, _random())
        return _relative(a[0, 0], b[0, 0]) > 1e-4

    return _names(passes, is_wrong)


@mistake(
    "you compare the sums of the gradients; errors cancel in a sum, compare entry by entry",
    replaces="find_wrong",
)
def sums_compared(passes):
    def is_wrong(forward, backward):
        a, b = _gradients(forward, backward, _random())
        return abs(a.sum() - b.sum()) > 1e-5 * np.linalg.norm(b)

    return _names(passes, is_wrong)


@mistake(
    "you compare the lengths of the gradients; a flipped sign keeps the length, compare entries",
    replaces="find_wrong",
)
def lengths_compared(passes):
    def is_wrong(forward, backward):
        a, b = (np.linalg.norm(g) for g in _gradients(forward, backward, _random()))
        return abs(a - b) > 1e-5 * (a + b)

    return _names(passes, is_wrong)


@mistake(
    "your difference has a sign and only the positive ones count; take the absolute value",
    replaces="find_wrong",
)
def signed_difference(passes):
    def is_wrong(forward, backward):
        a, b = _gradients(forward, backward, _random())
        return np.mean(a - b) > 1e-5 * np.linalg.norm(b)

    return _names(passes, is_wrong)


@mistake(
    "you return the names that are right; the wrong ones were asked for", replaces="find_wrong"
)
def right_ones_returned(passes):
    return _names(passes, lambda f, b: _relative(*_gradients(f, b, _random())) <= 1e-5)


@mistake("you stop at the first wrong pair; look at all three", replaces="find_wrong")
def first_one_only(passes):
    return _names(passes, lambda f, b: _relative(*_gradients(f, b, _random())) > 1e-5)[:1]


@mistake(
    "you always name the worst pair; it may be that none is wrong, or several",
    replaces="find_wrong",
)
def always_the_worst(passes):
    errors = {name: _relative(*_gradients(*pair, _random())) for name, pair in passes.items()}
    return [max(errors, key=errors.get)]


@mistake(
    "every pair is wrong to you, the right ones too, as with a step or a bound so small that "
    "rounding drowns the difference",
    replaces="find_wrong",
)
def step_too_small(passes):
    return _names(passes, lambda f, b: _relative(*_gradients(f, b, _random(), eps=1e-14)) > 1e-5)


@mistake(
    "your bound is so wide that an error of a few percent passes; right passes agree to 1e-6",
    replaces="find_wrong",
)
def bound_too_wide(passes):
    return _names(passes, lambda f, b: _relative(*_gradients(f, b, _random())) > 0.1)


@mistake("your upstream gradient has x's shape; it must have the output's", replaces="find_wrong")
def upstream_in_the_shape_of_x(passes):
    dout = np.random.default_rng(1).standard_normal((3, 4))
    return _names(passes, lambda f, b: _relative(*_gradients(f, b, _random(), dout=dout)) > 1e-5)


@mistake(
    "you compare the numbers without their places (sorted, or as a set); compare entry by entry",
    replaces="find_wrong",
)
def places_ignored(passes):
    def is_wrong(forward, backward):
        a, b = (np.sort(g, axis=None) for g in _gradients(forward, backward, _random()))
        return _relative(a, b) > 1e-4

    return _names(passes, is_wrong)


@mistake(
    "you compare directions alone (a cosine), so a wrong factor passes; compare entry by entry",
    replaces="find_wrong",
)
def directions_compared(passes):
    def is_wrong(forward, backward):
        a, b = _gradients(forward, backward, _random())
        return np.sum(a * b) < (1 - 1e-6) * np.linalg.norm(a) * np.linalg.norm(b)

    return _names(passes, is_wrong)
