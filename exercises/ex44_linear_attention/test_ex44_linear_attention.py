"""Checks of ex44: both forms and their agreement, the state's size, dtype, inputs."""

import numpy as np
from grader import normal


def sequence(rng, n, *leading, d=3, dv=5, dtype=np.float64):
    """Queries, keys and values (..., n, width)."""
    return tuple(normal(rng, *leading, n, width, dtype=dtype) for width in (d, d, dv))


def steps(module, q, k, v):
    """Outputs of a sequence (..., n, dv), token by token."""
    outputs, state = [], None
    for t in range(q.shape[-2]):
        token = (np.ascontiguousarray(x[..., t, :]) for x in (q, k, v))
        out, state = module.linear_attention_step(state, *token)
        outputs.append(np.array(out))
    return np.stack(outputs, axis=-2)


def one_by_one(q, k, v):
    """What must come out, weight by weight."""
    features = [np.where(x > 0, x + 1, np.exp(np.minimum(x, 0))) for x in (q, k)]
    weights = np.tril(features[0] @ features[1].T)
    return weights / weights.sum(axis=-1, keepdims=True) @ v


def test_values(check, rng):
    check("linear_attention", *sequence(rng, 7))


def test_batch_and_heads(check, rng):
    check("linear_attention", *sequence(rng, 5, 3))
    check("linear_attention", *sequence(rng, 6, 2, 4))


def test_more_features_than_tokens(check, rng):
    check("linear_attention", *sequence(rng, 4, d=9, dv=2))


def test_one_token_and_one_feature(check, rng):
    check("linear_attention", *sequence(rng, 6))
    check("linear_attention", *sequence(rng, 1, 2))
    check("linear_attention", *sequence(rng, 5, d=1, dv=1))
    check("linear_attention", *sequence(rng, 5, 2, d=1))


def test_numbers_of_either_sign_and_zero(check, rng):
    q, k, v = sequence(rng, 6)
    check("linear_attention", np.abs(q), np.abs(k), v)
    check("linear_attention", -2 * np.abs(q), -3 * np.abs(k), v)
    check("linear_attention", 0 * q, k, v)
    q[:, 1], k[2:4] = 0, 0
    check("linear_attention", q, k, v)


def large(rng, n, *leading):
    """Numbers of ±10,000 in queries and keys, each with one that is positive."""
    q, k, v = sequence(rng, n, *leading)
    q, k = (1e4 * np.sign(x) * (1 + np.abs(x) / 5) for x in (q, k))
    q[..., 0], k[..., 0] = np.abs(q[..., 0]), np.abs(k[..., 0])
    return q, k, v


def test_numbers_of_ten_thousand(check, rng):
    check("linear_attention", *sequence(rng, 6))
    check("linear_attention", *large(rng, 6))
    check("linear_attention", *large(rng, 5, 2))


def test_a_long_sequence(check, rng):
    check("linear_attention", *sequence(rng, 61))


def test_every_step(check, rng):
    check.drive(steps, *sequence(rng, 7))


def test_steps_of_a_batch_with_heads(check, rng):
    check.drive(steps, *sequence(rng, 5, 3))
    check.drive(steps, *sequence(rng, 6, 2, 4))


def test_the_first_step_returns_its_value(check, rng):
    check.drive(steps, *sequence(rng, 3))
    check.drive(steps, *sequence(rng, 1, 2))
    check.drive(steps, *sequence(rng, 4, d=1, dv=1))


def test_steps_of_either_sign_zero_and_ten_thousand(check, rng):
    q, k, v = sequence(rng, 6)
    check.drive(steps, np.abs(q), -2 * np.abs(k), v)
    check.drive(steps, -2 * np.abs(q), np.abs(k), v)
    q[:, 1], k[2:4] = 0, 0
    check.drive(steps, q, k, v)
    check.drive(steps, *large(rng, 5))


def both(module, q, k, v):
    return module.linear_attention(q, k, v), steps(module, q, k, v)


def test_both_agree(check, rng):
    q, k, v = sequence(rng, 9, d=6, dv=4)
    expected = one_by_one(q, k, v)

    def holds(got):
        for one, name in zip(got, ("the parallel form differs", "the steps differ")):
            if np.shape(one) != expected.shape or not np.allclose(one, expected):
                return f"{name} from the weighted means worked out one by one"
        return None

    check.drive(both, q, k, v)
    check.property(both, q, k, v, holds=holds)


def in_turns(module, first, second):
    """Two sequences, a token of each in turn, then the first once more."""
    outputs, states = [], [None, None]
    for t in range(first[0].shape[-2]):
        for which, (q, k, v) in enumerate((first, second)):
            token = q[t].copy(), k[t].copy(), v[t].copy()
            out, states[which] = module.linear_attention_step(states[which], *token)
            outputs.append(np.array(out))
    return np.stack(outputs), steps(module, *first)


def test_two_sequences_in_turns(check, rng):
    says = "Each sequence has a state of its own: keep nothing outside the state you are handed."
    check.drive(in_turns, sequence(rng, 5), sequence(rng, 5), says_=says)


def numbers_in(state, depth=0):
    """How many numbers a state holds, whatever it is made of."""
    if isinstance(state, np.ndarray):
        return int(state.size)
    if depth < 9 and isinstance(state, (list, tuple, set)):
        return sum(numbers_in(one, depth + 1) for one in state)
    if depth < 9 and isinstance(state, dict):
        return sum(numbers_in(one, depth + 1) for one in state.values())
    if depth < 9 and hasattr(state, "__dict__"):
        return numbers_in(vars(state), depth + 1)
    return 1


def steps_and_sizes(module, q, k, v):
    """The outputs, and how many numbers the state has grown by since the second step."""
    outputs, state, sizes = [], None, []
    for t in range(q.shape[-2]):
        out, state = module.linear_attention_step(state, q[t].copy(), k[t].copy(), v[t].copy())
        outputs.append(np.array(out))
        sizes.append(numbers_in(state))
    return np.stack(outputs), sizes[-1] - sizes[1]


def test_the_state_does_not_grow(check, rng):
    two_sums = "The state after forty tokens is as large as after two: two sums, not a cache."
    check.drive(steps_and_sizes, *sequence(rng, 40), says_=two_sums)


def step_and_dtypes(module, q, k, v):
    out, state = module.linear_attention_step(None, q[0], k[0], v[0])
    later, _ = module.linear_attention_step(state, q[1], k[1], v[1])
    return np.array(out), np.array(later), str(np.asarray(out).dtype), str(np.asarray(later).dtype)


def test_float32_stays_float32(check, rng):
    check.dtype("linear_attention", *sequence(rng, 6, 2, dtype=np.float32))


def test_steps_keep_float32(check, rng):
    check.drive(step_and_dtypes, *sequence(rng, 2, dtype=np.float32), rtol_=1e-4, atol_=1e-5)


def test_inputs_are_unchanged(check, rng):
    check.unchanged("linear_attention", *sequence(rng, 6, 2))


def steps_and_inputs(module, q, k, v):
    """Outputs of three steps, and whether each token is what it was when they are done."""
    tokens = [[x[t].copy() for x in (q, k, v)] for t in range(3)]
    before = [[x.copy() for x in token] for token in tokens]
    outputs, state = [], None
    for token in tokens:
        out, state = module.linear_attention_step(state, *token)
        outputs.append(np.array(out))
    same = [np.array_equal(a, b) for old, new in zip(before, tokens) for a, b in zip(old, new)]
    return np.stack(outputs), all(same)


def test_steps_leave_their_inputs_alone(check, rng):
    check.drive(steps_and_inputs, *sequence(rng, 3))
