"""A line on the terminal while causes are looked for, gone when they are there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from grader.language import said
from grader.language import width as columns


@contextmanager
def looking_for_causes(write: Callable[[str], Any], terminal: bool) -> Iterator[None]:
    """Say so by `write`, where somebody sits before a ``terminal``: it may take seconds."""
    line = said("Looking for the cause …")
    if terminal:
        write(line)
    try:
        yield
    finally:
        if terminal:
            write(f"\r{' ' * columns(line)}\r")
