"""Right answers to ex14 in other styles; each must pass."""

import numpy as np
from grader import style


@style("one basis vector after another", replaces="numerical_gradient")
def numerical_gradient_basis(f, x, eps=1e-6):
    x = np.asarray(x, dtype=np.float64)
    slopes = []
    for step in eps * np.eye(x.size):
        step = step.reshape(x.shape)
        slopes.append((f(x + step) - f(x - step)) / (2 * eps))
    return np.array(slopes, dtype=np.float64).reshape(x.shape)


@style("in place and put back", replaces="numerical_gradient")
def numerical_gradient_in_place(f, x, eps=1e-6):
    if x.dtype != np.float64:
        x = x.astype(np.float64)
    gradient = np.zeros(x.shape, order="F")
    entries = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
    while not entries.finished:
        index = entries.multi_index
        kept = x[index].copy()
        x[index] = kept + eps
        above = float(f(x))
        x[index] = kept - eps
        below = float(f(x))
        x[index] = kept
        gradient[index] = (above - below) / 2 / eps
        entries.iternext()
    return gradient


@style("flat copies", replaces="numerical_gradient")
def numerical_gradient_flat(f, x, eps=1e-6):
    shape, base = np.shape(x), np.array(x, dtype=float).reshape(-1)

    def slope(i):
        up, down = base.copy(), base.copy()
        up[i] += eps
        down[i] -= eps
        return (f(up.reshape(shape)) - f(down.reshape(shape))) / (2 * eps)

    return np.reshape([slope(i) for i in range(base.size)], shape)


@style("allclose at one random point, a set returned", replaces="find_wrong")
def find_wrong_allclose(passes):
    wrong = set()
    for name in passes:
        forward, backward = passes[name]
        rng = np.random.default_rng(42)
        x = rng.normal(size=(3, 4))
        out, saved = forward(x)
        dout = rng.normal(size=np.shape(out))
        numeric = numerical_gradient_flat(lambda z, f=forward, d=dout: np.sum(f(z)[0] * d), x, 1e-5)
        if not np.allclose(backward(dout, saved), numeric, rtol=1e-4, atol=1e-6):
            wrong.add(name)
    return wrong


@style("random directions instead of entries", replaces="find_wrong")
def find_wrong_directions(passes):
    rng, wrong = np.random.default_rng(7), []
    for name, (forward, backward) in passes.items():
        for _ in range(12):
            x, direction = rng.standard_normal((2, 3, 4))
            out, saved = forward(x)
            dout = rng.standard_normal(np.shape(out))
            slope = np.vdot(backward(dout, saved), direction)
            above, below = forward(x + 1e-6 * direction)[0], forward(x - 1e-6 * direction)[0]
            measured = np.sum(dout * (above - below)) / 2e-6
            if not abs(slope - measured) <= 1e-4 * max(abs(slope), abs(measured)):
                wrong.append(name)
                break
    return wrong


@style("the whole Jacobian by columns", replaces="find_wrong")
def find_wrong_jacobian(passes):
    def disagrees(forward, backward, x, dout_of):
        out, saved = forward(x)
        dout = dout_of(np.shape(out))
        columns = []
        for i in range(12):
            step = 1e-6 * (np.arange(12) == i).reshape(3, 4)
            columns.append(np.ravel(forward(x + step)[0] - forward(x - step)[0]) / 2e-6)
        expected = np.ravel(dout) @ np.transpose(columns)
        got = np.ravel(backward(dout, saved))
        return not np.linalg.norm(got - expected) <= 1e-5 * np.linalg.norm(expected)

    rng = np.random.default_rng(3)
    points = [rng.uniform(-2, 2, size=(3, 4)) for _ in range(3)]
    return [
        name
        for name, pair in passes.items()
        if any(disagrees(*pair, x, rng.standard_normal) for x in points)
    ]
