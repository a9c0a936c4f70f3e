"""What a worker has to know before it runs an answer: its text, its parts, what it may read."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.sandbox.spawn import NUMPY_HOME

if TYPE_CHECKING:
    from grader.sandbox.runner import Sandboxed


def setup_of(answer: "Sandboxed", overlay: Sequence[str] | None = None) -> dict[str, Any]:
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


def _file(answer: "Sandboxed", stem: str) -> dict[str, str]:
    return {"path": str(answer.path), "stem": stem, "source": answer.source}
