"""What people get wrong in ex33: each a working function, each with its misconception."""

import numpy as np
from grader import mistake

BACKWARD = "lora_backward"


def _lora(x, w, a, b, scale):
    return x @ w + scale * ((x @ a) @ b)


@mistake("your adapter is not scaled; it is multiplied by alpha / r", replaces="lora")
def no_scale(x, w, a, b, alpha):
    return _lora(x, w, a, b, 1)


@mistake("your scale is alpha; it is alpha / r, with r the rank, a.shape[1]", replaces="lora")
def scale_of_alpha(x, w, a, b, alpha):
    return _lora(x, w, a, b, alpha)


@mistake("your scale is 1 / r; alpha is left out", replaces="lora")
def scale_of_the_rank(x, w, a, b, alpha):
    return _lora(x, w, a, b, 1 / a.shape[1])


@mistake("your scale is alpha / √r, that of rsLoRA; here it is alpha / r", replaces="lora")
def scale_by_the_root(x, w, a, b, alpha):
    return _lora(x, w, a, b, alpha / a.shape[1] ** 0.5)


@mistake("your scale is r / alpha, turned round; it is alpha / r", replaces="lora")
def scale_turned_round(x, w, a, b, alpha):
    return _lora(x, w, a, b, a.shape[1] / alpha if alpha else 0)


@mistake("your scale divides alpha by d, the rows of a; r is the number of its columns",
         replaces="lora")  # fmt: skip
def scale_by_the_width(x, w, a, b, alpha):
    return _lora(x, w, a, b, alpha / a.shape[0])


@mistake("your scale is rounded down: alpha // r; it is alpha / r", replaces="lora")
def scale_rounded(x, w, a, b, alpha):
    return _lora(x, w, a, b, alpha // a.shape[1])


@mistake("you scale both matrices of the adapter, so it has the scale twice", replaces="lora")
def scale_twice(x, w, a, b, alpha):
    return _lora(x, w, a, b, (alpha / a.shape[1]) ** 2)


@mistake("you scale the frozen part too; the scale belongs to the adapter alone", replaces="lora")
def scale_on_everything(x, w, a, b, alpha):
    return alpha / a.shape[1] * _lora(x, w, a, b, 1)


@mistake("you return the adapter's part alone; x w is added to it", replaces="lora")
def adapter_alone(x, w, a, b, alpha):
    return alpha / a.shape[1] * ((x @ a) @ b)


@mistake("you return x w alone; the adapter's part is missing", replaces="lora")
def frozen_alone(x, w, a, b, alpha):
    return x @ w


@mistake("you subtract the adapter's part; it is added", replaces="lora")
def subtracted(x, w, a, b, alpha):
    return _lora(x, w, a, b, -alpha / a.shape[1])


@mistake("you bend the numbers between a and b by a ReLU; an adapter of LoRA is linear",
         replaces="lora")  # fmt: skip
def bent(x, w, a, b, alpha):
    return x @ w + alpha / a.shape[1] * (np.maximum(x @ a, 0) @ b)


@mistake(
    "your result is float64 for float32 input; a NumPy float64 scalar, an array made "
    "without a dtype or astype does that"
,
         replaces="lora")  # fmt: skip
def promoted(x, w, a, b, alpha):
    return _lora(x, w, a, b, np.float64(alpha) / a.shape[1])


@mistake("you add the adapter to the caller's w in place; that is a merge, and w is frozen",
         replaces="lora")  # fmt: skip
def merged_into_w(x, w, a, b, alpha):
    w += alpha / a.shape[1] * (a @ b)
    return x @ w


# Backward


def _rows(x):
    return x.reshape(-1, x.shape[-1])


def _gradients(dy, x, w, a, b, scale):
    dlow = scale * (dy @ b.T)
    db = scale * (_rows(x @ a).T @ _rows(dy))
    return dy @ w.T + dlow @ a.T, _rows(x).T @ _rows(dlow), db


def _right(dy, x, w, a, b, alpha):
    return _gradients(dy, x, w, a, b, alpha / a.shape[1])


@mistake("your gradients leave the scale alpha / r out; each of the three carries it once",
         BACKWARD)  # fmt: skip
def backward_without_scale(dy, x, w, a, b, alpha):
    return _gradients(dy, x, w, a, b, 1)


@mistake("your gradients have the scale alpha; it is alpha / r, as forward", BACKWARD)
def backward_scale_of_alpha(dy, x, w, a, b, alpha):
    return _gradients(dy, x, w, a, b, alpha)


@mistake("your db leaves the scale alpha / r out; it carries it like da", BACKWARD)
def db_without_scale(dy, x, w, a, b, alpha):
    dx, da, _ = _right(dy, x, w, a, b, alpha)
    return dx, da, _rows(x @ a).T @ _rows(dy)


@mistake("your da leaves the scale alpha / r out; it carries it like db", BACKWARD)
def da_without_scale(dy, x, w, a, b, alpha):
    dx, _, db = _right(dy, x, w, a, b, alpha)
    return dx, _rows(x).T @ _rows(dy @ b.T), db


@mistake("your da carries the scale alpha / r twice; the forward pass has it once", BACKWARD)
def da_with_the_scale_twice(dy, x, w, a, b, alpha):
    dx, da, db = _right(dy, x, w, a, b, alpha)
    return dx, da * (alpha / a.shape[1]), db


@mistake("your dx comes through w alone; x feeds the adapter as well, and both parts add", BACKWARD)
def dx_through_w(dy, x, w, a, b, alpha):
    return dy @ w.T, *_right(dy, x, w, a, b, alpha)[1:]


@mistake("your dx comes through the adapter alone: w is frozen, but x still passes through it",
         BACKWARD)  # fmt: skip
def dx_through_the_adapter(dy, x, w, a, b, alpha):
    dx, da, db = _right(dy, x, w, a, b, alpha)
    return dx - dy @ w.T, da, db


@mistake("your dx leaves the scale of the adapter's part out", BACKWARD)
def dx_without_scale(dy, x, w, a, b, alpha):
    return dy @ w.T + dy @ b.T @ a.T, *_right(dy, x, w, a, b, alpha)[1:]


@mistake("you return db before da; the order is dx, da, db", BACKWARD)
def wrong_order(dy, x, w, a, b, alpha):
    dx, da, db = _right(dy, x, w, a, b, alpha)
    return dx, db, da


@mistake("you return a gradient of w as well; w is frozen, the answer is dx, da, db", BACKWARD)
def gradient_of_w(dy, x, w, a, b, alpha):
    dx, da, db = _right(dy, x, w, a, b, alpha)
    return dx, _rows(x).T @ _rows(dy), da, db


@mistake(
    "a mean over the positions stands in your {outputs}, where a sum is asked",
    BACKWARD,
    outputs=("da", "db"),
)
def averaged(dy, x, w, a, b, alpha):
    dx, da, db = _right(dy, x, w, a, b, alpha)
    return dx, da / len(_rows(x)), db / len(_rows(x))


@mistake(
    "a leading axis is still there in your {outputs}; a and b served every position, so sum",
    BACKWARD,
    outputs=("da", "db"),
)
def not_summed(dy, x, w, a, b, alpha):
    if x.ndim < 3:
        return _right(dy, x, w, a, b, alpha)
    return tuple(map(np.stack, zip(*(_right(*one, w, a, b, alpha) for one in zip(dy, x)))))


@mistake("you treat a as frozen: your da is zero, as it is only while b is zero", BACKWARD)
def da_zero(dy, x, w, a, b, alpha):
    dx, da, db = _right(dy, x, w, a, b, alpha)
    return dx, np.zeros_like(da), db


@mistake("your gradients are those of sum(y): the gradient that arrives, dy, is ignored", BACKWARD)
def dy_ignored(dy, x, w, a, b, alpha):
    return _right(np.ones_like(dy), x, w, a, b, alpha)


@mistake(
    "your gradients of float32 inputs are float64; an array made without a dtype does "
    "that, and so does a NumPy float64 scalar"
,
         BACKWARD)  # fmt: skip
def float64_accumulators(dy, x, w, a, b, alpha):
    return tuple(np.zeros(one.shape) + one for one in _right(dy, x, w, a, b, alpha))


@mistake("you scale dy in place and so change the caller's array; make a new one", BACKWARD)
def dy_in_place(dy, x, w, a, b, alpha):
    dx = _right(dy, x, w, a, b, alpha)[0]
    dy *= alpha / a.shape[1]
    return dx, _rows(x).T @ _rows(dy @ b.T), _rows(x @ a).T @ _rows(dy)


# Merge


@mistake("your merged matrix leaves the scale out; it is w + (alpha / r) a b", replaces="merge")
def merge_without_scale(w, a, b, alpha):
    return w + a @ b


@mistake("your merged matrix has the scale alpha; it is alpha / r", replaces="merge")
def merge_scale_of_alpha(w, a, b, alpha):
    return w + alpha * (a @ b)


@mistake("you return the change (alpha / r) a b alone; w is added to it", replaces="merge")
def merge_of_the_change(w, a, b, alpha):
    return alpha / a.shape[1] * (a @ b)


@mistake("you subtract the change, which takes an adapter out; a merge adds it", replaces="merge")
def unmerged(w, a, b, alpha):
    return w - alpha / a.shape[1] * (a @ b)


@mistake("you add to the caller's w in place; the frozen matrix stays, a new one comes back",
         replaces="merge")  # fmt: skip
def merged_in_place(w, a, b, alpha):
    w += alpha / a.shape[1] * (a @ b)
    return w


@mistake(
    "you hand back the caller's own w where alpha is 0; what comes back is a new array",
    replaces="merge",
)
def own_w(w, a, b, alpha):
    return w + alpha / a.shape[1] * (a @ b) if alpha else w


@mistake(
    "your merged matrix is float64 for float32 input; a NumPy float64 scalar, an array "
    "made without a dtype or astype does that"
,
         replaces="merge")  # fmt: skip
def merge_promoted(w, a, b, alpha):
    return w + np.float64(alpha) / a.shape[1] * (a @ b)
