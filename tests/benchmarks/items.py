"""The loss over many items: all of them, or a sample that stands for all."""

from functools import partial

import numpy as np

import attention as A
from attention import fast

from .report import Section, milliseconds
from .rounds import in_turns

COMMAND = "python -m tests.benchmarks items"
ITEMS = (1_000, 10_000, 100_000)
POSITIONS, WIDTH, SAMPLE = 256, 64, 1_000


def section(quick: bool) -> Section:
    rng = np.random.default_rng(0)
    rows = []
    for items in ITEMS[:2] if quick else ITEMS:
        hidden = rng.standard_normal((POSITIONS, WIDTH), np.float32)
        table = 0.1 * rng.standard_normal((items, WIDTH), np.float32)
        targets, sampled = rng.integers(items, size=POSITIONS), rng.integers(items, size=SAMPLE)
        tasks = {
            "full": partial(_full, hidden, table, targets),
            "sampled": partial(_sampled, hidden, table, targets, sampled),
        }
        taken = in_turns(tasks, rounds=3 if quick else 5, seconds=0.3)
        times = f"{taken['full'] / taken['sampled']:.1f}"
        rows.append([f"{items:,}", *(milliseconds(taken[name]) for name in tasks), times])
    return Section(
        "Loss over many items",
        COMMAND,
        f"Milliseconds of scores, cross-entropy and gradients of {POSITIONS} positions, width "
        f"{WIDTH}, float32, one process; over all items, and by sampled softmax over {SAMPLE:,} "
        "items drawn uniformly, gradients of the rows met.",
        ["items", "all", "sampled", "times faster"],
        rows,
    )


def _full(hidden: np.ndarray, table: np.ndarray, targets: np.ndarray) -> None:
    logits, saved_linear = A.linear_forward(hidden, table.T)
    _, saved = fast.cross_entropy_forward(logits, targets)
    A.linear_backward(fast.cross_entropy_backward(1.0, saved), saved_linear)


def _sampled(
    hidden: np.ndarray, table: np.ndarray, targets: np.ndarray, sampled: np.ndarray
) -> None:
    _, saved = A.sampled_softmax_forward(hidden, table, None, targets, sampled)
    A.sampled_softmax_row_gradients(1.0, saved)
