"""Which folder holds the answers: a folder that ``init`` laid out, or the clone's own."""

from hashlib import sha256
from pathlib import Path

from grader.exercise import EXERCISES, Exercise

MARK = ".workbook.json"  # what was laid out, with hashes: it makes a folder a workbook


def laid_out(folder: Path) -> bool:
    """Whether a folder was made by ``attention-workbook init``."""
    return (folder / MARK).is_file()


def home_of(start: Path) -> Path:
    """The workbook a folder lies in; EXERCISES, the one beside the grader, if it lies in none."""
    start = start.resolve()
    return next((folder for folder in (start, *start.parents) if laid_out(folder)), EXERCISES)


def require_home(start: Path) -> Path:
    """The same, for commands that know no other. Raises ValueError, in a sentence."""
    home, clone = home_of(start), EXERCISES.parent
    if home != EXERCISES or ((clone / "pyproject.toml").is_file() and _within(start, clone)):
        return home
    raise ValueError(
        f"{start} is no workbook, nor is a folder above it: go to yours, or lay one out with "
        "attention-workbook init DIR"
    )


def _within(path: Path, folder: Path) -> bool:
    return folder in (path.resolve(), *path.resolve().parents)


def answer_of(exercise: Exercise, home: Path) -> Path:
    """Where an answer is written."""
    return home / exercise.name / exercise.file


def fingerprint(exercise: Exercise, home: Path) -> str:
    """Of an answer with the checks and the reference it is graded by; "" without an answer."""
    paths = [answer_of(exercise, home), exercise.tests_path, exercise.reference_path]
    try:
        return sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()[:16]
    except OSError:
        return ""
