"""``--hint ex02``: the next hint of an exercise, one at a time.

How many were shown is kept in pytest's cache, which belongs to the checkout and never counts for
anything else; ``--hint ex02:1`` starts again.
"""

from typing import Protocol

from grader.exercise import Exercise, find_exercise
from grader.question import hints


class Memory(Protocol):
    """What remembers between runs: pytest's cache."""

    def get(self, key: str, default: int) -> int:
        """The value kept under a key."""

    def set(self, key: str, value: object) -> None:
        """Keep a value."""


class NoMemory:
    """Where pytest runs without its cache: every hint is the first, unless one asks for another."""

    def get(self, key: str, default: int) -> int:
        """Nothing was kept."""
        return default

    def set(self, key: str, value: object) -> None:
        """Nothing is kept."""


def next_hint(wanted: str, exercises: list[Exercise], memory: Memory, command: str) -> str:
    """The text of the next hint. ``wanted`` is "ex02", or "ex02:1" for a certain one.

    Raises ValueError if there is no such exercise or hint.
    """
    name, colon, number = wanted.partition(":")
    exercise = find_exercise(name, exercises)
    texts = hints(exercise)
    key = f"workbook/hints/{exercise.name}"
    place = int(number) if number.isdecimal() else 0 if colon else int(memory.get(key, 0)) + 1
    if colon and not 1 <= place <= len(texts):
        raise ValueError(f"{exercise.name} has hints 1 to {len(texts)}, not {number!r}")
    place = min(place, len(texts))
    memory.set(key, place)
    lines = [
        f"{exercise.number} · {exercise.head.title}: hint {place} of {len(texts)}",
        "",
        texts[place - 1],
        "",
    ]
    if place < len(texts):
        lines.append(f"Another:  {command} --hint {exercise.number}")
    else:
        lines.append(
            f"That was the last. From the first again:  {command} --hint {exercise.number}:1"
        )
        lines.append(f"The solution, once you have tried:  solutions/{exercise.name}/README.md")
    return "\n".join(lines)
