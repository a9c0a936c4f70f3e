"""What a worker has to know before it runs an answer: its text, its parts, what it may read."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from grader.exercise import Exercise
from grader.sandbox.spawn import NUMPY_HOME


class Answer(Protocol):
    """A file to be run: what it answers, its text, and the files it builds on with their names."""

    exercise: Exercise
    path: Path
    source: str

    @property
    def parts(self) -> Sequence[tuple["Answer", tuple[str, ...]]]: ...


def setup_of(answer: Answer, overlay: Sequence[str] | None = None) -> dict[str, Any]:
    """The first message to a worker; ``overlay`` names a variant of ours to be laid over a file."""
    roots = {sys.prefix, sys.base_prefix, str(Path(os.__file__).parent), NUMPY_HOME}
    return {
        **_file(answer, answer.path.stem),
        "parts": [
            {**_file(other, other.exercise.name), "names": list(names)}
            for other, names in answer.parts
        ],
        "tests": str(answer.exercise.tests_path),
        "overlay": overlay,
        "fences": [str(folder) for folder in answer.exercise.fences],
        "readable": sorted(roots),
        "parent": os.getpid(),
    }


def _file(answer: Answer, stem: str) -> dict[str, str]:
    return {"path": str(answer.path), "stem": stem, "source": answer.source}
