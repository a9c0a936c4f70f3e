"""Right answers to ex34 in other styles; each must pass."""

import heapq
import math

import numpy as np
from grader import style


@style("softmax over all experts, then divided by the sum of the chosen", replaces="route")
def renormalised(x, w_router, k):
    scores = np.einsum("nd,de->ne", x, w_router)
    experts = np.argsort(scores, axis=-1)[:, ::-1][:, :k]
    p = np.exp(scores - scores.max(axis=-1, keepdims=True))
    chosen = p[np.arange(len(x))[:, None], experts]
    return chosen / np.sum(chosen, axis=-1, keepdims=True), experts


@style("loops over tokens", replaces="route")
def loops(x, w_router, k):
    weights, experts = np.empty((len(x), k), x.dtype), np.empty((len(x), k), int)
    for i, token in enumerate(x):
        scores = [float(token @ w_router[:, j]) for j in range(w_router.shape[1])]
        best = heapq.nlargest(k, range(len(scores)), key=scores.__getitem__)
        e = [math.exp(scores[j] - scores[best[0]]) for j in best]
        experts[i], weights[i] = best, [number / sum(e) for number in e]
    return weights, experts


@style("the best taken away k times", replaces="route")
def one_after_the_other(x, w_router, k):
    scores = x @ w_router
    rows, found, numbers = np.arange(len(x)), [], []
    for _ in range(k):
        best = scores.argmax(axis=1)
        found.append(best)
        numbers.append(scores[rows, best])
        scores[rows, best] = -np.inf
    chosen = np.stack(numbers, axis=1)
    e = np.exp(chosen - chosen[:, :1])
    return e / e.sum(axis=1)[:, None], np.stack(found, axis=1)


def _chosen(x, w_router, k):
    scores = x @ w_router
    experts = np.argsort(-scores, axis=1)[:, :k]
    chosen = np.take_along_axis(scores, experts, axis=1)
    e = np.exp(chosen - chosen[:, :1])
    return e / e.sum(axis=1, keepdims=True), experts


@style("loops over tokens and their experts", replaces="mixture")
def loop_over_tokens(x, w_router, w1, w2, k):
    out = np.zeros_like(x)
    for i, (weights, experts) in enumerate(zip(*_chosen(x, w_router, k))):
        for weight, j in zip(weights, experts):
            out[i] += weight * (np.maximum(x[i] @ w1[j], 0) @ w2[j])
    return out


@style("all experts for all tokens, with a gate of zeros for those not chosen", replaces="mixture")
def dense(x, w_router, w1, w2, k):
    weights, experts = _chosen(x, w_router, k)
    gates = np.zeros((len(x), len(w1)), x.dtype)
    np.put_along_axis(gates, experts, weights, axis=1)
    hidden = np.maximum(np.einsum("nd,edf->nef", x, w1), 0)
    return np.einsum("ne,nef,efd->nd", gates, hidden, w2)


@style("the matrices gathered for every choice", replaces="mixture")
def gathered(x, w_router, w1, w2, k):
    weights, experts = _chosen(x, w_router, k)
    hidden = np.einsum("nd,nkdf->nkf", x, w1[experts])
    hidden[hidden < 0] = 0
    return np.einsum("nk,nkf,nkfd->nd", weights, hidden, w2[experts])


@style("the weight inside the ReLU, and Fortran order", replaces="mixture")
def weight_inside(x, w_router, w1, w2, k):
    weights, experts = _chosen(x, w_router, k)
    out = np.zeros_like(x, order="F")
    for i in range(w1.shape[0]):
        weight = np.sum(weights * (experts == i), axis=1, keepdims=True)
        out += np.maximum(weight * x @ w1[i], 0) @ w2[i]
    return out


@style("counted by comparison", replaces="balance_loss")
def compared(probabilities, experts):
    e = probabilities.shape[-1]
    shares = (experts[..., None] == np.arange(e)).mean(axis=(0, 1))
    return e * shares @ probabilities.mean(axis=0)


@style("one choice after the other", replaces="balance_loss")
def mean_of_the_chosen(probabilities, experts):
    average = probabilities.sum(axis=0) / len(probabilities)
    return average[experts].mean() * len(average)


@style("loops", replaces="balance_loss")
def balance_by_loops(probabilities, experts):
    n, e = probabilities.shape
    choices = experts.ravel().tolist()
    return e * sum(
        choices.count(i) / len(choices) * sum(map(float, probabilities[:, i])) / n for i in range(e)
    )
