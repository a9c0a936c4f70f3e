"""Comparison and its words: what counts as equal, where the first difference is, how it is said."""

import numpy as np
import pytest
from grader.compare import DOUBLE, SINGLE, describe, difference, error_ratio, tolerance_for

A = np.arange(6.0).reshape(2, 3)


def changed(index, by):
    array = A.copy()
    array[index] += by
    return array


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (A, A + 1e-12),
        (A.astype(int), A),
        (np.float64(2.0), 2.0),
        (np.array(2.0), 2.0),
        (2, 2.0),
        (np.bool_(True), True),
        ((A, {"x": [1, "a"]}), (A, {"x": [1, "a"]})),
        (np.array([np.nan, np.inf, -np.inf]), np.array([np.nan, np.inf, -np.inf])),
        ({3, 1}, {1, 3}),
        (None, None),
    ],
)
def test_equal_answers(got, expected):
    assert difference(got, expected, DOUBLE) is None


@pytest.mark.parametrize(
    ("got", "expected", "said"),
    [
        (
            changed((1, 2), 1e-6),
            A,
            ("[1, 2]", "5", "5", "1 of 6 elements differ, by 1e-06 at most"),
        ),
        (A[0], A, ("", "shape (3,)", "shape (2, 3)", "")),
        (A.astype("f4"), A, ("", "dtype float32", "dtype float64", "")),
        ([A], (A,), ("", "[float64 array", "(float64 array", "")),
        (
            (A, changed((0, 0), np.nan)),
            (A, A),
            ("[1][0, 0]", "nan", "0", "1 of yours is not finite"),
        ),
        ({"a": 1}, {"a": 1, "b": 2}, ("", "{'a': 1}", "{'a': 1, 'b': 2}", "missing keys: b")),
        ({"a": [1, 2]}, {"a": [1, 3]}, ("['a'][1]", "2", "3", "")),
        (A > 2, (A > 2).astype(float), ("", "bool array", "float64 array", "")),
        (3.0, 3, ("", "3", "3", "a whole number belongs")),
        (None, A, ("", "None", "float64 array (2, 3)", "")),
        ("a", "b", ("", "'a'", "'b'", "")),
        ({1}, {2}, ("", "{1}", "{2}", "")),
        (True, 1, ("", "True", "1", "")),
    ],
)
def test_different_answers_are_told_apart_in_words(got, expected, said):
    found = difference(got, expected, DOUBLE)
    assert found is not None
    where, came, wanted, note = said
    assert found.where == where
    assert found.got.startswith(came)
    assert found.expected.startswith(wanted)
    assert note in found.note


def test_dtypes_are_compared_when_asked():
    assert difference(A, A.astype("f4"), SINGLE) is None
    assert difference(A, A.astype("f4"), SINGLE, dtype=True).got == "dtype float64"


def test_the_narrowest_array_sets_the_tolerance():
    assert tolerance_for((A, A)) == DOUBLE
    assert tolerance_for((A, {"x": A.astype("f4")})) == SINGLE
    assert tolerance_for(A, rtol=0.1).rtol == 0.1


def test_errors_are_measured_in_tolerances():
    assert error_ratio(A, A, DOUBLE) == 0
    assert error_ratio(A + 10 * DOUBLE.atol, np.zeros_like(A) + A, DOUBLE) <= 10
    assert 9.9 < error_ratio(np.array([10 * DOUBLE.atol]), np.array([0.0]), DOUBLE) < 10.1
    assert error_ratio(A[0], A, DOUBLE) == np.inf


def test_large_values_are_described_in_a_few_words():
    assert describe(np.zeros((9, 9))) == "float64 array (9, 9)"
    assert describe([A] * 20) == "list of 20"
    assert len(describe("x" * 1000)) <= 80


def test_a_number_that_is_not_finite_needs_no_count():
    for got in (float("nan"), np.float64("nan"), np.array(np.inf)):
        found = difference(got, 0.0, tolerance_for(0.0, None, None), "", False)
        assert (found.expected, found.note) == ("0", "")
