"""Names the likely cause of a wrong answer: the known mistakes that do the same on this input."""

from collections.abc import Callable
from functools import cache, wraps
from typing import NamedTuple

from grader.compare import Tolerance, agree
from grader.exercise import Exercise
from grader.judge import KINDS_OF_PROCESS, Complaint, Terms, judge
from grader.kit import Variant
from grader.sandbox.execute import Outcome, Request
from grader.sandbox.in_process import InProcess

UNNAMED = ("NameError", "UnboundLocalError")  # no known mistake ends in these
SEVERAL = 3  # steps whose numbers are a mistake's own
REMEMBERED = 100_000  # answers to one question of a step and a mistake


class Step(NamedTuple):
    """One call of a check, with what came of it; equal calls on equal terms have equal keys."""

    key: bytes
    request: Request
    terms: Terms
    names: list[str]
    outcome: Outcome
    expected: Outcome
    complaint: Complaint | None


Question = Callable[["Doctor", Step, Variant], bool]


def remembered(question: Question) -> Question:
    """A question of a step and a mistake, asked many times in a report and answered once."""

    @wraps(question)
    def asked(doctor: "Doctor", step: Step, mistake: Variant) -> bool:
        key = question.__name__, id(step), mistake.name
        known = doctor._told.get(key)
        if known is None or known[0] is not step:  # an id may be given to another step
            if len(doctor._told) > REMEMBERED:
                doctor._told.clear()
            known = doctor._told[key] = step, question(doctor, step, mistake)
        return known[1]

    return asked


class Doctor:
    """Compares wrong answers of one exercise with its known mistakes."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self._variants: dict[str, InProcess] = {}
        self._seen: dict[tuple[str, bytes], tuple[Outcome, Complaint | None]] = {}
        self._told: dict[tuple[str, int, str], tuple[Step, bool]] = {}

    def candidates(self, step: Step) -> list[Variant]:
        """The mistakes that show the same symptom in this step."""
        if step.complaint is None or step.complaint.kind in KINDS_OF_PROCESS:
            return []
        if not step.terms.diagnose or (step.outcome.error or {}).get("type") in UNNAMED:
            return []
        return [mistake for mistake in self.exercise.mistakes if self._same_symptom(step, mistake)]

    def resolve(self, failed: Step, seen: list[Step]) -> list[Variant]:
        """The candidates of a failed step that explain all steps seen, or else their share.

        An answer may have two mistakes: one that no right step denies is named if it explains
        several steps, or if every other failed step of its function has such a mistake too.
        """
        steps = [step for step in seen if step.terms.diagnose]
        candidates = self.candidates(failed)
        whole = [m for m in candidates if all(self._same_answer(step, m) for step in steps)]
        return whole or [mistake for mistake in candidates if self._has_its_share(mistake, steps)]

    def explains_its_function(self, mistake: Variant, seen: list[Step]) -> bool:
        """Whether a mistake gives the answer's own numbers wherever its function was asked for.

        Where it is a step of other functions, they may be wrong for reasons of their own: then
        what it returns by itself is enough, if no right answer denies it: two slips may undo
        each other, as a split and a merge.
        """
        touched = self._touched(mistake, seen)
        own = [step for step in touched if step.request.name == mistake.replaces]
        if sum(step.complaint is not None for step in own) > 1:
            failing = {s.expected.used[0] for s in own_calls(seen) if s.complaint is not None}
            others = failing - {mistake.replaces}
            clear = [step for step in touched if not others & set(step.expected.used)]
            touched = own if not self.denied(mistake, clear) else touched
        return all(self._same_answer(step, mistake) for step in touched)

    def _has_its_share(self, mistake: Variant, steps: list[Step]) -> bool:
        if self.explains_its_function(mistake, steps):
            return True
        touched = self._touched(mistake, steps)
        if self.denied(mistake, touched):
            return False
        explained = self._explained(touched)
        return all(explained) or sum(mistake in known for known in explained) > 1

    def shares_all(self, mistake: Variant, seen: list[Step]) -> bool:
        """Whether each wrong step of its function has a mistake that no right step denies."""
        return all(self._explained(self._touched(mistake, seen)))

    def explains_nearly_all(self, mistake: Variant, seen: list[Step]) -> bool:
        """Whether it gives the numbers of all wrong steps of its function but one in four.

        So many equal numbers are no accident: what is left is a second slip, or the same one where
        sums overflow.
        """
        wrong = [step for step in self._touched(mistake, seen) if step.complaint is not None]
        same = sum(self._same_symptom(step, mistake) for step in wrong)
        return same >= SEVERAL and len(wrong) - same <= len(wrong) / 4

    def furthest(self, mistakes: list[Variant], seen: list[Step]) -> list[Variant]:
        """Those mistakes that are not outdone: none explains all wrong steps of theirs and more."""
        wrong = [step for step in seen if step.terms.diagnose and step.complaint is not None]
        told = [{i for i, s in enumerate(wrong) if self._same_symptom(s, m)} for m in mistakes]
        return [m for m, own in zip(mistakes, told) if not any(own < other for other in told)]

    def _touched(self, mistake: Variant, seen: list[Step]) -> list[Step]:
        return [s for s in seen if s.terms.diagnose and mistake.replaces in s.expected.used]

    def _explained(self, touched: list[Step]) -> list[list[Variant]]:
        """For each wrong step: the mistakes with its symptom that no right step denies."""
        failed = [step for step in touched if step.complaint is not None]
        return [
            [mistake for mistake in self.candidates(step) if not self.denied(mistake, touched)]
            for step in failed
        ]

    def denied(self, mistake: Variant, steps: list[Step]) -> bool:
        """Whether a right answer stands where the mistake would have given another.

        Such a mistake is not in the file, nor one of two: no second slip undoes it just there.
        """
        return any(
            step.complaint is None and not self._same_answer(step, mistake) for step in steps
        )

    def runner(self, mistake: Variant) -> InProcess:
        """The reference with a mistake in it, ready to run."""
        if mistake.name not in self._variants:
            module = self.exercise.with_variant(mistake)
            self._variants[mistake.name] = InProcess(module, self.exercise.tests)
        return self._variants[mistake.name]

    def outcome(self, mistake: Variant, step: Step) -> Outcome:
        """What a call comes to with a mistake in it."""
        return self._run(mistake, step)[0]

    def gives(self, mistake: Variant, step: Step, outcome: Outcome) -> bool:
        """Whether an outcome is what a mistake gives in a call."""
        given, complaint = self._run(mistake, step)
        said = judge(outcome, step.expected, step.terms, step.request, step.names)
        tolerance = _tolerance(step)
        return (said is None) == (complaint is None) and same_answer(outcome, given, tolerance)

    def _run(self, mistake: Variant, step: Step) -> tuple[Outcome, Complaint | None]:
        key = mistake.name, step.key
        if key not in self._seen:
            outcome = self.runner(mistake).run(step.request)
            complaint = judge(outcome, step.expected, step.terms, step.request, step.names)
            self._seen[key] = outcome, complaint
        return self._seen[key]

    @remembered
    def _same_symptom(self, step: Step, mistake: Variant) -> bool:
        outcome, complaint = self._run(mistake, step)
        if complaint is None or step.complaint is None or complaint.kind != step.complaint.kind:
            return False
        if complaint.kind == "changed":  # the same input, and the same numbers left in it
            before, after = step.outcome.inputs_after, outcome.inputs_after
            changed = agree(before, after, _tolerance(step))
            return complaint.got == step.complaint.got and changed
        if complaint.kind == "warned" and complaint.got != step.complaint.got:
            return False
        return same_answer(step.outcome, outcome, _tolerance(step))

    @remembered
    def _same_answer(self, step: Step, mistake: Variant) -> bool:
        outcome, complaint = self._run(mistake, step)
        if complaint is not None and complaint.kind == "memory" and step.complaint is None:
            complaint = None  # how much memory it takes is the variant's own affair
        if (complaint is None) != (step.complaint is None):
            return False
        return same_answer(step.outcome, outcome, _tolerance(step))


def own_calls(steps: list[Step]) -> list[Step]:
    """The calls that use one function alone."""
    return [step for step in steps if len(set(step.expected.used)) == 1]


@cache
def doctor_of(exercise: Exercise) -> Doctor:
    """The doctor of an exercise, who remembers what each known mistake answered."""
    return Doctor(exercise)


def _tolerance(step: Step) -> Tolerance:
    return step.terms.tolerance(step.expected.outputs)


def same_answer(outcome: Outcome, other: Outcome, tolerance: Tolerance) -> bool:
    """Whether two outcomes are the same answer: equal values, or the same error."""
    if outcome.error is not None or other.error is not None:
        return (
            outcome.error is not None
            and other.error is not None
            and (outcome.error["type"], outcome.error["message"])
            == (other.error["type"], other.error["message"])
        )
    if outcome.refused or other.refused:
        return bool(outcome.refused and other.refused and outcome.refused == other.refused)
    return agree(outcome.outputs, other.outputs, tolerance, dtype=True)
