"""Checks of ex12: the first steps, many steps, several parameters, options, dtype, identity."""

import numpy as np
from grader import normal


def train(module, params, history, **options):
    """The parameters after every step."""
    optimizer = module.Adam(params, **options)
    trace = []
    for grads in history:
        optimizer.step(grads)
        trace.append({name: value.copy() for name, value in params.items()})
    return trace


def train_with_positional_options(module, params, history):
    """The options by position, as the signature allows."""
    optimizer = module.Adam(params, 0.02, (0.7, 0.95), 1e-3)
    for grads in history:
        optimizer.step(grads)
    return params


def dtypes_while_training(module, params, history):
    """The dtype of every parameter after every step, and the parameters at the end."""
    optimizer = module.Adam(params, lr=0.05)
    seen = []
    for grads in history:
        optimizer.step(grads)
        seen.append({name: str(value.dtype) for name, value in params.items()})
    return seen, params


def train_through_other_names(module, params, history):
    """The arrays themselves change: whoever holds one sees the steps; params holds the same."""
    held = dict(params)
    optimizer = module.Adam(params, lr=0.05)
    for grads in history:
        optimizer.step(grads)
    return held, {name: params[name] is held[name] for name in held}


def train_slices(module, params, history):
    """Parameters cut out of larger arrays, as the caller sees the arrays afterwards."""
    whole = {name: np.pad(value, (0, 1)) for name, value in params.items()}
    slices = {name: whole[name][(..., *map(slice, params[name].shape))] for name in params}
    optimizer = module.Adam(slices, lr=0.05)
    for grads in history:
        optimizer.step(grads)
    return whole


def what_steps_return(module, params, history):
    """Whether each step returned None, and the parameters it changed."""
    optimizer = module.Adam(params, lr=0.05)
    return [optimizer.step(grads) is None for grads in history], params


def gradients_after_training(module, params, history):
    """The gradients as they are after the steps, and the parameters."""
    optimizer = module.Adam(params, lr=0.05)
    for grads in history:
        optimizer.step(grads)
    return history, params


def two_optimizers(module, params, other, history):
    """Two optimizers at once, each with a state of its own."""
    first = module.Adam(params, lr=0.05)
    second = module.Adam(other, lr=0.02)
    for grads in history:
        first.step(grads)
        second.step(grads)
    second.step(history[0])
    return params, other


def one_gradient_array_used_again(module, params, history):
    """The caller overwrites its gradient buffer between the steps, as training loops do."""
    optimizer = module.Adam(params, lr=0.05)
    buffer = {name: np.zeros_like(value) for name, value in params.items()}
    for grads in history:
        for name, gradient in grads.items():
            buffer[name][...] = gradient
        optimizer.step(buffer)
    return params


def parameters(rng, dtype=np.float64):
    """Parameters of distinct shapes, a single number among them."""
    shapes = {"w": (3, 4), "b": (4,), "table": (5, 2), "gain": ()}
    return {name: np.array(normal(rng, *shape), dtype) for name, shape in shapes.items()}


def gradients(rng, steps, dtype=np.float64, scale=1.0):
    """A gradient for every parameter and step, in another order than the parameters."""
    history = [parameters(rng, dtype) for _ in range(steps)]
    return [
        {name: np.asarray(grads[name] * dtype(scale)) for name in reversed(grads)}
        for grads in history
    ]


def test_the_first_step(check, rng):
    w = {"w": normal(rng, 3, 4)}
    check.drive(train, w, [{"w": normal(rng, 3, 4)}], lr=0.1)


def test_five_steps_of_one_parameter(check, rng):
    w = {"w": normal(rng, 3, 4)}
    check.drive(train, w, [{"w": normal(rng, 3, 4)} for _ in range(5)], lr=0.1)


def test_several_parameters(check, rng):
    check.drive(train, parameters(rng), gradients(rng, 5), lr=0.1)


def test_thirty_steps(check, rng):
    check.drive(train, parameters(rng), gradients(rng, 30), lr=0.01)


def test_the_options_by_default(check, rng):
    says = "The defaults are lr 1e-3, betas (0.9, 0.999) and eps 1e-8."
    check.drive(train, parameters(rng), gradients(rng, 4), says_=says, atol_=1e-12)


def test_other_betas(check, rng):
    check.drive(train, parameters(rng), gradients(rng, 6), lr=0.1, betas=(0.6, 0.8))


def test_a_large_eps(check, rng):
    says = "eps is added to the corrected root, not under it and not before the correction."
    check.drive(train, parameters(rng), gradients(rng, 4), lr=0.1, eps=0.5, says_=says)


def test_the_options_by_position(check, rng):
    check.drive(train_with_positional_options, parameters(rng), gradients(rng, 4))


def test_a_parameter_that_gets_no_slope_keeps_still(check, rng):
    history = gradients(rng, 3)
    for grads in history:
        grads["b"][...] = 0
    says = "A gradient of 0 from the start: 0 / (0 + eps) is 0, not NaN."
    check.drive(train, parameters(rng), history, lr=0.1, says_=says)
    history = gradients(rng, 5)
    history[2]["b"][...] = history[3]["b"][...] = 0
    says = "A gradient of 0 in some steps: the moments shrink, and the parameter goes on moving."
    check.drive(train, parameters(rng), history, lr=0.1, says_=says)


def test_tiny_gradients_move_as_far_as_large_ones(check, rng):
    check.drive(train, parameters(rng), gradients(rng, 4, scale=1e-7), lr=0.1)


def test_whoever_holds_an_array_sees_it_change(check, rng):
    says = "output[1] tells whether params still holds the very arrays it was given"
    check.drive(train_through_other_names, parameters(rng), gradients(rng, 3), says_=says)
    says = "Each parameter is cut out of a larger array, which must change with it."
    check.drive(train_slices, parameters(rng), gradients(rng, 3), says_=says)


def test_a_gradient_buffer_may_be_used_again(check, rng):
    check.drive(one_gradient_array_used_again, parameters(rng), gradients(rng, 4))


def test_two_optimizers_do_not_share_their_state(check, rng):
    check.drive(two_optimizers, parameters(rng), parameters(rng), gradients(rng, 3))


def test_float32_stays_float32(check, rng):
    history = gradients(rng, 4, np.float32)
    check.drive(dtypes_while_training, parameters(rng, np.float32), history)


def test_gradients_are_left_alone(check, rng):
    check.drive(gradients_after_training, parameters(rng), gradients(rng, 3))


def test_a_step_returns_none(check, rng):
    says = "output[0] tells of each step whether it returned None: the arrays change in place"
    check.drive(what_steps_return, parameters(rng), gradients(rng, 2), says_=says)
