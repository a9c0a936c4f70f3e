"""Several texts at once, of different lengths: padded on the left, so that all end together."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..ops.checks import count
from .generation import next_token, token_ids
from .model import CausalLM


def generate_batch(
    model: CausalLM,
    prompts: Sequence[Sequence[int] | np.ndarray],
    steps: int,
    *,
    rng: Any = None,
    **sampling: Any,
) -> list[list[int]]:
    """prompts of any lengths -> each with `steps` new ids; `sampling` as in `generate`.

    What a text says does not depend on its neighbours: padding is masked, positions count from the
    first real token, and each text has random numbers of its own, spawned from `rng`. Raises
    ValueError for no prompt, an empty one, or one without room for `steps` more.
    """
    steps = count("steps", steps)
    rows = [token_ids(prompt) for prompt in prompts]
    lengths = [len(row) for row in rows]
    if not rows or not min(lengths) or max(lengths) + steps > model.max_length:
        raise ValueError(
            f"prompts must hold a token or more each and leave room for {steps} of at most "
            f"{model.max_length}, got lengths {lengths}"
        )
    longest = max(lengths)
    starts = longest - np.array(lengths)  # (B,), padding before each
    unread = np.array([[0] * pad + row for pad, row in zip(starts.tolist(), rows)])
    rngs = np.random.default_rng(rng).spawn(len(rows))
    caches = model.new_caches(len(rows), longest + steps)
    for _ in range(steps):
        logits = model.infer(unread, caches, starts)  # (B, V)
        for row, scores, row_rng in zip(rows, logits, rngs):
            row.append(next_token(scores, row, row_rng, **sampling))
        unread = np.array([row[-1:] for row in rows])
    return rows
