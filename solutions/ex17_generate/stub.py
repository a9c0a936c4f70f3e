"""ex17: draw a token from logits, and write text token by token."""

from collections.abc import Callable

import numpy as np


def sample(
    logits: np.ndarray,
    rng: np.random.Generator,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> int:
    """One token id, drawn from softmax(logits / temperature) cut to the best tokens.

    logits (V,), finite. First the temperature (positive), then the top_k best (1 to V), then,
    of what is left and renormalised, the fewest best tokens whose total reaches top_p (in
    (0, 1]); the token that crosses the threshold is kept. Ties at the k-th place are yours to
    break. Every random number comes from rng. The logits stay as they are.
    """
    raise NotImplementedError


def generate(
    next_logits: Callable,
    prompt: list[int],
    steps: int,
    rng: np.random.Generator,
    **sampling: float,
) -> list[int]:
    """The prompt and `steps` new tokens, each sampled from next_logits of all before it.

    next_logits takes the whole sequence, a list or an array of ints, and returns (V,). The
    options of `sample` pass through `sampling`. A new list comes back; the prompt stays as it is.
    """
    raise NotImplementedError
