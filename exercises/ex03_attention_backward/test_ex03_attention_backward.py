"""Checks of ex03: values, numerical gradients, masks, saturated rows, dtype, inputs unchanged."""

import numpy as np
from grader import normal


def softmax_weights(q, k, mask=None):
    """The weights of the forward pass; a query with no key gets a row of zeros."""
    scores = q @ np.swapaxes(k, -1, -2) / np.asarray(q.shape[-1], q.dtype) ** 0.5
    allowed = np.broadcast_to(True if mask is None else mask, scores.shape)
    top = np.max(scores, axis=-1, keepdims=True, where=allowed, initial=-1e30)
    e = np.where(allowed, np.exp(np.where(allowed, scores - top, 0)), 0)
    return e / np.maximum(e.sum(axis=-1, keepdims=True), np.asarray(1e-30, e.dtype))


def inputs(rng, *lead, mask=None, dtype=np.float64, size=1.0):
    """dout, q, k, v, weights with 5 queries, 7 keys, d_k 11 and d_v 6."""
    q, k = (size * normal(rng, *lead, n, 11, dtype=dtype) for n in (5, 7))
    v, dout = normal(rng, *lead, 7, 6, dtype=dtype), normal(rng, *lead, 5, 6, dtype=dtype)
    return dout, q, k, v, softmax_weights(q, k, mask).astype(dtype)


def test_values_of_one_sequence(check, rng):
    check("attention_backward", *inputs(rng))


def test_leading_axes(check, rng):
    check("attention_backward", *inputs(rng, 2, 3))
    check("attention_backward", *inputs(rng, 2, 1, 3))


def test_gradients_agree_with_central_differences(check, rng):
    dout, q, k, v, weights = inputs(rng, 2)
    check("attention_backward", dout, q, k, v, weights)
    check.gradient(
        "attention_backward",
        (dout, q, k, v, weights),
        forward=lambda q, k, v: softmax_weights(q, k) @ v,
        wrt=(q, k, v),
    )


def test_masked_keys_get_no_gradient(check, rng):
    causal = np.tril(np.ones((5, 7), dtype=bool))
    check("attention_backward", *inputs(rng, 2, mask=causal))


def test_a_query_with_no_key_passes_nothing_back(check, rng):
    mask = np.tril(np.ones((5, 7), dtype=bool), k=2)
    mask[3] = False
    check("attention_backward", *inputs(rng, 3, mask=mask))


def test_weights_of_zero_and_one_are_finite(check, rng):
    check("attention_backward", *inputs(rng, 2, size=100.0))


def test_float32_stays_float32(check, rng):
    check.dtype("attention_backward", *inputs(rng, 2, dtype=np.float32))


def test_inputs_are_unchanged(check, rng):
    check.unchanged("attention_backward", *inputs(rng))
