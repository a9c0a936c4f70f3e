"""Audits the exercises themselves: ``python -m grader.audit [exNN ...]``, from ``exercises/``.

For each: the reference passes (in the worker), the stub is not started, every mistake is rejected
and named by its own diagnosis and no other, every style passes, and each check's tolerance lies
well between the errors of right answers and of wrong ones.
"""

import argparse
import math
import sys
from typing import NamedTuple

from grader.checks import Candidate
from grader.diagnose import doctor_of
from grader.exercise import EXERCISES, Exercise, find_exercise, find_exercises
from grader.files import write_page
from grader.grading import NOT_STARTED, PASSED, Run, grade
from grader.kit import Variant
from grader.report import failure_text, title
from grader.sandbox.in_process import InProcess
from grader.sandbox.runner import Sandboxed
from grader.strength import (
    RIGHT_AT_MOST,
    WRONG_AT_LEAST,
    Strength,
    clearest,
    in_words,
    noise,
    passes,
    with_strengths,
    with_total,
)

TABLE = EXERCISES.parent / "docs" / "workbook" / "strength.md"
README = EXERCISES.parent / "README.md"


class Verdict(NamedTuple):
    """How the grader treats one known mistake."""

    name: str
    run: Run
    rejected: bool
    named: bool
    confused_with: list[str]

    @property
    def sound(self) -> bool:
        """Rejected, and named by its own diagnosis alone."""
        return self.rejected and self.named and not self.confused_with

    @property
    def words(self) -> str:
        """The verdict for people; what is unsound in capitals."""
        words = "rejected" if self.rejected else "NOT REJECTED"
        words += ", named" if self.named else ", NOT NAMED"
        others = ", ".join(self.confused_with)
        return words + (f", ALSO NAMED {others}" if others else "")


def candidate_for(exercise: Exercise, variant: Variant, shelf: str, worker: bool) -> Candidate:
    """The reference with a variant laid over it, in this process or in a worker."""
    if worker:
        path = str(exercise.solution / f"{shelf.lower()}.py")
        overlay = (path, shelf, variant.name, str(variant.replaces))
        return Sandboxed(exercise, exercise.reference_path, overlay=overlay)
    if shelf == "MISTAKES":
        return doctor_of(exercise).runner(variant)
    return InProcess(exercise.with_variant(variant), exercise.tests)


def try_mistake(exercise: Exercise, mistake: Variant, worker: bool = False) -> Verdict:
    """Grade one mistake as if a student had handed it in."""
    run = _graded(exercise, candidate_for(exercise, mistake, "MISTAKES", worker))
    score = run.score()
    others = [name for name in score.diagnoses if name != mistake.name]
    named = mistake.name in score.diagnoses
    return Verdict(mistake.name, run, score.status != PASSED, named, others)


def try_style(exercise: Exercise, style: Variant, worker: bool = False) -> Run:
    """Grade one right answer in another style."""
    return _graded(exercise, candidate_for(exercise, style, "STYLES", worker))


def try_reference(exercise: Exercise) -> Run:
    """Grade the reference in a worker."""
    return _graded(exercise, Sandboxed(exercise, exercise.reference_path))


def try_stub(exercise: Exercise) -> Run:
    """Grade the stub that a reset gives back."""
    return _graded(exercise, Sandboxed(exercise, exercise.solution / "stub.py"))


def _graded(exercise: Exercise, candidate: Candidate) -> Run:
    try:
        return grade(exercise, candidate, doctor_of(exercise))
    finally:
        candidate.close()


class Audit(NamedTuple):
    """Everything found out about an exercise."""

    exercise: Exercise
    reference: Run
    stub: Run
    verdicts: list[Verdict]
    styles: dict[str, Run]
    noise: dict[str, float]

    def faults(self) -> list[str]:
        """What is unsound, in words."""
        found = []
        if not passes(self.reference):
            found.append("the reference does not pass")
        if self.stub.score().status != NOT_STARTED:
            found.append(f"the stub is {self.stub.score().status}, not 'not started'")
        found += [
            f"mistake {verdict.name}: {verdict.words}"
            for verdict in self.verdicts
            if not verdict.sound
        ]
        found += [f"style {says} fails" for says, run in self.styles.items() if not passes(run)]
        found += [
            f"{check}: right answers err by {error:.2g} of its tolerance"
            for check, error in self.noise.items()
            if error > RIGHT_AT_MOST
        ]
        found += [
            f"mistake {verdict.name} errs by no more than {clearest(verdict.run):.3g} tolerances"
            for verdict in self.verdicts
            if verdict.rejected and clearest(verdict.run) < WRONG_AT_LEAST
        ]
        names = [verdict.name for verdict in self.verdicts]
        if len(set(names)) != len(names):
            found.append("two mistakes have the same name")
        return found

    def strength(self) -> Strength:
        """The line of the published table."""
        return Strength(
            self.exercise.name,
            len(self.exercise.checks),
            len(self.verdicts),
            sum(verdict.rejected for verdict in self.verdicts),
            sum(verdict.sound for verdict in self.verdicts),
            len(self.styles),
            sum(map(passes, self.styles.values())),
            max(self.noise.values(), default=0.0),
            min((clearest(verdict.run) for verdict in self.verdicts), default=math.inf),
        )


def audit(exercise: Exercise, worker: bool = False) -> Audit:
    """Find out everything about an exercise."""
    reference, stub = try_reference(exercise), try_stub(exercise)
    verdicts = [try_mistake(exercise, mistake, worker) for mistake in exercise.mistakes]
    styles = {
        f"{style.replaces}: {style.says}": try_style(exercise, style, worker)
        for style in exercise.styles
    }
    right = [reference, *styles.values()]
    errors = {check: noise(right, check) for check in exercise.checks}
    return Audit(exercise, reference, stub, verdicts, styles, errors)


def show(result: Audit) -> None:
    """Print an audit for the authors of an exercise."""
    exercise = result.exercise
    print(f"\n{exercise.name}: {len(exercise.checks)} checks, {exercise.head.points} points")
    for verdict in result.verdicts:
        clear = in_words(clearest(verdict.run))
        print(f"  mistake {verdict.name:<44} {verdict.words}; error {clear}")
    for says, run in result.styles.items():
        print(f"  style   {says:<58} {'passes' if passes(run) else 'FAILS'}")
    for check, error in result.noise.items():
        print(f"  check   {check:<58} right answers err by {error:.1e} tolerances")
    for run in (result.reference, *result.styles.values()):
        for check in run.results:
            if check.status != PASSED:
                print(f"--- {title(run, check)}: {check.status}\n{failure_text(run, check)}")
    faults = result.faults()
    print(f"  {'sound' if not faults else 'UNSOUND: ' + '; '.join(faults)}")


def main(arguments: list[str] | None = None) -> int:
    """Audit the named exercises, or all; the exit status is 1 if one is unsound."""
    parser = argparse.ArgumentParser(prog="python -m grader.audit", description=__doc__)
    parser.add_argument("exercises", nargs="*", metavar="exNN")
    parser.add_argument("--worker", action="store_true", help="run variants in workers too (slow)")
    parser.add_argument("--write", action="store_true", help=f"write the rows into {TABLE.name}")
    options = parser.parse_args(arguments)
    known = find_exercises()
    try:
        chosen = [find_exercise(name, known) for name in options.exercises] or known
    except ValueError as problem:
        parser.error(str(problem))
    results = []
    for exercise in chosen:
        results.append(audit(exercise, options.worker))
        show(results[-1])
    unsound = [audit.exercise.name for audit in results if audit.faults()]
    print(f"\n{len(chosen) - len(unsound)} of {len(chosen)} exercises are sound.")
    if options.write:
        strengths = [audit.strength() for audit in results]
        page = with_strengths(TABLE.read_text(encoding="utf-8"), strengths)
        write_page(TABLE, page)
        write_page(README, with_total(README.read_text(encoding="utf-8"), page))
        print(f"wrote {TABLE} and the total into {README.name}")
    return 1 if unsound else 0


if __name__ == "__main__":
    sys.exit(main())
