"""What people get wrong in ex10: each a working function, each with its misconception."""

import numpy as np
from grader import mistake


def _table(angles):
    table = np.empty((angles.shape[0], 2 * angles.shape[1]))
    table[:, 0::2], table[:, 1::2] = np.sin(angles), np.cos(angles)
    return table


def _angles(positions, d, base=10000.0):
    return np.asarray(positions)[:, None] * base ** (-np.arange(0, d, 2) / d)


# The sinusoidal table


@mistake(
    "you put all sines before all cosines; they must alternate, sine in the even columns",
    replaces="sinusoidal_positions",
)
def sines_then_cosines(n, d):
    angles = _angles(np.arange(n), d)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)


@mistake(
    "sine and cosine stand in each other's columns; the even columns hold the sine",
    replaces="sinusoidal_positions",
)
def sine_and_cosine_swapped(n, d):
    table = _table(_angles(np.arange(n), d))
    table[:, 0::2], table[:, 1::2] = table[:, 1::2].copy(), table[:, 0::2].copy()
    return table


@mistake(
    "each column has a frequency of its own (exponent j/d); a sine and its cosine share 2i/d",
    replaces="sinusoidal_positions",
)
def one_frequency_a_column(n, d):
    angles = np.arange(n)[:, None] * 10000.0 ** (-np.arange(d) / d)
    table = np.sin(angles)
    table[:, 1::2] = np.cos(angles[:, 1::2])
    return table


@mistake(
    "your table's exponent is i/d with i the number of the pair; it must be 2i/d",
    replaces="sinusoidal_positions",
)
def table_exponent_halved(n, d):
    return _table(np.arange(n)[:, None] * 10000.0 ** (-np.arange(d // 2) / d))


@mistake(
    "your table's exponent is 4i/d: you doubled an index that already counts by twos; use 2i/d",
    replaces="sinusoidal_positions",
)
def table_exponent_doubled(n, d):
    return _table(np.arange(n)[:, None] * 10000.0 ** (-2 * np.arange(0, d, 2) / d))


@mistake(
    "your slowest frequency is exactly 1/10000 (exponent i/(d/2 − 1)); the formula's is 2i/d",
    replaces="sinusoidal_positions",
)
def frequencies_to_the_very_end(n, d):
    return _table(np.arange(n)[:, None] * 10000.0 ** -np.linspace(0, 1, d // 2))


@mistake(
    "you multiply by 10000^(2i/d); the position must be divided by it",
    replaces="sinusoidal_positions",
)
def table_multiplied(n, d):
    return _table(np.arange(n)[:, None] * 10000.0 ** (np.arange(0, d, 2) / d))


@mistake(
    "your positions start at 1; they must start at 0",
    replaces="sinusoidal_positions",
)
def positions_from_one(n, d):
    return _table(_angles(np.arange(1, n + 1), d))


# Rotary


def _turn(x, cos, sin):
    even, odd = x[..., 0::2], x[..., 1::2]
    turned = np.empty_like(x)
    turned[..., 0::2] = even * cos - odd * sin
    turned[..., 1::2] = even * sin + odd * cos
    return turned


def _cos_sin(x, positions, base):
    angles = _angles(positions, x.shape[-1], base)
    return np.cos(angles).astype(x.dtype), np.sin(angles).astype(x.dtype)


@mistake(
    "you pair column i with column i + d/2; the pairs must be neighbours, (2i, 2i + 1)",
    replaces="rotary",
)
def pairs_of_halves(x, positions, base=10000.0):
    cos, sin = _cos_sin(x, positions, base)
    first, second = np.split(x, 2, axis=-1)
    return np.concatenate([first * cos - second * sin, first * sin + second * cos], axis=-1)


@mistake(
    "your cosines are laid out for halves, your pairs are neighbours; repeat each one twice",
    replaces="rotary",
)
def two_conventions_mixed(x, positions, base=10000.0):
    cos, sin = (np.concatenate([t, t], axis=-1) for t in _cos_sin(x, positions, base))
    turned = np.stack([-x[..., 1::2], x[..., 0::2]], axis=-1).reshape(x.shape)
    return x * cos + turned * sin


@mistake("you turn clockwise; the angle must be counter-clockwise", replaces="rotary")
def clockwise(x, positions, base=10000.0):
    cos, sin = _cos_sin(x, positions, base)
    return _turn(x, cos, -sin)


@mistake(
    "both your new columns subtract the sine; the odd one must add it, or it is no rotation",
    replaces="rotary",
)
def sine_subtracted_twice(x, positions, base=10000.0):
    cos, sin = _cos_sin(x, positions, base)
    turned = _turn(x, cos, sin)
    turned[..., 1::2] = x[..., 1::2] * cos - x[..., 0::2] * sin
    return turned


@mistake(
    "you count the rows from 0 and ignore the positions you are given; use the argument",
    replaces="rotary",
)
def positions_ignored(x, positions, base=10000.0):
    return _turn(x, *_cos_sin(x, np.arange(x.shape[-2]), base))


@mistake("you ignore the base you are given and use 10000; use the argument", replaces="rotary")
def base_ignored(x, positions, base=10000.0):
    return _turn(x, *_cos_sin(x, positions, 10000.0))


@mistake(
    "your rotary exponent is −i/d with i the number of the pair; it must be −2i/d",
    replaces="rotary",
)
def rotary_exponent_halved(x, positions, base=10000.0):
    angles = np.asarray(positions)[:, None] * base ** (-np.arange(x.shape[-1] // 2) / x.shape[-1])
    return _turn(x, np.cos(angles).astype(x.dtype), np.sin(angles).astype(x.dtype))


@mistake(
    "you turn every pair by the same angle; pair i turns by position · base^(−2i/d)",
    replaces="rotary",
)
def one_angle_for_all(x, positions, base=10000.0):
    angles = np.asarray(positions)[:, None] * np.ones(x.shape[-1] // 2)
    return _turn(x, np.cos(angles).astype(x.dtype), np.sin(angles).astype(x.dtype))


@mistake(
    "you write the even columns before the odd ones have read them; keep the old values",
    replaces="rotary",
)
def overwritten_too_soon(x, positions, base=10000.0):
    cos, sin = _cos_sin(x, positions, base)
    turned = np.array(x)
    turned[..., 0::2] = turned[..., 0::2] * cos - turned[..., 1::2] * sin
    turned[..., 1::2] = turned[..., 0::2] * sin + turned[..., 1::2] * cos
    return turned


@mistake(
    "you add the rotated table to x; rotary multiplies x's pairs by a rotation, it adds nothing",
    replaces="rotary",
)
def added_like_a_table(x, positions, base=10000.0):
    return (x + _table(_angles(positions, x.shape[-1], base))).astype(x.dtype)


@mistake(
    "your rotary output is float64 for float32 input; cast cosine and sine to x's dtype",
    replaces="rotary",
)
def rotary_promoted(x, positions, base=10000.0):
    angles = _angles(positions, x.shape[-1], base)
    turned = np.stack([-x[..., 1::2], x[..., 0::2]], axis=-1).reshape(x.shape)
    return x * np.repeat(np.cos(angles), 2, -1) + turned * np.repeat(np.sin(angles), 2, -1)


@mistake(
    "you turn x in place and so change the caller's array; write to a new one",
    replaces="rotary",
)
def rotary_in_place(x, positions, base=10000.0):
    x[...] = _turn(x, *_cos_sin(x, positions, base))
    return x


# Equivariance


def _orders(x, rng, times=20):
    return [rng.permutation(x.shape[-2]) for _ in range(times)]


@mistake(
    "you compare f(shuffled) with f(x) unshuffled; that is invariance, shuffle f(x) as well",
    replaces="is_permutation_equivariant",
)
def invariance(f, x, rng):
    return all(np.allclose(f(x[..., order, :]), f(x)) for order in _orders(x, rng))


@mistake(
    "you try the reversed order alone; a symmetric window survives it, use random permutations",
    replaces="is_permutation_equivariant",
)
def reversal_only(f, x, rng):
    return np.allclose(f(x[..., ::-1, :]), f(x)[..., ::-1, :])


@mistake(
    "you try shifts alone; a circular convolution survives them, use random permutations",
    replaces="is_permutation_equivariant",
)
def shifts_only(f, x, rng):
    shifts = range(1, x.shape[-2])
    return all(np.allclose(f(np.roll(x, s, -2)), np.roll(f(x), s, -2)) for s in shifts)


@mistake(
    "you try a single permutation; it may leave the one special position where it is, try many",
    replaces="is_permutation_equivariant",
)
def one_permutation(f, x, rng):
    (order,) = _orders(x, rng, times=1)
    return np.allclose(f(x[..., order, :]), f(x)[..., order, :])


@mistake(
    "you shuffle the first axis; the positions are on the axis before the last",
    replaces="is_permutation_equivariant",
)
def first_axis_shuffled(f, x, rng):
    orders = [rng.permutation(len(x)) for _ in range(20)]
    return all(np.allclose(f(x[order]), f(x)[order]) for order in orders)


@mistake(
    "you shuffle x along its positions but f(x) along its first axis; both need [..., order, :]",
    replaces="is_permutation_equivariant",
)
def output_along_the_first_axis(f, x, rng):
    return all(np.allclose(f(x[..., order, :]), f(x)[order]) for order in _orders(x, rng))


@mistake(
    "you shuffle the features; the positions are on the axis before the last",
    replaces="is_permutation_equivariant",
)
def features_shuffled(f, x, rng):
    def agrees(order):
        shuffled, out = f(x[..., order]), f(x)
        return out.shape[-1] == len(order) and np.allclose(shuffled, out[..., order])

    return all(agrees(rng.permutation(x.shape[-1])) for _ in range(20))


@mistake(
    "you ask for bit-for-bit equality; sums in another order round otherwise, allow for it",
    replaces="is_permutation_equivariant",
)
def bit_for_bit(f, x, rng):
    return all(
        np.array_equal(f(x[..., order, :]), f(x)[..., order, :]) for order in _orders(x, rng)
    )


@mistake(
    "your tolerance is so wide that weak positions pass; allow for rounding only (about 1e-6)",
    replaces="is_permutation_equivariant",
)
def tolerance_too_wide(f, x, rng):
    return all(
        np.allclose(f(x[..., order, :]), f(x)[..., order, :], atol=0.05)
        for order in _orders(x, rng)
    )


@mistake(
    "you compare the outputs summed over the positions; compare them position by position",
    replaces="is_permutation_equivariant",
)
def sums_compared(f, x, rng):
    return all(
        np.allclose(f(x[..., order, :]).sum(axis=-2), f(x).sum(axis=-2))
        for order in _orders(x, rng)
    )


@mistake(
    "the shuffled x and the shuffled f(x) are held against each other in unlike orders: one "
    "by a permutation, the other by its inverse; f(x[perm]) must equal f(x)[perm]",
    replaces="is_permutation_equivariant",
)
def inverse_permutation(f, x, rng):
    return all(
        np.allclose(f(x[..., order, :]), f(x)[..., np.argsort(order), :])
        for order in _orders(x, rng)
    )


@mistake(
    "you look at the first sequence of the batch alone; compare every leading index",
    replaces="is_permutation_equivariant",
)
def first_sequence_only(f, x, rng):
    first = (0,) * (x.ndim - 2)
    return all(
        np.allclose(f(x[..., order, :])[first], f(x)[first][order, :]) for order in _orders(x, rng)
    )


@mistake(
    "you shuffle each sequence in an order of its own; one order serves every leading index",
    replaces="is_permutation_equivariant",
)
def an_order_each(f, x, rng):
    def shuffled(values, orders):
        return np.take_along_axis(values, orders, axis=-2)

    for _ in range(20):
        orders = rng.permuted(np.broadcast_to(np.arange(x.shape[-2]), x.shape[:-1]), axis=-1)
        orders = orders[..., None]
        if not np.allclose(f(shuffled(x, orders)), shuffled(f(x), orders)):
            return False
    return True


@mistake(
    "you draw an x of your own; the answer is about the x you are given",
    replaces="is_permutation_equivariant",
)
def own_x(f, x, rng):
    x = rng.standard_normal(x.shape)
    return all(np.allclose(f(x[..., order, :]), f(x)[..., order, :]) for order in _orders(x, rng))


@mistake(
    "you draw from a generator of your own; draw the permutations from the `rng` you are given",
    replaces="is_permutation_equivariant",
)
def own_generator(f, x, rng):
    return all(
        np.allclose(f(x[..., order, :]), f(x)[..., order, :])
        for order in _orders(x, np.random.default_rng(0))
    )


@mistake(
    "you shuffle the caller's x in place; index it with a permutation instead, which copies",
    replaces="is_permutation_equivariant",
)
def shuffled_in_place(f, x, rng):
    out, place = f(x), np.arange(x.shape[-2])
    for order in _orders(x, rng):
        x[...] = x[..., order, :]
        place = place[order]
        if not np.allclose(f(x), out[..., place, :]):
            return False
    return True


@mistake(
    "you compare the rows without their order; f(shuffled) must be f(x) shuffled alike",
    replaces="is_permutation_equivariant",
)
def rows_as_a_set(f, x, rng):
    return all(
        np.allclose(np.sort(f(x[..., order, :]), axis=-2), np.sort(f(x), axis=-2))
        for order in _orders(x, rng)
    )
