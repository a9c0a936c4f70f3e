"""The table that training starts from, and the items that have no place in it."""

import numpy as np
from user_profile.sequences import start
from user_profile.sequences.data import Histories
from user_profile.sequences.start import start_bias, start_table


def histories(rows):
    return Histories(
        np.concatenate(rows).astype(np.int32), np.cumsum([0, *(len(row) for row in rows)])
    )


def test_items_that_keep_company_start_close_together():
    rng = np.random.default_rng(0)
    groups = [np.arange(0, 10), np.arange(10, 20), np.arange(20, 30)]
    past = histories([rng.permutation(groups[user % 3]) for user in range(60)])
    table = start_table(past, 31, 6)
    alike = table @ table.T
    inside = np.mean([alike[np.ix_(group, group)].mean() for group in groups])
    across = alike[:10, 10:20].mean()
    assert inside > 0
    assert inside > 10 * abs(across)
    np.testing.assert_allclose(table[30], 0, atol=1e-9)  # never met


def test_users_are_no_neighbours_of_each_other():
    alone = start_table(histories([[0, 1]] * 9 + [[2, 3]] * 9), 5, 2)
    alike = alone @ alone.T
    assert alike[0, 1] > 0.001
    assert abs(alike[1, 2]) < 1e-9


def test_popular_items_start_higher():
    bias = start_bias(histories([[0, 0, 0, 1]]), 3)
    assert bias[0] > bias[1] > bias[2]
    assert abs(bias.mean()) < 1e-12


def test_too_few_items_or_pairs_leave_the_random_start():
    assert start_table(histories([[0, 1, 2]]), 3, 8) is None
    assert start_table(histories([[0], [1], [2]]), 9, 2) is None


def test_items_that_are_all_met_alike_do_not_hold_the_start_up():
    """A path of items met once each: its eigenvalues lie too close for the search."""
    table = start_table(histories([np.arange(3_000)]), 3_000, 4)
    assert table.shape == (3_000, 4)
    assert np.isfinite(table).all()


def test_too_many_items_leave_the_random_start(monkeypatch):
    monkeypatch.setattr(start, "_ITEMS", 30)
    rows = [np.arange(20)] * 3
    assert start_table(histories(rows), 30, 2) is not None
    assert start_table(histories(rows), 31, 2) is None
