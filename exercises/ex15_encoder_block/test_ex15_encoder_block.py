"""Checks of ex15: the block, its masks, then all thirteen gradients, dtype, inputs unchanged."""

import numpy as np
from grader import normal


def parameters(rng, d, hidden, dtype=np.float64):
    """Weights that keep softmax soft, gains that differ, biases that matter."""
    p = {}
    for name in ("w_q", "w_k", "w_v", "w_o"):
        p[name] = normal(rng, d, d) / np.sqrt(d)
    p["w0"], p["b0"] = normal(rng, d, hidden) / np.sqrt(d), 0.5 * normal(rng, hidden)
    p["w1"], p["b1"] = normal(rng, hidden, d) / np.sqrt(hidden), 0.5 * normal(rng, d)
    for name in ("ln1", "ln2"):
        p[f"{name}_gain"] = 1 + 0.4 * normal(rng, d)
        p[f"{name}_bias"] = 0.3 * normal(rng, d)
    return {name: array.astype(dtype) for name, array in p.items()}


def block_out(module, x, params, num_heads, mask=None):
    return module.encoder_block(x, params, num_heads, mask)[0]


def block_gradients(module, x, params, num_heads, dout, mask=None):
    _, saved = module.encoder_block(x, params, num_heads, mask)
    return module.encoder_block_backward(dout, saved)


def all_with_dtypes(module, x, params, num_heads, dout):
    """Output and gradients, each with the name of its dtype."""
    out, saved = module.encoder_block(x, params, num_heads)
    dx, grads = module.encoder_block_backward(dout, saved)
    arrays = {"out": out, "dx": dx, **grads}
    return {name: (array, str(array.dtype)) for name, array in arrays.items()}


def is_a_tuple_of_two(module, x, params, num_heads):
    """Whether the forward pass returns a tuple, and how long it is."""
    returned = module.encoder_block(x, params, num_heads)
    return isinstance(returned, tuple), len(returned)


def out_and_inputs(module, x, params, num_heads, mask):
    out = module.encoder_block(x, params, num_heads, mask)[0]
    return out, x, params, mask


def gradients_and_inputs(module, x, params, num_heads, dout):
    """The gradients of a second call on the same saved, and what became of the inputs."""
    _, saved = module.encoder_block(x, params, num_heads)
    module.encoder_block_backward(dout.copy(), saved)
    again = module.encoder_block_backward(dout, saved)
    return again, dout, x, params


def gradients_after_another_forward(module, x, other, params, num_heads, dout):
    _, saved = module.encoder_block(x, params, num_heads)
    module.encoder_block(other, params, num_heads)
    return module.encoder_block_backward(dout, saved)


def slopes(module, x, params, num_heads, dout, directions, mask):
    """For x and each parameter: the slope the gradient predicts, and the slope measured."""
    everything = {"x": x, **params}

    def loss(changed):
        values = {**everything, **changed}
        return float(
            np.sum(dout * module.encoder_block(values.pop("x"), values, num_heads, mask)[0])
        )

    dx, grads = block_gradients(module, x, params, num_heads, dout, mask)
    found, eps = {}, 1e-5
    for name, gradient in {"x": dx, **grads}.items():
        step = eps * directions[name]
        up, down = loss({name: everything[name] + step}), loss({name: everything[name] - step})
        found[name] = (float(np.sum(gradient * directions[name])), (up - down) / (2 * eps))
    return found


def slopes_agree(found):
    for name, (predicted, measured) in found.items():
        if abs(predicted - measured) > 1e-6 * (1 + abs(measured)):
            return (
                f"along a random direction of {name} your gradient predicts a slope of "
                f"{predicted:.6g}, but the output changes by {measured:.6g}"
            )
    return None


def test_values(check, rng):
    check.drive(block_out, normal(rng, 3, 5, 8), parameters(rng, 8, 7), 2)


def test_one_sequence(check, rng):
    check.drive(block_out, 2 * normal(rng, 3, 10) + 1, parameters(rng, 10, 6), 2)


def test_leading_axes(check, rng):
    check.drive(block_out, normal(rng, 2, 3, 5, 28), parameters(rng, 28, 9), 4)


def test_a_causal_mask(check, rng):
    mask = np.tri(5, dtype=bool)
    check.drive(block_out, normal(rng, 3, 5, 8), parameters(rng, 8, 7), 2, mask)


def test_a_mask_for_each_sequence(check, rng):
    mask = (np.arange(5) < np.array([3, 5, 4])[:, None])[:, None, None, :]
    check.drive(block_out, normal(rng, 3, 5, 8), parameters(rng, 8, 7), 2, mask)


def test_a_query_that_may_attend_to_nothing(check, rng):
    mask = rng.random((3, 2, 5, 5)) < 0.6
    mask[0, :, 2] = False
    mask[1, 1, 4] = False
    check.drive(block_out, normal(rng, 3, 5, 8), parameters(rng, 8, 7), 2, mask)


def test_large_scores_stay_finite(check, rng):
    params = parameters(rng, 8, 7)
    params["w_q"], params["w_k"] = 100 * params["w_q"], 100 * params["w_k"]
    check.drive(block_out, normal(rng, 3, 5, 8), params, 2)
    says = "A hidden score may be far above all that may be seen."
    check.drive(block_out, normal(rng, 3, 5, 8), params, 2, np.tri(5, dtype=bool), says_=says)


def test_backward_values(check, rng):
    x, dout = normal(rng, 3, 5, 8), normal(rng, 3, 5, 8)
    check.drive(block_gradients, x, parameters(rng, 8, 7), 2, dout)


def test_backward_of_one_sequence(check, rng):
    x, dout = 2 * normal(rng, 3, 10) + 1, normal(rng, 3, 10)
    check.drive(block_gradients, x, parameters(rng, 10, 6), 2, dout)


def test_backward_with_leading_axes(check, rng):
    x, dout = normal(rng, 2, 3, 5, 28), normal(rng, 2, 3, 5, 28)
    check.drive(block_gradients, x, parameters(rng, 28, 9), 4, dout)


def test_backward_with_masks(check, rng):
    mask = rng.random((3, 2, 5, 5)) < 0.6
    mask[0, :, 2] = False
    x, dout = normal(rng, 3, 5, 8), normal(rng, 3, 5, 8)
    check.drive(block_gradients, x, parameters(rng, 8, 7), 2, dout, mask)


def test_backward_agrees_with_a_numerical_derivative(check, rng):
    x, dout, params = normal(rng, 3, 4, 10), normal(rng, 3, 4, 10), parameters(rng, 10, 7)
    mask = np.tri(4, dtype=bool)
    check.drive(block_gradients, x, params, 2, dout, mask)
    directions = {name: normal(rng, *array.shape) for name, array in {"x": x, **params}.items()}
    check.property(slopes, x, params, 2, dout, directions, mask, holds=slopes_agree)


def test_backward_after_another_forward(check, rng):
    x, other, dout = normal(rng, 3, 5, 8), normal(rng, 3, 5, 8), normal(rng, 3, 5, 8)
    says = "two forward passes may come before the first backward pass"
    params = parameters(rng, 8, 7)
    check.drive(gradients_after_another_forward, x, other, params, 2, dout, says_=says)


def test_backward_twice_and_inputs_alone(check, rng):
    x, dout = normal(rng, 3, 5, 8), normal(rng, 3, 5, 8)
    says = (
        "a second backward pass on the same saved gives the same, and dout, x, params stay as given"
    )
    check.drive(gradients_and_inputs, x, parameters(rng, 8, 7), 2, dout, says_=says)


def test_float32_stays_float32(check, rng):
    x, dout = normal(rng, 3, 5, 8, dtype=np.float32), normal(rng, 3, 5, 8, dtype=np.float32)
    params = parameters(rng, 8, 7, np.float32)
    check.drive(all_with_dtypes, x, params, 2, dout, rtol_=1e-4, atol_=1e-4)


def test_the_forward_pass_returns_a_tuple(check, rng):
    says = "whether encoder_block returns a tuple, and of how many: (out, saved); a list is refused"
    check.drive(is_a_tuple_of_two, normal(rng, 5, 6), parameters(rng, 6, 7), 3, says_=says)


def test_inputs_unchanged(check, rng):
    mask = np.tri(5, dtype=bool)
    says = "output[1] to [3] are your caller's x, params and mask afterwards: leave them alone"
    x = normal(rng, 3, 5, 8)
    check.drive(out_and_inputs, x, parameters(rng, 8, 7), 2, mask, says_=says)
