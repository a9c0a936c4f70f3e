"""Checks of ex18: sequences step by step, one after another, side by side, then edges, dtype."""

import numpy as np
from grader import normal


def steps(module, q, k, v):
    """Outputs of a sequence, time first: q, k (T, ..., d), v (T, ..., dv)."""
    outputs, cache = [], None
    for query, key, value in zip(q, k, v):
        out, cache = module.attend_one(query, key, value, cache)
        outputs.append(np.array(out))
    return np.stack(outputs)


def sequence(rng, length, *leading, d=3, dv=5, dtype=np.float64):
    return (
        normal(rng, length, *leading, d, dtype=dtype),
        normal(rng, length, *leading, d, dtype=dtype),
        normal(rng, length, *leading, dv, dtype=dtype),
    )


def test_every_step_of_a_sequence(check, rng):
    check.drive(steps, *sequence(rng, 7))


def one_after_the_other(module, first, second):
    return np.concatenate([steps(module, *first), steps(module, *second)])


def test_a_new_sequence_starts_empty(check, rng):
    says = "A cache of None starts a new sequence: nothing may be left from an earlier one."
    check.drive(one_after_the_other, sequence(rng, 4), sequence(rng, 3), says_=says)


def test_batch_and_heads(check, rng):
    check.drive(steps, *sequence(rng, 6, 2, 4))


def full_causal_attention(q, k, v):
    scores = q @ k.T / np.sqrt(q.shape[-1])
    scores[np.triu_indices(len(q), 1)] = -np.inf
    p = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return p / p.sum(axis=-1, keepdims=True) @ v


def test_equal_to_full_causal_attention(check, rng):
    q, k, v = sequence(rng, 9, d=6, dv=4)
    expected = full_causal_attention(q, k, v)

    def holds(got):
        if np.shape(got) == expected.shape and np.allclose(got, expected):
            return None
        return "the steps differ from attention over the whole sequence with a causal mask"

    check.drive(steps, q, k, v)
    check.property(steps, q, k, v, holds=holds)


def test_the_first_step_returns_its_value(check, rng):
    check.drive(steps, *sequence(rng, 3))
    check.drive(steps, *sequence(rng, 1, 2))


def test_a_long_sequence_forgets_nothing(check, rng):
    check.drive(steps, *sequence(rng, 140))


def side_by_side(module, first, second):
    """Two sequences in turns, each with its own cache."""
    one, two, outputs = None, None, []
    for a, b in zip(zip(*first), zip(*second)):
        out, one = module.attend_one(*a, one)
        outputs.append(np.array(out))
        out, two = module.attend_one(*b, two)
        outputs.append(np.array(out))
    return np.stack(outputs)


def test_two_sequences_in_turns(check, rng):
    says = "Each sequence has a cache of its own: keep nothing outside the cache you are handed."
    check.drive(side_by_side, sequence(rng, 5), sequence(rng, 5), says_=says)


def test_scores_of_ten_thousand(check, rng):
    q, k, v = sequence(rng, 6)
    check.drive(steps, 130 * q, 130 * k, v)
    q, k, v = sequence(rng, 6, 2, 4)
    check.drive(steps, 130 * q, 130 * k, v, says_="The maximum is each query's own.")


def test_one_feature(check, rng):
    check.drive(steps, *sequence(rng, 5, 2, d=1, dv=1))


def steps_and_dtypes(module, q, k, v):
    out, cache = module.attend_one(q[0], k[0], v[0], None)
    later, _ = module.attend_one(q[1], k[1], v[1], cache)
    return np.array(out), np.array(later), str(np.asarray(out).dtype), str(np.asarray(later).dtype)


def test_float32_stays_float32(check, rng):
    check.drive(
        steps_and_dtypes, *sequence(rng, 2, 3, d=7, dtype=np.float32), rtol_=1e-4, atol_=1e-5
    )


def steps_and_inputs(module, q, k, v):
    """Outputs, and whether all inputs are what they were."""
    before = [array.copy() for array in (q, k, v)]
    outputs = steps(module, q, k, v)
    return outputs, all(np.array_equal(a, b) for a, b in zip(before, (q, k, v)))


def test_inputs_are_unchanged(check, rng):
    check.drive(steps_and_inputs, *sequence(rng, 5, 2))
