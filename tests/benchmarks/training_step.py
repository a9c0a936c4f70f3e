"""A whole training step: ours, PyTorch eager's, and the bare matrix products."""

import numpy as np

import attention as A

from .our_step import floor_step, our_step
from .report import Section, find_torch, milliseconds
from .rounds import in_turns
from .settings import SETTINGS, Setting

COMMAND = "python -m tests.benchmarks steps"


def measure(setting: Setting, rounds: int, seconds: float) -> dict[str, float]:
    """Seconds of a step of each side."""
    rng = np.random.default_rng(0)
    ids, targets = rng.integers(0, setting.vocabulary, (2, setting.batch, setting.length))
    with A.Workers() as workers:
        tasks = {
            "ours": our_step(setting, ids, targets, workers),
            "floor": floor_step(setting, workers),
        }
        if find_torch() is not None:
            from .torch_step import torch_step

            tasks["torch"] = torch_step(setting, ids, targets)
        return in_turns(tasks, rounds=rounds, seconds=seconds)


def section(quick: bool) -> Section:
    rows = []
    for setting in SETTINGS:
        taken = measure(setting, 3 if quick else 9, 0.2 if quick else 0.6)
        torch = taken.get("torch")
        rows.append(
            [
                setting.name,
                setting.size,
                milliseconds(taken["ours"]),
                "—" if torch is None else milliseconds(torch),
                milliseconds(taken["floor"]),
                "—" if torch is None else f"{taken['ours'] / torch:.2f}",
                f"{taken['ours'] / taken['floor']:.2f}",
            ]
        )
    return Section(
        "A training step",
        COMMAND,
        "Forward, backward, clipping and Adam of a causal language model (pre-norm blocks, exact "
        "GELU, 65 tokens, no dropout), float32, in milliseconds. Torch is eager, with its fused "
        "attention and AdamW. The floor is the sum of the bare matrix products, without masks. "
        "All three use all cores and take turns in one run; medians of the rounds.",
        ["setting", "batch×length×width×heads×layers", "ours", "torch", "floor", "ours / torch",
         "ours / floor"],
        rows,
    )  # fmt: skip
