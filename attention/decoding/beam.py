"""Beam search: the likeliest texts, a few at a time, not the likeliest next tokens.

Graves 2012; length penalty of Wu et al. 2016, equation 14. All beams are one batch, and their
caches are rearranged as beams die and split.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from ..layers import KVCache
from ..ops.checks import count
from ..ops.softmax import log_softmax_forward
from .generation import token_ids
from .model import CausalLM


class Hypothesis(NamedTuple):
    ids: list[int]  # prompt and continuation
    score: float  # log probability of the continuation / its length penalty


def beam_search(
    model: CausalLM,
    prompt: Sequence[int] | np.ndarray,
    steps: int,
    *,
    width: int = 4,
    length_penalty: float = 0.0,
    ends: Collection[int] = (),
) -> list[Hypothesis]:
    """prompt ids -> up to `width` continuations of up to `steps` ids, best first.

    A token of `ends` finishes a text. The score divides its log probability by
    ((5 + length) / 6) ** length_penalty: above 0, longer texts are forgiven. Raises ValueError for
    an empty prompt, or one that has no room for `steps` more.
    """
    width, steps = count("width", width, 1), count("steps", steps)
    prompt = token_ids(prompt)
    if not prompt or len(prompt) + steps > model.max_length:
        raise ValueError(
            f"prompt must hold a token or more and leave room for steps: {len(prompt)} and {steps} "
            f"of at most {model.max_length}"
        )
    caches = model.new_caches(width, len(prompt) + steps)
    logits = model.infer(np.array([prompt] * width), caches)  # (W, V)
    beams: list[list[int]] = [[]] * width
    totals = np.full(width, -np.inf)
    totals[0] = 0.0  # the beams are equal yet: one of them may split
    finished: list[Hypothesis] = []

    def scored(ids: list[int], total: float) -> Hypothesis:
        return Hypothesis(prompt + ids, total / ((5 + len(ids)) / 6) ** length_penalty)

    for step in range(steps):
        candidates = totals[:, None] + log_softmax_forward(logits.astype(np.float64))[0]  # (W, V)
        V = candidates.shape[1]
        order = np.argsort(-candidates, axis=None, kind="stable")[: width * (1 + len(ends))]
        chosen: list[tuple[int, int, float]] = []
        for flat in order.tolist():
            row, token = divmod(flat, V)
            total = float(candidates[row, token])
            if len(chosen) == width or total == -np.inf:
                break
            if token in ends:
                finished.append(scored([*beams[row], token], total))
            else:
                chosen.append((row, token, total))
        if not chosen:
            beams = []
            break
        rows = [row for row, _, _ in chosen] + [chosen[0][0]] * (width - len(chosen))
        beams = [[*beams[row], token] for row, token, _ in chosen]
        totals = np.full(width, -np.inf)
        totals[: len(chosen)] = [total for _, _, total in chosen]
        if step + 1 < steps:
            _rearrange(caches, rows)
            tokens = [ids[-1] for ids in beams]
            tokens += tokens[:1] * (width - len(tokens))
            beams += beams[:1] * (width - len(beams))
            logits = model.infer(np.array(tokens)[:, None], caches)
    living = [scored(ids, float(t)) for ids, t in zip(beams, totals) if t > -np.inf]
    return sorted(finished + living, key=lambda beam: -beam.score)[:width]


def _rearrange(caches: list[KVCache], rows: list[int]) -> None:
    """Row b of each cache becomes what row `rows[b]` was."""
    for cache in caches:
        for part in (cache.k, cache.v):
            part[:, :, : cache.length] = part[rows, :, : cache.length]
