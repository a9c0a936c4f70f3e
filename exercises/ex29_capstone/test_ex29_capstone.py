"""Checks of ex29: every pass on what the profile model feeds it, then the pairs, then training.

The first check that fails names the function at fault; training is tried only when none is.
"""

import numpy as np
import scipy  # noqa: F401 - the toolkit needs it; said here, its absence is told before the run
from grader import normal
from grader.capstone import harness
from grader.capstone.comparing import heard, like_output, noted, unless_passed

PARTS = {
    "ex01_softmax": ("softmax", "softmax_backward"),
    "ex02_attention": ("attention",),
    "ex03_attention_backward": ("attention_backward",),
    "ex05_masks": ("causal_mask",),
    "ex06_multi_head": ("split_heads", "merge_heads"),
    "ex08_mlp": ("mlp", "mlp_backward"),
    "ex09_layer_norm": ("layer_norm", "layer_norm_backward"),
    "ex10_positions": ("rotary",),
    "ex11_cross_entropy": ("cross_entropy", "cross_entropy_backward"),
    "ex12_adam": ("Adam",),
    "ex13_training_tricks": ("clip_by_global_norm", "warmup_cosine"),
    "ex15_encoder_block": ("encoder_block", "encoder_block_backward"),
}
PREPARE, SECONDS = harness, 90.0
MODEL_WIDE = {"rtol_": 1e-6, "atol_": 1e-9}


def says(name):
    folder = next(folder for folder, names in PARTS.items() if name in names)
    number = folder.partition("_")[0]
    return (
        f"`{name}` is your {number}, here on what the profile model feeds it; mend it with "
        f"pytest exercises/{folder}"
    )


# Drives: what the worker runs


def block_output_and_gradients(module, x, params, num_heads, mask, dout):
    out, saved = module.encoder_block(x, params, num_heads, mask)
    return (out, *module.encoder_block_backward(dout, saved))


def parameters_after_steps(module, params, grads):
    optimizer = module.Adam(params, 1e-2)
    for one in grads:
        optimizer.step(one)
    return params


def output_and_gradients(module, name, inputs, dout):
    forward, backward = module.pairs(module)[name]
    out, saved = forward(*inputs)
    return out, backward(dout, saved)


def gradients_of_two(module, name, first, second, dfirst, dsecond):
    """Two forward passes before the first backward pass, as in a model of several layers."""
    forward, backward = module.pairs(module)[name]
    saved = forward(*first)[1], forward(*second)[1]
    return backward(dsecond, saved[1]), backward(dfirst, saved[0])


def loss_and_gradients(module, data):
    return harness().first_step(module, data)


def losses(module, data):
    return harness().train(module, data)


# Pass by pass, in the order of the exercises


@noted
def compare(check, name):
    for args in heard(check, name):
        check(name, *args, says_=says(name))


@noted
def compare_blocks(check):
    rng = np.random.default_rng(15)
    for args in heard(check, "encoder_block"):
        dout = normal(rng, *args[0].shape)
        check.drive(block_output_and_gradients, *args, dout, says_=says("encoder_block"))


@noted
def compare_adam(check):
    params, grads = heard(check, "params"), heard(check, "grads")
    check.drive(parameters_after_steps, params, grads, says_=says("Adam"))


def test_softmax_of_ex01(check):
    compare(check, "softmax", "softmax_backward")


def test_attention_of_ex02(check):
    compare(check, "attention")


def test_attention_backward_of_ex03(check):
    compare(check, "attention_backward")


def test_causal_mask_of_ex05(check):
    compare(check, "causal_mask")


def test_heads_of_ex06(check):
    compare(check, "split_heads", "merge_heads")


def test_mlp_of_ex08(check):
    compare(check, "mlp", "mlp_backward")


def test_layer_norm_of_ex09(check):
    compare(check, "layer_norm", "layer_norm_backward")


def test_rotary_of_ex10(check):
    compare(check, "rotary")


def test_cross_entropy_of_ex11(check):
    compare(check, "cross_entropy", "cross_entropy_backward")


def test_adam_of_ex12(check):
    compare_adam(check)


@noted
def compare_schedule(check):
    """The first steps of the run, and the rest of it."""
    compare(check, "warmup_cosine")
    _, *rest = heard(check, "warmup_cosine")[0]
    for step in range(rest[0], rest[1] + 1):
        check("warmup_cosine", step, *rest, says_=says("warmup_cosine"))


def test_clipping_and_schedule_of_ex13(check):
    compare(check, "clip_by_global_norm")
    compare_schedule(check)


def test_encoder_block_of_ex15(check):
    compare_blocks(check)


# The pairs of capstone.py

PAIRS = {
    "log_softmax": ("softmax", "softmax_backward"),
    "attention": ("attention", "attention_backward"),
    "mlp": ("mlp", "mlp_backward"),
    "layer_norm": ("layer_norm", "layer_norm_backward"),
    "rotary": ("rotary",),
    "cross_entropy": ("cross_entropy", "cross_entropy_backward"),
}
ONE_RULE = "the rule of every pair: out, saved = forward(...), then backward(dout, saved)"
PER_CALL = "two forward passes may come before the first backward pass: save per call"


@noted
def compare_pair(check, name):
    """Two of the model's inputs, and harder ones, through a pair whose functions are right."""
    unless_passed(compare, check, *PAIRS[name])
    rng = np.random.default_rng(29)
    calls = heard(check, PAIRS[name][0])
    inputs = [calls[0], calls[-1]]
    if name == "layer_norm":
        x, gain, bias, _ = calls[0]
        inputs += [(x, gain + normal(rng, *gain.shape), bias, 0.1), (x, gain, bias)]
    upstream = [like_output(check, rng, name, args) for args in inputs]
    for args, dout in zip(inputs, upstream, strict=True):
        check.drive(output_and_gradients, name, args, dout, says_=ONE_RULE)
    check.drive(gradients_of_two, name, *inputs[:2], *upstream[:2], says_=PER_CALL)


@noted
def compare_log_softmax_far_apart(check):
    unless_passed(compare, check, "softmax", "softmax_backward")
    rng = np.random.default_rng(5)
    x, dout = 2000 * normal(rng, 3, 5), normal(rng, 3, 5)
    says = "a probability may be 0 in floating point; its logarithm is finite all the same"
    check.drive(output_and_gradients, "log_softmax", (x,), dout, says_=says)
    x, dout = normal(rng, 2, 3, 4), normal(rng, 2, 3, 4)
    says = "V is the last axis; before it there may be any others"
    check.drive(output_and_gradients, "log_softmax", (x,), dout, says_=says)


def test_pair_log_softmax(check):
    compare_pair(check, "log_softmax")


def test_log_softmax_of_scores_far_apart(check):
    compare_log_softmax_far_apart(check)


def test_pair_attention(check):
    compare_pair(check, "attention")


def test_pair_mlp(check):
    compare_pair(check, "mlp")


def test_pair_layer_norm(check):
    compare_pair(check, "layer_norm")


def test_pair_rotary(check):
    compare_pair(check, "rotary")


def test_pair_cross_entropy(check):
    compare_pair(check, "cross_entropy")


# The whole model, once every pass and every pair is right

IN_OWN_WAY = {"Adam": compare_adam, "warmup_cosine": compare_schedule}
IN_OWN_WAY["encoder_block"] = compare_blocks


def compare_everything(check):
    for name in (name for names in PARTS.values() for name in names):
        if name in IN_OWN_WAY:
            unless_passed(IN_OWN_WAY[name], check)
        elif name != "encoder_block_backward":
            unless_passed(compare, check, name)
    unless_passed(compare_pair, check, *PAIRS)
    unless_passed(compare_log_softmax_far_apart, check)


def test_the_gradient_of_every_parameter(check):
    compare_everything(check)
    check.drive(loss_and_gradients, harness().data(), diagnose_=False, **MODEL_WIDE)


def test_training_on_real_purchases(check):
    compare_everything(check)
    says = "trained with your functions the loss must come down as far as the reference's"
    check.drive(losses, harness().data(), says_=says, diagnose_=False, **MODEL_WIDE)
