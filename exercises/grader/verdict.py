"""What a graded exercise shows: the first failures in full, the others in a line, and the count."""

import re
import shutil
import textwrap
from pathlib import Path

from grader.exercise import Exercise
from grader.grading import FAILED, NOT_STARTED, PASSED, Result, Run, Score, grade
from grader.language import PIECES, broken, joint, said
from grader.language import width as columns
from grader.report import MARGIN, brief_text, failure_text, sentence
from grader.report import WIDTH as REPORT
from grader.sandbox.runner import Sandboxed

LABEL = re.compile(r"\S[\w ]{0,12}\s{2,}")  # "Likely cause   your softmax …"
NARROW = 60
UNKNOWN = ("no known mistake gives these numbers", "no cause was found")
VAGUE = (*UNKNOWN, "whose own checks fail: mend it first")
FULL_PER_FUNCTION, FULL_PER_EXERCISE = 2, 4


def graded(exercise: Exercise, path: Path) -> Run:
    """One answer's file, graded afresh; its worker is ended whatever happens."""
    candidate = Sandboxed(exercise, path)
    try:
        return grade(exercise, candidate)
    finally:
        candidate.close()


def in_full(run: Run, result: Result) -> bool:
    """Whether a failure is among the first of its function, and of its exercise."""
    shown: list[str] = []
    reports = 0
    for earlier in run.results:
        fresh = any(shown.count(name) < FULL_PER_FUNCTION for name in earlier.functions)
        full = earlier.fault or (fresh and reports < FULL_PER_EXERCISE)
        if earlier.status != FAILED or not full:
            continue
        if earlier is result:
            return True
        shown += earlier.functions
        reports += 1
    return False


def reports(run: Run, most: int = FULL_PER_EXERCISE, brief: int = 99) -> list[str]:
    """The failures of an answer: at most so many in full, so many in a line, the rest a number."""
    failed = [r for r in run.results if r.status == FAILED and not r.repeated]
    full = [r for r in failed if in_full(run, r) or r.step is None][:FULL_PER_EXERCISE]
    told = [(r, failure_text(run, r)) for r in full]
    told = sorted(told, key=lambda pair: is_vague(pair[1]))[:most]  # those with a cause first
    texts = [f"── {sentence(r.check)}\n{text}" for r, text in told]
    shown = [r for r, _ in told]
    rest = [brief_text(run, r) for r in failed if r not in shown]
    rest[brief:] = [f"  and {len(rest) - brief} more"] if len(rest) > brief else []
    unwritten = dict.fromkeys(
        name for r in run.results if r.status == NOT_STARTED for name in r.functions
    )
    begun = any(r.status != NOT_STARTED for r in run.results)
    ahead = [f"Not written yet: {', '.join(unwritten)}"] if unwritten and begun else []
    return texts + (["Also failed:\n" + "\n".join(rest)] if rest else []) + ahead


def is_vague(text: str) -> bool:
    """Whether the report of a failure names no cause of its own."""
    words = " ".join(text.split())
    return "Likely cause" not in words or any(vague in words for vague in VAGUE)


def count(run: Run, given_up: bool = False) -> str:
    """The exercise in a line: status, checks, points, none of them if it was given up."""
    score = forfeited(run.score(named=False)) if given_up else run.score(named=False)
    words = {PASSED: "passed", NOT_STARTED: "not started"}.get(score.status, "not yet")
    if score.status == NOT_STARTED:
        return f"{run.exercise.number}: {words}"
    return (
        f"{run.exercise.number}: {words}, {score.checks_passed} of {score.checks} checks, "
        f"{score.points} of {score.out_of} points" + " (given up)" * given_up
    )


def forfeited(score: Score) -> Score:
    """The score of an exercise whose solution was taken before a pass."""
    return score._replace(points=0, given_up=True)


def fitted(text: str, width: int | None = None) -> str:
    """A text broken to a screen's width, indentation kept; on a narrow one labels stand alone."""
    width = max(width or shutil.get_terminal_size().columns, 20)
    lines: list[str] = []
    for line in map(said, _unbroken(text.splitlines()) if width < REPORT else text.splitlines()):
        label = LABEL.match(line)
        if columns(line) <= width:
            lines.append(line)
        elif label is not None and width < NARROW:
            lines += [label[0].rstrip(), *_wrapped(line[len(label[0]) :], width, "  ", "  ")]
        elif label is not None:
            room = " " * columns(label[0])
            lines += _wrapped(line[len(label[0]) :], width, label[0], room)
        else:
            indent = " " * min(len(line) - len(line.lstrip()), width // 3)
            lines += _wrapped(line, width, indent, indent + "  ")
    return "\n".join(lines)


def prose(text: str) -> str:
    """Paragraphs broken to the screen's width, without indentation; code and tables keep theirs."""
    room = max(shutil.get_terminal_size().columns, 20)
    lines = (
        [line] if columns(line) <= room or line.startswith("|") else broken(line, room)
        for line in text.splitlines()
    )
    return "\n".join(line for some in lines for line in some)


def _unbroken(lines: list[str]) -> list[str]:
    """A report's lines, each entry in one: it was broken where its next word had no room."""
    whole: list[str] = []
    last = ""
    for line in lines:
        piece = PIECES.match(line[MARGIN:]) if line[:MARGIN].isspace() else None
        if piece and piece[0].strip() and columns(last) + 1 + columns(piece[0]) > REPORT:
            whole[-1] += joint(whole[-1], piece[0]) + line[MARGIN:]
        else:
            whole.append(line)
        last = line
    return whole


def _wrapped(line: str, width: int, first: str, others: str) -> list[str]:
    if columns(line) > len(line):  # Chinese, which breaks between any two characters
        lines = broken(line.strip(), width - max(columns(first), columns(others)))
        return [(others if place else first) + part for place, part in enumerate(lines)]
    return textwrap.wrap(line.strip(), width, initial_indent=first, subsequent_indent=others)
