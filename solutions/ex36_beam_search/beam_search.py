"""Reference of ex36."""

from collections.abc import Callable


def beam_search(
    next_log_probabilities: Callable,
    prompt: list[int],
    steps: int,
    width: int,
    end: int | None = None,
    alpha: float = 0.0,
) -> tuple[list[int], float]:
    """Make all candidates in the order that settles ties, sort stably, cut."""

    def score(beam: tuple[list[int], float]) -> float:
        new, total = beam
        return total / len(new) ** alpha if new else 0.0

    beams: list[tuple[list[int], float]] = [([], 0.0)]
    for _ in range(steps):
        candidates = []
        for new, total in beams:
            if new[-1:] == [end]:
                candidates.append((new, total))
                continue
            for token, log_p in enumerate(next_log_probabilities([*prompt, *new])):
                candidates.append(([*new, token], total + float(log_p)))
        beams = sorted(candidates, key=score, reverse=True)[:width]
    return [*prompt, *beams[0][0]], score(beams[0])
