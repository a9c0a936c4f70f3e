"""ex36: the likeliest continuation, several beginnings at a time."""

from collections.abc import Callable


def beam_search(
    next_log_probabilities: Callable,
    prompt: list[int],
    steps: int,
    width: int,
    end: int | None = None,
    alpha: float = 0.0,
) -> tuple[list[int], float]:
    """The best beam after `steps` steps, prompt and new tokens, and its score.

    next_log_probabilities takes the whole sequence, a list or an array of ints, and returns (V,).
    A beam's score is the sum of the log-probabilities of its new tokens, divided by their number
    to the power alpha. Each step keeps the `width` best of all continuations and of the beams that
    ended earlier, which stay as they are; ties go to the earlier beam, then to the smaller token.
    """
    raise NotImplementedError
