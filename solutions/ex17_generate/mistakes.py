"""What people get wrong in ex17: working functions, each with its misconception."""

import numpy as np
from grader import mistake


def probabilities(logits):
    p = np.exp(logits - logits.max())
    return p / p.sum()


def rank(logits):
    """Place of each token, the best at 0."""
    place = np.empty(logits.size, dtype=int)
    place[np.argsort(-logits, kind="stable")] = np.arange(logits.size)
    return place


def cut_top_k(logits, top_k):
    return logits if top_k is None else np.where(rank(logits) < top_k, logits, -np.inf)


def cut_top_p(logits, top_p, p=None, crossing=True):
    """Cut to the nucleus, with p as the probabilities it is measured by."""
    if top_p is None:
        return logits
    p = probabilities(logits) if p is None else p
    place = rank(p)
    total = np.cumsum(-np.sort(-p))[place]
    kept = total - p < top_p if crossing else total <= top_p
    return np.where(kept | (place == 0), logits, -np.inf)


def draw(logits, rng):
    total = np.cumsum(np.exp(logits - logits.max()))
    return int(np.searchsorted(total, rng.random() * total[-1], side="right"))


@mistake("you multiply by the temperature; divide by it", replaces="sample")
def multiplies_by_temperature(logits, rng, temperature=1.0, top_k=None, top_p=None):
    return draw(cut_top_p(cut_top_k(logits * temperature, top_k), top_p), rng)


@mistake(
    "your temperature has no effect; divide the logits by it, since dividing probabilities "
    "cancels when they are renormalised",
    replaces="sample",
)
def temperature_after_softmax(logits, rng, temperature=1.0, top_k=None, top_p=None):
    return draw(cut_top_p(cut_top_k(logits, top_k), top_p), rng)


@mistake("you accept top_k and ignore it", replaces="sample")
def ignores_top_k(logits, rng, temperature=1.0, top_k=None, top_p=None):
    return draw(cut_top_p(logits / temperature, top_p), rng)


@mistake("you accept top_p and ignore it", replaces="sample")
def ignores_top_p(logits, rng, temperature=1.0, top_k=None, top_p=None):
    return draw(cut_top_k(logits / temperature, top_k), rng)


@mistake(
    "you apply only one filter when both are given; top_k cuts first, then top_p cuts what is left",
    replaces="sample",
)
def one_filter_or_the_other(logits, rng, temperature=1.0, top_k=None, top_p=None):
    if top_p is not None:
        return draw(cut_top_p(logits / temperature, top_p), rng)
    return draw(cut_top_k(logits / temperature, top_k), rng)


@mistake(
    "your top_k drops the k-th best token; compare with ≥, or cut after k places",
    replaces="sample",
)
def drops_the_kth(logits, rng, temperature=1.0, top_k=None, top_p=None):
    cut = None if top_k is None else max(top_k - 1, 1)
    return draw(cut_top_p(cut_top_k(logits / temperature, cut), top_p), rng)


@mistake("your top_k keeps the k worst tokens; keep the k best", replaces="sample")
def keeps_the_worst(logits, rng, temperature=1.0, top_k=None, top_p=None):
    z = logits / temperature
    if top_k is not None:
        z = np.where(rank(-z) < top_k, z, -np.inf)
    return draw(cut_top_p(z, top_p), rng)


@mistake(
    "your top_k counts distinct values; tokens with equal logits use up places as well",
    replaces="sample",
)
def counts_distinct_values(logits, rng, temperature=1.0, top_k=None, top_p=None):
    z = logits / temperature
    if top_k is not None:
        distinct = np.unique(z)
        z = np.where(z >= distinct[max(distinct.size - top_k, 0)], z, -np.inf)
    return draw(cut_top_p(z, top_p), rng)


@mistake("your top_p drops the token that crosses the threshold; it must stay", replaces="sample")
def drops_the_crossing_token(logits, rng, temperature=1.0, top_k=None, top_p=None):
    return draw(cut_top_p(cut_top_k(logits / temperature, top_k), top_p, crossing=False), rng)


@mistake(
    "your top_p adds probabilities up in the order of the ids; add them from the best downwards",
    replaces="sample",
)
def top_p_without_sorting(logits, rng, temperature=1.0, top_k=None, top_p=None):
    z = cut_top_k(logits / temperature, top_k)
    if top_p is not None:
        p = probabilities(z)
        z = np.where(np.cumsum(p) - p < top_p, z, -np.inf)
    return draw(z, rng)


@mistake(
    "your top_p keeps single tokens whose probability is high enough; it is the running total "
    "that must reach top_p",
    replaces="sample",
)
def top_p_as_a_floor(logits, rng, temperature=1.0, top_k=None, top_p=None):
    z = cut_top_k(logits / temperature, top_k)
    if top_p is not None:
        p = probabilities(z)
        z = np.where((p >= 1 - top_p) | (p == p.max()), z, -np.inf)
    return draw(z, rng)


@mistake(
    "you measure top_p against the total before top_k; renormalise what top_k left",
    replaces="sample",
)
def top_p_of_the_whole(logits, rng, temperature=1.0, top_k=None, top_p=None):
    z = logits / temperature
    return draw(cut_top_p(cut_top_k(z, top_k), top_p, p=probabilities(z)), rng)


@mistake("you measure top_p before the temperature; the temperature comes first", replaces="sample")
def top_p_before_temperature(logits, rng, temperature=1.0, top_k=None, top_p=None):
    cold = cut_top_k(logits, top_k)
    return draw(cut_top_p(cold / temperature, top_p, p=probabilities(cold)), rng)


@mistake("you always take the best token; draw by the probabilities", replaces="sample")
def greedy(logits, rng, temperature=1.0, top_k=None, top_p=None):
    return int(np.argmax(logits))


@mistake(
    "you draw all kept tokens equally often; draw in proportion to the probabilities",
    replaces="sample",
)
def uniform_over_the_kept(logits, rng, temperature=1.0, top_k=None, top_p=None):
    z = cut_top_p(cut_top_k(logits / temperature, top_k), top_p)
    return int(rng.choice(np.flatnonzero(np.exp(z - z.max()) > 1e-12)))


@mistake(
    "you return a place in the sorted list; return the id of the token that stands there",
    replaces="sample",
)
def place_instead_of_id(logits, rng, temperature=1.0, top_k=None, top_p=None):
    z = cut_top_p(cut_top_k(logits / temperature, top_k), top_p)
    return draw(-np.sort(-z), rng)


@mistake(
    "you do not renormalise after the cut, so what was cut off falls to one token",
    replaces="sample",
)
def cut_mass_falls_to_the_last(logits, rng, temperature=1.0, top_k=None, top_p=None):
    z = logits / temperature
    kept = np.isfinite(cut_top_p(cut_top_k(z, top_k), top_p))
    total = np.cumsum(probabilities(z) * kept)
    return int(min(np.searchsorted(total, rng.random(), side="right"), z.size - 1))


@mistake(
    "you take exponentials of raw logits, which overflow; subtract the largest first",
    replaces="sample",
)
def overflows(logits, rng, temperature=1.0, top_k=None, top_p=None):
    p = np.exp(cut_top_p(cut_top_k(logits / temperature, top_k), top_p))
    return int(rng.choice(p.size, p=p / p.sum()))


@mistake("you do not draw from rng; use the generator you are given", replaces="sample")
def global_randomness(logits, rng, temperature=1.0, top_k=None, top_p=None):
    z = cut_top_p(cut_top_k(logits / temperature, top_k), top_p)
    return draw(z, np.random.default_rng())


@mistake("you start a new generator for every draw, so every draw is the same", replaces="sample")
def reseeds(logits, rng, temperature=1.0, top_k=None, top_p=None):
    z = cut_top_p(cut_top_k(logits / temperature, top_k), top_p)
    return draw(z, np.random.default_rng(3))


@mistake(
    "you write into the caller's logits; the next draw starts from what you left there",
    replaces="sample",
)
def changes_the_logits(logits, rng, temperature=1.0, top_k=None, top_p=None):
    logits /= temperature
    logits[:] = cut_top_p(cut_top_k(logits, top_k), top_p)
    return draw(logits, rng)


def sampled(logits, rng, temperature=1.0, top_k=None, top_p=None):
    return draw(cut_top_p(cut_top_k(logits / temperature, top_k), top_p), rng)


@mistake("you show the model only the last token; hand it the whole sequence", replaces="generate")
def sees_the_last_token(next_logits, prompt, steps, rng, **sampling):
    tokens = list(prompt)
    for _ in range(steps):
        tokens.append(sampled(next_logits(tokens[-1:]), rng, **sampling))
    return tokens


@mistake(
    "you show the model the prompt at every step; the new tokens belong to the sequence as well",
    replaces="generate",
)
def sees_the_prompt(next_logits, prompt, steps, rng, **sampling):
    return list(prompt) + [sampled(next_logits(prompt), rng, **sampling) for _ in range(steps)]


@mistake("you return the new tokens alone; the prompt comes first", replaces="generate")
def returns_new_tokens(next_logits, prompt, steps, rng, **sampling):
    tokens = list(prompt)
    for _ in range(steps):
        tokens.append(sampled(next_logits(tokens), rng, **sampling))
    return tokens[len(prompt) :]


@mistake(
    "your steps count the whole length; they count the tokens that are added",
    replaces="generate",
)
def steps_as_total_length(next_logits, prompt, steps, rng, **sampling):
    tokens = list(prompt)
    while len(tokens) < steps:
        tokens.append(sampled(next_logits(tokens), rng, **sampling))
    return tokens


@mistake("you write one token too many", replaces="generate")
def one_step_too_many(next_logits, prompt, steps, rng, **sampling):
    tokens = list(prompt)
    for _ in range(steps + 1):
        tokens.append(sampled(next_logits(tokens), rng, **sampling))
    return tokens


@mistake("you do not pass the sampling options on to sample", replaces="generate")
def drops_the_options(next_logits, prompt, steps, rng, **sampling):
    tokens = list(prompt)
    for _ in range(steps):
        tokens.append(sampled(next_logits(tokens), rng))
    return tokens


@mistake(
    "you apply the temperature twice, in generate and in sample; leave it to sample",
    replaces="generate",
)
def temperature_twice(next_logits, prompt, steps, rng, **sampling):
    tokens = list(prompt)
    for _ in range(steps):
        logits = next_logits(tokens) / sampling.get("temperature", 1.0)
        tokens.append(sampled(logits, rng, **sampling))
    return tokens


@mistake("you append to the caller's prompt; start from a copy", replaces="generate")
def grows_the_prompt(next_logits, prompt, steps, rng, **sampling):
    for _ in range(steps):
        prompt.append(sampled(next_logits(prompt), rng, **sampling))
    return prompt


@mistake("you take the best token at every step; sample it", replaces="generate")
def generates_greedily(next_logits, prompt, steps, rng, **sampling):
    tokens = list(prompt)
    for _ in range(steps):
        tokens.append(int(np.argmax(next_logits(tokens))))
    return tokens
