"""Checks of ex14: numerical gradients, then verdicts on pairs with faults of many kinds."""

import numpy as np
from grader import normal

# Scalar functions


def wavy(x):
    """Curved, with every entry tied to the next: a step that is not undone shows."""
    flat = x.reshape(-1)
    return np.sum(np.sin(3 * x)) + np.sum(flat[1:] ** 2 * flat[:-1])


def rows_against_columns(x):
    """Needs x in its own shape."""
    return float(np.tanh(x @ x.T).sum() + np.exp(0.3 * x).prod(axis=0).sum())


def quartic(x):
    return np.sum(x**4) + np.sum(x**3)


# Forward/backward pairs on a (3, 4) array

W = np.cos(np.arange(16.0)).reshape(4, 4)
GAIN = np.array([1.5, 0.4, 2.0, 0.9])
ROWS = np.array([2, 0, 2, 1])


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_backward(dout, p):
    return p * (dout - np.sum(dout * p, axis=-1, keepdims=True))


def normalise(x):
    std = np.sqrt(x.var(axis=-1, keepdims=True) + 0.1)
    return (x - x.mean(axis=-1, keepdims=True)) / std, std


def normalise_backward(dout, saved):
    n, std = saved
    return (
        dout - dout.mean(axis=-1, keepdims=True) - n * np.mean(dout * n, axis=-1, keepdims=True)
    ) / std


def gathered_backward(dout, saved):
    dx = np.zeros((3, 4))
    np.add.at(dx, ROWS, dout)
    return dx


def gathered_overwriting(dout, saved):
    dx = np.zeros((3, 4))
    dx[ROWS] = dout
    return dx


def with_mean_backward(dout, x):
    return dout * x.mean(axis=0) + (dout * x).sum(axis=0) / 3


def huber(x):
    """A parabola about zero, straight lines beyond."""
    return np.where(abs(x) < 0.7, 0.5 * x**2, 0.7 * abs(x) - 0.245)


def within_a_ball(x):
    """x, drawn back to length 1.5 where it is longer."""
    factor = min(1.0, 1.5 / np.linalg.norm(x))
    return x * factor, factor


def both(y):
    """For forwards whose output is all that backward needs."""
    return y, y


RIGHT = {
    "linear": (lambda x: (x @ W, None), lambda dout, saved: dout @ W.T),
    "tanh": (lambda x: both(np.tanh(x)), lambda dout, y: dout * (1 - y**2)),
    "softmax": (lambda x: both(softmax(x)), softmax_backward),
    "layer norm": (
        lambda x: (normalise(x)[0] * GAIN, normalise(x)),
        lambda dout, saved: normalise_backward(dout * GAIN, saved),
    ),
    "relu": (lambda x: (np.maximum(x, 0), x > 0), lambda dout, on: dout * on),
    "leaky relu": (
        lambda x: (np.where(x > 0, x, 0.02 * x), x > 0),
        lambda dout, on: dout * np.where(on, 1, 0.02),
    ),
    "transpose": (lambda x: (x.T, None), lambda dout, saved: dout.T),
    "gram": (lambda x: (x @ x.T, x), lambda dout, x: (dout + dout.T) @ x),
    "log-sum-exp": (
        lambda x: (np.log(np.exp(x).sum(axis=1)), softmax(x)),
        lambda dout, p: dout[:, None] * p,
    ),
    "energy": (lambda x: (0.5 * np.sum(x**2), x), lambda dout, x: dout * x),
    "gather": (lambda x: (x[ROWS], None), gathered_backward),
    "join": (
        lambda x: (np.concatenate([x, np.sin(x)], axis=1), x),
        lambda dout, x: dout[:, :4] + dout[:, 4:] * np.cos(x),
    ),
    "times mean": (lambda x: (x * x.mean(axis=0), x), with_mean_backward),
    "clip": (lambda x: (np.clip(x, -0.5, 0.5), abs(x) < 0.5), lambda dout, on: dout * on),
    "huber": (lambda x: (huber(x), x), lambda dout, x: dout * np.clip(x, -0.7, 0.7)),
    "large": (lambda x: (1e5 * np.sin(x), x), lambda dout, x: 1e5 * dout * np.cos(x)),
    "large softmax": (
        lambda x: (-3e5 * softmax(x), softmax(x)),
        lambda dout, p: -3e5 * softmax_backward(dout, p),
    ),
    "small": (lambda x: (1e-4 * np.sin(x), x), lambda dout, x: 1e-4 * dout * np.cos(x)),
    "tiny": (lambda x: (1e-6 * np.tanh(x), x), lambda dout, x: 1e-6 * dout / np.cosh(x) ** 2),
}

WRONG = {
    # everyday faults
    "linear, not transposed": (RIGHT["linear"][0], lambda dout, saved: dout @ W),
    "tanh, not squared": (RIGHT["tanh"][0], lambda dout, y: dout * (1 - y)),
    "softmax, no sum": (RIGHT["softmax"][0], lambda dout, p: p * dout),
    "layer norm, gain outside": (
        RIGHT["layer norm"][0],
        lambda dout, saved: GAIN * normalise_backward(dout, saved),
    ),
    "gram, one side": (RIGHT["gram"][0], lambda dout, x: 2 * dout @ x),
    "gather, overwriting": (RIGHT["gather"][0], gathered_overwriting),
    "times mean, constant mean": (RIGHT["times mean"][0], lambda dout, x: dout * x.mean(axis=0)),
    "sign lost": (lambda x: (1 - np.sin(x), x), lambda dout, x: dout * np.cos(x)),
    "energy, doubled": (RIGHT["energy"][0], lambda dout, x: 2 * dout * x),
    "join, second half lost": (RIGHT["join"][0], lambda dout, x: dout[:, :4]),
    "sine, one in a hundred": (lambda x: (np.sin(x), x), lambda dout, x: 1.01 * dout * np.cos(x)),
    "energy, no gradient": (RIGHT["energy"][0], lambda dout, x: 0 * x),
    # right when the upstream gradient is all ones
    "normalise, doubled": (
        lambda x: (normalise(x)[0], normalise(x)),
        lambda dout, saved: 2 * normalise_backward(dout, saved),
    ),
    "softmax, halved": (RIGHT["softmax"][0], lambda dout, p: 0.5 * softmax_backward(dout, p)),
    "square, upstream ignored": (lambda x: (x**2, x), lambda dout, x: 2 * x),
    "roll, not rolled back": (lambda x: (np.roll(x, 1, axis=0), 0), lambda dout, saved: dout),
    "row sums, upstream averaged": (
        lambda x: (x.sum(axis=1), None),
        lambda dout, saved: np.full((3, 4), dout.mean()),
    ),
    "sine, upstream squared": (lambda x: (np.sin(x), x), lambda dout, x: dout**2 * np.cos(x)),
    # right at special points: where x is positive, all ones, or zero
    "relu, no mask": (RIGHT["relu"][0], lambda dout, on: dout),
    "leaky relu, flat": (RIGHT["leaky relu"][0], lambda dout, on: dout * on),
    "absolute, no sign": (lambda x: (abs(x), None), lambda dout, saved: dout),
    "square, as at one": (lambda x: (x**2, None), lambda dout, saved: 2 * dout),
    "cube, as at one": (lambda x: (x**3, x), lambda dout, x: 3 * dout * x),
    "sine, as at zero": (lambda x: (np.sin(x), None), lambda dout, saved: dout),
    "clip, no mask": (RIGHT["clip"][0], lambda dout, on: dout),
    # right at small x
    "huber, all parabola": (RIGHT["huber"][0], lambda dout, x: dout * x),
    "ball, constant factor": (within_a_ball, lambda dout, factor: dout * factor),
    # large and small outputs
    "large, as at zero": (RIGHT["large"][0], lambda dout, x: 1e5 * dout),
    "small, as at zero": (RIGHT["small"][0], lambda dout, x: 1e-4 * dout),
    "small, sign lost": (lambda x: (-1e-4 * np.sin(x), x), RIGHT["small"][1]),
    "tiny, doubled": (lambda x: (1e-6 * x**2, x), lambda dout, x: 4e-6 * dout * x),
}

EVERYDAY = [
    ["linear", "tanh, not squared", "softmax"],
    ["softmax, no sum", "leaky relu", "linear, not transposed"],
    ["transpose", "gram, one side", "sign lost"],
    ["gather, overwriting", "times mean, constant mean", "layer norm, gain outside"],
    ["gather", "energy, doubled", "log-sum-exp"],
    ["times mean", "join", "join, second half lost"],
    ["sine, one in a hundred", "relu", "energy, no gradient"],
]
AWAY_FROM_ONES = [
    ["normalise, doubled", "layer norm", "tanh"],
    ["softmax", "square, upstream ignored", "softmax, halved"],
    ["roll, not rolled back", "row sums, upstream averaged", "sine, upstream squared"],
    ["energy", "log-sum-exp", "gather"],
]
OFF_SPECIAL_POINTS = [
    ["relu", "relu, no mask", "absolute, no sign"],
    ["leaky relu, flat", "tanh", "leaky relu"],
    ["square, as at one", "softmax", "cube, as at one"],
    ["clip", "clip, no mask", "sine, as at zero"],
]
RIGHT_WHERE_X_IS_SMALL = [["huber, all parabola", "huber", "ball, constant factor"]]
SCALES = [
    ["large", "large softmax", "small"],
    ["large, as at zero", "tanh", "small, as at zero"],
    ["small, sign lost", "large", "linear"],
]
TINY = [["tiny", "tiny, doubled", "linear"]]
ALL_RIGHT = [
    ["linear", "softmax", "tanh"],
    ["layer norm", "relu", "gram"],
    ["join", "gather", "times mean"],
    ["transpose", "log-sum-exp", "energy"],
    ["clip", "leaky relu", "small"],
]


def names_found(module, sets):
    """The sorted names the student holds for wrong, for each set of three pairs."""
    pairs = {**RIGHT, **WRONG}
    found = [module.find_wrong({name: pairs[name] for name in names}) for names in sets]
    return [sorted(f) if isinstance(f, (list, tuple, set, frozenset)) else f for f in found]


def gradient_in_fortran_order(module, x):
    return module.numerical_gradient(rows_against_columns, np.asfortranarray(x), 1e-3)


def gradient_in_float64(module, x):
    """The gradient at a float32 point, whatever dtype it is returned in."""
    return np.asarray(module.numerical_gradient(wavy, x), dtype=np.float64)


def gradient_and_x(module, x):
    """The gradient, and whether x holds what it held."""
    before = x.copy()
    gradient = module.numerical_gradient(wavy, x)
    return gradient, bool((x == before).all())


def test_values(check, rng):
    check("numerical_gradient", wavy, normal(rng, 3, 4), rtol_=1e-6, atol_=1e-7)


def test_any_shape(check, rng):
    check("numerical_gradient", wavy, normal(rng, 2, 3, 5), rtol_=1e-6, atol_=1e-7)


def test_a_vector(check, rng):
    check("numerical_gradient", wavy, normal(rng, 7), rtol_=1e-6, atol_=1e-7)


def test_a_number_without_axes(check):
    check("numerical_gradient", wavy, np.array(0.7), rtol_=1e-6, atol_=1e-7)


def test_central_differences_with_the_step_given(check, rng):
    check("numerical_gradient", quartic, normal(rng, 4, 3), eps=0.05)


def test_one_entry_at_a_time(check, rng):
    check("numerical_gradient", wavy, normal(rng, 3, 2), 0.01)


def test_where_x_is_zero(check, rng):
    x = normal(rng, 3, 4)
    x[1] = 0.0
    check("numerical_gradient", wavy, x, rtol_=1e-6, atol_=1e-7)


def test_fortran_order(check, rng):
    check.drive(gradient_in_fortran_order, normal(rng, 3, 4))


def test_float32_points_are_differenced_in_float64(check, rng):
    x = normal(rng, 3, 4, dtype=np.float32)
    check.drive(gradient_in_float64, x, rtol_=1e-5, atol_=1e-6)


def test_everyday_faults_are_found(check):
    check.drive(names_found, EVERYDAY)


def test_faults_hidden_by_an_upstream_of_ones_are_found(check):
    check.drive(names_found, AWAY_FROM_ONES)


def test_faults_hidden_at_special_points_are_found(check):
    check.drive(names_found, OFF_SPECIAL_POINTS)


def test_a_fault_that_small_x_hides_is_found(check):
    says = "Wrong at one point is wrong: no other point makes up for it."
    check.drive(names_found, RIGHT_WHERE_X_IS_SMALL, says_=says)


def test_the_scale_of_the_output_does_not_matter(check):
    check.drive(names_found, SCALES)


def test_a_fault_of_tiny_outputs_is_found(check):
    check.drive(names_found, TINY)


def test_nothing_is_found_where_nothing_is_wrong(check):
    check.drive(names_found, ALL_RIGHT)


def test_x_is_left_as_it_was(check, rng):
    says = "output[1] tells whether your caller's x holds, bit for bit, what it held before"
    check.drive(gradient_and_x, normal(rng, 3, 4), rtol_=1e-6, atol_=1e-7, says_=says)
