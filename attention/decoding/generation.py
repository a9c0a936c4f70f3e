"""Generation: sample a token from the logits, append it, ask again."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from ..ops.checks import count, in_range, unmasked
from .model import CausalLM


class TextCodec(Protocol):
    """A tokenizer: of characters, or of bytes."""

    def encode(self, text: str) -> np.ndarray: ...

    def decode(self, ids: Sequence[int]) -> str: ...


def sample(
    logits: np.ndarray,
    rng: Any,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> int:
    """logits (V,) -> one id. temperature 0 takes the likeliest (greedy).

    First `temperature` divides the logits, then `top_k` keeps the k likeliest, then `top_p` the
    fewest of them whose probability reaches p, the one that crosses it included (Holtzman et al.
    2020). Raises ValueError for options out of range.
    """
    temperature = in_range("temperature", temperature, 0, np.inf, "[)")
    logits = unmasked("logits", logits).astype(np.float64)
    if logits.ndim != 1 or not logits.size:
        raise ValueError(f"logits must have shape (V,) with V ≥ 1, got {logits.shape}")
    top = logits.max()
    if not np.isfinite(top):
        raise ValueError(
            f"the largest logit is {top}, so no token can be drawn; look for NaN in the model"
        )
    if temperature == 0:
        return int(np.argmax(logits))
    order = np.argsort(-logits, kind="stable")
    if top_k is not None:
        order = order[: count("top_k", top_k, 1)]
    with np.errstate(over="ignore", under="ignore"):  # a tiny temperature: all but the top vanish
        p = np.exp((logits[order] - top) / temperature)
    p /= p.sum()
    if top_p is not None:
        top_p = in_range("top_p", top_p, 0, 1, "(]")
        kept = int(np.searchsorted(np.cumsum(p), top_p)) + 1
        order, p = order[:kept], p[:kept] / p[:kept].sum()
    return int(np.random.default_rng(rng).choice(order, p=p))


def generate(
    model: CausalLM,
    prompt: Sequence[int] | np.ndarray,
    steps: int,
    *,
    rng: Any = None,
    stop: Callable[[list[int]], bool] | None = None,
    on_token: Callable[[int], None] | None = None,
    **sampling: Any,
) -> list[int]:
    """prompt ids -> prompt and up to `steps` new ids; `sampling` as in `sample`.

    Keys and values are cached. When the model's `max_length` is reached, reading starts anew from
    the last half of the text, so each token still sees at least that much.
    `stop(ids)` ends early, `on_token(id)` sees each new token at once.
    """
    ids = [int(i) for i in prompt]
    if not ids:
        raise ValueError("prompt must hold at least one token for the model to go on from")
    rng = np.random.default_rng(rng)
    caches = model.new_caches(1, len(ids) + steps)
    unread = ids[-model.max_length :]
    for _ in range(steps):
        if caches[0].length + len(unread) > model.max_length:
            caches = model.new_caches(1)
            unread = ids[-max(1, model.max_length // 2) :]
        logits = model.step(np.array([unread]), caches)[0]
        token = sample(logits, rng, **sampling)
        ids.append(token)
        unread = [token]
        if on_token is not None:
            on_token(token)
        if stop is not None and stop(ids):
            break
    return ids


def generate_text(
    model: CausalLM,
    tokenizer: TextCodec,
    prompt: str,
    steps: int,
    *,
    rng: Any = None,
    stop: str | None = None,
    on_text: Callable[[str], None] | None = None,
    **sampling: Any,
) -> str:
    """prompt -> prompt and its continuation; `stop` ends it as soon as that text has appeared."""
    start = len(prompt)

    def stopped(ids: list[int]) -> bool:
        if not stop:
            return False
        return tokenizer.decode(ids[max(start, len(ids) - len(stop)) :]) == stop

    def show(token: int) -> None:
        if on_text is not None:
            on_text(tokenizer.decode([token]))

    ids = generate(
        model, tokenizer.encode(prompt), steps, rng=rng, stop=stopped, on_token=show, **sampling
    )
    return tokenizer.decode(ids)
