"""Which lines may hold the fault: those where a change touches what is wrong and nothing right.

A few changes of each line are tried on one call. Where one of them leaves alone all numbers that
are right already, the line comes first; where each spoils some, or none does anything, last.
"""

from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np

from grader.diagnose import Step
from grader.mutants.switches import Slip

TRIED = 3  # changes of a line
FIRST, UNKNOWN, LAST = range(3)


class Tries(Protocol):
    """What can be asked for the answers of a call under changes."""

    def target(self, step: Step) -> Any:
        """What the call shall return."""

    def of(self, step: Step, settings: Iterable[tuple[Slip, ...]]) -> Iterable[tuple[Any, Any]]:
        """What the call returns with each choice of changes."""


def by_suspicion(trial: Tries, step: Step, slips: list[Slip]) -> dict[int, int]:
    """By line: FIRST, UNKNOWN or LAST; nothing where numbers cannot be held side by side."""
    now = numbers_of(next(iter(trial.of(step, [()])), ((), None))[1])
    target = numbers_of(trial.target(step))
    if now is None or target is None or now.shape != target.shape:
        return {}
    wrong = differ(now, target)
    lines: dict[int, list[Slip]] = {}
    for slip in slips:
        lines.setdefault(slip.line, []).append(slip)
    chosen = [one for group in lines.values() for one in group[:: -(-len(group) // TRIED)]]
    effects: dict[int, set[int]] = {}
    for (slip,), answer in trial.of(step, ((one,) for one in chosen)):
        got = numbers_of(answer)
        if got is not None and got.shape == now.shape:
            effects.setdefault(slip.line, set()).add(_effect(differ(got, now), wrong))
    return {line: min(found, default=UNKNOWN) for line, found in effects.items()}


def _effect(changed: np.ndarray, wrong: np.ndarray) -> int:
    spoils, touches = bool((changed & ~wrong).any()), bool((changed & wrong).any())
    return FIRST if touches and not spoils else LAST


def differ(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Where two rows of numbers differ."""
    return ~np.isclose(here, there, 1e-7, 1e-10, equal_nan=True)


def numbers_of(value: Any) -> np.ndarray | None:
    """All numbers of an answer in one row, None if it holds anything else."""
    pieces = value if isinstance(value, tuple | list) else (value,)
    rows = []
    for piece in pieces:
        if isinstance(piece, dict):
            piece = numbers_of(tuple(piece[key] for key in sorted(piece, key=str)))
        elif isinstance(piece, tuple | list):
            piece = numbers_of(piece)
        if piece is None or not isinstance(piece, np.ndarray | np.generic | int | float):
            return None
        row = np.asarray(piece)
        if row.dtype.kind not in "biuf":
            return None
        rows.append(row.astype(float).ravel())
    return np.concatenate(rows) if rows else None
