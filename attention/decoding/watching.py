"""Watching a model write: the attention of each step over prompt and text so far, and its logits.

The rows are those of the cache's steps, so each is longer by a key than the one before.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .generation import Step, generate, token_ids
from .model import CausalLM
from .sampling import penalise_repetition


class Watched(NamedTuple):
    """A text of N tokens, of which G = N − P were written, and how each came to be.

    Row g belongs to token P + g; its query is the token before that, the last that was read.
    """

    ids: list[int]  # N
    prompt: int  # P
    weights: list[np.ndarray]  # (H, G, N − 1) of each block, 0 where there was no key
    mask: np.ndarray  # (G, N − 1) bool, True = could be seen
    logits: np.ndarray  # (G, V), what each token was drawn from


def watch(
    model: CausalLM,
    prompt: Sequence[int] | np.ndarray,
    steps: int,
    *,
    rng: Any = None,
    stop: Callable[[list[int]], bool] | None = None,
    repetition_penalty: float = 1.0,
    **sampling: Any,
) -> Watched:
    """Generate as `generate` does, and keep what every step looked at and drew from.

    Raises ValueError unless at least one token is to be written.
    """
    if steps < 1:
        raise ValueError(f"steps is {steps}; at least one token must be written to be watched")
    ids = token_ids(prompt)
    P = len(ids)
    seen: list[Step] = []
    logits: list[np.ndarray] = []

    def keep(step: Step) -> None:
        seen.append(step)
        priced = step.logits
        if repetition_penalty != 1.0:
            priced = penalise_repetition(priced, ids, repetition_penalty)
        logits.append(priced)
        ids.append(step.token)

    generate(
        model, prompt, steps, rng=rng, stop=stop, on_step=keep,
        repetition_penalty=repetition_penalty, **sampling,
    )  # fmt: skip
    firsts = [step.first for step in seen]
    layers = [join_rows(rows, firsts) for rows in zip(*(step.weights for step in seen))]
    return Watched(ids, P, [weights for weights, _ in layers], layers[0][1], np.stack(logits))


def join_rows(
    rows: Sequence[np.ndarray], firsts: Sequence[int] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """G rows (..., S_g) of one width or many -> weights (..., G, S), 0 in the gaps; mask (G, S).

    Row g begins at key `firsts[g]`, by default at 0; the mask is True where a row has a key.
    """
    firsts = [0] * len(rows) if firsts is None else firsts
    ends = [first + row.shape[-1] for first, row in zip(firsts, rows, strict=True)]
    shape = *rows[0].shape[:-1], len(rows), max(ends)
    weights, mask = np.zeros(shape, np.result_type(*rows)), np.zeros(shape[-2:], bool)
    for g, (first, end, row) in enumerate(zip(firsts, ends, rows, strict=True)):
        weights[..., g, first:end] = row
        mask[g, first:end] = True
    return weights, mask
