"""What people get wrong in ex31: each a working function, each with its misconception."""

import math

import numpy as np
from grader import mistake

BACKWARD = "swiglu_backward"


def _sigma(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def _silu(z):
    return z * _sigma(z)


def _with(activation, x, w_gate, w_up, w_down):
    return (activation(x @ w_gate) * (x @ w_up)) @ w_down


@mistake("your gate is the sigmoid alone, which is GLU; silu is the gate times its sigmoid")
def sigmoid_alone(x, w_gate, w_up, w_down):
    return _with(_sigma, x, w_gate, w_up, w_down)


@mistake("your activation is ReLU, which is ReGLU; SwiGLU takes silu(z) = z σ(z)")
def relu(x, w_gate, w_up, w_down):
    return _with(lambda z: np.maximum(z, 0), x, w_gate, w_up, w_down)


@mistake("your activation is GELU, which is GEGLU; SwiGLU takes silu(z) = z σ(z)")
def gelu(x, w_gate, w_up, w_down):
    erf = np.vectorize(math.erf, otypes=[float])
    return _with(
        lambda z: z * ((1 + erf(z / math.sqrt(2))) / 2).astype(z.dtype), x, w_gate, w_up, w_down
    )


@mistake("your activation is GELU by tanh; SwiGLU takes silu(z) = z σ(z)")
def gelu_by_tanh(x, w_gate, w_up, w_down):
    def activation(z):
        return z * (1 + np.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z * z * z))) / 2

    return _with(activation, x, w_gate, w_up, w_down)


@mistake("your sigmoid has 1.702 z inside, which imitates GELU; silu's has z itself")
def quick_gelu(x, w_gate, w_up, w_down):
    return _with(lambda z: z * _sigma(1.702 * z), x, w_gate, w_up, w_down)


@mistake("your activation is tanh; SwiGLU takes silu(z) = z σ(z)")
def tanh(x, w_gate, w_up, w_down):
    return _with(np.tanh, x, w_gate, w_up, w_down)


@mistake("your silu has the sign of its exponent turned round: σ(z) is 1 / (1 + e^−z)")
def sign_of_the_exponent(x, w_gate, w_up, w_down):
    return _with(lambda z: z * _sigma(-z), x, w_gate, w_up, w_down)


@mistake("your silu bends x w_up and leaves x w_gate linear; it belongs on the gate")
def silu_on_up(x, w_gate, w_up, w_down):
    return _with(_silu, x, w_up, w_gate, w_down)


@mistake("your silu bends both branches; x w_up stays linear")
def silu_on_both(x, w_gate, w_up, w_down):
    return (_silu(x @ w_gate) * _silu(x @ w_up)) @ w_down


@mistake("your silu bends the product of both branches; it bends the gate before the product")
def silu_of_the_product(x, w_gate, w_up, w_down):
    return _silu((x @ w_gate) * (x @ w_up)) @ w_down


@mistake("you add the two branches; the gate multiplies what it lets through")
def added(x, w_gate, w_up, w_down):
    return (_silu(x @ w_gate) + x @ w_up) @ w_down


@mistake("you leave the gate linear, x w_gate times x w_up; it must go through silu")
def no_activation(x, w_gate, w_up, w_down):
    return _with(lambda z: z, x, w_gate, w_up, w_down)


@mistake("you leave w_up out: silu(x w_gate) w_down is an MLP without a gate")
def no_up(x, w_gate, w_up, w_down):
    return _silu(x @ w_gate) @ w_down


@mistake("you return the hidden layer; the product with w_down is missing")
def no_down(x, w_gate, w_up, w_down):
    return _silu(x @ w_gate) * (x @ w_up)


@mistake("you add x to the result; the residual connection is the block's affair")
def residual(x, w_gate, w_up, w_down):
    return x + _with(_silu, x, w_gate, w_up, w_down)


@mistake("your e^−z overflows where z is far below 0; use the exponential of −|z|")
def overflows(x, w_gate, w_up, w_down):
    return _with(lambda z: z / (1 + np.exp(-z)), x, w_gate, w_up, w_down)


@mistake("your e^z overflows where z is far above 0, and inf / inf is NaN; use that of −|z|")
def overflows_above(x, w_gate, w_up, w_down):
    return _with(lambda z: z * np.exp(z) / (1 + np.exp(z)), x, w_gate, w_up, w_down)


@mistake(
    "your result is float64 for float32 input; a NumPy float64 scalar, an array made "
    "without a dtype or astype does that"
)
def promoted(x, w_gate, w_up, w_down):
    return _with(_silu, x, w_gate, w_up, w_down) + np.zeros(x.shape)


@mistake("you write the result into the caller's x; make a new array")
def written_into_x(x, w_gate, w_up, w_down):
    x[...] = _with(_silu, x, w_gate, w_up, w_down)
    return x


# Backward


def _rows(x):
    return x.reshape(-1, x.shape[-1])


def _gradients(dy, x, w_gate, w_up, w_down, slope=None, sigma=_sigma):
    """The right ones, with another derivative of silu if one is given."""
    gate, up = x @ w_gate, x @ w_up
    s = sigma(gate)
    dhidden = dy @ w_down.T
    derivative = s * (1 + gate * (1 - s)) if slope is None else slope(gate, s)
    dgate, dup = dhidden * up * derivative, dhidden * gate * s
    return (
        dgate @ w_gate.T + dup @ w_up.T,
        _rows(x).T @ _rows(dgate),
        _rows(x).T @ _rows(dup),
        _rows(gate * s * up).T @ _rows(dy),
    )


@mistake("your derivative of silu is σ alone; z σ(z) is a product, and z σ (1 − σ) is missing",
         BACKWARD)  # fmt: skip
def slope_without_its_second_term(dy, x, w_gate, w_up, w_down):
    return _gradients(dy, x, w_gate, w_up, w_down, lambda z, s: s)


@mistake(
    "your derivative of silu is z σ (1 − σ) alone; z σ(z) is a product, and σ itself is missing",
    BACKWARD,
)
def slope_without_its_first_term(dy, x, w_gate, w_up, w_down):
    return _gradients(dy, x, w_gate, w_up, w_down, lambda z, s: z * s * (1 - s))


@mistake("your derivative is σ (1 − σ), that of the sigmoid; silu's is σ (1 + z (1 − σ))", BACKWARD)
def slope_of_the_sigmoid(dy, x, w_gate, w_up, w_down):
    return _gradients(dy, x, w_gate, w_up, w_down, lambda z, s: s * (1 - s))


@mistake("your derivative is ReLU's step, 1 above 0; silu's is σ (1 + z (1 − σ))", BACKWARD)
def slope_of_relu(dy, x, w_gate, w_up, w_down):
    return _gradients(dy, x, w_gate, w_up, w_down, lambda z, s: (z > 0).astype(z.dtype))


@mistake("your gradient passes the gate as if silu were not there: its derivative is missing",
         BACKWARD)  # fmt: skip
def slope_missing(dy, x, w_gate, w_up, w_down):
    return _gradients(dy, x, w_gate, w_up, w_down, lambda z, s: np.ones_like(z))


@mistake("your derivative of silu has the wrong sign before σ: it is σ (1 + z (1 − σ))", BACKWARD)
def slope_with_a_sign_wrong(dy, x, w_gate, w_up, w_down):
    return _gradients(dy, x, w_gate, w_up, w_down, lambda z, s: s * (1 + z * (1 + s)))


@mistake("your dx comes through the gate alone; x feeds w_up as well, and both parts add", BACKWARD)
def dx_through_the_gate(dy, x, w_gate, w_up, w_down):
    _, *rest = _gradients(dy, x, w_gate, w_up, w_down)
    gate, s = x @ w_gate, _sigma(x @ w_gate)
    dgate = dy @ w_down.T * (x @ w_up) * s * (1 + gate * (1 - s))
    return dgate @ w_gate.T, *rest


@mistake("your dx comes through w_up alone; x feeds the gate as well, and both parts add", BACKWARD)
def dx_through_up(dy, x, w_gate, w_up, w_down):
    _, *rest = _gradients(dy, x, w_gate, w_up, w_down)
    return (dy @ w_down.T * _silu(x @ w_gate)) @ w_up.T, *rest


@mistake("your gate's gradient lacks the factor x w_up: the derivative of a product by "
         "one factor is the other", BACKWARD)  # fmt: skip
def up_missing_in_dgate(dy, x, w_gate, w_up, w_down):
    _, _, dw_up, dw_down = _gradients(dy, x, w_gate, w_up, w_down)
    gate, s = x @ w_gate, _sigma(x @ w_gate)
    dgate = dy @ w_down.T * s * (1 + gate * (1 - s))
    dup = dy @ w_down.T * gate * s
    return dgate @ w_gate.T + dup @ w_up.T, _rows(x).T @ _rows(dgate), dw_up, dw_down


@mistake(
    "your dw_up is multiplied by the gate before silu; the forward multiplied by silu(gate)",
    BACKWARD,
)
def dup_by_the_bare_gate(dy, x, w_gate, w_up, w_down):
    _, dw_gate, _, dw_down = _gradients(dy, x, w_gate, w_up, w_down)
    gate, s = x @ w_gate, _sigma(x @ w_gate)
    dhidden = dy @ w_down.T
    dgate, dup = dhidden * (x @ w_up) * s * (1 + gate * (1 - s)), dhidden * gate
    return dgate @ w_gate.T + dup @ w_up.T, dw_gate, _rows(x).T @ _rows(dup), dw_down


@mistake("your dw_down pairs dy with silu(gate) alone; the hidden layer is silu(gate) times up",
         BACKWARD)  # fmt: skip
def dw_down_without_up(dy, x, w_gate, w_up, w_down):
    *rest, _ = _gradients(dy, x, w_gate, w_up, w_down)
    return *rest, _rows(_silu(x @ w_gate)).T @ _rows(dy)


@mistake("your dw_down pairs dy with gate times up before silu; the hidden layer has silu(gate)",
         BACKWARD)  # fmt: skip
def dw_down_without_silu(dy, x, w_gate, w_up, w_down):
    *rest, _ = _gradients(dy, x, w_gate, w_up, w_down)
    return *rest, _rows((x @ w_gate) * (x @ w_up)).T @ _rows(dy)


@mistake("you return dw_up before dw_gate; the order is dx, dw_gate, dw_up, dw_down", BACKWARD)
def wrong_order(dy, x, w_gate, w_up, w_down):
    dx, dw_gate, dw_up, dw_down = _gradients(dy, x, w_gate, w_up, w_down)
    return dx, dw_up, dw_gate, dw_down


@mistake("your matrices' gradients are means over the positions; they must be sums", BACKWARD)
def averaged(dy, x, w_gate, w_up, w_down):
    dx, *rest = _gradients(dy, x, w_gate, w_up, w_down)
    return dx, *(one / len(_rows(x)) for one in rest)


@mistake(
    "your matrices' gradients keep a leading axis; the matrices served every position, so sum",
    BACKWARD,
)
def not_summed(dy, x, w_gate, w_up, w_down):
    if x.ndim < 3:
        return _gradients(dy, x, w_gate, w_up, w_down)
    each = [_gradients(*one, w_gate, w_up, w_down) for one in zip(dy, x)]
    return tuple(map(np.stack, zip(*each)))


@mistake("your gradients are those of sum(y): the gradient that arrives, dy, is ignored", BACKWARD)
def dy_ignored(dy, x, w_gate, w_up, w_down):
    return _gradients(np.ones_like(dy), x, w_gate, w_up, w_down)


@mistake("your backward's e^−z overflows where z is far below 0; use the exponential of −|z|",
         BACKWARD)  # fmt: skip
def backward_overflows(dy, x, w_gate, w_up, w_down):
    return _gradients(dy, x, w_gate, w_up, w_down, sigma=lambda z: 1 / (1 + np.exp(-z)))


@mistake(
    "your gradients of float32 inputs are float64; an array made without a dtype does "
    "that, and so does a NumPy float64 scalar"
,
         BACKWARD)  # fmt: skip
def float64_accumulators(dy, x, w_gate, w_up, w_down):
    found = _gradients(dy, x, w_gate, w_up, w_down)
    return tuple(np.zeros(one.shape) + one for one in found)


@mistake("you write dx into the caller's dy; make a new array", BACKWARD)
def written_into_dy(dy, x, w_gate, w_up, w_down):
    found = _gradients(dy, x, w_gate, w_up, w_down)
    dy[...] = found[0]
    return found
