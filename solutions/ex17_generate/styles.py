"""Right answers to ex17 in other styles: each draws in a way of its own."""

import math

import numpy as np
from grader import style


@style("plain Python, inverse of the running total", replaces="sample")
def sample_with_loops(logits, rng, temperature=1.0, top_k=None, top_p=None):
    scaled = [float(z) / temperature for z in logits]
    order = sorted(range(len(scaled)), key=lambda token: scaled[token], reverse=True)[:top_k]
    weights = [math.exp(scaled[token] - scaled[order[0]]) for token in order]
    if top_p is not None:
        whole, reached, kept = sum(weights), 0.0, 0
        while kept < len(order) and reached < top_p * whole:
            reached += weights[kept]
            kept += 1
        order, weights = order[:kept], weights[:kept]
    left = rng.random() * sum(weights)
    for token, weight in zip(order, weights):
        left -= weight
        if left < 0:
            return token
    return order[-1]


@style("masks and Gumbel noise", replaces="sample")
def sample_with_gumbel_noise(logits, rng, temperature=1.0, top_k=None, top_p=None):
    z = np.array(logits) / temperature
    if top_k is not None:
        z[z < np.sort(z)[-top_k]] = -np.inf  # keeps every token equal to the k-th
    if top_p is not None:
        order = np.argsort(z)[::-1]
        p = np.exp(z[order] - z[order[0]])
        p = p / p.sum()
        before = np.cumsum(p) - p
        z[order[before >= top_p]] = -np.inf
    return np.argmax(z + rng.gumbel(size=z.shape))


@style("a multinomial draw in float32", replaces="sample")
def sample_with_multinomial(logits, rng, temperature=1.0, top_k=None, top_p=None):
    z = (np.asarray(logits) - np.max(logits)).astype(np.float32) / np.float32(temperature)
    p = np.exp(z)
    if top_k is not None:
        p[np.argpartition(-p, top_k - 1)[top_k:]] = 0
    p /= p.sum()
    if top_p is not None:
        order = np.argsort(-p)
        p[order[np.searchsorted(np.cumsum(p[order]), top_p) + 1 :]] = 0
    p = p.astype(np.float64)
    return int(np.flatnonzero(rng.multinomial(1, p / p.sum()))[0])


@style("an array filled in place", replaces="generate")
def generate_into_an_array(next_logits, prompt, steps, rng, **sampling):
    tokens = np.empty(len(prompt) + steps, dtype=np.int64)
    tokens[: len(prompt)] = prompt
    for end in range(len(prompt), tokens.size):
        tokens[end] = sample_with_loops(next_logits(tokens[:end]), rng, **sampling)
    return tokens.tolist()


@style("recursion", replaces="generate")
def generate_recursively(next_logits, prompt, steps, rng, **sampling):
    if steps == 0:
        return list(prompt)
    token = sample_with_multinomial(next_logits(prompt), rng, **sampling)
    return generate_recursively(next_logits, [*prompt, token], steps - 1, rng, **sampling)
