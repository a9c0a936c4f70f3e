"""Checks of ex16: the document's model first, then one size at a time, then exactness."""

import operator

MODEL = (512, 2, 8, 2048, 5000, 1000)


def exactly(got, expected):
    """A count is an integer, right or wrong: no tolerance."""
    return None if operator.index(got) == expected else f"{got} is not {expected}"


def test_parameters_of_the_documents_model(check):
    check("count_parameters", *MODEL, compare_=exactly)


def test_parameters_with_every_size_distinct(check):
    check("count_parameters", 12, 3, 4, 29, 101, 17, compare_=exactly)
    check("count_parameters", 30, 5, 6, 7, 11, 53, compare_=exactly)


def test_parameters_do_not_depend_on_the_heads(check):
    for heads in (1, 2, 3, 6):
        check("count_parameters", 18, 2, heads, 31, 41, 13, compare_=exactly)


def test_parameters_without_any_layer(check):
    check("count_parameters", 12, 0, 4, 29, 101, 17, compare_=exactly)


def test_flops_of_the_two_products(check):
    check("attention_flops", 7, 12, 4, compare_=exactly)
    check("attention_flops", 1000, 512, 8, compare_=exactly)


def test_flops_grow_with_the_square_of_the_length(check):
    for n in (3, 6, 12):
        check("attention_flops", n, 30, 6, compare_=exactly)


def test_flops_do_not_depend_on_the_heads(check):
    for heads in (3, 6, 9):
        check("attention_flops", 11, 18, heads, compare_=exactly)


def test_bytes_of_the_weights(check):
    check("attention_bytes", 7, 3, 5, 2, compare_=exactly)
    check("attention_bytes", 11, 6, 13, itemsize=8, compare_=exactly)


def test_bytes_are_float32_unless_told(check):
    check("attention_bytes", 1000, 8, 64, compare_=exactly)


def test_counts_are_exact_past_two_to_the_53(check):
    check(
        "count_parameters", 10_000_019, 97, 7, 40_000_003, 50_000_017, 1_000_003, compare_=exactly
    )
    check("attention_flops", 10_000_019, 1_003, 17, compare_=exactly)
    check("attention_bytes", 10_000_019, 17, 13, 3, compare_=exactly)
