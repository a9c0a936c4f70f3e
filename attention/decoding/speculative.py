"""Speculative decoding: a small model drafts several tokens, the large one judges them in one pass.

Leviathan et al. 2023; Chen et al. 2023. A drafted token x is kept with probability
min(1, p(x) / q(x)); at the first refusal one is drawn from max(p − q, 0), normalised. What comes
out has exactly the large model's distribution p, whatever the draft q.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..layers import KVCache
from ..ops.checks import count
from .generation import token_ids
from .model import CausalLM
from .sampling import probabilities


class Speculated(NamedTuple):
    ids: list[int]  # prompt and continuation
    drafted: int  # tokens that the draft model proposed
    kept: int  # of these, accepted


def speculate(
    model: CausalLM,
    draft: CausalLM,
    prompt: Sequence[int] | np.ndarray,
    steps: int,
    *,
    ahead: int = 4,
    rng: Any = None,
    on_token: Callable[[int], None] | None = None,
    **sampling: Any,
) -> Speculated:
    """prompt ids -> `steps` more, drawn as `generate(model, …)` would draw them.

    `draft` proposes `ahead` tokens at a time; both models must share one vocabulary. `sampling` as
    in `choices`, temperature 0 included. Raises ValueError for models that do not fit each other or
    have no room.
    """
    ahead, steps = count("ahead", ahead, 1), count("steps", steps)
    ids = token_ids(prompt)
    if model.vocab_size != draft.vocab_size:
        raise ValueError(
            f"model and draft must share a vocabulary, got {model.vocab_size} and "
            f"{draft.vocab_size} tokens"
        )
    longest = min(model.max_length, draft.max_length)
    if not ids or len(ids) + steps > longest:
        raise ValueError(
            f"prompt must hold a token or more and leave room for steps: {len(ids)} and {steps} of "
            f"at most {longest}"
        )
    rng = np.random.default_rng(rng)
    end = len(ids) + steps
    large, small = model.new_caches(1, end), draft.new_caches(1, end)
    drafted = kept = 0
    while len(ids) < end:
        start, n = len(ids), min(ahead, end - len(ids) - 1)
        q: list[np.ndarray] = []
        for _ in range(n):
            q.append(probabilities(_read(draft, ids, small)[-1], **sampling))
            ids.append(int(rng.choice(len(q[-1]), p=q[-1])))
        logits = _read(model, ids, large)[-n - 1 :]  # (n + 1, V)
        for i in range(n + 1):
            p = probabilities(logits[i], **sampling)
            if i == n:
                ids.append(int(rng.choice(len(p), p=p)))
                break
            token = ids[start + i]
            if rng.random() * q[i][token] < p[token]:
                continue
            rest = np.maximum(p - q[i], 0)
            ids[start + i :] = [int(rng.choice(len(rest), p=rest / rest.sum()))]
            break
        drafted, kept = drafted + n, kept + len(ids) - start - 1
        for cache in (*large, *small):
            cache.truncate(min(cache.length, len(ids) - 1))
        if on_token is not None:
            for token in ids[start:]:
                on_token(token)
    return Speculated(ids, drafted, kept)


def _read(model: CausalLM, ids: list[int], caches: list[KVCache]) -> np.ndarray:
    """Logits after each token that the caches have not seen, (n, V)."""
    return model.infer_all(np.array([ids[caches[0].length :]]), caches)[0]
