"""Checks of ex05: each mask, empty and full sequences, dtype, inputs unchanged."""

import numpy as np

LENGTHS = np.array([3, 0, 6, 1])
CAUSAL = np.tril(np.ones((6, 6), dtype=bool))
PADDING = np.array([[place < length for place in range(6)] for length in LENGTHS])
WINDOW = np.abs(np.arange(6)[:, None] - np.arange(6)) <= 2


def causal_masks(module, sizes):
    return [module.causal_mask(n) for n in sizes]


def test_causal_mask(check):
    check("causal_mask", 5)


def test_causal_masks_of_one_two_and_seven(check):
    check.drive(causal_masks, [1, 2, 7])


def test_causal_mask_is_boolean(check):
    check.dtype("causal_mask", 5)


def test_padding_mask(check):
    check("padding_mask", np.array([3, 5, 1, 2]), 5)


def test_padding_mask_is_n_wide(check):
    check("padding_mask", np.array([3, 1, 4]), 6)
    check("padding_mask", np.array([2]), 5)
    check("padding_mask", np.array([1, 0, 1]), 1)


def test_padding_mask_of_an_empty_sequence(check):
    check("padding_mask", LENGTHS, 6)


def test_padding_mask_is_boolean(check):
    check.dtype("padding_mask", LENGTHS.astype(np.int32), 6)


def test_combine(check):
    check("combine", CAUSAL, PADDING[[0, 2, 3]])
    check("combine", CAUSAL, PADDING[[0]], says_="A batch of one keeps its axis.")
    check("combine", CAUSAL[:1, :1], PADDING[:, :1], says_="Sequences of one place keep both axes.")


def test_combine_with_an_empty_sequence(check):
    check("combine", CAUSAL, PADDING)


def test_combine_takes_a_mask_that_looks_both_ways(check):
    check("combine", WINDOW, PADDING)


def test_combine_is_boolean(check):
    check.dtype("combine", CAUSAL, PADDING)


def test_inputs_are_unchanged(check):
    check.unchanged("padding_mask", LENGTHS, 6)
    check.unchanged("combine", CAUSAL, PADDING)
