"""What people get wrong in ex08: each a working function, each with its misconception."""

import numpy as np
from grader import mistake


def rows(a):
    return a.reshape(-1, a.shape[-1])


def through(dpre, hidden, dy, x, w0):
    """What is left once the gradient before the gate is known."""
    dpre_rows, dy_rows = rows(dpre), rows(dy)
    dw0, dw1 = rows(x).T @ dpre_rows, rows(hidden).T @ dy_rows
    return dpre @ w0.T, dw0, dpre_rows.sum(axis=0), dw1, dy_rows.sum(axis=0)


def right(dy, x, w0, b0, w1, b1):
    pre = x @ w0 + b0
    return through(dy @ w1.T * (pre > 0), np.maximum(pre, 0), dy, x, w0)


@mistake("your output has no b1, as in the document's formula; add it", replaces="mlp")
def no_output_bias(x, w0, b0, w1, b1):
    return np.maximum(x @ w0 + b0, 0) @ w1


@mistake("your output is rectified too; ReLU stands between the layers alone", replaces="mlp")
def relu_on_the_output(x, w0, b0, w1, b1):
    return np.maximum(np.maximum(x @ w0 + b0, 0) @ w1 + b1, 0)


@mistake("you leave ReLU out: two linear layers are no more than one", replaces="mlp")
def no_relu(x, w0, b0, w1, b1):
    return (x @ w0 + b0) @ w1 + b1


@mistake("you add b0 after ReLU; it moves the point at which a unit opens", replaces="mlp")
def bias_after_relu(x, w0, b0, w1, b1):
    return (np.maximum(x @ w0, 0) + b0) @ w1 + b1


@mistake("you use GELU; ReLU is asked", replaces="mlp")
def gelu_for_relu(x, w0, b0, w1, b1):
    pre = x @ w0 + b0
    tanh = np.tanh(np.sqrt(2 / np.pi) * (pre + 0.044715 * pre**3))
    return (pre * (1 + tanh) / 2).astype(x.dtype) @ w1 + b1


@mistake("your ReLU leaks: negative values become 0, not a hundredth", replaces="mlp")
def leaky_relu(x, w0, b0, w1, b1):
    pre = x @ w0 + b0
    return np.where(pre > 0, pre, pre / 100) @ w1 + b1


@mistake("your ReLU is an absolute value: negative values become 0", replaces="mlp")
def absolute_value(x, w0, b0, w1, b1):
    return np.abs(x @ w0 + b0) @ w1 + b1


@mistake("you use the matrices as w @ x or x @ w.T; here they are (in, out), x @ w", replaces="mlp")
def transposed_matrices(x, w0, b0, w1, b1):
    return np.maximum(x @ w0.T + b0, 0) @ w1.T + b1


@mistake(
    "your output for float32 inputs is float64; an array made without a dtype does that",
    replaces="mlp",
)
def float64_zeros(x, w0, b0, w1, b1):
    pre = x @ w0 + b0
    return np.maximum(pre, np.zeros(pre.shape)) @ w1 + b1


@mistake(
    "the gate of ReLU is missing on the way to your {outputs}: where it gave 0, no gradient passes",
    "mlp_backward",
    outputs=("dx", "dw0", "db0"),
)
def no_gate(dy, x, w0, b0, w1, b1):
    return through(dy @ w1.T, np.maximum(x @ w0 + b0, 0), dy, x, w0)


@mistake("your gate looks at the gradient's sign; it looks at the forward value's", "mlp_backward")
def gate_by_the_gradient(dy, x, w0, b0, w1, b1):
    dhidden = dy @ w1.T
    return through(np.maximum(dhidden, 0), np.maximum(x @ w0 + b0, 0), dy, x, w0)


@mistake("your gate forgets b0: a unit opens where x w0 + b0 is positive", "mlp_backward")
def gate_without_bias(dy, x, w0, b0, w1, b1):
    return through(dy @ w1.T * (x @ w0 > 0), np.maximum(x @ w0 + b0, 0), dy, x, w0)


@mistake("you multiply by relu(h), the value; its derivative is 0 or 1", "mlp_backward")
def multiplied_by_the_value(dy, x, w0, b0, w1, b1):
    hidden = np.maximum(x @ w0 + b0, 0)
    return through(dy @ w1.T * hidden, hidden, dy, x, w0)


@mistake("your gate is open at exactly 0, so rows of padding get a gradient", "mlp_backward")
def open_at_zero(dy, x, w0, b0, w1, b1):
    pre = x @ w0 + b0
    return through(dy @ w1.T * (pre >= 0), np.maximum(pre, 0), dy, x, w0)


@mistake("your dw1 is made of the values before ReLU; w1 saw those after it", "mlp_backward")
def dw1_from_before_relu(dy, x, w0, b0, w1, b1):
    pre = x @ w0 + b0
    return through(dy @ w1.T * (pre > 0), pre, dy, x, w0)


@mistake("your bias gradients keep the rows; a bias serves every row, so sum them", "mlp_backward")
def biases_not_summed(dy, x, w0, b0, w1, b1):
    dx, dw0, _, dw1, _ = right(dy, x, w0, b0, w1, b1)
    return dx, dw0, dy @ w1.T * (x @ w0 + b0 > 0), dw1, dy.copy()


@mistake("your bias gradients sum the first axis only; sum all leading axes", "mlp_backward")
def biases_summed_over_one_axis(dy, x, w0, b0, w1, b1):
    dx, dw0, _, dw1, _ = right(dy, x, w0, b0, w1, b1)
    return dx, dw0, (dy @ w1.T * (x @ w0 + b0 > 0)).sum(axis=0), dw1, dy.sum(axis=0)


@mistake("your matrix gradients keep the leading axes; sum them", "mlp_backward")
def matrices_not_summed(dy, x, w0, b0, w1, b1):
    pre = x @ w0 + b0
    dx, _, db0, _, db1 = right(dy, x, w0, b0, w1, b1)
    return dx, x.mT @ (dy @ w1.T * (pre > 0)), db0, np.maximum(pre, 0).mT @ dy, db1


@mistake("your parameter gradients are means over the rows; they are sums", "mlp_backward")
def mean_over_rows(dy, x, w0, b0, w1, b1):
    dx, *grads = right(dy, x, w0, b0, w1, b1)
    return dx, *(grad / len(rows(x)) for grad in grads)


@mistake("your dw0 and dw1 are (out, in); they have the shapes of w0 and w1", "mlp_backward")
def matrices_transposed(dy, x, w0, b0, w1, b1):
    dx, dw0, db0, dw1, db1 = right(dy, x, w0, b0, w1, b1)
    return dx, dw0.T, db0, dw1.T, db1


@mistake("you return dx, dw1, db1, dw0, db0; the order is that of the inputs", "mlp_backward")
def wrong_order(dy, x, w0, b0, w1, b1):
    dx, dw0, db0, dw1, db1 = right(dy, x, w0, b0, w1, b1)
    return dx, dw1, db1, dw0, db0


@mistake("your gradients of float32 inputs are float64: keep the dtype", "mlp_backward")
def float64_gate(dy, x, w0, b0, w1, b1):
    pre = x @ w0 + b0
    gate = np.zeros(pre.shape)
    gate[pre > 0] = 1
    return through(dy @ w1.T * gate, np.maximum(pre, 0), dy, x, w0)


@mistake("you zero the caller's x in place; work on a copy", replaces="mlp")
def input_rectified(x, w0, b0, w1, b1):
    y = np.maximum(x @ w0 + b0, 0) @ w1 + b1
    x *= x > 0
    return y


def slope_of(wrong_slope):
    """A backward pass whose ReLU has another function's slope."""

    def backward(dy, x, w0, b0, w1, b1):
        pre = x @ w0 + b0
        return through(dy @ w1.T * wrong_slope(pre), np.maximum(pre, 0), dy, x, w0)

    return backward


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


@mistake("your backward has the sigmoid's slope, s(1 − s); ReLU's is 0 or 1", "mlp_backward")
def slope_of_the_sigmoid(dy, x, w0, b0, w1, b1):
    return slope_of(lambda z: sigmoid(z) * (1 - sigmoid(z)))(dy, x, w0, b0, w1, b1)


@mistake("your backward has tanh's slope, 1 − t²; ReLU's is 0 or 1", "mlp_backward")
def slope_of_tanh(dy, x, w0, b0, w1, b1):
    return slope_of(lambda z: 1 - np.tanh(z) ** 2)(dy, x, w0, b0, w1, b1)


@mistake("your backward has the sigmoid as its gate; ReLU's slope is 0 or 1", "mlp_backward")
def gate_of_the_sigmoid(dy, x, w0, b0, w1, b1):
    return slope_of(sigmoid)(dy, x, w0, b0, w1, b1)
