"""The best of many are found as a full stable sort finds them; places are kept for what is new."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from user_profile.serving.applications import highest
from user_profile.serving.places import with_new


@given(st.lists(st.lists(st.integers(0, 3), min_size=6, max_size=6), min_size=1), st.integers(1, 8))
def test_the_highest_are_those_of_a_stable_sort(rows, top):
    scores = np.array(rows, np.float32)
    expected = np.argsort(-scores, axis=1, kind="stable")[:, :top]
    assert [best.tolist() for best in highest(scores, top)] == expected.tolist()


@given(
    st.permutations(range(8)), st.lists(st.booleans(), min_size=8, max_size=8), st.integers(0, 4)
)
def test_a_list_holds_so_many_new_ones_and_loses_the_least(order, new, places):
    new, order = np.array(new), np.array(order)
    fresh = order[new[order]][:places]
    found = with_new(order[:4], fresh, new)
    assert len(set(found.tolist())) == 4
    held = int(new[order[:4]].sum())
    assert new[found].sum() == max(held, len(fresh))
    known = order[~new[order]]
    assert found[~new[found]].tolist() == known[: 4 - new[found].sum()].tolist()
    assert found[new[found]].tolist() == order[new[order]][: new[found].sum()].tolist()
    if held >= len(fresh):
        assert found.tolist() == order[:4].tolist()
