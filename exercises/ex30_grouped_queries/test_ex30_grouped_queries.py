"""Checks of ex30: values for all kinds of groups, masks, then the backward pass, dtype, inputs."""

import numpy as np
from grader import normal

N, M, D, DV = 5, 7, 11, 13


def inputs(rng, *lead, heads=6, groups=2, n=N, dtype=np.float64, size=1.0):
    """q, k, v with 5 queries, 7 keys, keys of width 11 and values of width 13."""
    q = size * normal(rng, *lead, heads, n, D, dtype=dtype)
    k = size * normal(rng, *lead, groups, M, D, dtype=dtype)
    return q, k, normal(rng, *lead, groups, M, DV, dtype=dtype)


def softmax_weights(q, k, mask=None):
    """The weights of the forward pass, by repeated keys; a query with no key gets zeros."""
    k = np.repeat(k, q.shape[-3] // k.shape[-3], axis=-3)
    scores = q @ np.swapaxes(k, -1, -2) / np.asarray(q.shape[-1], q.dtype) ** 0.5
    allowed = np.broadcast_to(True if mask is None else mask, scores.shape)
    top = np.max(scores, axis=-1, keepdims=True, where=allowed, initial=-1e30)
    e = np.where(allowed, np.exp(np.where(allowed, scores - top, 0)), 0)
    return e / np.maximum(e.sum(axis=-1, keepdims=True), np.asarray(1e-30, e.dtype))


def upstream(rng, q, k, v, mask=None):
    """The arguments of the backward pass: dout, q, k, v, weights."""
    dout = normal(rng, *q.shape[:-1], v.shape[-1], dtype=q.dtype)
    return dout, q, k, v, softmax_weights(q, k, mask).astype(q.dtype)


def forward(q, k, v):
    """The output alone, for the numerical derivative."""
    return softmax_weights(q, k) @ np.repeat(v, q.shape[-3] // v.shape[-3], axis=-3)


def causal(n=N):
    """Which of the 7 keys each query sees, the queries being the last of them."""
    return np.tri(n, M, M - n, dtype=bool)


def test_values(check, rng):
    check("grouped_attention", *inputs(rng))


def test_a_batch(check, rng):
    check("grouped_attention", *inputs(rng, 3, heads=8, groups=4))


def test_two_leading_axes(check, rng):
    check("grouped_attention", *inputs(rng, 2, 3, heads=4, groups=2))


def test_every_head_has_keys_of_its_own(check, rng):
    says = "With G = H it is multi-head attention."
    check("grouped_attention", *inputs(rng, heads=4, groups=4), says_=says)


def test_one_head_of_keys_for_all(check, rng):
    says = "With G = 1 it is multi-query attention."
    check("grouped_attention", *inputs(rng, 2, heads=3, groups=1), says_=says)


def test_a_causal_mask(check, rng):
    check("grouped_attention", *inputs(rng, 3), causal())


def test_a_mask_for_each_head(check, rng):
    mask = rng.random((6, N, M)) < 0.6
    mask[..., 0] = True
    check("grouped_attention", *inputs(rng, 4), mask)


def test_a_mask_for_each_sequence(check, rng):
    mask = (np.arange(M) < np.array([3, 7, 1])[:, None])[:, None, None, :]
    check("grouped_attention", *inputs(rng, 3), mask)


def test_a_query_that_may_attend_to_nothing(check, rng):
    mask = rng.random((2, 6, N, M)) < 0.6
    mask[0, :, 2] = False
    mask[1, 4, 3] = False
    check("grouped_attention", *inputs(rng, 2), mask)


def test_scores_of_ten_thousand(check, rng):
    check("grouped_attention", *inputs(rng, 2, size=70.0))
    says = "A hidden score may be far above all that may be seen."
    check("grouped_attention", *inputs(rng, 2, size=70.0), causal(), says_=says)


def test_a_step_of_generation(check, rng):
    check("grouped_attention", *inputs(rng, 2, n=1))


def test_float32_stays_float32(check, rng):
    check.dtype("grouped_attention", *inputs(rng, 2, dtype=np.float32), causal())


def test_inputs_are_unchanged(check, rng):
    check.unchanged("grouped_attention", *inputs(rng, 2), causal())


def test_backward_values(check, rng):
    check("grouped_attention_backward", *upstream(rng, *inputs(rng)))


def test_backward_with_leading_axes(check, rng):
    check("grouped_attention_backward", *upstream(rng, *inputs(rng, 3, heads=8, groups=4)))
    check("grouped_attention_backward", *upstream(rng, *inputs(rng, 2, 3, heads=4, groups=2)))


def test_backward_with_keys_for_every_head_or_one_for_all(check, rng):
    check("grouped_attention_backward", *upstream(rng, *inputs(rng, 2, heads=4, groups=4)))
    check("grouped_attention_backward", *upstream(rng, *inputs(rng, 2, heads=3, groups=1)))


def test_backward_agrees_with_central_differences(check, rng):
    q, k, v = (array[..., :3] for array in inputs(rng, 2, heads=4, groups=2, n=3))
    args = upstream(rng, q, k, v)
    check.gradient("grouped_attention_backward", args, forward=forward, wrt=(q, k, v))


def test_backward_of_masked_keys_and_of_a_query_without_any(check, rng):
    mask = rng.random((2, 6, N, M)) < 0.5
    mask[0, :, 2] = False
    mask[1, 4, 3] = False
    check("grouped_attention_backward", *upstream(rng, *inputs(rng, 2), mask))


def test_backward_of_weights_of_zero_and_one(check, rng):
    check("grouped_attention_backward", *upstream(rng, *inputs(rng, 2, size=70.0)))


def test_backward_of_a_step_of_generation(check, rng):
    check("grouped_attention_backward", *upstream(rng, *inputs(rng, 2, n=1)))


def test_backward_keeps_float32(check, rng):
    check.dtype("grouped_attention_backward", *upstream(rng, *inputs(rng, 2, dtype=np.float32)))


def test_backward_leaves_its_inputs_alone(check, rng):
    check.unchanged("grouped_attention_backward", *upstream(rng, *inputs(rng, 2)))
