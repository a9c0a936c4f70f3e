"""Audits the exercises themselves: ``python -m grader.audit [exNN ...]``, from ``exercises/``.

For each: the reference passes (in the worker), the stub is not started, every mistake is rejected
and named by its own diagnosis and no other, every style passes, and the tolerances have room.
"""

import argparse
import functools
import sys
from typing import NamedTuple

from grader.checks import Candidate
from grader.diagnose import Doctor
from grader.exercise import Exercise, find_exercise, find_exercises
from grader.grading import NOT_STARTED, PASSED, Run, grade
from grader.kit import Variant
from grader.report import failure_text, title
from grader.runner import InProcess, Sandboxed


class Verdict(NamedTuple):
    """How the grader treats one known mistake."""

    name: str
    rejected: bool
    named: bool
    confused_with: list[str]

    @property
    def sound(self) -> bool:
        """Rejected, and named by its own diagnosis alone."""
        return self.rejected and self.named and not self.confused_with


def candidate_for(exercise: Exercise, variant: Variant, shelf: str, worker: bool) -> Candidate:
    """The reference with a variant laid over it, in this process or in a worker."""
    if not worker:
        return InProcess(exercise.with_variant(variant), exercise.tests)
    path = str(exercise.solution / f"{shelf.lower()}.py")
    overlay = (path, shelf, variant.name, str(variant.replaces))
    return Sandboxed(exercise, exercise.reference_path, overlay=overlay)


def try_mistake(exercise: Exercise, mistake: Variant, worker: bool = False) -> Verdict:
    """Grade one mistake as if a student had handed it in."""
    candidate = candidate_for(exercise, mistake, "MISTAKES", worker)
    score = _graded(exercise, candidate).score()
    others = [name for name in score.diagnoses if name != mistake.name]
    return Verdict(mistake.name, score.status != PASSED, mistake.name in score.diagnoses, others)


def try_style(exercise: Exercise, style: Variant, worker: bool = False) -> Run:
    """Grade one right answer in another style."""
    return _graded(exercise, candidate_for(exercise, style, "STYLES", worker))


def try_reference(exercise: Exercise) -> Run:
    """Grade the reference in a worker."""
    return _graded(exercise, Sandboxed(exercise, exercise.reference_path))


def try_stub(exercise: Exercise) -> Run:
    """Grade the file as it lies in the exercise's folder."""
    return _graded(exercise, Sandboxed(exercise, exercise.folder / exercise.file))


@functools.cache
def _doctor(exercise: Exercise) -> Doctor:
    """One doctor an exercise: what a mistake does on an input is found out once."""
    return Doctor(exercise)


def _graded(exercise: Exercise, candidate: Candidate) -> Run:
    try:
        return grade(exercise, candidate, _doctor(exercise))
    finally:
        candidate.close()


def audit(exercise: Exercise, worker: bool = False) -> list[str]:
    """Print one exercise's audit; returns what is unsound."""
    print(f"\n{exercise.name}: {len(exercise.checks)} checks, {exercise.head.points} points")
    faults = []
    reference = try_reference(exercise)
    if reference.score().status != PASSED:
        faults.append("the reference does not pass")
        _show_failures(reference)
    stub = try_stub(exercise).score().status
    if stub != NOT_STARTED:
        faults.append(f"the stub is {stub}, not 'not started'")
    for mistake in exercise.mistakes:
        verdict = try_mistake(exercise, mistake, worker)
        words = "rejected" if verdict.rejected else "NOT REJECTED"
        words += ", named" if verdict.named else ", NOT NAMED"
        if verdict.confused_with:
            words += f", ALSO NAMED {', '.join(verdict.confused_with)}"
        print(f"  mistake {mistake.name:<44} {words}")
        if not verdict.sound:
            faults.append(f"mistake {mistake.name}: {words}")
    for style in exercise.styles:
        run = try_style(exercise, style, worker)
        passed = run.score().status == PASSED
        print(f"  style   {style.says:<44} {'passes' if passed else 'FAILS'}")
        if not passed:
            faults.append(f"style {style.says} fails")
            _show_failures(run)
    names = [one.name for one in exercise.mistakes]
    if len(set(names)) != len(names):
        faults.append("two mistakes have the same name")
    print(f"  {'sound' if not faults else 'UNSOUND: ' + '; '.join(faults)}")
    return faults


def _show_failures(run: Run) -> None:
    for result in run.results:
        if result.status != PASSED:
            print(f"--- {title(run, result)}: {result.status}")
            if result.status != NOT_STARTED:
                print(failure_text(run, result))


def main(arguments: list[str] | None = None) -> int:
    """Audit the named exercises, or all; the exit status is 1 if one is unsound."""
    parser = argparse.ArgumentParser(prog="python -m grader.audit", description=__doc__)
    parser.add_argument("exercises", nargs="*", metavar="exNN")
    parser.add_argument("--worker", action="store_true", help="run variants in workers too (slow)")
    options = parser.parse_args(arguments)
    known = find_exercises()
    try:
        chosen = [find_exercise(name, known) for name in options.exercises] or known
    except ValueError as problem:
        parser.error(str(problem))
    unsound = [one.name for one in chosen if audit(one, options.worker)]
    print(f"\n{len(chosen) - len(unsound)} of {len(chosen)} exercises are sound.")
    return 1 if unsound else 0


if __name__ == "__main__":
    sys.exit(main())
