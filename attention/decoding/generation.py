"""Generation: sample a token from the logits, append it, ask again."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..ops.checks import count, integers
from .model import CausalLM
from .sampling import penalise_repetition, sample


class TextCodec(Protocol):
    """A tokenizer: of characters, or of bytes."""

    def encode(self, text: str) -> np.ndarray: ...

    def stream(self) -> Callable[[int], str]: ...

    def is_end(self, token: int) -> bool: ...


class Step(NamedTuple):
    """How one token came to be written."""

    token: int
    logits: np.ndarray  # (V,), before any price on repetition
    weights: list[np.ndarray]  # (H, S) of each block: the last token read, over those it could see
    first: int  # where in the text the first of these S stands


def token_ids(prompt: Sequence[int] | np.ndarray) -> list[int]:
    """Raises TypeError for a text, or numbers that are not whole."""
    if isinstance(prompt, str):
        raise TypeError("prompt must be ids; encode the text, or call generate_text")
    return integers("prompt", prompt).ravel().tolist()


def next_token(
    logits: np.ndarray,
    ids: Sequence[int],
    rng: Any,
    *,
    repetition_penalty: float = 1.0,
    **sampling: Any,
) -> int:
    """logits (V,) after `ids` -> one id; `sampling` as in `sample`."""
    if repetition_penalty != 1.0:
        logits = penalise_repetition(logits, ids, repetition_penalty)
    return sample(logits, rng, **sampling)


def generate(
    model: CausalLM,
    prompt: Sequence[int] | np.ndarray,
    steps: int,
    *,
    rng: Any = None,
    stop: Callable[[list[int]], bool] | None = None,
    on_token: Callable[[int], None] | None = None,
    on_step: Callable[[Step], None] | None = None,
    sinks: int | None = None,
    window: int | None = None,
    **sampling: Any,
) -> list[int]:
    """prompt ids -> prompt and up to `steps` new ids; `sampling` as in `next_token`.

    Keys and values are cached. When the model's `max_length` is reached, reading starts anew from
    the last half of the text, so each token still sees at least that much; with `sinks`, the first
    so many tokens stay in the cache for ever beside the last `window` (`new_sink_caches`), and
    nothing is read twice.
    `stop(ids)` ends early, `on_token(id)` sees each new token at once, `on_step` its attention
    too, which costs some speed.
    """
    ids, steps = token_ids(prompt), count("steps", steps)
    if not ids:
        raise ValueError("prompt must hold at least one token for the model to go on from")
    if window is not None and sinks is None:
        raise ValueError(f"window {window} needs sinks; sinks=0 keeps the window alone")
    rng = np.random.default_rng(rng)
    if sinks is None:
        caches, unread = model.new_caches(1, len(ids) + steps), ids[-model.max_length :]
    else:
        caches, unread = model.new_sink_caches(1, sinks, window), ids
    for _ in range(steps):
        if caches[0].length + len(unread) > model.max_length and not caches[0].endless:
            caches = model.new_caches(1)
            unread = ids[-max(1, model.max_length // 2) :]
        rows: list[np.ndarray] | None = None if on_step is None else []
        logits = model.infer(np.array([unread]), caches, rows=rows)[0]
        token = next_token(logits, ids, rng, **sampling)
        if on_step is not None and rows is not None:
            seen = [weights[0, :, -1] for weights in rows]
            on_step(Step(token, logits, seen, len(ids) - caches[0].length))
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
    """prompt -> prompt and its continuation; `stop` ends it as soon as that text has appeared.

    A token that ends a text, by its tokenizer, does so too. `on_text` sees each new text at once.
    """
    next_text = tokenizer.stream()
    written = ""
    ended = False

    def write(token: int) -> None:
        nonlocal written, ended
        before = len(written)
        written += next_text(token)
        at = written.find(stop, max(0, before - len(stop))) if stop else -1
        if at >= 0 and stop:
            written = written[: at + len(stop)]
        ended = at >= 0 or tokenizer.is_end(token)
        if on_text is not None and len(written) > before:
            on_text(written[before:])

    ids = tokenizer.encode(prompt)
    generate(model, ids, steps, rng=rng, stop=lambda _: ended, on_token=write, **sampling)
    return prompt + written
