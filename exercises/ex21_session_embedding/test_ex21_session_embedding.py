"""Checks of ex21: values first, then padding, empty sessions, large scores, dtype, inputs."""

import numpy as np
from grader import normal


def sessions(rng, lengths, n=6, d=4, dtype=np.float64):
    """A batch whose scores leave the softmax soft; the padding holds numbers like any other."""
    lengths = np.array(lengths)
    return normal(rng, lengths.size, n, d, dtype=dtype), 0.7 * normal(rng, d, dtype=dtype), lengths


def test_full_sessions(check, rng):
    check("attention_pool", *sessions(rng, [6, 6, 6]))


def test_sessions_of_different_lengths(check, rng):
    check("attention_pool", *sessions(rng, [3, 6, 2, 5, 4]))
    check("attention_pool", *sessions(rng, [4, 2, 7], n=7, d=5))


def test_one_event_is_the_session(check, rng):
    check("attention_pool", *sessions(rng, [3, 5, 4]))
    check("attention_pool", *sessions(rng, [1, 4, 1]))


def test_an_empty_session_gives_zeros(check, rng):
    check("attention_pool", *sessions(rng, [3, 0, 5, 0]))


def test_only_empty_sessions(check, rng):
    x, w, lengths = sessions(rng, [4, 2, 3], d=5)
    check("attention_pool", x, w, lengths)
    check("attention_pool", x, w, np.zeros(3, dtype=int))


def test_large_padding_does_not_show(check, rng):
    x, w, lengths = sessions(rng, [2, 4, 0, 3])
    for row, length in enumerate(lengths):
        x[row, length:] = 1e4 * np.sign(w)
    check("attention_pool", x, w, lengths)


def test_scores_of_ten_thousand(check, rng):
    x, w, lengths = sessions(rng, [3, 6, 5], d=3)
    check("attention_pool", x, 1e4 * w, lengths)
    check("attention_pool", x, -1e4 * w, lengths)
    says = "Every real score is below -1e4: the padding's must lie lower still."
    check("attention_pool", np.abs(x), -2e4 * np.abs(w), lengths, says_=says)


def test_equal_events_keep_their_value(check, rng):
    x, w, lengths = sessions(rng, [3, 5, 2])
    check("attention_pool", x, w, lengths)
    check("attention_pool", np.broadcast_to(x[:, :1], x.shape).copy(), w, lengths)


def test_one_session_of_one_feature(check, rng):
    check("attention_pool", *sessions(rng, [3], n=5, d=1))
    check("attention_pool", *sessions(rng, [1, 0, 1], n=1, d=3))


def test_float32_stays_float32(check, rng):
    check.dtype("attention_pool", *sessions(rng, [3, 0, 6], d=7, dtype=np.float32))


def test_inputs_are_unchanged(check, rng):
    check.unchanged("attention_pool", *sessions(rng, [2, 5, 3]))
