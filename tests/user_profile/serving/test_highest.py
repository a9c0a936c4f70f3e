"""The best of many are found as a full stable sort finds them, ties and all."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from user_profile.serving.applications import highest


@given(st.lists(st.lists(st.integers(0, 3), min_size=6, max_size=6), min_size=1), st.integers(1, 8))
def test_the_highest_are_those_of_a_stable_sort(rows, top):
    scores = np.array(rows, np.float32)
    expected = np.argsort(-scores, axis=1, kind="stable")[:, :top]
    assert [best.tolist() for best in highest(scores, top)] == expected.tolist()
