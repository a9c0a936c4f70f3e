"""Checks of ex22: values and the document's case, then masks, empty memories, edges, dtype."""

import numpy as np
from grader import normal


def case(rng, *leading, t=3, m=5, d=4, c=6, dtype=np.float64):
    """Queries, memory and label weights whose softmaxes stay soft."""
    return (
        normal(rng, *leading, t, d, dtype=dtype),
        normal(rng, *leading, m, d, dtype=dtype),
        0.8 * normal(rng, d, c, dtype=dtype),
    )


def test_values(check, rng):
    check("label_probabilities", *case(rng))
    check("label_probabilities", *case(rng, t=5, m=2, d=7, c=3))


def test_leading_axes(check, rng):
    check("label_probabilities", *case(rng, 2))
    check("label_probabilities", *case(rng, 2, 7, t=4, m=3))


def test_three_events_become_high_medium_low(check):
    events = np.array([[2.0, 0.3, -0.5, 1.0], [0.2, 1.8, 0.4, -1.0], [-0.6, 0.1, 2.2, 0.5]])
    w_label = np.array([[1.5, 0.2, -1.0], [0.1, 1.4, 0.0], [-1.2, 0.3, 1.6], [0.4, -0.5, 0.1]])
    check("label_probabilities", 2 * events, events, w_label)  # each query asks about its event


def test_masked_events_do_not_count(check, rng):
    queries, memory, w_label = case(rng, 3)
    mask = np.array([[1, 1, 0, 1, 1], [0, 1, 1, 0, 0], [1, 1, 1, 1, 0]], dtype=bool)
    check("label_probabilities", queries, memory, w_label, memory_mask=mask)
    check("label_probabilities", *case(rng, 3, t=5), memory_mask=mask)
    mask = np.stack([mask, ~mask])
    check("label_probabilities", *case(rng, 2, 3), memory_mask=mask)


def test_a_mask_of_true_changes_nothing(check, rng):
    queries, memory, w_label = case(rng, 2)
    check("label_probabilities", queries, memory, w_label)
    check("label_probabilities", queries, memory, w_label, memory_mask=np.ones((2, 5), bool))


def test_large_numbers_behind_the_mask_do_not_show(check, rng):
    queries, memory, w_label = case(rng, 2)
    mask = np.array([[1, 0, 1, 1, 0], [0, 0, 1, 0, 1]], dtype=bool)
    memory[~mask] = 1e4
    check("label_probabilities", queries, memory, w_label, memory_mask=mask)


def test_an_empty_memory_makes_all_labels_equal(check, rng):
    queries, memory, w_label = case(rng, 2, t=2)
    mask = np.array([[1, 1, 0, 1, 0], [0, 0, 0, 0, 0]], dtype=bool)
    check("label_probabilities", queries, memory, w_label, memory_mask=mask)


def test_scores_of_ten_thousand(check, rng):
    queries, memory, w_label = case(rng)
    check("label_probabilities", 1e4 * queries, memory, w_label)
    check("label_probabilities", queries, memory, 1e4 * w_label)
    far = -2e4 * np.abs(queries) - 1e4  # all scores lie below −10,000
    check("label_probabilities", far, np.abs(memory) + 1, w_label, np.array([1, 1, 0, 1, 0], bool))


def test_one_event_one_query_two_labels(check, rng):
    check("label_probabilities", *case(rng))
    check("label_probabilities", *case(rng, t=1, m=1, d=3, c=2))


def test_float32_stays_float32(check, rng):
    mask = np.array([[1, 0, 1, 1, 1], [0, 0, 0, 0, 0]], dtype=bool)
    queries, memory, w_label = case(rng, 2, d=7, dtype=np.float32)
    check.dtype("label_probabilities", queries, memory, w_label)
    check.dtype("label_probabilities", queries, memory, w_label, memory_mask=mask)


def test_inputs_are_unchanged(check, rng):
    mask = np.array([[1, 0, 1, 1, 1], [0, 1, 0, 0, 1]], dtype=bool)
    check.unchanged("label_probabilities", *case(rng, 2), memory_mask=mask)
