"""plot_training: columns or records in, the panels they have numbers for out."""

from typing import NamedTuple

import numpy as np
import pytest

from attention.plot import plot_training


class Record(NamedTuple):
    step: int
    loss: float
    val_loss: float | None
    lr: float
    grad_norm: float


def history(n):
    return [Record(i, 1 / (i + 1), 2.0 if i % 5 == 4 else None, 0.1, 1.0) for i in range(n)]


def test_records_and_columns_are_the_same(figure):
    records = history(10)
    columns = {name: [getattr(r, name) for r in records] for name in Record._fields}
    left, right = figure.subfigures(1, 2)
    for a, b in zip(plot_training(records, fig=left), plot_training(columns, fig=right)):
        np.testing.assert_array_equal(a.get_xydata(), b.get_xydata())


def test_rows_of_the_trainer(figure):
    rows = [(3.0, 0.1, 1.0), (2.0, 0.2, 0.5)]
    lines = plot_training(rows, fig=figure)
    np.testing.assert_array_equal([line.get_ydata() for line in lines], np.transpose(rows))


def test_panels_and_gaps(figure):
    lines = plot_training(history(20), fig=figure, max_norm=1.0)
    assert [ax.get_ylabel() for ax in figure.axes] == ["loss", "learning rate", "gradient norm"]
    validation = lines[1]
    np.testing.assert_array_equal(validation.get_xdata(), [4, 9, 14, 19])
    assert figure.axes[2].get_lines()[-1].get_ydata()[0] == 1.0
    figure.canvas.draw()


def test_only_what_is_there_is_drawn(figure):
    (line,) = plot_training({"loss": [3, 2, np.nan, 1], "other": [1]}, fig=figure, linewidth=4)
    assert len(figure.axes) == 1
    assert line.get_linewidth() == 4
    np.testing.assert_array_equal(line.get_xdata(), [0, 1, 3])


def test_long_curves_get_a_running_mean_that_is_not_late(figure):
    loss = np.linspace(4, 1, 1000)
    (line,) = plot_training({"loss": loss + 0.1 * (-1) ** np.arange(1000)}, fig=figure)
    x, y = line.get_data()
    np.testing.assert_allclose(y, np.interp(x, np.arange(1000), loss), atol=0.01)
    assert len(figure.axes[0].get_lines()) == 2


def test_a_single_step_has_a_whole_number(figure):
    plot_training(history(1), fig=figure)
    figure.canvas.draw()
    ticks = figure.axes[-1].get_xticks()
    assert len(ticks)
    np.testing.assert_array_equal(ticks, np.round(ticks))


def test_a_name_without_numbers_is_left_out(figure):
    (line,) = plot_training({"loss": [3, 2], "val_loss": [None, None]}, fig=figure)
    assert line.get_label() == "loss"
    assert figure.axes[0].get_legend() is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "names none of"),
        ([], "names none of"),
        ([(1.0, 2.0)], "loss, lr, grad_norm"),
        ({"accuracy": [1]}, "names none of grad_norm"),
        ({"loss": [None, np.nan]}, "no number for them"),
        ({"loss": [], "lr": []}, "empty"),
        ({"loss": [1, 2], "lr": [1]}, "differ in length"),
    ],
)
def test_wrong_histories_are_refused(wrong, message, figure):
    with pytest.raises(ValueError, match=message):
        plot_training(wrong, fig=figure)
