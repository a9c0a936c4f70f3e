"""Attention while it is learned: one map, a frame for each snapshot taken in training."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes

from .canvas import figure_of
from .maps import plot_attention
from .weights import choose, hide, read_mask


def animate_attention(
    snapshots: Sequence[Any],
    tokens: Sequence[str] | None = None,
    key_tokens: Sequence[str] | None = None,
    *,
    steps: Sequence[int] | None = None,
    layer: int = 0,
    head: int | None = None,
    example: int = 0,
    mask: np.ndarray | None = None,
    interval: float = 200.0,
    ax: Axes | None = None,
    **style: Any,
) -> FuncAnimation:
    """Animate one head over ``snapshots``, each anything `plot_attention` takes.

    All frames share one colour scale and one ``mask``. ``steps`` are the training steps to
    name, by default 0, 1, …; ``interval`` is in milliseconds. Keep the animation while it runs;
    write it with ``animation.save("attention.gif", writer="pillow")``.
    """
    if len(snapshots) == 0:
        raise ValueError("snapshots is empty; an animation needs at least one.")
    steps = range(len(snapshots)) if steps is None else steps
    if len(steps) != len(snapshots):
        raise ValueError(f"There are {len(steps)} steps for {len(snapshots)} snapshots.")
    maps = [choose(snapshot, layer, head, example)[0] for snapshot in snapshots]
    if len({frame.shape for frame in maps}) > 1:
        raise ValueError(f"Snapshots differ in size: {sorted({frame.shape for frame in maps})}.")
    if "norm" not in style:
        style.setdefault("vmax", max(float(frame.max()) for frame in maps))
    allowed = read_mask(mask, (1, *maps[0].shape), example, snapshots[0])[0]
    image = plot_attention(maps[0], tokens, key_tokens, mask=allowed, ax=ax, **style)
    title = image.axes.title

    def show(frame: int) -> tuple[Any, ...]:
        image.set_weights(hide(maps[frame], allowed))
        title.set_text(f"step {steps[frame]:,}")
        return image, title

    show(0)
    fig = figure_of(image.axes)
    if ax is None:  # laid out once: faster, and nothing moves between frames but the weights
        fig.draw_without_rendering()
        fig.set_layout_engine("none")
    return FuncAnimation(fig, show, frames=len(maps), interval=interval, repeat=False)
