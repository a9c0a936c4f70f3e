"""Right answers to ex10 in other styles; each must pass."""

import math

import numpy as np
from grader import style


@style("loops", replaces="sinusoidal_positions")
def sinusoidal_positions_loops(n, d):
    table = np.zeros((n, d))
    for p in range(n):
        for i in range(d // 2):
            angle = p / 10000 ** (2 * i / d)
            table[p, 2 * i], table[p, 2 * i + 1] = math.sin(angle), math.cos(angle)
    return table


@style("through the logarithm of the base", replaces="sinusoidal_positions")
def sinusoidal_positions_log(n, d):
    frequencies = np.exp(np.arange(0, d, 2) * (-math.log(10000.0) / d))
    angles = np.outer(np.arange(n), frequencies)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(n, d)


@style("the adjacent swaps, then random orders", replaces="is_permutation_equivariant")
def equivariant_by_swaps(f, x, rng):
    n = x.shape[-2]
    orders = []
    for i in range(n - 1):
        order = list(range(n))
        order[i], order[i + 1] = order[i + 1], order[i]
        orders.append(order)
    orders += [list(rng.permutation(n)) for _ in range(10)]
    out = f(x.copy())
    for order in orders:
        if np.abs(f(x[..., order, :]) - out[..., order, :]).max() > 1e-6 * (1 + np.abs(out).max()):
            return False
    return True


@style("shuffle back and compare", replaces="is_permutation_equivariant")
def equivariant_by_undoing(f, x, rng):
    expected = np.asarray(f(x))
    for _ in range(30):
        order = rng.permutation(x.shape[-2])
        returned = np.take(f(np.take(x, order, axis=-2)), np.argsort(order), axis=-2)
        if not np.allclose(returned, expected):
            return False
    return True


@style("permutation matrices", replaces="is_permutation_equivariant")
def equivariant_by_matrices(f, x, rng):
    eye = np.eye(x.shape[-2], dtype=x.dtype)
    matrices = [eye[rng.permutation(len(eye))] for _ in range(16)]
    return all(np.allclose(f(matrix @ x), matrix @ f(x), atol=1e-7) for matrix in matrices)


@style("complex numbers", replaces="rotary")
def rotary_complex(x, positions, base=10000.0):
    d = x.shape[-1]
    angles = np.outer(positions, float(base) ** (-np.arange(0, d, 2) / d))
    turned = (x[..., 0::2] + 1j * x[..., 1::2]) * np.exp(1j * angles)
    return np.stack([turned.real, turned.imag], axis=-1).reshape(x.shape).astype(x.dtype)


@style("loops and rotation matrices", replaces="rotary")
def rotary_loops(x, positions, base=10000.0):
    out = np.zeros(x.shape, dtype=x.dtype, order="F")
    for p, position in enumerate(positions):
        for i in range(x.shape[-1] // 2):
            angle = float(position) * base ** (-2 * i / x.shape[-1])
            turn = np.array(
                [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
            )
            out[..., p, 2 * i : 2 * i + 2] = x[..., p, 2 * i : 2 * i + 2] @ turn.T
    return out


@style("a turned copy times the sine", replaces="rotary")
def rotary_turned_copy(x, positions, base=10000.0):
    d = x.shape[-1]
    frequencies = np.repeat(base ** (-np.arange(0, d, 2) / d), 2)
    angles = np.multiply.outer(np.asarray(positions), frequencies)
    turned = np.stack([-x[..., 1::2], x[..., ::2]], axis=-1).reshape(x.shape)
    return x * np.cos(angles).astype(x.dtype) + turned * np.sin(angles).astype(x.dtype)
