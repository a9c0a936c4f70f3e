"""What goes wrong in ex29: wrong pairs, and the wrong functions of the exercises it is built on.

The latter are those exercises' own mistakes: each must be found again inside the profile model,
and named with its function.
"""

import functools

import numpy as np
from grader import mistake
from grader.exercise import EXERCISES, Exercise


def drawn(folder, *names):
    """Known mistakes of another exercise, as mistakes of this one."""
    exercise = Exercise(EXERCISES / folder)
    by_name = {one.name: one for one in exercise.mistakes}
    for one in (by_name[name] for name in names):
        says = f"your `{one.replaces}` of {exercise.number}: {one.says}"
        register(one.function, says, f"{exercise.number}_{one.name}", one.replaces)


def register(function, says, name, replaces):
    if isinstance(function, type):
        stand_in = type(name, (function,), {})
    else:
        stand_in = functools.wraps(function)(lambda *args, **kwargs: function(*args, **kwargs))
        stand_in.__name__ = name
    mistake(says, replaces=replaces)(stand_in)


def right_pairs(own):
    """The six pairs, each as one would write it."""

    def log_softmax(x):
        p = own.softmax(x)
        top = p.max(axis=-1, keepdims=True)
        return x - x.max(axis=-1, keepdims=True) + np.log(top), p

    def attend(q, k, v, mask=None):
        out, weights = own.attention(q, k, v, mask)
        return out, (q, k, v, weights)

    return {
        "log_softmax": (
            log_softmax,
            lambda dout, p: dout - p * dout.sum(axis=-1, keepdims=True),
        ),
        "attention": (attend, lambda dout, saved: own.attention_backward(dout, *saved)),
        "mlp": (
            lambda *inputs: (own.mlp(*inputs), inputs),
            lambda dout, saved: own.mlp_backward(dout, *saved),
        ),
        "layer_norm": (
            lambda *inputs: (own.layer_norm(*inputs), inputs),
            lambda dout, saved: own.layer_norm_backward(dout, *saved),
        ),
        "rotary": (
            lambda x, positions: (own.rotary(x, positions), positions),
            lambda dout, positions: own.rotary(dout, -positions),
        ),
        "cross_entropy": (
            lambda *inputs: (own.cross_entropy(*inputs), inputs),
            lambda dloss, saved: dloss * own.cross_entropy_backward(*saved),
        ),
    }


def wrong_pair(says):
    """Mark a function of ``own`` and the right pairs that returns the pair that is wrong."""

    def mark(change):
        @functools.wraps(change)
        def pairs(own):
            right = right_pairs(own)
            return {**right, **change(own, right)}

        return mistake(says, replaces="pairs")(pairs)

    return mark


@wrong_pair(
    "your log p is the logarithm of p, minus infinity where p underflows; use x − max first"
)
def log_of_the_softmax(own, right):
    def forward(x):
        p = own.softmax(x)
        return np.log(p), p

    return {"log_softmax": (forward, right["log_softmax"][1])}


@wrong_pair(
    "your log_softmax hands dout to softmax_backward: 1/p, the slope of the log, is missing"
)
def slope_of_the_logarithm_forgotten(own, right):
    return {"log_softmax": (right["log_softmax"][0], own.softmax_backward)}


@wrong_pair(
    "your log_softmax backward divides by p, which may have underflowed to 0; cancelled on paper "
    "it is dout - p * sum(dout)"
)
def divided_by_p(own, right):
    def backward(dout, p):
        return own.softmax_backward(dout / np.maximum(p, np.finfo(p.dtype).tiny), p)

    return {"log_softmax": (right["log_softmax"][0], backward)}


@wrong_pair(
    "your attention pair works the weights out again without the mask; save those of forward"
)
def weights_without_the_mask(own, right):
    def backward(dout, saved):
        q, k, v, _ = saved
        return own.attention_backward(dout, q, k, v, own.attention(q, k, v)[1])

    return {"attention": (right["attention"][0], backward)}


@wrong_pair("your mlp pair saves its output where mlp_backward asks for the input x")
def mlp_saves_its_output(own, right):
    def forward(x, *params):
        y = own.mlp(x, *params)
        return y, (y, *params)

    return {"mlp": (forward, right["mlp"][1])}


@wrong_pair("your layer_norm pair forgets eps on the way back; save it with the rest")
def eps_forgotten(own, right):
    def backward(dout, saved):
        return own.layer_norm_backward(dout, *saved[:3])

    return {"layer_norm": (right["layer_norm"][0], backward)}


@wrong_pair(
    "your layer_norm pair keeps one `saved` for all calls, and the second overwrites the first"
)
def one_saved_for_all_calls(own, right):
    latest = []

    def forward(*inputs):
        latest[:] = inputs
        return own.layer_norm(*inputs), latest

    return {"layer_norm": (forward, right["layer_norm"][1])}


@wrong_pair("your rotary pair turns gradients onwards; the way back is the turn back, −positions")
def turned_onwards(own, right):
    return {"rotary": (right["rotary"][0], own.rotary)}


@wrong_pair(
    "your cross_entropy pair ignores dout; the loss is one term of a sum, multiply by its share"
)
def upstream_of_the_loss_ignored(own, right):
    def backward(dloss, saved):
        return own.cross_entropy_backward(*saved)

    return {"cross_entropy": (right["cross_entropy"][0], backward)}


drawn("ex01_softmax", "base_two", "sum_of_dy_alone")
drawn("ex02_attention", "scale_by_d", "mask_after_softmax")
drawn("ex03_attention_backward", "sigmoid_derivative", "scale_squared")
drawn("ex05_masks", "one_step_of_the_future")
drawn("ex06_multi_head", "split_interleaved", "merge_without_transposing")
drawn("ex08_mlp", "bias_after_relu", "multiplied_by_the_value")
drawn("ex09_layer_norm", "bessel", "gain_outside_the_means")
drawn("ex10_positions", "clockwise")
drawn("ex11_cross_entropy", "bits", "gradient_of_the_sum")
drawn("ex12_adam", "EpsUnderTheRoot", "NoBiasCorrection")
drawn("ex13_training_tricks", "each_by_its_own", "straight_line")
drawn("ex15_encoder_block", "second_residual_from_x", "attention_gets_dout")


@wrong_pair("your mlp pair keeps one `saved` for all calls, and the second overwrites the first")
def one_saved_for_all_mlps(own, right):
    latest = []

    def forward(*inputs):
        latest[:] = inputs
        return own.mlp(*inputs), latest

    return {"mlp": (forward, right["mlp"][1])}


@wrong_pair(
    "your log p is the logarithm of p with a floor, which caps it where p underflows; use x − max "
    "first"
)
def log_of_the_softmax_with_a_floor(own, right):
    def forward(x):
        p = own.softmax(x)
        return np.log(p + 1e-12), p

    return {"log_softmax": (forward, right["log_softmax"][1])}
