"""``grade SUBMISSIONS/ --csv marks.csv``: a class, folder by folder, on all cores.

Inputs are drawn from a secret seed, so an answer made for the workbook's own inputs earns nothing.
What is graded stays graded: a run that was interrupted, or comes after a late submission, goes on.
"""

import argparse
import os
import secrets
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from grader.diagnose import Doctor
from grader.exercise import Exercise, find_exercises
from grader.files import require_place
from grader.grading import NOT_STARTED, PASSED, Run, grade
from grader.home import answer_of, laid_out
from grader.language import said
from grader.sandbox.receive import visible
from grader.sandbox.runner import LIMITS, Sandboxed
from grader.sandbox.source import Unreadable, lies_there, read_source
from grader.scoreboard import table
from grader.verdict import reports

from attention_workbook.marks import Marks, Row

SEED_BITS = 63
NO_FILES = "no answer found: exNN_name/file.py is looked for in the student's folder"
NOTHING_BEGUN = "nothing begun: every file is still a stub"
NESTED = ("exercises", "workbook")  # where a student's clone holds them


class Submission(NamedTuple):
    """A student's folder, where in it the answers lie, and a hash of them."""

    student: str
    answers: Path
    print: str


def grade_class(parsed: argparse.Namespace) -> str:
    """Grade every submission that is new or changed. Raises ValueError, in a sentence."""
    require_place(parsed.csv, "--csv")
    if not parsed.submissions.is_dir():
        raise ValueError(f"{parsed.submissions}: there is no such folder")
    if laid_out(parsed.submissions) or any(parsed.submissions.glob("ex[0-9][0-9]_*")):
        raise ValueError(
            f"{parsed.submissions} is one workbook: name the folder that holds all of them"
        )
    if parsed.seed is not None and not 0 <= parsed.seed < 1 << SEED_BITS:
        raise ValueError(f"--seed {parsed.seed}: give a whole number from 0 to 2**{SEED_BITS} - 1")
    exercises = [exercise for exercise in find_exercises() if not exercise.lacks]
    found = list(submissions(parsed.submissions, exercises))
    if not found:
        raise ValueError(f"{parsed.submissions} holds no folders: one for each student is expected")
    fresh = parsed.seed if parsed.seed is not None else secrets.randbits(SEED_BITS)
    marks = Marks.opened(parsed.csv, fresh, parsed.seed is not None, [e.number for e in exercises])
    todo = [given for given in found if marks.print_of(given.student) != given.print]
    marks.keep_only({submission.student for submission in found})
    for done, (row, text) in enumerate(_graded(todo, marks.seed), 1):
        marks.put(row, text)
        line = f"{done}/{len(todo)}  {row.student}: {row.points} of {row.out_of}  {row.note}"
        print(visible(said(line.rstrip())))
    again = f"{len(found) - len(todo)} unchanged, " if len(todo) < len(found) else ""
    return (
        f"{len(found)} submissions, {again}{len(todo)} graded now.\n"
        f"Marks: {marks.path}   Reports: {marks.reports}/   Seed: {marks.seed_path}"
    )


def submissions(folder: Path, exercises: list[Exercise]) -> Iterator[Submission]:
    """The students' folders, in the order of their names."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or not path.is_dir():
            continue
        nested = [path, *(path / name for name in NESTED)]
        answers = next((folder for folder in nested if any(folder.glob("ex[0-9][0-9]_*"))), path)
        yield Submission(path.name, answers, _print(answers, exercises))


def _print(answers: Path, exercises: list[Exercise]) -> str:
    """A hash of what was handed in and of what it is graded by."""
    found = sha256()
    for exercise in exercises:
        for path in (exercise.tests_path, exercise.reference_path, answer_of(exercise, answers)):
            found.update(_text(path).encode("utf-8", "replace") + b"\0")
    return found.hexdigest()[:16]


def _text(path: Path) -> str:
    try:
        return read_source(path) if lies_there(path) else ""
    except Unreadable as problem:
        return f"unreadable: {problem}"


def _graded(todo: list[Submission], seed: int) -> Iterator[tuple[Row, str]]:
    """Each submission's row and report as it is done; one that ends a process is tried alone."""
    suspects = []
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        futures: dict[Future[tuple[Row, str]], Submission] = {
            pool.submit(graded_submission, submission, seed): submission for submission in todo
        }
        try:
            for future in as_completed(futures):
                try:
                    yield future.result()
                except BrokenProcessPool:
                    suspects.append(futures[future])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    for submission in suspects:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            try:
                yield pool.submit(graded_submission, submission, seed).result()
            except BrokenProcessPool:
                yield _no_marks(submission, "grading it ended the grader's process")


_known: list[tuple[Exercise, Doctor]] = []  # of this process: what was computed serves all


def graded_submission(submission: Submission, seed: int) -> tuple[Row, str]:
    """Grade one student; whatever goes wrong is a note in the row."""
    if not _known:
        _known.extend((e, Doctor(e)) for e in find_exercises() if not e.lacks)
    try:
        runs, notes = [], []
        for exercise, doctor in _known:
            path = answer_of(exercise, submission.answers)
            if _leads_out(path, submission.answers):
                notes.append(f"{exercise.number} leads out of the folder: not graded")
                path = submission.answers / "not-graded" / exercise.name / exercise.file
            candidate = Sandboxed(exercise, path, LIMITS)
            try:
                runs.append(grade(exercise, candidate, doctor, seed))
            finally:
                candidate.close()
        if all(run.score().status == NOT_STARTED for run in runs):
            there = any(answer_of(exercise, submission.answers).is_file() for exercise, _ in _known)
            notes.append(NOTHING_BEGUN if there else NO_FILES)
        return _row(submission, runs, "; ".join(notes)), _report(submission.student, runs, notes)
    except Exception as problem:
        return _no_marks(submission, f"could not be graded: {type(problem).__name__}: {problem}")


def _leads_out(path: Path, answers: Path) -> bool:
    """Whether a link makes another's file, or the reference, the answer."""
    try:
        return not path.resolve().is_relative_to(answers.resolve())
    except (OSError, RuntimeError):  # a circle of links
        return True


def _row(submission: Submission, runs: list[Run], note: str) -> Row:
    scores = [run.score() for run in runs]
    points = {run.exercise.number: score.points for run, score in zip(runs, scores)}
    total, out_of = sum(points.values()), sum(score.out_of for score in scores)
    passed = sum(score.status == PASSED for score in scores)
    return Row(submission.student, total, out_of, passed, points, note, submission.print)


def _no_marks(submission: Submission, note: str) -> tuple[Row, str]:
    student = submission.student
    return Row(student, 0, 0, 0, {}, note, submission.print), f"# {visible(student)}\n\n{note}\n"


def _report(student: str, runs: list[Run], notes: list[str]) -> str:
    """What a student may read: the scoreboard, then what failed and why."""
    begun = [run for run in runs if run.score().status != NOT_STARTED]
    lines = [f"# {visible(student)}", *notes]
    if begun:
        rows = table([run.score() for run in begun], [run.exercise for run in begun])
        lines.append(_fenced("\n".join(text for text, _ in rows)))
    for run in begun:
        if said := reports(run):
            lines += [f"## {run.exercise.number} · {run.exercise.head.title}"]
            lines += [_fenced(text) for text in said]
    return "\n\n".join(lines) + "\n"


def _fenced(text: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}text\n{text}\n{fence}"
