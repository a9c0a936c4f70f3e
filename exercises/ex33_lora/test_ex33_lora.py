"""Checks of ex33: forward, backward and merge on ranks of all kinds, then dtype and inputs."""

import numpy as np
from grader import normal

D, F, R = 7, 11, 3


def matrices(rng, d=D, f=F, r=R, dtype=np.float64):
    """w, a, b of unit size."""
    shapes = (d, f), (d, r), (r, f)
    return tuple(normal(rng, *shape, dtype=dtype) for shape in shapes)


def forward(x, a, b, w, alpha):
    """The formula, for the numerical derivative."""
    return x @ w + alpha / a.shape[1] * (x @ a) @ b


def test_values(check, rng):
    check("lora", normal(rng, 5, D), *matrices(rng), 8.5)


def test_leading_axes(check, rng):
    check("lora", normal(rng, 2, 4, 5), *matrices(rng, d=5, f=13, r=2), 16)
    check("lora", normal(rng, 2, 3, 4, D), *matrices(rng), 5)


def test_a_single_vector(check, rng):
    check("lora", normal(rng, D), *matrices(rng), 4)


def test_a_rank_of_one_and_one_above_both_widths(check, rng):
    check("lora", normal(rng, 5, D), *matrices(rng, r=1), 6)
    check("lora", normal(rng, 5, 3), *matrices(rng, d=3, f=4, r=13), 6)


def test_alpha_of_zero_and_below(check, rng):
    check("lora", normal(rng, 5, D), *matrices(rng), 0)
    check("lora", normal(rng, 5, D), *matrices(rng), -2.5)


def test_a_fresh_adapter_changes_nothing(check, rng):
    x, (w, a, b) = normal(rng, 5, D), matrices(rng)
    says = "b begins as zeros, so that training starts from the model as it is."
    check("lora", x, w, a, np.zeros_like(b), 16, says_=says)


def test_numbers_of_ten_thousand(check, rng):
    check("lora", 1e4 * normal(rng, 5, D), *matrices(rng), 8)


def test_float32_stays_float32(check, rng):
    check.dtype("lora", normal(rng, 2, 5, D, dtype=np.float32), *matrices(rng, dtype=np.float32), 8)


def test_inputs_are_unchanged(check, rng):
    check.unchanged("lora", normal(rng, 2, 5, D), *matrices(rng), 8)


def test_backward_values(check, rng):
    check("lora_backward", normal(rng, 5, F), normal(rng, 5, D), *matrices(rng), 8.5)


def test_backward_with_leading_axes(check, rng):
    dy, x = normal(rng, 2, 4, 13), normal(rng, 2, 4, 5)
    check("lora_backward", dy, x, *matrices(rng, d=5, f=13, r=2), 16)
    check("lora_backward", normal(rng, 2, 3, 4, F), normal(rng, 2, 3, 4, D), *matrices(rng), 5)


def test_backward_of_a_single_vector(check, rng):
    check("lora_backward", normal(rng, F), normal(rng, D), *matrices(rng), 4)


def test_backward_of_other_ranks(check, rng):
    check("lora_backward", normal(rng, 5, F), normal(rng, 5, D), *matrices(rng, r=1), 6)
    dy, x = normal(rng, 5, 4), normal(rng, 5, 3)
    check("lora_backward", dy, x, *matrices(rng, d=3, f=4, r=13), -6.5)


def test_backward_of_a_fresh_adapter(check, rng):
    w, a, b = matrices(rng)
    dy, x = normal(rng, 5, F), normal(rng, 5, D)
    check("lora_backward", dy, x, w, a, np.zeros_like(b), 16)


def test_backward_agrees_with_central_differences(check, rng):
    x, dy, (w, a, b) = normal(rng, 2, 3, 5), normal(rng, 2, 3, 4), matrices(rng, d=5, f=4, r=2)

    def of_the_trained(x, a, b):
        return forward(x, a, b, w, 7.0)

    args = dy, x, w, a, b, 7.0
    check.gradient("lora_backward", args, forward=of_the_trained, wrt=(x, a, b))


def test_backward_keeps_float32(check, rng):
    dy, x = normal(rng, 2, 5, F, dtype=np.float32), normal(rng, 2, 5, D, dtype=np.float32)
    check.dtype("lora_backward", dy, x, *matrices(rng, dtype=np.float32), 8)


def test_backward_leaves_its_inputs_alone(check, rng):
    check.unchanged("lora_backward", normal(rng, 2, 5, F), normal(rng, 2, 5, D), *matrices(rng), 8)


def test_merge(check, rng):
    check("merge", *matrices(rng), 8.5)
    check("merge", *matrices(rng, d=3, f=4, r=13), 0)
    check("merge", *matrices(rng, d=5, f=2, r=1), -3)


def merged_and_apart(module, x, w, a, b, alpha):
    """The product with the merged matrix, and what the three matrices give."""
    return x @ module.merge(w, a, b, alpha), module.lora(x, w, a, b, alpha)


def test_the_merged_matrix_does_the_work_of_all_three(check, rng):
    says = "x @ merge(w, a, b, alpha) is what lora gives."
    check.drive(merged_and_apart, normal(rng, 5, D), *matrices(rng), 8.5, says_=says)


def written_over(module, w, a, b, alpha):
    """The caller's matrix after what merge gave has been written over."""
    module.merge(w, a, b, alpha)[...] = 0
    return w


def test_merge_makes_a_new_matrix_even_where_nothing_changes(check, rng):
    w, a, b = matrices(rng)
    check("merge", w, a, b, 0)
    says = "merge returns a new array: writing into it leaves w alone."
    check.drive(written_over, w, a, b, 0, says_=says)
    check.drive(written_over, w, a, np.zeros_like(b), 8, says_=says)


def test_merge_keeps_float32_and_its_inputs(check, rng):
    check.dtype("merge", *matrices(rng, dtype=np.float32), 8)
    check.unchanged("merge", *matrices(rng), 8)
