"""How the cost of a training step grows with length, batch, width and items."""

import numpy as np

import attention as A

from .our_step import our_step
from .report import Section, milliseconds
from .rounds import exponent, in_turns
from .settings import Setting

COMMAND = "python -m tests.benchmarks growth"
BASE = Setting("base", 16, 64, 64, 4, 2, 1000)
SIZES = {
    "length": (64, 128, 256, 512, 1024),
    "batch": (4, 8, 16, 32, 64),
    "width": (32, 64, 128, 256, 512),
    "vocabulary": (250, 1000, 4000, 16000),
}


def section(quick: bool) -> Section:
    rows = []
    for axis, sizes in SIZES.items():
        sizes = sizes[:2] if quick else sizes
        seconds = [_step_seconds(BASE._replace(**{axis: size})) for size in sizes]
        name = "items" if axis == "vocabulary" else axis
        cells = ", ".join(
            f"{size:,}: {milliseconds(t)}" for size, t in zip(sizes, seconds, strict=True)
        )
        last = [exponent(list(sizes[-2:]), seconds[-2:]), exponent(list(sizes), seconds)]
        rows.append([name, cells, *(f"{slope:.2f}" for slope in (last[1], last[0]))])
    return Section(
        "Growth",
        COMMAND,
        "Milliseconds of a whole training step of ours on all cores. One size changes, the others "
        f"stay at batch {BASE.batch}, length {BASE.length}, width {BASE.width}, {BASE.heads} "
        f"heads, {BASE.layers} layers and {BASE.vocabulary:,} items. Exponent e: cost grows as "
        "size to the e, fitted over all sizes and over the last two.",
        ["what grows", "size: ms a step", "e, all", "e, last two"],
        rows,
        "Length tends to 2, as attention's scores take over; batch to 1; width to 2, as weights "
        "do; items to 1, as the softmax over them takes over.",
    )


def _step_seconds(setting: Setting) -> float:
    rng = np.random.default_rng(0)
    ids, targets = rng.integers(0, setting.vocabulary, (2, setting.batch, setting.length))
    with A.Workers() as workers:
        step = our_step(setting, ids, targets, workers)
        return in_turns({"step": step}, rounds=3, seconds=0.3)["step"]
