"""Right answers to ex37 in other styles: each draws in a way of its own."""

import numpy as np
from grader import style


@style("all decisions at once")
def accept_at_once(p, q, drafted, rng):
    k = len(drafted)
    places = np.arange(k)
    ratio = p[places, drafted] / q[places, drafted]
    refused = np.flatnonzero(rng.uniform(size=k) > ratio)
    kept = refused[0] if refused.size else k
    weights = p[k] if kept == k else np.clip(p[kept] - q[kept], 0, None)
    total = np.cumsum(weights, dtype=np.float64)
    last = np.searchsorted(total, rng.random() * total[-1], side="right")
    return np.append(drafted[:kept], last)


@style("recursion, inverse of the running total")
def accept_recursively(p, q, drafted, rng):
    def draw(weights):
        left = rng.random() * sum(weights)
        for token, weight in enumerate(weights):
            left -= weight
            if left < 0:
                return token
        return max(token for token, weight in enumerate(weights) if weight)

    if len(drafted) == 0:
        return (draw(p[0].tolist()),)
    token = int(drafted[0])
    chance = min(1.0, float(p[0, token]) / float(q[0, token]))
    if rng.random() < chance:
        return (token, *accept_recursively(p[1:], q[1:], drafted[1:], rng))
    return (draw([max(float(a) - float(b), 0.0) for a, b in zip(p[0], q[0])]),)


@style("q with a row of zeros below, Gumbel noise")
def accept_with_gumbel_noise(p, q, drafted, rng):
    padded = np.zeros(p.shape)
    padded[:-1] = q
    kept = 0
    for i, x in enumerate(drafted.tolist()):
        if rng.exponential() < np.log(padded[i, x]) - np.log(max(p[i, x], 1e-300)):
            break
        kept += 1
    rest = np.maximum(p[kept] - padded[kept], 0.0)
    scores = np.full(rest.shape, -np.inf)
    np.log(rest, out=scores, where=rest > 0)
    return [*drafted[:kept], np.argmax(scores + rng.gumbel(size=rest.size))]
