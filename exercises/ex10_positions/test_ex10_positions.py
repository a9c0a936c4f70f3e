"""Checks of ex10: the sinusoidal table, the rotation, and the verdicts on functions of order."""

import numpy as np
from grader import Seed, normal

# Functions of a sequence (..., n, d); whether order matters to them is for the student to find.


def token_by_token(x):
    weights = np.cos(np.arange(x.shape[-1] * 7.0)).reshape(x.shape[-1], 7)
    return np.tanh(x @ weights)


def attention(x, allowed=None):
    scores = x @ x.swapaxes(-1, -2) / np.sqrt(x.shape[-1])
    if allowed is not None:
        scores = np.where(allowed, scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) @ x


def against_the_mean(x):
    return x * x.mean(axis=-2, keepdims=True)


def softmax_over_positions(x):
    return np.exp(x) / np.exp(x).sum(axis=-2, keepdims=True)


def table_looked_up_by_content(x):
    return x + np.sin(np.floor(10 * x[..., :1]))


def the_same_everywhere(x):
    return np.broadcast_to(x.max(axis=-2, keepdims=True), x.shape)


def attention_with_positions(x):
    return attention(x + np.sin(np.arange(x.shape[-2]))[:, None])


def causal_attention(x):
    n = x.shape[-2]
    return attention(x, np.tri(n, dtype=bool))


def running_sum(x):
    return np.cumsum(x, axis=-2)


def circular_convolution(x):
    return x + 0.5 * np.roll(x, 1, axis=-2)


def symmetric_window(x):
    padded = np.concatenate([0 * x[..., :1, :], x, 0 * x[..., :1, :]], axis=-2)
    return padded[..., :-2, :] + x + padded[..., 2:, :]


def sorted_tokens(x):
    return np.sort(x, axis=-2)


def shifted(x):
    return np.roll(x, 2, axis=-2)


def weak_positions(x):
    return x + 1e-3 * np.arange(x.shape[-2])[:, None]


def first_is_special(x):
    return x + (np.arange(x.shape[-2]) == 0)[:, None]


def third_is_special(x):
    return x * (1 + (np.arange(x.shape[-2]) == 2))[:, None]


def last_is_special(x):
    return np.concatenate([x[..., :-1, :], -x[..., -1:, :]], axis=-2)


def only_the_first_sequence_equivariant(x):
    flat = x.reshape(-1, *x.shape[-2:])
    place = np.arange(x.shape[-2])[:, None] * np.arange(len(flat))[:, None, None]
    return (flat + place).reshape(x.shape)


def against_the_other_sequences(x):
    """Equivariant where every sequence is shuffled alike."""
    return x - 0.5 * x.mean(axis=tuple(range(x.ndim - 2)), keepdims=True)


def last_feature_knows_its_place(x):
    place = np.zeros_like(x)
    place[..., -1] = np.arange(x.shape[-2])
    return x + place


FUNCTIONS = (
    token_by_token,
    attention,
    against_the_mean,
    softmax_over_positions,
    table_looked_up_by_content,
    the_same_everywhere,
    attention_with_positions,
    causal_attention,
    running_sum,
    circular_convolution,
    symmetric_window,
    sorted_tokens,
    shifted,
    weak_positions,
    first_is_special,
    third_is_special,
    last_is_special,
    last_feature_knows_its_place,
    only_the_first_sequence_equivariant,
    against_the_other_sequences,
)


def verdicts(module, x, seeds):
    """The student's answer for every function, each asked with several generators."""
    found = {}
    for f in FUNCTIONS:
        answers = [
            bool(module.is_permutation_equivariant(f, x.copy(), np.random.default_rng(seed)))
            for seed in seeds
        ]
        found[f.__name__] = answers
    return found


def verdicts_on_a_pair(module, x, seeds):
    """The answers for a function that is equivariant and one that is not."""
    return [
        bool(module.is_permutation_equivariant(f, x.copy(), np.random.default_rng(seed)))
        for f in (against_the_mean, first_is_special)
        for seed in seeds
    ]


def placed_where_large(x):
    return x + (abs(x) > 20).any() * np.arange(x.shape[-2])[:, None]


def placed_where_small(x):
    return x + (abs(x) < 20).all() * np.arange(x.shape[-2])[:, None]


def verdicts_far_out(module, x, seeds):
    """The answers for functions of which one, or the other, is equivariant nearer to zero."""
    return [
        bool(module.is_permutation_equivariant(f, x.copy(), np.random.default_rng(seed)))
        for f in (placed_where_large, placed_where_small)
        for seed in seeds
    ]


def rises(x):
    """How often a sequence rises; of a sorted one, no permutation gives more."""
    count = (np.diff(x, axis=-2) > 0).sum(axis=-2, keepdims=True)
    return np.broadcast_to(count.astype(x.dtype), x.shape)


def verdicts_on_rises(module, x, seeds):
    return [
        bool(module.is_permutation_equivariant(rises, x.copy(), np.random.default_rng(seed)))
        for seed in seeds
    ]


def verdict_and_input(module, x, rng):
    verdict = module.is_permutation_equivariant(attention, x, rng)
    return bool(verdict), x


def follows_the_generator(module, x):
    """Whether equal generators give the same permutations, and another one gives others."""

    def seen_by_f(seed):
        seen = []
        module.is_permutation_equivariant(
            lambda z: seen.append(np.array(z)) or z, x.copy(), np.random.default_rng(seed)
        )
        return b"".join(z.tobytes() for z in seen)

    first = seen_by_f(4)
    return seen_by_f(4) == first, seen_by_f(5) != first


def products_at_a_distance(module, q, k, positions, shift):
    """Query-key products before and after all positions move by the same amount."""
    near = module.rotary(q, positions) @ module.rotary(k, positions).T
    far = module.rotary(q, positions + shift) @ module.rotary(k, positions + shift).T
    return near, far


def test_sinusoidal_values(check):
    check("sinusoidal_positions", 7, 10)


def test_sinusoidal_table_wider_than_long(check):
    check("sinusoidal_positions", 3, 16)


def test_sinusoidal_table_longer_than_wide(check):
    check("sinusoidal_positions", 60, 4)


def test_rotary_values(check, rng):
    check("rotary", normal(rng, 5, 8), np.array([3, 0, 7, 12, 1]))


def test_rotary_with_leading_axes(check, rng):
    check("rotary", normal(rng, 2, 3, 7, 10), np.arange(4, 11))


def test_rotary_uses_its_base(check, rng):
    check("rotary", normal(rng, 3, 4, 6), np.array([9, 2, 5, 30]), base=100.0)


def test_rotary_products_depend_on_the_distance_alone(check, rng):
    q, k = normal(rng, 5, 8), normal(rng, 5, 8)
    check.drive(
        products_at_a_distance,
        q,
        k,
        np.array([2, 3, 11, 6, 20]),
        40,
        says_="the products of queries and keys, before and after all positions move by 40",
    )


def test_rotary_at_far_positions(check, rng):
    check("rotary", normal(rng, 3, 6), np.array([10000, 1, 4096]))


def test_rotary_at_positions_below_zero_and_between(check, rng):
    check("rotary", normal(rng, 4, 10), np.array([-3.0, 0.5, 2.75, -7.25]))


def test_verdicts_on_one_sequence(check, rng):
    check.drive(verdicts, normal(rng, 5, 4), [1, 2])


def test_verdicts_with_leading_axes(check, rng):
    check.drive(verdicts, normal(rng, 2, 3, 6, 4), [5])


def test_verdicts_on_two_positions(check, rng):
    check.drive(
        verdicts_on_a_pair,
        normal(rng, 4, 2, 3),
        list(range(8)),
        says_="of two positions half of all permutations change nothing; draw several",
    )


def test_verdicts_where_every_difference_has_one_sign(check, rng):
    x = np.sort(normal(rng, 7, 3), axis=0)
    check.drive(verdicts_on_rises, x, [1, 2, 3], says_="differences below zero count too")


def test_verdicts_are_about_the_x_that_is_given(check, rng):
    says = "The functions do to this x, which is large, what they do to no small one."
    check.drive(verdicts_far_out, 100 * normal(rng, 6, 4), [1, 2], says_=says)


def test_rotary_keeps_float32(check, rng):
    check.dtype("rotary", normal(rng, 2, 5, 8, dtype=np.float32), np.array([3, 0, 7, 12, 1]))


def test_rotary_leaves_its_inputs_alone(check, rng):
    check.unchanged("rotary", normal(rng, 2, 5, 8), np.array([3, 0, 7, 12, 1]))


def test_equivariance_leaves_x_alone(check, rng):
    says = "output[1] is your caller's x afterwards: leave it in its order"
    check.drive(verdict_and_input, normal(rng, 2, 5, 4), Seed(3), says_=says)


def test_permutations_come_from_the_generator_given(check, rng):
    says = "Generators of one seed give the same permutations, one of another seed gives others."
    check.drive(follows_the_generator, normal(rng, 2, 5, 4), says_=says)
