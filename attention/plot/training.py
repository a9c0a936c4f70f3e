"""How training went: loss, learning rate and gradient norm over the steps."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from .canvas import AnyFigure, new_figure
from .colour import ink

PANELS = {  # label of the y axis: names that belong on it
    "loss": ("loss", "train_loss", "val_loss", "valid_loss", "validation_loss"),
    "learning rate": ("lr", "learning_rate", "rate"),
    "gradient norm": ("grad_norm", "gradient_norm", "norm"),
}
NAMES = {name for names in PANELS.values() for name in names}
SMOOTHING_SPAN = 50  # a curve is smoothed over this share of its length


def plot_training(
    history: Mapping[str, Sequence[float]] | Sequence[Any],
    *,
    fig: AnyFigure | None = None,
    max_norm: float | None = None,
    **style: Any,
) -> list[Line2D]:
    """Draw the panels that ``history`` has numbers for and return the lines.

    ``history`` maps names to columns, or is a list of records (dicts or NamedTuples), one a
    step; names are ``step``, ``loss``, ``val_loss``, ``lr``, ``grad_norm``. Rows without names,
    as in `Trainer.history`, are (loss, lr, grad_norm). None and NaN are gaps: a validation loss
    need not be there at every step. Long noisy curves are drawn faint with their running mean
    on top. ``max_norm`` marks where clipping sets in. ``style`` goes to the lines.
    """
    columns = _columns(history)
    panels = {
        label: present
        for label, names in PANELS.items()
        if (present := [name for name in names if name in columns])
    }
    if not panels:
        raise ValueError(
            f"history names none of {', '.join(sorted(NAMES))}, or no number for them."
        )
    length = len(next(iter(columns.values())))
    steps = columns.get("step", np.arange(length))
    if fig is None:
        fig = new_figure(6.4, 1.0 + 1.9 * len(panels))
    ratios = [2 if label == "loss" else 1 for label in panels]
    grid = fig.subplots(len(panels), sharex=True, squeeze=False, height_ratios=ratios)[:, 0]
    lines: list[Line2D] = []
    for ax, (label, names) in zip(grid, panels.items()):
        for i, name in enumerate(names):
            look = {"color": ink(ax, 0.6 if i == 0 else 0.95), "label": name.replace("_", " ")}
            smooth = label != "learning rate"  # a schedule has no noise
            lines += _draw_curve(ax, steps, columns[name], look | style, smooth)
        if len(names) > 1:
            ax.legend(frameon=False)
        ax.set_ylabel(label)
        ax.spines[["top", "right"]].set_visible(False)
        ax.ticklabel_format(axis="y", scilimits=(-2, 4))
    if max_norm is not None and "gradient norm" in panels:
        ax = grid[list(panels).index("gradient norm")]
        ax.axhline(max_norm, color=ax.xaxis.label.get_color(), linewidth=0.8, linestyle=":")
    grid[-1].set_xlabel("step")
    grid[-1].xaxis.set_major_locator(MaxNLocator("auto", integer=True, min_n_ticks=1))
    return lines


def _draw_curve(
    ax: Axes, steps: np.ndarray, values: np.ndarray, look: dict[str, Any], smooth: bool
) -> list[Line2D]:
    known = np.isfinite(values)
    steps, values = steps[known], values[known]
    span = len(values) // SMOOTHING_SPAN
    if span < 2 or not smooth:
        if len(values) <= SMOOTHING_SPAN:
            look = {"marker": "o", "markersize": 3} | look
        return ax.plot(steps, values, **look)
    faint = look | {"alpha": 0.25, "linewidth": 0.8, "label": None}
    ax.plot(steps, values, **faint)
    # Each mean stands in the middle of the steps it is taken over, so the curve is not late.
    total = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    mean = (total[span:] - total[:-span]) / span
    middle = steps[(span - 1) // 2 :][: len(mean)]
    return ax.plot(middle, mean, **look)


def _columns(history: Any) -> dict[str, np.ndarray]:
    """{name: float array}, all of one length, missing numbers NaN."""
    if not isinstance(history, Mapping):
        records = [_as_record(row) for row in history]
        names = dict.fromkeys(name for record in records for name in record)
        history = {name: [record.get(name) for record in records] for name in names}
    known = {name: values for name, values in history.items() if name in NAMES | {"step"}}
    lengths = {name: len(values) for name, values in known.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"The columns of history differ in length: {lengths}.")
    if 0 in lengths.values():
        raise ValueError("history is empty; train at least one step first.")
    columns = {
        name: np.array([np.nan if v is None else v for v in values], dtype=float)
        for name, values in known.items()
    }
    return {name: column for name, column in columns.items() if np.isfinite(column).any()}


def _as_record(row: Any) -> Mapping[str, float]:
    if isinstance(row, Mapping):
        return row
    if hasattr(row, "_asdict"):
        return row._asdict()
    if np.shape(row) != (3,):
        raise ValueError(f"A row of history without names must be (loss, lr, grad_norm): {row!r}.")
    return dict(zip(("loss", "lr", "grad_norm"), row))
