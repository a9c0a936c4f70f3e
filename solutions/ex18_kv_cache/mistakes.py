"""What people get wrong in ex18: working functions, each with its misconception."""

import math

import numpy as np
from grader import mistake


def join(cache, *news):
    """The cached arrays, each with its new row at the end of the time axis."""
    rows = [new[..., None, :] for new in news]
    if cache is None:
        return rows
    return [np.concatenate([old, row], axis=-2) for old, row in zip(cache, rows)]


def softmax(scores, axis=-1):
    p = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return p / p.sum(axis=axis, keepdims=True)


def scored(q, keys):
    return np.sum(keys * q[..., None, :], axis=-1) / math.sqrt(q.shape[-1])


def mixed(weights, values):
    return np.sum(weights[..., None] * values, axis=-2)


@mistake("your scores have no scale; divide them by √d")
def no_scale(q, k, v, cache):
    keys, values = join(cache, k, v)
    return mixed(softmax(scored(q, keys) * math.sqrt(q.shape[-1])), values), (keys, values)


@mistake("you divide the scores by d; divide by √d")
def scale_by_d(q, k, v, cache):
    keys, values = join(cache, k, v)
    return mixed(softmax(scored(q, keys) / math.sqrt(q.shape[-1])), values), (keys, values)


@mistake("you scale by the number of keys so far; scale by the width of the key, √d")
def scale_by_length(q, k, v, cache):
    keys, values = join(cache, k, v)
    scores = scored(q, keys) * math.sqrt(q.shape[-1] / keys.shape[-2])
    return mixed(softmax(scores), values), (keys, values)


@mistake(
    "you attend to the past alone, the first token to nothing; the new token is among its own keys"
)
def leaves_itself_out(q, k, v, cache):
    now = join(cache, k, v)
    if cache is None:
        return np.zeros_like(v), now
    return mixed(softmax(scored(q, cache[0])), cache[1]), now


@mistake("your cache holds the last token alone; every step must add to what was there")
def overwrites_the_cache(q, k, v, cache):
    last = join(None, k, v)
    keys, values = join(cache, k, v)
    return mixed(softmax(scored(q, keys)), values), last


@mistake(
    "your output is the new token's own value: the cache is never read, or what it holds "
    "of earlier tokens gets lost"
)
def never_reads_the_cache(q, k, v, cache):
    return v.copy(), join(cache, k, v)


@mistake("your cache drops old tokens; every past token stays visible")
def keeps_a_window(q, k, v, cache):
    keys, values = join(cache, k, v)
    keys, values = keys[..., -16:, :], values[..., -16:, :]
    return mixed(softmax(scored(q, keys)), values), (keys, values)


SHARED: list = []


@mistake("your cache is shared by all sequences; keep nothing outside the cache you are handed")
def one_cache_for_all(q, k, v, cache):
    if cache is None:
        SHARED.clear()
    SHARED[:] = join(SHARED or None, k, v)
    return mixed(softmax(scored(q, SHARED[0])), SHARED[1]), SHARED


@mistake("you cache queries and score them with the new query; scores are query times key")
def caches_the_queries(q, k, v, cache):
    queries, values = join(cache, q, v)
    return mixed(softmax(scored(q, queries)), values), (queries, values)


@mistake("you score every past query with the new key; one new query meets all keys")
def new_key_meets_past_queries(q, k, v, cache):
    queries, values = join(cache, q, v)
    return mixed(softmax(scored(k, queries)), values), (queries, values)


@mistake("you average all values; weigh them by the softmax of the scores")
def averages_the_values(q, k, v, cache):
    keys, values = join(cache, k, v)
    return values.mean(axis=-2), (keys, values)


@mistake("you keep the weights of earlier queries; each new query weighs all values afresh")
def reuses_old_weights(q, k, v, cache):
    score = np.sum(q * k, axis=-1) / math.sqrt(q.shape[-1])
    if cache is None:
        return v.copy(), (score, np.ones_like(score), v)
    peak = np.maximum(cache[0], score)
    old, new = cache[1] * np.exp(cache[0] - peak), np.exp(score - peak)
    out = (old[..., None] * cache[2] + new[..., None] * v) / (old + new)[..., None]
    return out, (peak, old + new, out)


@mistake("you cache only keys and weigh the new value alone; values are cached as well")
def caches_only_the_keys(q, k, v, cache):
    (keys,) = join(cache, k)
    return softmax(scored(q, keys))[..., -1:] * v, (keys,)


@mistake("you give no softmax; scores are raw weights")
def raw_scores(q, k, v, cache):
    keys, values = join(cache, k, v)
    return mixed(scored(q, keys), values), (keys, values)


@mistake("you take exponentials of raw scores, which overflow; subtract the largest first")
def overflows(q, k, v, cache):
    keys, values = join(cache, k, v)
    p = np.exp(scored(q, keys))
    return mixed(p / p.sum(axis=-1, keepdims=True), values), (keys, values)


@mistake("you turn float32 into float64; a NumPy scalar such as np.sqrt(d) does that")
def promotes_float32(q, k, v, cache):
    keys, values = join(cache, k, v)
    return mixed(softmax(scored(q.astype(np.float64), keys)), values), (keys, values)


@mistake("you scale the caller's query in place; the inputs must not change")
def changes_the_query(q, k, v, cache):
    keys, values = join(cache, k, v)
    q /= math.sqrt(q.shape[-1])
    scores = np.sum(keys * q[..., None, :], axis=-1)
    return mixed(softmax(scores), values), (keys, values)


@mistake("all but the first token attend to the past alone; the new token is among its own keys")
def joins_its_own_key_afterwards(q, k, v, cache):
    now = join(cache, k, v)
    if cache is None:
        return v.copy(), now
    return mixed(softmax(scored(q, cache[0])), cache[1]), now


@mistake(
    "you subtract one maximum for the whole batch; a sequence far below it is 0/0, so each must "
    "subtract its own"
)
def one_maximum_for_all(q, k, v, cache):
    keys, values = join(cache, k, v)
    scores = scored(q, keys)
    with np.errstate(invalid="ignore"):
        p = np.exp(scores - scores.max())
        return mixed(p / p.sum(axis=-1, keepdims=True), values), (keys, values)
