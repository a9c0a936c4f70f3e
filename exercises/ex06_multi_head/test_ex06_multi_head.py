"""Checks of ex06: splitting, merging, values, masks, large scores, dtype, inputs unchanged."""

import numpy as np
from grader import normal


def inputs(rng, *lead, dtype=np.float64):
    """x of 5 tokens of width 12, and four matrices that keep the scores small."""
    x = normal(rng, *lead, 5, 12, dtype=dtype)
    return x, *(normal(rng, 12, 12, dtype=dtype) / 3 for _ in range(4))


def there_and_back(module, x, num_heads):
    return module.merge_heads(module.split_heads(x, num_heads))


def test_split_heads(check, rng):
    check("split_heads", normal(rng, 5, 12), 3)


def test_split_heads_of_a_batch(check, rng):
    check("split_heads", normal(rng, 2, 7, 5, 12), 4)
    check("split_heads", normal(rng, 1, 5, 12), 4, says_="A batch of one keeps its axis.")


def test_merge_heads(check, rng):
    check("merge_heads", normal(rng, 3, 5, 4))


def test_merge_heads_of_a_batch(check, rng):
    check("merge_heads", normal(rng, 2, 7, 3, 5, 4))
    check("merge_heads", normal(rng, 1, 3, 5, 4), says_="A batch of one keeps its axis.")


def test_merge_undoes_split(check, rng):
    check.drive(there_and_back, normal(rng, 2, 5, 12), 3)


def test_values_of_one_sequence(check, rng):
    check("multi_head_attention", *inputs(rng), 3)


def test_leading_axes(check, rng):
    check("multi_head_attention", *inputs(rng, 2, 7), 4)
    check("multi_head_attention", *inputs(rng, 1), 4)


def test_one_head_is_plain_attention(check, rng):
    check("multi_head_attention", *inputs(rng, 2), 1)


def test_a_causal_mask(check, rng):
    check("multi_head_attention", *inputs(rng, 2), 3, mask=np.tril(np.ones((5, 5), dtype=bool)))


def test_a_mask_for_each_sequence_broadcasts_over_heads(check, rng):
    mask = np.arange(5) < np.array([3, 5])[:, None]
    check("multi_head_attention", *inputs(rng, 2), 3, mask=mask[:, None, None, :])


def test_a_mask_for_each_head(check, rng):
    mask = normal(rng, 3, 5, 5) < 0.3
    mask[..., 1] = True
    check("multi_head_attention", *inputs(rng, 2), 3, mask=mask)


def test_a_query_that_may_attend_to_nothing_gets_zeros(check, rng):
    mask = np.tril(np.ones((5, 5), dtype=bool))
    mask[2] = False
    check("multi_head_attention", *inputs(rng, 2), 3, mask=mask)


def test_scores_of_ten_thousand_are_finite(check, rng):
    x, *weights = inputs(rng, 2)
    check("multi_head_attention", 100 * x, *weights, 3)


def test_a_hidden_score_of_ten_thousand_does_no_harm(check, rng):
    x, *weights = inputs(rng, 2)
    mask = np.tril(np.ones((5, 5), dtype=bool))
    check("multi_head_attention", 100 * x, *weights, 3, mask=mask)
    w_q, w_k, *others = weights
    says = "Every score that may be seen is below -1e4: a hidden one must lie lower still."
    low = 100 * np.abs(x), np.abs(w_q), -np.abs(w_k), *others
    check("multi_head_attention", *low, 3, mask=mask, says_=says)


def test_float32_stays_float32(check, rng):
    check.dtype("multi_head_attention", *inputs(rng, 2, dtype=np.float32), 3)


def test_inputs_are_unchanged(check, rng):
    check.unchanged("split_heads", normal(rng, 5, 12), 3)
    check.unchanged("merge_heads", normal(rng, 3, 5, 4))
    mask = np.tril(np.ones((5, 5), dtype=bool))
    check.unchanged("multi_head_attention", *inputs(rng), 3, mask=mask)
