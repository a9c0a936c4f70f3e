"""Which places may hold the fault: those where a change touches what is wrong and nothing right.

One change of each place is tried on a call. Where it touches what is wrong, most of it or some,
and leaves alone all that is right already, the place comes first; where it spoils some of that,
or does nothing, last.
"""

from collections.abc import Callable, Iterable
from typing import Any, Protocol
from zlib import crc32

import numpy as np

from grader.clock import Clock
from grader.diagnose import Step
from grader.mutants.switches import Slip

FIRST, PARTLY, UNKNOWN, LAST = range(4)
SECONDS = 0.8  # that may be spent on the order of a search
GENTLE = ("a factor", "a sign", "operator", "constant", "another function", "term dropped")
AT_TIMES = {"None alone", "comparison", "and/or", "bound dropped", "condition dropped"}
AT_TIMES |= {"never done", "always done", "where dropped", "range cut short", "slice shifted"}


class Tries(Protocol):
    """What can be asked for the answers of a call under changes."""

    clock: Clock

    def target(self, step: Step) -> Any:
        """What the call shall return."""

    def of(self, step: Step, settings: Iterable[tuple[Slip, ...]]) -> Iterable[tuple[Any, Any]]:
        """What the call returns with each choice of changes."""


def by_suspicion(trial: Tries, step: Step, slips: list[Slip]) -> Callable[[Slip], int]:
    """How soon each change is to be tried.

    Of a place whose change did nothing, or no number came of, its line tells. One that acts at
    times only may be right where another of its place spoils much.
    """
    places = _effects(trial, step, slips)
    lines: dict[int, int] = {}
    for slip in slips:
        if slip.place in places:
            lines[slip.line] = min(places[slip.place], lines.get(slip.line, LAST))

    def suspicion(slip: Slip) -> int:
        found = places.get(slip.place, lines.get(slip.line, UNKNOWN))
        return UNKNOWN if found == LAST and slip.kind in AT_TIMES else found

    return suspicion


def _effects(trial: Tries, step: Step, slips: list[Slip]) -> dict[int, int]:
    """By place: what one change of it does to the answer of a call."""
    now = leaves_of(next(iter(trial.of(step, [()])), ((), None))[1])
    target, known = leaves_of(trial.target(step)), dict[int, int]()
    if now.shape != target.shape:
        return {}
    wrong, end = differ(now, target), trial.clock.left - SECONDS
    for (slip,), answer in trial.of(step, ((one,) for one in _one_of_each(slips))):
        got = leaves_of(answer)
        if answer is not None and got.shape == now.shape and differ(got, now).any():
            known[slip.place] = _effect(differ(got, now), wrong)
        if trial.clock.left < end:
            break
    return known


def _one_of_each(slips: list[Slip]) -> list[Slip]:
    """A change of each place: the first places of all lines, then the second, and so on."""
    chosen: dict[int, Slip] = {}
    for slip in slips:
        if slip.place not in chosen or _force(slip) < _force(chosen[slip.place]):
            chosen[slip.place] = slip
    count: dict[int, int] = {}
    turns = []
    for slip in chosen.values():
        turns.append((count.setdefault(slip.line, 0), len(turns), slip))
        count[slip.line] += 1
    return [slip for *_, slip in sorted(turns)]


def _force(slip: Slip) -> int:
    """Changes that are sure to end in numbers before those that may raise an error."""
    return GENTLE.index(slip.kind) if slip.kind in GENTLE else len(GENTLE)


def _effect(changed: np.ndarray, wrong: np.ndarray) -> int:
    touched = int((changed & wrong).sum())
    if not touched or (changed & ~wrong).any():
        return LAST
    return FIRST if 2 * touched >= wrong.sum() else PARTLY


def differ(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Where two rows of numbers differ."""
    return ~np.isclose(here, there, 1e-7, 1e-10, equal_nan=True)


def leaves_of(value: Any) -> np.ndarray:
    """All that an answer holds in one row of numbers; words go by their checksums."""
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value, key=str)]
    if isinstance(value, list | tuple | set):
        rows = [np.array([float(len(value))]), *map(leaves_of, value)]
        return np.concatenate(rows)
    row = np.asarray(value)
    if row.dtype.kind in "biuf":
        return row.astype(float).ravel()
    return np.array([float(crc32(repr(value).encode()))])


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
