"""The gradient of an embedding: rows that were used several times must be summed."""

from functools import partial

import numpy as np

import attention as A
from attention import fast

from .report import Section, find_torch, milliseconds
from .rounds import in_turns

COMMAND = "python -m tests.benchmarks embedding"
SIZES = ((1_000, 20_000, 64), (50_000, 20_000, 64), (50_000, 200_000, 64))


def section(quick: bool) -> Section:
    rng = np.random.default_rng(0)
    rows = []
    for vocabulary, uses, width in SIZES[:1] if quick else SIZES:
        ids = rng.zipf(1.3, uses) % vocabulary  # a few ids very often, as in shops and texts
        dout = rng.standard_normal((uses, width), np.float32)
        table = np.zeros((vocabulary, width), np.float32)
        _, saved = A.embedding_forward(ids, table)

        tasks = {
            "ours": partial(fast.embedding_backward, dout, saved),
            "plain": partial(A.embedding_backward, dout, saved),
            "add.at": partial(_add_at, table, ids, dout),
        }
        torch = find_torch()
        if torch is not None:
            places, values = torch.from_numpy(ids), torch.from_numpy(dout)

            backward = torch.ops.aten.embedding_dense_backward
            tasks["torch"] = partial(backward, values, places, vocabulary, -1, False)
        taken = in_turns(tasks, rounds=3 if quick else 5, seconds=0.2)
        names = "ours", "plain", "add.at", "torch"
        cells = [milliseconds(taken[name]) if name in taken else "—" for name in names]
        rows.append([f"{vocabulary:,}", f"{uses:,}", *cells])
    return Section(
        "Embedding gradients",
        COMMAND,
        "Milliseconds to sum the gradients of each row of a table of width 64, the ids drawn from "
        "Zipf's law.",
        [
            "rows of the table",
            "uses",
            "ours, sparse product",
            "plain, by sorting",
            "np.add.at",
            "torch",
        ],
        rows,
    )


def _add_at(table: np.ndarray, ids: np.ndarray, dout: np.ndarray) -> None:
    np.add.at(np.zeros_like(table), ids, dout)
