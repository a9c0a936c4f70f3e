"""plot_lines: the right ends, the strongest lines, an honest title."""

import numpy as np
import pytest

from attention.plot import plot_lines
from tests.plot.helpers import previous_token_head, random_weights


def ends_of(lines, T, S):
    """(query, key) of each line, read back from where it starts and ends."""
    heights = np.array([segment[[0, -1], 1] for segment in lines.get_segments()])
    return {(round((1 - a) * T - 0.5), round((1 - b) * S - 0.5)) for a, b in heights}


def test_lines_go_from_query_to_key(figure):
    weights = np.zeros((3, 4))
    weights[[0, 1, 2], [3, 0, 2]] = 1
    lines = plot_lines(weights, list("abc"), list("wxyz"), ax=figure.gca())
    assert ends_of(lines, 3, 4) == {(0, 3), (1, 0), (2, 2)}
    left = figure.axes[0]
    assert [t.get_text() for t in left.get_yticklabels()] == list("abc")
    right = left.child_axes[0]
    assert [t.get_text() for t in right.get_yticklabels()] == list("wxyz")
    assert "strongest" not in left.get_title()


def test_strong_lines_lie_on_top_and_are_wider(figure):
    lines = plot_lines(random_weights(5, 5), ax=figure.gca())
    values, widths = lines.get_array(), lines.get_linewidths()
    assert (np.diff(values) >= 0).all()
    assert (np.diff(widths) >= 0).all()


def test_only_the_strongest_are_drawn_and_the_title_says_so(figure):
    weights = random_weights(2048, 300)
    lines = plot_lines(weights, max_lines=500, ax=figure.gca())
    assert len(lines.get_segments()) == 500
    assert lines.get_array().min() >= np.sort(weights, axis=None)[-500]
    assert "the 500 strongest of" in figure.axes[0].get_title()


@pytest.mark.parametrize("T", [2, 64, pytest.param(4096, marks=pytest.mark.slow)])
def test_every_length_draws(T, figure):
    lines = plot_lines(previous_token_head(T), [f"token {i}" for i in range(T)], ax=figure.gca())
    figure.canvas.draw()
    assert len(lines.get_segments()) >= min(T, 500)


@pytest.mark.slow
def test_lines_have_room_beside_long_tokens():
    lines = plot_lines(random_weights(64, 64), ["a token that is far too long"] * 64)
    lines.figure.canvas.draw()
    assert lines.axes.get_window_extent().width / lines.figure.dpi > 2


def test_where_tokens_stand_close_lines_are_thinner(figure):
    few, many = (
        max(plot_lines(previous_token_head(T), ax=figure.add_subplot()).get_linewidths())
        for T in (12, 2048)
    )
    assert many < few / 2


def test_queries_keep_their_own_lines(figure):
    lines = plot_lines(random_weights(6, 6), queries=[2, -1], ax=figure.gca())
    assert {query for query, _ in ends_of(lines, 6, 6)} == {2, 5}


def test_style_goes_to_the_lines(figure):
    lines = plot_lines(random_weights(3, 3), ax=figure.gca(), cmap="cividis", linewidths=1.5)
    assert lines.get_cmap().name == "cividis"
    assert set(lines.get_linewidths()) == {1.5}


@pytest.mark.parametrize("queries", [6, -7, [], [0.5], [0, 9]])
def test_wrong_queries_are_refused(queries, figure):
    with pytest.raises(ValueError, match="queries"):
        plot_lines(random_weights(6, 6), queries=queries, ax=figure.gca())


def test_no_lines_at_all_is_refused(figure):
    with pytest.raises(ValueError, match="max_lines"):
        plot_lines(random_weights(3, 3), max_lines=0, ax=figure.gca())
