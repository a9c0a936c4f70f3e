"""What people leave standing, or break, in ex27: each with its misconception."""

import numpy as np
from grader import mistake


def _weights(scores, axis=-1):
    e = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _scores(q, k, width=None):
    root = np.sqrt(k.shape[-1] if width is None else width)
    return q @ np.swapaxes(k, -1, -2) / root.astype(q.dtype)


def _attend(q, k, v, width=None, axis=-1):
    """Attention with the width under the root or the axis of the softmax replaced."""
    return _weights(_scores(q, k, width), axis) @ v


@mistake(
    "listing 1 still has no keys: it takes X W_q for the scores, so no position is compared "
    "with another",
    replaces="one_matrix_attention",
)
def still_no_keys(x, w_q, w_k):
    return _weights(x @ w_q / np.sqrt(w_q.shape[-1]).astype(x.dtype)) @ x


@mistake(
    "in listing 1 the keys are the queries, so the scores are symmetric; the keys are X W_k",
    replaces="one_matrix_attention",
)
def keys_are_queries(x, w_q, w_k):
    return _attend(x @ w_q, x @ w_q, x)


@mistake(
    "listing 1 divides by √d, the width of the input; it must be √d_k, the width of the keys",
    replaces="one_matrix_attention",
)
def scaled_by_the_input(x, w_q, w_k):
    return _attend(x @ w_q, x @ w_k, x, width=x.shape[-1])


@mistake(
    "the softmax of listing 1 runs over all scores at once; each query's weights sum to 1",
    replaces="one_matrix_attention",
)
def softmax_over_everything(x, w_q, w_k):
    return _attend(x @ w_q, x @ w_k, x, axis=(-2, -1))


@mistake(
    "listing 1 returns a mixture of the keys; its values are the inputs themselves",
    replaces="one_matrix_attention",
)
def values_are_keys(x, w_q, w_k):
    return _attend(x @ w_q, x @ w_k, x @ w_k)


@mistake(
    "the softmax of listing 1 overflows for large scores; take the largest score away first",
    replaces="one_matrix_attention",
)
def softmax_overflows(x, w_q, w_k):
    e = np.exp(_scores(x @ w_q, x @ w_k))
    return e / e.sum(axis=-1, keepdims=True) @ x


@mistake(
    "listing 2 still looks the ids up in the weight matrices; "
    "look them up in the table, then project",
    replaces="embedding_attention",
)
def weights_as_tables(ids, table, w_q, w_k, w_v):
    return _attend(w_q[ids], w_k[ids], w_v[ids])


@mistake(
    "key and value are still exchanged in listing 2: the key is compared, the value is mixed",
    replaces="embedding_attention",
)
def key_and_value_exchanged(ids, table, w_q, w_k, w_v):
    x = table[ids]
    return _attend(x @ w_q, x @ w_v, x @ w_k)


@mistake(
    "query and key are exchanged in listing 2: row i of the scores belongs to query i",
    replaces="embedding_attention",
)
def query_and_key_exchanged(ids, table, w_q, w_k, w_v):
    x = table[ids]
    return _attend(x @ w_k, x @ w_q, x @ w_v)


@mistake("listing 2 still has no scale; divide the scores by √d_k", replaces="embedding_attention")
def listing_2_unscaled(ids, table, w_q, w_k, w_v):
    x = table[ids]
    return _attend(x @ w_q, x @ w_k, x @ w_v, width=1)


@mistake(
    "the values of listing 2 are the embeddings themselves; project them by w_v",
    replaces="embedding_attention",
)
def values_not_projected(ids, table, w_q, w_k, w_v):
    x = table[ids]
    return _attend(x @ w_q, x @ w_k, x)


@mistake(
    "the softmax of listing 2 overflows for large scores; take the largest score away first",
    replaces="embedding_attention",
)
def listing_2_overflows(ids, table, w_q, w_k, w_v):
    x = table[ids]
    e = np.exp(_scores(x @ w_q, x @ w_k))
    return e / e.sum(axis=-1, keepdims=True) @ (x @ w_v)


def _batched(x, masked, weigh=_weights, width=None):
    return weigh(masked(_scores(x, x, width))) @ x


def _select(mask, instead=-1e30):
    return lambda scores: scores if mask is None else np.where(mask, scores, instead)


@mistake(
    "listing 3 still adds the mask to the scores: True adds 1 and forbids nothing; select with it",
    replaces="batched_attention",
)
def mask_added(x, mask=None):
    return _batched(x, lambda scores: scores if mask is None else scores + mask)


@mistake(
    "the mask of listing 3 is turned round: True means may attend", replaces="batched_attention"
)
def mask_turned_round(x, mask=None):
    return _batched(x, _select(None if mask is None else ~mask))


@mistake(
    "listing 3 masks the weights after the softmax, so they no longer sum to 1; mask the scores",
    replaces="batched_attention",
)
def mask_after_softmax(x, mask=None):
    weights = _weights(_scores(x, x))
    return (weights if mask is None else weights * mask) @ x


@mistake(
    "in listing 3 a query with no key gets the mean of the sequence, as it does where all "
    "its scores are equally low; it must get zeros",
    replaces="batched_attention",
)
def mean_for_no_key(x, mask=None):
    return _batched(x, _select(mask))


@mistake(
    "in listing 3 a query with no key gives NaN: -inf minus -inf, or 0/0; it must get zeros",
    replaces="batched_attention",
)
def nan_for_no_key(x, mask=None):
    return _batched(x, _select(mask, -np.inf))


def _zeros_for_no_key(x, mask, **changes):
    out = _batched(x, _select(mask), **changes)
    if mask is None:
        return out
    return np.where(np.broadcast_to(mask, x.shape[:2] + x.shape[1:2]).any(-1)[..., None], out, 0)


@mistake("listing 3 still has no scale; divide the scores by √d", replaces="batched_attention")
def listing_3_unscaled(x, mask=None):
    return _zeros_for_no_key(x, mask, width=1)


@mistake(
    "listing 3 divides by the root of the sequence's length, which is x.shape[1] in a batch; "
    "the width is the last axis",
    replaces="batched_attention",
)
def scaled_by_the_length(x, mask=None):
    return _zeros_for_no_key(x, mask, width=x.shape[1])


@mistake(
    "the last line of listing 3 now adds up the events of a sequence; without the extra axis there "
    "is nothing to add up",
    replaces="batched_attention",
)
def events_added_up(x, mask=None):
    return _zeros_for_no_key(x, mask).sum(axis=1)


@mistake(
    "the softmax of listing 3 runs over the queries; each query's weights sum to 1 over the keys",
    replaces="batched_attention",
)
def softmax_over_queries(x, mask=None):
    return _zeros_for_no_key(x, mask, weigh=lambda scores: _weights(scores, axis=-2))


def _perceptron(x, w0, b0, w1, b1):
    return np.maximum(x @ w0 + b0, 0) @ w1 + b1


@mistake(
    "listing 4 still compares queries with queries, as the printed formula has it; it must be Q Kᵀ",
    replaces="formula_attention",
)
def queries_with_queries(x, w0, b0, w1, b1, w_q, w_k, w_v):
    e = _perceptron(x, w0, b0, w1, b1)
    return _attend(e @ w_q, e @ w_q, e @ w_v)


@mistake("the bias b1 is still missing from listing 4", replaces="formula_attention")
def second_bias_missing(x, w0, b0, w1, b1, w_q, w_k, w_v):
    e = _perceptron(x, w0, b0, w1, np.zeros_like(b1))
    return _attend(e @ w_q, e @ w_k, e @ w_v)


@mistake(
    "listing 4 adds b0 after the ReLU; it belongs inside, before it", replaces="formula_attention"
)
def first_bias_outside(x, w0, b0, w1, b1, w_q, w_k, w_v):
    e = (np.maximum(x @ w0, 0) + b0) @ w1 + b1
    return _attend(e @ w_q, e @ w_k, e @ w_v)


@mistake(
    "listing 4 has a ReLU after the second layer too; the output of the perceptron is linear",
    replaces="formula_attention",
)
def second_relu(x, w0, b0, w1, b1, w_q, w_k, w_v):
    e = np.maximum(_perceptron(x, w0, b0, w1, b1), 0)
    return _attend(e @ w_q, e @ w_k, e @ w_v)


@mistake(
    "listing 4 attends to the raw events; queries, keys and values come from the perceptron's "
    "output",
    replaces="formula_attention",
)
def perceptron_unused(x, w0, b0, w1, b1, w_q, w_k, w_v):
    return _attend(x @ w_q, x @ w_k, x @ w_v)


@mistake(
    "listing 4 divides by √d, the width of the events; it must be √d_k, the width of the keys",
    replaces="formula_attention",
)
def listing_4_scaled_by_the_input(x, w0, b0, w1, b1, w_q, w_k, w_v):
    e = _perceptron(x, w0, b0, w1, b1)
    return _attend(e @ w_q, e @ w_k, e @ w_v, width=x.shape[-1])


@mistake(
    "the softmax of listing 4 runs over the queries; each query's weights sum to 1 over the keys",
    replaces="formula_attention",
)
def listing_4_over_queries(x, w0, b0, w1, b1, w_q, w_k, w_v):
    e = _perceptron(x, w0, b0, w1, b1)
    return _attend(e @ w_q, e @ w_k, e @ w_v, axis=-2)


@mistake(
    "listing 4 has its ReLU after the second layer; it belongs between the two",
    replaces="formula_attention",
)
def relu_after_the_second(x, w0, b0, w1, b1, w_q, w_k, w_v):
    e = np.maximum((x @ w0 + b0) @ w1 + b1, 0)
    return _attend(e @ w_q, e @ w_k, e @ w_v)
