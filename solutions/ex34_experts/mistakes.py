"""What people get wrong in ex34: each a working function, each with its misconception."""

import numpy as np
from grader import mistake


def _softmax(scores, axis=-1):
    e = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _choice(scores, k):
    experts = np.argsort(-scores, axis=1)[:, :k]
    return np.take_along_axis(scores, experts, axis=1), experts


def _route(x, w_router, k):
    chosen, experts = _choice(x @ w_router, k)
    return _softmax(chosen), experts


@mistake(
    "you choose the k largest of a softmax over all experts, so the weights do not sum to 1; "
    "the softmax runs over the k chosen scores",
    replaces="route",
)
def softmax_over_all(x, w_router, k):
    return _choice(_softmax(x @ w_router), k)


@mistake("your chosen experts come worst first; the best comes first", replaces="route")
def worst_first(x, w_router, k):
    weights, experts = _route(x, w_router, k)
    return weights[:, ::-1], experts[:, ::-1]


@mistake("you choose the experts of the lowest scores; the highest are chosen", replaces="route")
def lowest(x, w_router, k):
    chosen, experts = _choice(-(x @ w_router), k)
    return _softmax(-chosen), experts


@mistake("your experts come in the order of their numbers; the best comes first", replaces="route")
def by_number(x, w_router, k):
    weights, experts = _route(x, w_router, k)
    order = np.argsort(experts, axis=1)
    return np.take_along_axis(weights, order, 1), np.take_along_axis(experts, order, 1)


@mistake("your weights do not stand beside their experts: one is sorted, the other is not",
         replaces="route")  # fmt: skip
def weights_apart(x, w_router, k):
    weights, experts = _route(x, w_router, k)
    return weights, np.sort(experts, axis=1)


@mistake("your weights are all 1 / k; they are the softmax over the chosen scores",
         replaces="route")  # fmt: skip
def even_weights(x, w_router, k):
    weights, experts = _route(x, w_router, k)
    return np.full_like(weights, 1 / k), experts


@mistake("your weights are the scores themselves; a softmax over the chosen comes after the choice",
         replaces="route")  # fmt: skip
def scores_for_weights(x, w_router, k):
    return _choice(x @ w_router, k)


@mistake("your weights are the chosen scores divided by their sum; they are exponentiated first",
         replaces="route")  # fmt: skip
def divided_scores(x, w_router, k):
    chosen, experts = _choice(x @ w_router, k)
    return chosen / chosen.sum(axis=1, keepdims=True), experts


@mistake("your weights are sigmoids of the scores; here they are a softmax over the chosen",
         replaces="route")  # fmt: skip
def sigmoids(x, w_router, k):
    chosen, experts = _choice(x @ w_router, k)
    return (1 + np.tanh(chosen / 2)) / 2, experts


@mistake("your softmax runs over the tokens; each token has a softmax over its experts",
         replaces="route")  # fmt: skip
def softmax_over_tokens(x, w_router, k):
    chosen, experts = _choice(x @ w_router, k)
    return _softmax(chosen, axis=0), experts


@mistake("you scale the scores by 1/√d as in attention; the router's are not scaled",
         replaces="route")  # fmt: skip
def scaled(x, w_router, k):
    return _route(x, w_router * x.shape[1] ** -0.5, k)


@mistake("your exponentials overflow on large scores; subtract each token's maximum first",
         replaces="route")  # fmt: skip
def overflows(x, w_router, k):
    chosen, experts = _choice(x @ w_router, k)
    e = np.exp(chosen)
    return e / e.sum(axis=1, keepdims=True), experts


@mistake("you subtract one maximum for all tokens; a token far below it underflows to 0/0, so each "
         "must subtract its own", replaces="route")  # fmt: skip
def one_maximum(x, w_router, k):
    chosen, experts = _choice(x @ w_router, k)
    e = np.exp(chosen - chosen.max())
    return e / e.sum(axis=1, keepdims=True), experts


@mistake("you return the experts first; the weights come first, then the experts",
         replaces="route")  # fmt: skip
def experts_first(x, w_router, k):
    return _route(x, w_router, k)[::-1]


@mistake("you return a gate for every expert, (n, e); the k chosen alone come back, (n, k)",
         replaces="route")  # fmt: skip
def gates(x, w_router, k):
    weights, experts = _route(x, w_router, k)
    full = np.zeros((len(x), w_router.shape[1]), x.dtype)
    np.put_along_axis(full, experts, weights, 1)
    return full, experts


@mistake("your experts come back as floats; they are places in an array, whole numbers",
         replaces="route")  # fmt: skip
def experts_as_floats(x, w_router, k):
    weights, experts = _route(x, w_router, k)
    return weights, experts.astype(x.dtype)


@mistake(
    "your weights are float64 for float32 input; an array made without a dtype or a NumPy "
    "float64 scalar does that"
,
         replaces="route")  # fmt: skip
def weights_promoted(x, w_router, k):
    weights, experts = _route(x, w_router, k)
    return weights + np.zeros(weights.shape), experts


# Mixture


def _expert(x, w1, w2):
    return np.maximum(x @ w1, 0) @ w2


def _mixture(x, w1, w2, weights, experts, expert=_expert):
    out = np.zeros_like(x)
    for i in range(len(w1)):
        tokens, places = np.nonzero(experts == i)
        out[tokens] += weights[tokens, places, None] * expert(x[tokens], w1[i], w2[i])
    return out


@mistake("your experts have no ReLU; expert i computes relu(x w1[i]) w2[i]", replaces="mixture")
def no_relu(x, w_router, w1, w2, k):
    return _mixture(x, w1, w2, *_route(x, w_router, k), lambda x, w1, w2: x @ w1 @ w2)


@mistake("your experts have the ReLU on their output; it stands between the two matrices",
         replaces="mixture")  # fmt: skip
def relu_at_the_end(x, w_router, w1, w2, k):
    def expert(x, w1, w2):
        return np.maximum(x @ w1 @ w2, 0)

    return _mixture(x, w1, w2, *_route(x, w_router, k), expert)


@mistake("your experts bend by SiLU; here they use ReLU", replaces="mixture")
def silu(x, w_router, w1, w2, k):
    def expert(x, w1, w2):
        z = x @ w1
        return z * ((1 + np.tanh(z / 2)) / 2) @ w2

    return _mixture(x, w1, w2, *_route(x, w_router, k), expert)


@mistake("you add the experts' outputs without their weights", replaces="mixture")
def unweighted(x, w_router, w1, w2, k):
    weights, experts = _route(x, w_router, k)
    return _mixture(x, w1, w2, np.ones_like(weights), experts)


@mistake("you average the experts' outputs; they are weighted by the router", replaces="mixture")
def averaged(x, w_router, w1, w2, k):
    weights, experts = _route(x, w_router, k)
    return _mixture(x, w1, w2, np.full_like(weights, 1 / k), experts)


@mistake("you weigh by the softmax over all experts; it runs over the k chosen scores, so that the "
         "weights sum to 1", replaces="mixture")  # fmt: skip
def weighted_by_all(x, w_router, w1, w2, k):
    return _mixture(x, w1, w2, *_choice(_softmax(x @ w_router), k))


@mistake("all experts serve every token, weighted by a softmax over all; only the k best of a "
         "token do", replaces="mixture")  # fmt: skip
def all_serve(x, w_router, w1, w2, k):
    return _mixture(x, w1, w2, *_route(x, w_router, len(w1)))


@mistake("only the best expert serves a token; all k do, each with its weight", replaces="mixture")
def best_only(x, w_router, w1, w2, k):
    weights, experts = _route(x, w_router, k)
    return _mixture(x, w1, w2, weights[:, :1], experts[:, :1])


@mistake("a token's later expert overwrites the earlier; add to what is there", replaces="mixture")
def overwritten(x, w_router, w1, w2, k):
    weights, experts = _route(x, w_router, k)
    out = np.zeros_like(x)
    for i in range(len(w1)):
        tokens, places = np.nonzero(experts == i)
        out[tokens] = weights[tokens, places, None] * _expert(x[tokens], w1[i], w2[i])
    return out


@mistake("you give every expert of a token the weight of its best; each has its own",
         replaces="mixture")  # fmt: skip
def weight_of_the_best(x, w_router, w1, w2, k):
    weights, experts = _route(x, w_router, k)
    return _mixture(x, w1, w2, np.repeat(weights[:, :1], k, axis=1), experts)


@mistake("your weights go to the experts in the wrong order: the best has the smallest",
         replaces="mixture")  # fmt: skip
def weights_turned_round(x, w_router, w1, w2, k):
    weights, experts = _route(x, w_router, k)
    return _mixture(x, w1, w2, weights[:, ::-1], experts)


@mistake("all tokens go to the experts of the first; each token has its own", replaces="mixture")
def experts_of_the_first_token(x, w_router, w1, w2, k):
    weights, experts = _route(x, w_router, k)
    return _mixture(x, w1, w2, weights, np.repeat(experts[:1], len(x), axis=0))


@mistake("you add x to the result; the residual connection is the block's affair",
         replaces="mixture")  # fmt: skip
def residual(x, w_router, w1, w2, k):
    return x + _mixture(x, w1, w2, *_route(x, w_router, k))


@mistake("your experts stop at the second of a token, whatever k is", replaces="mixture")
def two_always(x, w_router, w1, w2, k):
    return _mixture(x, w1, w2, *_route(x, w_router, min(k, 2)))


@mistake(
    "your result is float64 for float32 input; a NumPy float64 scalar, an array made "
    "without a dtype or astype does that"
,
         replaces="mixture")  # fmt: skip
def mixture_promoted(x, w_router, w1, w2, k):
    return np.zeros(x.shape) + _mixture(x, w1, w2, *_route(x, w_router, k))


@mistake("you write the result into the caller's x; make a new array", replaces="mixture")
def written_into_x(x, w_router, w1, w2, k):
    x[...] = _mixture(x, w1, w2, *_route(x, w_router, k))
    return x


# The balance loss


def _shares(probabilities, experts):
    return np.bincount(experts.ravel(), minlength=probabilities.shape[1]) / experts.size


@mistake("your loss lacks the factor e, the number of experts; with it even use gives 1",
         replaces="balance_loss")  # fmt: skip
def without_e(probabilities, experts):
    return float(_shares(probabilities, experts) @ probabilities.mean(axis=0))


@mistake("your factor is k, the choices of a token; it is e, the number of experts",
         replaces="balance_loss")  # fmt: skip
def factor_k(probabilities, experts):
    return float(experts.shape[1] * _shares(probabilities, experts) @ probabilities.mean(axis=0))


@mistake("your f counts first choices only; all k choices of a token count",
         replaces="balance_loss")  # fmt: skip
def first_choices(probabilities, experts):
    shares = _shares(probabilities, experts[:, :1])
    return float(probabilities.shape[1] * shares @ probabilities.mean(axis=0))


@mistake("your f divides by the number of tokens; it is a share of all n k choices",
         replaces="balance_loss")  # fmt: skip
def share_of_tokens(probabilities, experts):
    shares = _shares(probabilities, experts) * experts.shape[1]
    return float(probabilities.shape[1] * shares @ probabilities.mean(axis=0))


@mistake("your f are counts; they are shares of all choices, which sum to 1",
         replaces="balance_loss")  # fmt: skip
def counts(probabilities, experts):
    shares = _shares(probabilities, experts) * experts.size
    return float(probabilities.shape[1] * shares @ probabilities.mean(axis=0))


@mistake("your P are sums over the tokens; they are means", replaces="balance_loss")
def summed_probabilities(probabilities, experts):
    shares = _shares(probabilities, experts)
    return float(probabilities.shape[1] * shares @ probabilities.sum(axis=0))


@mistake("your loss is e Σ f², without the probabilities; the second factor is P",
         replaces="balance_loss")  # fmt: skip
def shares_squared(probabilities, experts):
    return float(probabilities.shape[1] * (_shares(probabilities, experts) ** 2).sum())


@mistake("your loss is e Σ P², without the choices; the first factor is f", replaces="balance_loss")
def probabilities_squared(probabilities, experts):
    return float(probabilities.shape[1] * (probabilities.mean(axis=0) ** 2).sum())


@mistake("your P sum only what chosen experts were given; P is a mean over all tokens",
         replaces="balance_loss")  # fmt: skip
def probabilities_of_the_chosen(probabilities, experts):
    n, e = probabilities.shape
    given = np.zeros(e)
    for row, choices in zip(probabilities, experts):
        given[choices] += row[choices]
    return float(e * _shares(probabilities, experts) @ (given / n))


@mistake("you count the experts chosen, not all there are: bincount needs minlength",
         replaces="balance_loss")  # fmt: skip
def chosen_only(probabilities, experts):
    shares = np.bincount(experts.ravel()) / experts.size
    return float(len(shares) * shares @ probabilities.mean(axis=0)[: len(shares)])


@mistake("your loss starts at 0 for even use; nothing is subtracted", replaces="balance_loss")
def minus_one(probabilities, experts):
    shares = _shares(probabilities, experts)
    return float(probabilities.shape[1] * shares @ probabilities.mean(axis=0)) - 1


@mistake("your loss is a mean over the experts; it is e times the sum", replaces="balance_loss")
def mean_for_sum(probabilities, experts):
    return float((_shares(probabilities, experts) * probabilities.mean(axis=0)).mean())


@mistake("your weights are the softmax over all experts, so those of the chosen do not sum to 1; "
         "it runs over the k chosen scores", replaces="route")  # fmt: skip
def chosen_of_a_softmax_over_all(x, w_router, k):
    scores = x @ w_router
    experts = _choice(scores, k)[1]
    return np.take_along_axis(_softmax(scores), experts, axis=1), experts
