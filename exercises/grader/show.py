"""``--show CHECK``: a check's case in full, and how to replay it in one's own Python."""

import textwrap
from pathlib import Path

from grader.case import Case, case_of
from grader.exercise import Exercise, find_exercise
from grader.grading import FAILED, PASSED, Result, Run
from grader.report import failure_text, title
from grader.scoreboard import install, shown
from grader.verdict import graded

LAYOUT = {
    "C": "arrays in C order, rows one after another",
    "F": "arrays in Fortran order, columns one after another",
    "read-only": "read-only arrays",
}


def show(
    wanted: str, exercises: list[Exercise], chosen: list[Exercise], answers: Path, here: Path
) -> str:
    """The text for a check, written as "ex01: values of a matrix" or as its test is called.

    ``chosen`` are the exercises named on the command line, for a check without its exercise.
    Writes the case beside the answer. Raises ValueError if there is no such check, or only an
    exercise is named.
    """
    exercise, name = find_check(wanted, exercises, chosen)
    run = graded(exercise, answers / exercise.name / exercise.file)
    if not name:
        raise ValueError(_which(run))
    result = next(r for r in run.results if r.check == name)
    steps = run.steps_of(name)
    step = result.step or (steps[-1] if steps else None)
    lines = [title(run, result), "", *_verdict(run, result)]
    if step is None:
        return "\n".join(lines)
    case = case_of(step)
    lines += ["", *_inputs(case)]
    file = answers / exercise.name / f"{name.removeprefix('test_')}.npz"
    case.write(file)
    lines += [
        "",
        f"Written to {shown(file, here)}.",
        "To replay it, put breakpoint() where you want to look, start your own Python in",
        f"{'this folder' if answers == here else shown(answers, here)}, and give it these lines:",
        "",
        *case.lines(exercise, answers, file),
    ]
    return "\n".join(lines)


def find_check(
    wanted: str, exercises: list[Exercise], chosen: list[Exercise]
) -> tuple[Exercise, str]:
    """The exercise and the test's name, "" if none is given.

    Raises ValueError, naming the checks there are.
    """
    number, colon, words = wanted.rpartition(":")
    words = words.strip().lower().replace(" ", "_")
    name = f"test_{words.removeprefix('test_')}"
    known = [find_exercise(number.strip(), exercises)] if colon else chosen or exercises
    alone = Path(wanted.strip()).name
    if not colon and any(alone in (e.number, e.name) for e in exercises):
        known, name = [find_exercise(alone, exercises)], ""
    if len(known) == 1 and known[0].lacks:
        raise ValueError(f"{known[0].number} needs {known[0].lacks}: {install(known[0].lacks)}")
    if not name:
        return known[0], name
    found = [exercise for exercise in known if not exercise.lacks and name in exercise.checks]
    if len(found) == 1:
        return found[0], name
    if found:
        numbers = ", ".join(exercise.number for exercise in found)
        raise ValueError(
            f"show {wanted!r}: {numbers} have such a check; say which, as in "
            f"'{found[0].number}:{words}'"
        )
    if len(known) == 1:
        names = ", ".join(check.removeprefix("test_") for check in known[0].checks)
        raise ValueError(f"show {wanted!r}: {known[0].number} has no such check; it has {names}")
    raise ValueError(f"show {wanted!r}: no exercise has such a check; write it as ex01:CHECK")


def _which(run: Run) -> str:
    """Asks for a check, naming those that fail."""
    failing = [result.check for result in run.results if result.status == FAILED]
    names = ", ".join(check.removeprefix("test_") for check in failing or run.exercise.checks)
    which = "these fail:" if failing else "none fails, it has"
    return f"show: say which check of {run.exercise.number}; {which} {names}"


def _verdict(run: Run, result: Result) -> list[str]:
    if result.status == PASSED:
        return ["This check passes. Its last call:"]
    if result.step is None and not result.reason:
        return ["This check is not started: the function it calls is still a stub."]
    if result.repeated:
        result = next(r for r in run.results if r.reason == result.reason)
    return [failure_text(run, result)]


def _inputs(case: Case) -> list[str]:
    lines = []
    if case.layout is not None:
        lines.append(
            f"Called with C, Fortran and read-only arrays; wrong with {LAYOUT[case.layout]}."
        )
    for name, text in case.inputs:
        head, _, rest = text.partition("\n")
        lines.append(f"{name} = {head}")
        if rest:
            lines.append(textwrap.indent(rest, "    "))
    return lines
