"""What is found in the parts of a log is put together to the same bits, however it is cut."""

import math

import numpy as np
import pytest
from user_profile.log import parts as log_parts
from user_profile.log.parts import LogParts, exact_sum


def cut(values, *places):
    return LogParts(dict(enumerate(np.split(values, places))), len(places) + 1)


def test_a_mean_does_not_hang_on_the_cuts():
    values = np.random.default_rng(0).normal(size=1000) * 10.0 ** np.arange(-12, 13).repeat(40)
    true = math.fsum(values) / 1000
    assert math.fsum(exact_sum(values)) == math.fsum(values)
    assert values.mean() != true  # a sum in another order is another number
    for places in ((), (500,), (1, 2, 999), (0, 300, 1000)):
        parts = cut(values, *places)
        assert parts.mean(lambda number, own=parts.local: own[number]) == true
    assert math.isnan(LogParts({0: values[:0]}).mean(lambda number: values[:0]))


def test_rows_are_drawn_of_all_whoever_has_them(monkeypatch):
    values = np.arange(100)

    def drawn(parts, most):
        (found,) = parts.rows(
            lambda number: len(parts.local[number]), most, np.random.default_rng(5),
            lambda number, rows: (parts.local[number][rows],),
        )  # fmt: skip
        return found.tolist()

    whole = drawn(cut(values), 30)
    assert len(set(whole)) == 30
    assert drawn(cut(values, 10, 10, 95), 30) == whole == sorted(whole)
    assert drawn(cut(values, 50), 1000) == values.tolist()
    monkeypatch.setattr(log_parts, "_SHUFFLED", 50)  # as if 100 rows were too many to shuffle
    assert drawn(cut(values, 40), 30) == drawn(cut(values), 30) != whole


def test_counts_are_added_in_the_order_of_the_parts():
    parts = LogParts({0: 0.1, 2: 0.2}, 4)
    assert parts.added(parts.local.__getitem__) == 0.1 + 0.2
    assert parts.first(lambda number: number + 1) == {0: 0, 2: 1}
    assert parts.of_first(lambda number: number) == 0
    total = parts.total(lambda number: np.full(3, parts.local[number]), (3,))
    np.testing.assert_array_equal(total, 0.1 + 0.2)


@pytest.mark.parametrize("ask", [LogParts.of_each, LogParts.by_number])
def test_all_parts_answer_in_order(ask):
    assert list(ask(LogParts({2: "b", 1: "a"}, 3), lambda number: number)) == [1, 2]
