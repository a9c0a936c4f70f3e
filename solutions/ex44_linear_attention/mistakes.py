"""What people get wrong in ex44: working functions, each with its misconception."""

import functools
import math

import numpy as np
from grader import mistake

step_mistake = functools.partial(mistake, replaces="linear_attention_step")
SHARED: dict = {}


def features(x):
    return np.where(x > 0, x + 1, np.exp(np.minimum(x, 0)))


def total(x):
    return x.sum(axis=-1, keepdims=True)


def averaged(weights, v, norm=total):
    return weights @ v / norm(weights)


def weights_of(q, k, of_query=features, of_key=features):
    return np.tril(of_query(q) @ of_key(k).mT)


def features_mistake(diagnosis, **by_name):
    """Wrong features of queries and keys, by the mistake's name."""
    ((name, wrong),) = by_name.items()

    def answer(q, k, v):
        return averaged(weights_of(q, k, wrong, wrong), v)

    answer.__name__ = name
    mistake(diagnosis)(answer)


# The parallel form


@mistake("you sum over all keys; a query sees those up to its own, so the sums are cumulative")
def not_causal(q, k, v):
    return averaged(features(q) @ features(k).mT, v)


@mistake("you sum over the keys from the query's own on; it sees the past and itself")
def sees_the_future(q, k, v):
    return averaged(np.triu(features(q) @ features(k).mT), v)


@mistake("your denominator sums over all keys; it must be cumulative like the numerator")
def denominator_of_all_keys(q, k, v):
    return weights_of(q, k) @ v / total(features(q) * features(k).sum(axis=-2, keepdims=True))


@mistake("you leave the token itself out; its own key and value are in its sums")
def leaves_itself_out(q, k, v):
    return averaged(np.tril(weights_of(q, k), -1), v, lambda w: np.maximum(total(w), 1e-300))


@mistake("you do not normalise; divide by the sum of the weights, φ(q) · z")
def not_normalised(q, k, v):
    return weights_of(q, k) @ v


@mistake("you divide by the number of tokens so far; divide by the sum of the weights")
def divided_by_the_count(q, k, v):
    return weights_of(q, k) @ v / np.arange(1, q.shape[-2] + 1, dtype=q.dtype)[:, None]


@mistake("you divide by the sum of the features of the keys; the query weighs them: φ(q) · z")
def denominator_without_the_query(q, k, v):
    return weights_of(q, k) @ v / total(np.cumsum(features(k), axis=-2))


@mistake(
    "you add a small number to the denominator; it is positive without, and where it is "
    "small itself the result changes"
)
def small_number_in_the_denominator(q, k, v):
    return averaged(weights_of(q, k), v, lambda w: total(w) + 1e-6)


@mistake("you add 1 to the denominator; it is the sum of the weights, nothing more")
def one_in_the_denominator(q, k, v):
    return averaged(weights_of(q, k), v, lambda w: 1 + total(w))


@mistake("you divide by the largest weight; divide by their sum")
def divided_by_the_largest(q, k, v):
    return averaged(weights_of(q, k), v, lambda w: w.max(axis=-1, keepdims=True))


@mistake("you divide by the norm of the weights; divide by their sum")
def divided_by_the_norm(q, k, v):
    return averaged(weights_of(q, k), v, lambda w: np.sqrt(total(w * w)))


@mistake("your weights sum to 1 over the queries; they must sum to 1 over the keys")
def normalised_over_the_queries(q, k, v):
    weights = weights_of(q, k)
    return weights / weights.sum(axis=-2, keepdims=True) @ v


@mistake("you have no features at all: the weight is φ(q) · φ(k), not q · k")
def no_features(q, k, v):
    return averaged(np.tril(q @ k.mT), v)


@mistake("that is softmax attention; here the weight is φ(q) · φ(k), with no exponential of it")
def softmax_attention(q, k, v):
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    scores = np.where(np.tri(q.shape[-2], dtype=bool), scores, -np.inf)
    return averaged(np.exp(scores - scores.max(axis=-1, keepdims=True)), v)


@mistake("you scale the queries by 1/√d; φ does not want it, and here there is no scale")
def scaled(q, k, v):
    return averaged(weights_of(q / math.sqrt(q.shape[-1]), k), v)


@mistake("you scale q and k before φ, as softmax attention scales its scores; here is no scale")
def both_scaled(q, k, v):
    return averaged(weights_of(q / q.shape[-1] ** 0.25, k / k.shape[-1] ** 0.25), v)


features_mistake(
    "your features are elu without the + 1; they must be positive, or weights are not weights",
    elu_without_one=lambda x: features(x) - 1,
)
features_mistake(
    "your features are those of ReLU; below zero it is e^x, not 0",
    relu_features=lambda x: np.maximum(x, 0) + np.asarray(1e-12, x.dtype),
)
features_mistake(
    "your features are 1 + ReLU; below zero it is e^x, which goes to 0",
    relu_plus_one=lambda x: np.maximum(x, 0) + 1,
)
features_mistake(
    "your features are e^x everywhere; above zero it is x + 1",
    exponential_features=lambda x: np.exp(np.minimum(x, 300)),
)
features_mistake(
    "your features are e^x + 1 below zero; elu is e^x − 1 there, so elu + 1 is e^x",
    one_too_many_below_zero=lambda x: features(x) + (x <= 0),
)
features_mistake(
    "your features are |x| + 1; below zero it is e^x, which goes to 0",
    absolute_features=lambda x: np.abs(x) + 1,
)
features_mistake(
    "your features are a softmax over each row; φ acts on each number by itself",
    softmax_features=lambda x: (e := np.exp(x - x.max(axis=-1, keepdims=True))) / total(e),
)
features_mistake(
    "you bring the features of each token to length 1; they are taken as they are",
    features_of_length_one=lambda x: features(x) / np.sqrt(total(features(x) ** 2)),
)


@mistake("you take the root of each weight; the weight is φ(q) · φ(k) itself")
def roots_of_weights(q, k, v):
    return averaged(np.sqrt(weights_of(q, k)), v)


features_mistake(
    "your features turn from e^x to x + 1 at 1; the border is 0",
    border_at_one=lambda x: np.where(x > 1, x + 1, np.exp(np.minimum(x, 1))),
)


@mistake("your queries see a window of the last tokens; the sums hold all of the past")
def window(q, k, v):
    return averaged(np.triu(weights_of(q, k), -3), v)


features_mistake(
    "your features are softplus, log(1 + e^x); asked is elu(x) + 1",
    softplus_features=lambda x: np.logaddexp(x, 0),
)


@mistake("you leave φ off the queries; both queries and keys pass through it")
def raw_queries(q, k, v):
    return averaged(weights_of(q, k, of_query=lambda x: x), v)


@mistake("you leave φ off the keys; both queries and keys pass through it")
def raw_keys(q, k, v):
    return averaged(weights_of(q, k, of_key=lambda x: x), v)


@mistake("you send the values through φ too; they are averaged as they are")
def features_of_values(q, k, v):
    return averaged(weights_of(q, k), features(v))


@mistake("you exchange queries and keys: past keys are read by the new query")
def queries_and_keys_exchanged(q, k, v):
    return averaged(weights_of(k, q), v)


@mistake("your cumulative sums run over the first axis, which is the batch; tokens are axis −2")
def sums_over_the_first_axis(q, k, v):
    return read(q, *(np.cumsum(one, axis=0) for one in add(None, features(k), v)))


@mistake("you sum over the first axis and reverse the others with .T; swap the last two only")
def every_axis_reversed(q, k, v):
    return averaged(np.tril(features(q) @ features(k).T), v)


features_mistake(
    "your e^x overflows for large x, where it is not used; np.where computes both sides",
    overflows=lambda x: np.where(x > 0, x + 1, np.exp(x)),
)


@mistake("you turn float32 into float64; an array of zeros without a dtype does that")
def promotes_float32(q, k, v):
    return averaged(weights_of(q.astype(np.float64), k), v)


@mistake("you put the features into the caller's keys; the inputs must not change")
def changes_the_keys(q, k, v):
    k[...] = features(k)
    return averaged(weights_of(q, k, of_key=lambda x: x), v)


# The step


def read(q, values, norm, of_query=features):
    g = of_query(q)
    return (g[..., None, :] @ values)[..., 0, :] / total(g * norm)


def step(state, q, keyed, v, keep=1):
    """A step whose features of the key are given."""
    later = add(state, keyed, v, keep)
    return read(q, *later), later


def add(state, keyed, v, keep=1):
    """Both sums with a token added."""
    values = keyed[..., :, None] * v[..., None, :]
    return (values, keyed) if state is None else (keep * state[0] + values, keep * state[1] + keyed)


@step_mistake(
    "your step reads before it adds, the first of them zeros; the token's own key and value "
    "are in its sums"
)
def reads_before_it_adds(state, q, k, v):
    return np.zeros_like(v) if state is None else read(q, *state), add(state, features(k), v)


@step_mistake("your state is the last token alone; every step adds to both sums")
def keeps_the_last_token(state, q, k, v):
    return read(q, *add(state, features(k), v)), add(None, features(k), v)


@step_mistake(
    "each step gives its token's own value: the state is never read, or what was added to it "
    "is lost"
)
def ignores_its_state(state, q, k, v):
    return read(q, *add(None, features(k), v)), add(state, features(k), v)


@step_mistake("your step adds to the numerator's sum alone; the denominator's z grows too")
def norm_not_summed(state, q, k, v):
    values, _ = add(state, features(k), v)
    return read(q, values, features(k)), (values, features(k))


@step_mistake("your step adds to z alone; the matrix of keys and values is a sum as well")
def total_not_summed(state, q, k, v):
    _, norm = add(state, features(k), v)
    values, _ = add(None, features(k), v)
    return read(q, values, norm), (values, norm)


@step_mistake("your step adds the token's key and value twice; once is enough")
def adds_twice(state, q, k, v):
    once = add(state, features(k), v)
    return read(q, *once), add(once, features(k), v)


@step_mistake(
    "a step that is given no state returns its value and stores nothing; its key and value "
    "belong to the sums"
)
def forgets_the_first(state, q, k, v):
    if state is None:
        return v.copy(), add(None, np.zeros_like(k), v)
    return step(state, q, features(k), v)


@step_mistake("your state is the mean of old and new; it is their sum, or old tokens fade")
def averages_states(state, q, k, v):
    half = 1 if state is None else 0.5
    return step(state, q, half * features(k), v, keep=half)


@step_mistake("your step lets the past fade by a factor; this state keeps all of it")
def fades(state, q, k, v):
    return step(state, q, features(k), v, keep=0.9)


@step_mistake("your step does not normalise; divide by φ(q) · z")
def step_not_normalised(state, q, k, v):
    state = add(state, features(k), v)
    return (features(q)[..., None, :] @ state[0])[..., 0, :], state


@step_mistake("your step divides by the number of steps; divide by φ(q) · z")
def step_divided_by_the_count(state, q, k, v):
    sums = add(state and state[:2], features(k), v)
    count = 1 if state is None else state[2] + 1
    return (features(q)[..., None, :] @ sums[0])[..., 0, :] / count, (*sums, count)


@step_mistake("your step leaves φ off the query; it passes through φ as the key does")
def step_with_a_raw_query(state, q, k, v):
    state = add(state, features(k), v)
    return read(q, *state, of_query=lambda q: q), state


@step_mistake("your step leaves φ off the key; it passes through φ as the query does")
def step_with_a_raw_key(state, q, k, v):
    return step(state, q, k, v)


@step_mistake("your step scales the query by 1/√d; there is no scale here")
def step_scaled(state, q, k, v):
    return step(state, q / math.sqrt(q.shape[-1]), features(k), v)


@step_mistake("your step scales q and k before φ, as softmax attention would; here is no scale")
def step_scales_both(state, q, k, v):
    return step(state, features(q / q.shape[-1] ** 0.25), features(k / k.shape[-1] ** 0.25), v)


@step_mistake("your step returns the state first; out comes first")
def state_first(state, q, k, v):
    return step(state, q, features(k), v)[::-1]


@step_mistake("your state is a cache of all keys and values; add them up as they come")
def caches_everything(state, q, k, v):
    cache = [*(state or []), (features(k), v.copy())]
    return read(q, *map(sum, zip(*(add(None, *one) for one in cache)))), cache


@step_mistake("your state is shared by all sequences; keep nothing outside the one you are handed")
def one_state_for_all(state, q, k, v):
    kept = None if state is None else SHARED["state"]
    SHARED["state"] = add(kept, features(k), v)
    return read(q, *SHARED["state"]), "shared"


@step_mistake(
    "your step mixes the new value into the last output; φ(q) weighs all of the past anew"
)
def averages_outputs(state, q, k, v):
    weight = (features(q) * features(k)).sum(axis=-1, keepdims=True)
    if state is None:
        return v.copy(), (weight, v.copy())
    out = (state[0] * state[1] + weight * v) / (state[0] + weight)
    return out, (state[0] + weight, out)


@step_mistake("your step's e^x overflows for large x, where it is not used")
def step_overflows(state, q, k, v):
    return step(state, q, np.where(k > 0, k + 1, np.exp(k)), v)


@step_mistake("your step turns float32 into float64; zeros without a dtype do that")
def step_promotes_float32(state, q, k, v):
    if state is None:
        state = np.zeros((*k.shape, v.shape[-1])), np.zeros(k.shape)
    return step(state, q, features(k), v)


@step_mistake("your step adds the past into the caller's arrays; the inputs must not change")
def step_changes_its_inputs(state, q, k, v):
    right = step(state, q, features(k), v)
    k[...] = features(k)
    return right


@step_mistake(
    "every step but the first reads before it adds; the token's own key and value are in its sums"
)
def reads_before_it_adds_but_first(state, q, k, v):
    later = add(state, features(k), v)
    return read(q, *(later if state is None else state)), later
