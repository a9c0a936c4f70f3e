"""A token as a label: everything in it can be seen, and nothing is too long."""

import pytest

from attention.plot.tokens import MAX_CELLS, cells, written_out


@pytest.mark.parametrize(
    ("token", "label"),
    [
        ("the", "the"),
        (" the", "␣the"),
        ("a b", "a b"),
        ("  ", "␣␣"),
        ("", ""),
        ("\t", "\\t"),
        ("a\nb\r", "a\\nb\\r"),
        ("$x^2$", "$x^2$"),
        ("中文", "中文"),
        ("\x00", "\\u0000"),
        ("\u200b", "\\u200b"),
        ("\U000e0001", "\\U000e0001"),
    ],
)
def test_written_out(token, label):
    assert written_out(token) == label


@pytest.mark.parametrize("token", ["x" * 500, "中" * 500, "\n" * 500])
def test_long_tokens_are_cut(token):
    label = written_out(token)
    assert label.endswith("…")
    assert cells(label) <= MAX_CELLS + 1


def test_undrawable_characters_become_code_points():
    assert written_out("a中", frozenset("中")) == "a\\u4e2d"
