"""What people get wrong in ex03: each a working function, each with its misconception."""

import math

import numpy as np
from grader import mistake


def through_softmax(dweights, weights):
    return weights * (dweights - np.sum(weights * dweights, axis=-1, keepdims=True))


def through_products(dscores, dout, q, k, weights):
    dscores = dscores / math.sqrt(q.shape[-1])
    return dscores @ k, dscores.mT @ q, weights.mT @ dout


@mistake("your softmax backward has no sum term: every score moves every weight of its row")
def no_sum_term(dout, q, k, v, weights):
    return through_products(weights * (dout @ v.mT), dout, q, k, weights)


@mistake(
    "you use w (1 − w), the derivative of a sigmoid; the Jacobian of a softmax has entries "
    "off the diagonal too"
)
def sigmoid_derivative(dout, q, k, v, weights):
    return through_products(weights * (1 - weights) * (dout @ v.mT), dout, q, k, weights)


@mistake("you pass the gradient of the weights on to the scores; the softmax between is not undone")
def softmax_skipped(dout, q, k, v, weights):
    return through_products(dout @ v.mT, dout, q, k, weights)


@mistake("your softmax backward subtracts the plain sum of dweights; it must be weighted by w")
def unweighted_sum(dout, q, k, v, weights):
    dweights = dout @ v.mT
    dscores = weights * (dweights - dweights.sum(axis=-1, keepdims=True))
    return through_products(dscores, dout, q, k, weights)


@mistake("your softmax backward sums over the queries; the weights sum to 1 over the keys")
def sum_over_queries(dout, q, k, v, weights):
    dweights = dout @ v.mT
    dscores = weights * (dweights - np.sum(weights * dweights, axis=-2, keepdims=True))
    return through_products(dscores, dout, q, k, weights)


@mistake("you subtract one sum for the whole array; each query has a sum of its own")
def one_sum_for_all(dout, q, k, v, weights):
    dweights = dout @ v.mT
    dscores = weights * (dweights - np.sum(weights * dweights))
    return through_products(dscores, dout, q, k, weights)


@mistake("your softmax backward has the wrong sign: it is dw minus the sum, not the sum minus dw")
def wrong_sign(dout, q, k, v, weights):
    return through_products(-through_softmax(dout @ v.mT, weights), dout, q, k, weights)


@mistake(
    "the factor 1/√d_k of the forward pass is missing from your {outputs}", outputs=("dq", "dk")
)
def no_scale(dout, q, k, v, weights):
    dscores = through_softmax(dout @ v.mT, weights)
    return dscores @ k, dscores.mT @ q, weights.mT @ dout


@mistake("you scale by 1/d_k; the forward pass scaled once, by 1/√d_k")
def scale_squared(dout, q, k, v, weights):
    dscores = through_softmax(dout @ v.mT, weights) / q.shape[-1]
    return dscores @ k, dscores.mT @ q, weights.mT @ dout


@mistake("you scale by the width of the values; the scale is of the keys' width, 1/√d_k")
def scale_of_the_values(dout, q, k, v, weights):
    dscores = through_softmax(dout @ v.mT, weights) / math.sqrt(v.shape[-1])
    return dscores @ k, dscores.mT @ q, weights.mT @ dout


@mistake("your dq has the factor 1/√d_k and your dk has not: both come from the scaled scores")
def scale_on_dq_only(dout, q, k, v, weights):
    dscores = through_softmax(dout @ v.mT, weights)
    return dscores @ k / math.sqrt(q.shape[-1]), dscores.mT @ q, weights.mT @ dout


@mistake("your dv carries the factor 1/√d_k; the values never meet the scale")
def scale_on_dv_too(dout, q, k, v, weights):
    dscores = through_softmax(dout @ v.mT, weights)
    dq, dk, dv = through_products(dscores, dout, q, k, weights)
    return dq, dk, dv / math.sqrt(q.shape[-1])


@mistake("you return dq, dv, dk; the order of the inputs is q, k, v")
def wrong_order(dout, q, k, v, weights):
    dq, dk, dv = through_products(through_softmax(dout @ v.mT, weights), dout, q, k, weights)
    return dq, dv, dk


@mistake("you treat the weights as constants: your dq and dk are zero")
def weights_are_constants(dout, q, k, v, weights):
    return np.zeros_like(q), np.zeros_like(k), weights.mT @ dout


@mistake("your gradients are those of sum(out): the gradient that arrives, dout, is ignored")
def dout_ignored(dout, q, k, v, weights):
    dout = np.ones_like(dout)
    return through_products(through_softmax(dout @ v.mT, weights), dout, q, k, weights)


@mistake("you compute the weights anew from q and k and so lose the mask: use those you are given")
def weights_computed_anew(dout, q, k, v, weights):
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = weights / weights.sum(axis=-1, keepdims=True)
    return through_products(through_softmax(dout @ v.mT, weights), dout, q, k, weights)


@mistake(
    "a mean over the queries stands in your {outputs}; gradients add up over every use of a key",
    outputs=("dk", "dv"),
)
def mean_over_queries(dout, q, k, v, weights):
    dq, dk, dv = through_products(through_softmax(dout @ v.mT, weights), dout, q, k, weights)
    return dq, dk / q.shape[-2], dv / q.shape[-2]


@mistake("you transpose with .T, which reverses every axis of a batch; swap the last two only")
def every_axis_reversed(dout, q, k, v, weights):
    dscores = through_softmax(dout @ v.T, weights) / math.sqrt(q.shape[-1])
    return dscores @ k, dscores.T @ q, weights.T @ dout


@mistake(
    "your gradients of float32 inputs are float64; an array of zeros made without a dtype "
    "does that, and so does a NumPy scalar such as np.sqrt(d)"
)
def float64_accumulators(dout, q, k, v, weights):
    dq, dk, dv = np.zeros(q.shape), np.zeros(k.shape), np.zeros(v.shape)
    products = through_products(through_softmax(dout @ v.mT, weights), dout, q, k, weights)
    for total, part in zip((dq, dk, dv), products):
        total += part
    return dq, dk, dv


@mistake("you multiply the caller's weights in place; another backward pass would find them spoilt")
def weights_overwritten(dout, q, k, v, weights):
    dv, dweights = weights.mT @ dout, dout @ v.mT
    dweights -= np.sum(weights * dweights, axis=-1, keepdims=True)
    weights *= dweights
    weights /= math.sqrt(q.shape[-1])
    return weights @ k, weights.mT @ q, dv


@mistake(
    "your softmax backward subtracts the plain mean of dweights; it is their sum weighted by w"
)
def unweighted_mean(dout, q, k, v, weights):
    dweights = dout @ v.mT
    dscores = weights * (dweights - dweights.mean(axis=-1, keepdims=True))
    return through_products(dscores, dout, q, k, weights)
