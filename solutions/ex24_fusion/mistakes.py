"""What people get wrong in ex24: working functions, each with its misconception."""

import numpy as np
from grader import mistake


def _sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


def _gate(a, b, w, bias, squash=_sigmoid):
    return squash(np.concatenate([a, b], axis=-1) @ w + bias)


def _blend(gate, a, b):
    return gate * a + (1 - gate) * b


def _softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@mistake(
    "your gate is turned round: g must weigh a and 1 - g must weigh b", replaces="gated_fusion"
)
def gate_turned_round(a, b, w, bias):
    return _blend(_gate(a, b, w, bias), b, a)


@mistake("you join b in front of a; the first d rows of w belong to a", replaces="gated_fusion")
def joined_the_other_way(a, b, w, bias):
    return _blend(_gate(b, a, w, bias), a, b)


@mistake(
    "your gate is a softmax over the features, so they compete; each feature has a sigmoid of its "
    "own",
    replaces="gated_fusion",
)
def softmax_gate(a, b, w, bias):
    return _blend(_gate(a, b, w, bias, _softmax), a, b)


@mistake(
    "your gate is a tanh and can be negative; a share between 0 and 1 needs the sigmoid",
    replaces="gated_fusion",
)
def tanh_gate(a, b, w, bias):
    return _blend(_gate(a, b, w, bias, np.tanh), a, b)


@mistake(
    "you blend with the raw scores; pass them through the sigmoid first", replaces="gated_fusion"
)
def no_sigmoid(a, b, w, bias):
    return _blend(_gate(a, b, w, bias, lambda z: z), a, b)


@mistake("the bias is missing from your gate", replaces="gated_fusion")
def no_bias(a, b, w, bias):
    return _blend(_gate(a, b, w, np.zeros_like(bias)), a, b)


@mistake("you use one gate for the whole vector; each feature has its own", replaces="gated_fusion")
def one_gate_for_all(a, b, w, bias):
    gate = _gate(a, b, w, bias, lambda z: _sigmoid(z.mean(axis=-1, keepdims=True)))
    return _blend(gate, a, b)


@mistake("you add b whole; it enters with the weight 1 - g", replaces="gated_fusion")
def b_added_whole(a, b, w, bias):
    return _gate(a, b, w, bias) * a + b


@mistake("your gate sees a alone; both vectors decide whom to believe", replaces="gated_fusion")
def gate_sees_a_alone(a, b, w, bias):
    return _blend(_gate(a, np.zeros_like(b), w, bias), a, b)


@mistake(
    "your sigmoid gives inf / inf for large scores, as exp(z) / (1 + exp(z)) does; take "
    "exponentials of non-positive numbers only",
    replaces="gated_fusion",
)
def overflowing_sigmoid(a, b, w, bias):
    return _blend(_gate(a, b, w, bias, lambda z: np.exp(z) / (1 + np.exp(z))), a, b)


def _backward(
    dout,
    a,
    b,
    w,
    bias,
    difference=lambda a, b: a - b,
    slope=lambda gate: gate * (1 - gate),
    share_of_b=lambda gate: 1 - gate,
    through_gate=1.0,
    swap_halves=False,
    over_rows=np.sum,
):
    """The right way with one step of it replaced."""
    d = a.shape[-1]
    joined = np.concatenate([a, b], axis=-1)
    gate = _gate(a, b, w, bias)
    dz = dout * difference(a, b) * slope(gate)
    djoined = (dz @ w.T) * np.asarray(through_gate, dtype=dz.dtype)
    if swap_halves:
        djoined = np.roll(djoined, d, axis=-1)
    rows = joined.reshape(-1, 2 * d)[:, :, None] * dz.reshape(-1, d)[:, None, :]
    return (
        dout * gate + djoined[..., :d],
        dout * share_of_b(gate) + djoined[..., d:],
        over_rows(rows, axis=0),
        over_rows(dz.reshape(-1, d), axis=0),
    )


@mistake(
    "the direct part alone is in your {outputs}; a and b also reach the output through the gate",
    replaces="gated_fusion_backward",
    outputs=("da", "db"),
)
def gate_path_forgotten(dout, a, b, w, bias):
    return _backward(dout, a, b, w, bias, through_gate=0.0)


@mistake(
    "the factor g (1 - g) of the sigmoid is missing from your gradient",
    replaces="gated_fusion_backward",
)
def sigmoid_not_undone(dout, a, b, w, bias):
    return _backward(dout, a, b, w, bias, slope=np.ones_like)


@mistake(
    "you multiply by 1 - g², the slope of tanh; the sigmoid's slope is g (1 - g)",
    replaces="gated_fusion_backward",
)
def slope_of_tanh(dout, a, b, w, bias):
    return _backward(dout, a, b, w, bias, slope=lambda gate: 1 - gate**2)


@mistake(
    "the gate's gradient is dout * (a - b), you have dout * a: g also takes b away",
    replaces="gated_fusion_backward",
)
def complement_forgotten(dout, a, b, w, bias):
    return _backward(dout, a, b, w, bias, difference=lambda a, b: a)


@mistake(
    "the gate's gradient has the wrong sign: it is dout * (a - b), not dout * (b - a)",
    replaces="gated_fusion_backward",
)
def sign_turned(dout, a, b, w, bias):
    return _backward(dout, a, b, w, bias, difference=lambda a, b: b - a)


@mistake(
    "the direct part of your db is dout * g; b enters with the weight 1 - g",
    replaces="gated_fusion_backward",
)
def b_weighed_by_g(dout, a, b, w, bias):
    return _backward(dout, a, b, w, bias, share_of_b=lambda gate: gate)


@mistake(
    "the two halves of the gate's gradient are exchanged: the first d columns belong to a",
    replaces="gated_fusion_backward",
)
def halves_exchanged(dout, a, b, w, bias):
    return _backward(dout, a, b, w, bias, swap_halves=True)


@mistake(
    "a mean over the rows stands in your {outputs}; the gradient of a sum adds them up",
    replaces="gated_fusion_backward",
    outputs=("dw", "dbias"),
)
def averaged_over_rows(dout, a, b, w, bias):
    return _backward(dout, a, b, w, bias, over_rows=np.mean)


@mistake(
    "you return dw before da and db; the order is da, db, dw, dbias",
    replaces="gated_fusion_backward",
)
def parameters_first(dout, a, b, w, bias):
    da, db, dw, dbias = _backward(dout, a, b, w, bias)
    return dw, dbias, da, db


@mistake("da and db are exchanged in your result", replaces="gated_fusion_backward")
def inputs_exchanged(dout, a, b, w, bias):
    da, db, dw, dbias = _backward(dout, a, b, w, bias)
    return db, da, dw, dbias
