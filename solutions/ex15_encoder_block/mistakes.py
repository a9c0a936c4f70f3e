"""What people get wrong in ex15: each a working function, each with its misconception."""

import functools
import math
from types import SimpleNamespace

import numpy as np
from grader import mistake
from grader.exercise import EXERCISES, Exercise

# The right pieces, for the mistakes to be wired from

_right = Exercise(EXERCISES / "ex15_encoder_block").reference
_normalise, _softmax, _transpose = _right._normalise, _right._softmax, _right._transpose
_split, _merge = _right._split_heads, _right._merge_heads
_outer, _total = _right._weight_gradient, _right._sum_positions


def _norm(x, p, name):
    return _normalise(x)[0] * p[f"{name}_gain"] + p[f"{name}_bias"]


def _heads(queries, memory, p, num_heads, split=_split):
    sources = ((queries, "w_q"), (memory, "w_k"), (memory, "w_v"))
    return tuple(split(source @ p[name], num_heads) for source, name in sources)


def _attend(
    a, p, num_heads, mask, memory=None, split=_split, divisor=None, softmax=_softmax, merge=_merge
):
    q, k, v = _heads(a, a if memory is None else memory, p, num_heads, split)
    scores = q @ _transpose(k) / (divisor or math.sqrt(q.shape[-1]))
    return merge(softmax(scores, mask) @ v) @ p["w_o"]


def _mlp(m, p, activation=lambda z: np.maximum(z, 0)):
    return activation(m @ p["w0"] + p["b0"]) @ p["w1"] + p["b1"]


def _block(x, p, num_heads, mask, straight=(1, 1), mlp=_mlp, **attention):
    """The right wiring, with its pieces open to change."""
    h = straight[0] * x + _attend(_norm(x, p, "ln1"), p, num_heads, mask, **attention)
    return straight[1] * h + mlp(_norm(h, p, "ln2"), p)


def _forward_mistake(diagnosis):
    """Mark a function of the inputs that returns the wrong output alone."""

    def mark(wrong_out):
        @functools.wraps(wrong_out)
        def block(x, params, num_heads, mask=None):
            _, saved = _right.encoder_block(x.copy(), params, num_heads, mask)
            return wrong_out(x, params, num_heads, mask), saved

        return mistake(diagnosis, replaces="encoder_block")(block)

    return mark


# Forward


@_forward_mistake("your norms stand after the additions (post-norm); they must stand before")
def post_norm(x, p, num_heads, mask):
    h = _norm(x + _attend(x, p, num_heads, mask), p, "ln1")
    return _norm(h + _mlp(h, p), p, "ln2")


@_forward_mistake("your first addition starts from LN1(x); it must start from x itself")
def residual_from_the_norm(x, p, num_heads, mask):
    a = _norm(x, p, "ln1")
    h = a + _attend(a, p, num_heads, mask)
    return h + _mlp(_norm(h, p, "ln2"), p)


@_forward_mistake("your second addition adds the MLP to x; it must add it to h")
def second_residual_from_x(x, p, num_heads, mask):
    h = x + _attend(_norm(x, p, "ln1"), p, num_heads, mask)
    return x + _mlp(_norm(h, p, "ln2"), p)


@_forward_mistake("you leave out the addition around attention; h is x plus the attention")
def no_residual_around_attention(x, p, num_heads, mask):
    return _block(x, p, num_heads, mask, straight=(0, 1))


@_forward_mistake("you leave out the addition around the MLP; the output is h plus the MLP")
def no_residual_around_the_mlp(x, p, num_heads, mask):
    return _block(x, p, num_heads, mask, straight=(1, 0))


@_forward_mistake("attention and MLP read the same x (a parallel block); the MLP must read LN2(h)")
def parallel(x, p, num_heads, mask):
    return x + _attend(_norm(x, p, "ln1"), p, num_heads, mask) + _mlp(_norm(x, p, "ln2"), p)


@_forward_mistake("you use the first norm's gain and bias twice; the second norm has its own")
def first_norm_twice(x, p, num_heads, mask):
    twice = {**p, "ln2_gain": p["ln1_gain"], "ln2_bias": p["ln1_bias"]}
    return _block(x, twice, num_heads, mask)


@_forward_mistake("your keys and values come from x itself; all three projections read LN1(x)")
def memory_not_normed(x, p, num_heads, mask):
    return _block(x, p, num_heads, mask, memory=x)


@_forward_mistake("you divide the scores by the root of d; a head's width is d / H, use its root")
def scaled_by_the_model_width(x, p, num_heads, mask):
    return _block(x, p, num_heads, mask, divisor=math.sqrt(x.shape[-1]))


@_forward_mistake("you leave out the scale; divide the scores by the root of d / H")
def not_scaled(x, p, num_heads, mask):
    return _block(x, p, num_heads, mask, divisor=1.0)


@_forward_mistake(
    "your output is float64 for float32 input; a NumPy float64 scalar, an array made without a "
    "dtype or astype does that"
)
def promoted(x, p, num_heads, mask):
    return _block(x, p, num_heads, mask, divisor=np.sqrt(x.shape[-1] / np.float64(num_heads)))


@_forward_mistake("you reshape to heads without a transpose, which mixes positions; split columns")
def heads_by_reshape(x, p, num_heads, mask):
    def split(projected, num_heads):
        return projected.reshape(*x.shape[:-2], num_heads, x.shape[-2], -1)

    return _block(x, p, num_heads, mask, split=split)


@_forward_mistake("you merge the heads without transposing back; a row must hold one position")
def heads_not_transposed_back(x, p, num_heads, mask):
    return _block(x, p, num_heads, mask, merge=lambda heads: heads.reshape(x.shape))


@_forward_mistake("you leave out w_o; the merged heads go through it before they are added")
def no_output_projection(x, p, num_heads, mask):
    return _block(x, {**p, "w_o": np.eye(x.shape[-1], dtype=x.dtype)}, num_heads, mask)


@_forward_mistake("you read the mask the wrong way round; True means may attend")
def mask_inverted(x, p, num_heads, mask):
    return _block(x, p, num_heads, None if mask is None else ~mask)


@_forward_mistake("you ignore the mask; a query may attend only where it is True")
def mask_ignored(x, p, num_heads, mask):
    return _block(x, p, num_heads, None)


@_forward_mistake(
    "a query with no key averages all values, as it does with -1e9 for masked scores; give it 0"
)
def minus_a_billion(x, p, num_heads, mask):
    def softmax(scores, mask):
        return _softmax(scores if mask is None else np.where(mask, scores, -1e9), None)

    return _block(x, p, num_heads, mask, softmax=softmax)


@_forward_mistake("your MLP has no ReLU; without it the two layers are one matrix")
def no_relu(x, p, num_heads, mask):
    return _block(x, p, num_heads, mask, mlp=functools.partial(_mlp, activation=lambda z: z))


@_forward_mistake("you add to x in place (+=) and so change the caller's array; make a new one")
def added_in_place(x, p, num_heads, mask):
    x += _attend(_norm(x, p, "ln1"), p, num_heads, mask)
    return x + _mlp(_norm(x, p, "ln2"), p)


_LATEST = SimpleNamespace()


@mistake(
    "what you save is shared by all calls, so a second forward pass overwrites it; save per call",
    replaces="encoder_block",
)
def saved_in_a_global(x, params, num_heads, mask=None):
    out, saved = _right.encoder_block(x, params, num_heads, mask)
    vars(_LATEST).update(saved._asdict())
    return out, _LATEST


# Backward: one right pass with its joints open, one joint wrong in each mistake


def _normalise_backward(g, normalised, std, gain):
    g = g * gain
    through_std = normalised * np.mean(g * normalised, axis=-1, keepdims=True)
    return (g - g.mean(axis=-1, keepdims=True) - through_std) / std


def _softmax_backward(dweights, weights):
    return weights * (dweights - np.sum(dweights * weights, axis=-1, keepdims=True))


def _head_gradients(dheads, s, softmax_backward=_softmax_backward):
    dscores = softmax_backward(dheads @ _transpose(s.v), s.weights) / math.sqrt(s.q.shape[-1])
    return dscores @ s.k, _transpose(dscores) @ s.q, _transpose(s.weights) @ dheads


def _backward(
    dout,
    s,
    straight=(1, 1),
    attention_gets=None,
    norm_backward=_normalise_backward,
    norm1=None,
    norm2=None,
    relu_on=lambda hidden: hidden > 0,
    split=_split,
    head_gradients=_head_gradients,
    softmax_backward=_softmax_backward,
    attention_input=lambda s, a: a,
    roads=("w_q", "w_k", "w_v"),
):
    """The right backward pass; each keyword opens one joint."""
    p = s.params
    m = s.normalised2 * p["ln2_gain"] + p["ln2_bias"]
    dz = dout @ p["w1"].T * relu_on(s.hidden)
    dm = dz @ p["w0"].T
    grads = {"w1": _outer(s.hidden, dout), "b1": _total(dout)}
    grads |= {"w0": _outer(m, dz), "b0": _total(dz)}
    grads |= {"ln2_gain": _total(dm * s.normalised2), "ln2_bias": _total(dm)}
    back = norm2 or norm_backward, norm1 or norm_backward
    dh = straight[0] * dout + back[0](dm, s.normalised2, s.std2, p["ln2_gain"])
    dattended = dh if attention_gets is None else attention_gets
    grads["w_o"] = _outer(s.merged, dattended)
    a, da = s.normalised1 * p["ln1_gain"] + p["ln1_bias"], 0
    dheads = split(dattended @ p["w_o"].T, s.q.shape[-3])
    for name, g in zip(("w_q", "w_k", "w_v"), head_gradients(dheads, s, softmax_backward)):
        grads[name] = _outer(attention_input(s, a), _merge(g))
        da = da + (_merge(g) @ p[name].T if name in roads else 0)
    grads |= {"ln1_gain": _total(da * s.normalised1), "ln1_bias": _total(da)}
    return straight[1] * dh + back[1](da, s.normalised1, s.std1, p["ln1_gain"]), grads


def _backward_mistake(diagnosis):
    return mistake(diagnosis, replaces="encoder_block_backward")


@_backward_mistake("your dx lacks the straight road past attention; add dh to it")
def first_residual_lost(dout, saved):
    return _backward(dout, saved, straight=(1, 0))


@_backward_mistake("your dh lacks the straight road past the MLP; add dout to it")
def second_residual_lost(dout, saved):
    return _backward(dout, saved, straight=(0, 1))


def _straight_through(g, *_):
    return g


@_backward_mistake("your dx adds what reaches LN1's output; it has to go back through the norm")
def first_norm_not_gone_through(dout, saved):
    return _backward(dout, saved, norm1=_straight_through)


@_backward_mistake("your dh adds what reaches LN2's output; it has to go back through the norm")
def second_norm_not_gone_through(dout, saved):
    return _backward(dout, saved, norm2=_straight_through)


@_backward_mistake("attention gets dout; it must get dh, which includes what came through the MLP")
def attention_gets_dout(dout, saved):
    return _backward(dout, saved, attention_gets=dout)


@_backward_mistake("your norms' gain multiplies after the means; it must be inside them")
def gain_outside_the_means(dout, saved):
    def norm_backward(g, normalised, std, gain):
        return gain * _normalise_backward(g, normalised, std, 1)

    return _backward(dout, saved, norm_backward=norm_backward)


@_backward_mistake("your norms' backward treats mean and variance as constants; both depend on x")
def statistics_constant(dout, saved):
    return _backward(dout, saved, norm_backward=lambda g, _, std, gain: g * gain / std)


@_backward_mistake("your backward passes gradient where ReLU was off; multiply by hidden > 0")
def relu_not_masked(dout, saved):
    return _backward(dout, saved, relu_on=lambda hidden: 1)


@_backward_mistake("your softmax backward lacks the sum term: subtract the row's sum of dw · w")
def softmax_without_the_sum(dout, saved):
    return _backward(dout, saved, softmax_backward=lambda dweights, weights: weights * dweights)


@_backward_mistake("your dq and dk lack the scale; divide by the root of d / H as the forward does")
def scale_forgotten(dout, saved):
    def head_gradients(dheads, s, _):
        dq, dk, dv = _head_gradients(dheads, s)
        scale = math.sqrt(s.q.shape[-1])
        return dq * scale, dk * scale, dv

    return _backward(dout, saved, head_gradients=head_gradients)


@_backward_mistake("your dk uses dscores untransposed (or dq transposed); keys are its columns")
def scores_not_transposed(dout, saved):
    def head_gradients(dheads, s, _):
        dq, _, dv = _head_gradients(dheads, s)
        dscores = _softmax_backward(dheads @ _transpose(s.v), s.weights)
        return dq, dscores @ s.q / math.sqrt(s.q.shape[-1]), dv

    return _backward(dout, saved, head_gradients=head_gradients)


@_backward_mistake("your dv uses the weights untransposed; transpose them, keys become rows")
def weights_not_transposed(dout, saved):
    def head_gradients(dheads, s, _):
        dq, dk, _ = _head_gradients(dheads, s)
        return dq, dk, s.weights @ dheads

    return _backward(dout, saved, head_gradients=head_gradients)


@_backward_mistake("your backward splits the heads without a transpose; undo the merge of forward")
def heads_by_reshape_backward(dout, saved):
    def split(x, num_heads):
        return x.reshape(*x.shape[:-2], num_heads, x.shape[-2], x.shape[-1] // num_heads)

    return _backward(dout, saved, split=split)


@_backward_mistake("only the values' gradient reaches LN1; those of q, k and v must be added")
def values_alone(dout, saved):
    return _backward(dout, saved, roads=("w_v",))


def _without_road(name, whose):
    def wrong(dout, saved):
        roads = [road for road in ("w_q", "w_k", "w_v") if road != name]
        return _backward(dout, saved, roads=roads)

    wrong.__name__ = f"no_road_through_the_{whose}"
    says = f"the {whose}' gradient does not reach LN1; those of q, k and v must be added"
    _backward_mistake(says)(wrong)


_without_road("w_k", "keys")
_without_road("w_q", "queries")
_without_road("w_v", "values")


@_backward_mistake("your dw_q, dw_k, dw_v pair with the row before gain and bias; use LN1(x) whole")
def input_before_the_gain(dout, saved):
    return _backward(dout, saved, attention_input=lambda s, a: s.normalised1)


@_backward_mistake("your dw_o is transposed; it is (merged heads)ᵀ times the gradient")
def dw_o_transposed(dout, saved):
    dx, grads = _backward(dout, saved)
    return dx, grads | {"w_o": grads["w_o"].T}


@_backward_mistake("your b1 gradient keeps the leading axes; sum over every position")
def bias_not_summed(dout, saved):
    dx, grads = _backward(dout, saved)
    return dx, grads | {"b1": dout.sum(axis=-2)}


@_backward_mistake("you add to dout in place (dh = dout; dh += …), changing the caller's array")
def dout_in_place(dout, saved):
    result = _backward(dout.copy(), saved)
    dout += result[0]
    return result


@_backward_mistake("your backward overwrites what forward saved, so a second call goes wrong")
def saved_overwritten(dout, saved):
    result = _backward(dout, saved)
    saved.weights[...] = _softmax_backward(saved.weights, saved.weights)
    return result


@_backward_mistake("your gradients are float64 for float32 input; keep the dtype of dout")
def gradients_promoted(dout, saved):
    return _backward(dout.astype(np.float64), saved)


@_backward_mistake(
    "your softmax backward sums over the queries, axis -2; the weights sum to 1 over the keys"
)
def softmax_summed_over_the_queries(dout, saved):
    def through(dweights, weights):
        return weights * (dweights - (weights * dweights).sum(axis=-2, keepdims=True))

    return _backward(dout, saved, softmax_backward=through)


@mistake(
    "your forward pass returns a list; a tuple of two is asked, (out, saved)",
    replaces="encoder_block",
)
def forward_in_a_list(x, params, num_heads, mask=None):
    return list(_right.encoder_block(x, params, num_heads, mask))
