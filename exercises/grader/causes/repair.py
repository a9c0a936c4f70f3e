"""Where in the student's own file the fault stands: which change of it makes every call right.

The file is run again in a worker of its own, with one change after another, then with two. What
is found has been tried on all calls of the function; the change itself is not told, only what
stands there and what kind of thing it wants.
"""

import ast
import re
from contextlib import closing
from typing import Any

import numpy as np

from grader.causes.evidence import Evidence
from grader.causes.search import Chosen, Trial, search
from grader.causes.wording import LONGEST, in_either, place_of
from grader.checks import Check, CheckFailed, NotStarted
from grader.diagnose import Step
from grader.grading import Run, tried
from grader.judge import judge
from grader.mutants.mended import repairs
from grader.mutants.switches import Slip, switched
from grader.sandbox.execute import Outcome, Request
from grader.sandbox.runner import Limits, Sandboxed, Unusable
from grader.sandbox.wire import Named

SECONDS = 2.5
DRAWN = re.compile(r"\brng\s*[.=]|\brandom\b")  # other random numbers may be right by chance
OF_WORDS = {"and/or", "comparison", "condition dropped", "None alone", "sign or not dropped"}
OF_WORDS |= {"branch", "never done", "always done", "another key", "another variable", "swapped"}
OF_WORDS |= {"line dropped", "loop left", "loop not left", "slice dropped", "slice opened"}
OF_WORDS |= {"slice shifted", "call dropped", "a copy", "to add"}  # no number moved, so no border
CHANGED = {"constant", "plausible constant", "operator", "comparison", "another variable"}
CHANGED |= {"swapped", "to add", "slice shifted", "and/or", "another function", "range cut short"}
AWAY = {
    "term dropped",
    "call dropped",
    "line dropped",
    "never done",
    "always done",
    "bound dropped",
}
AWAY |= {
    "slice dropped",
    "slice opened",
    "option dropped",
    "condition dropped",
    "branch",
    "sign or not dropped",
}
FEW = 3  # wrong calls of one kind
EITHER = 2  # lines of which either may be at fault
WHOLE = 6.0  # seconds of a start, or of a call that decides, on a busy machine too
LIMITS = Limits(start=WHOLE, call=2.0, losses=4)


class _ValuesAlone(Check):
    """A check without its measures of memory, which take several times as long."""

    def growth(self, name: str, small: tuple[Any, ...], large: tuple[Any, ...], **how: Any) -> Any:
        self(name, *small)
        return self(name, *large)


class Repair(Trial):
    """The student's file in a worker of its own, towards what is right."""

    elsewhere = True

    def __init__(self, found: Evidence, run: Run, source: str, seconds: float) -> None:
        super().__init__(found, seconds)
        calls = {id(step) for step in found.every}
        self.others = [
            step
            for step in run.steps
            if step.complaint is None and id(step) not in calls and step.terms.diagnose
        ]
        wrong = [step for step in found.every if step.complaint is not None]
        if len(wrong) < FEW:  # so little is mended by chance: all that goes through it must be
            asked = set(found.failed.expected.used)
            self.others += [
                step
                for step in run.steps
                if step.complaint is not None
                and id(step) not in calls
                and asked & set(step.expected.used)
            ]
        self.stopped = [result.check for result in run.results if id(result.step) in calls]
        self.worker = Sandboxed(found.exercise, run.candidate.path, LIMITS)
        self.worker.source = source

    def target(self, step: Step) -> Any:
        return step.expected.outputs[0]

    def ask(self, name: str, step: Step, *more: Any) -> Any:
        request = step.request
        function = Named(request.name) if request.drive else request.name
        self.worker.limits = LIMITS._replace(most=max(self.clock.wait, 1.0))
        args = [function, request.args, request.kwargs, request.drive, *more]
        outcome = self.worker.run(Request(name, args, {}))
        return outcome.outputs[0] if outcome.outputs else None

    def choose(self, chosen: Chosen) -> None:
        """Make these changes for the calls that follow."""
        places = [(slip.place, slip.form) for slip in chosen]
        self.worker.run(Request("_choose_", [places, False], {}))

    def timed(self, step: Step) -> Outcome:
        """What a call comes to now; its seconds are noted."""
        self.worker.limits = LIMITS._replace(call=WHOLE, most=WHOLE)
        start = self.worker.computed
        outcome = self.worker.run(step.request)
        self.clock.add(max(self.worker.computed - start, 0.0))  # a worker that was lost began anew
        return outcome

    def holds(self, chosen: Chosen) -> bool:
        """Whether every call of the function is right in all that its check asks for.

        Those of others that are right stay so: a drive may do without what raises an error. A
        check that stopped at its first wrong call is run again, to its end.
        """
        self.choose(chosen)
        for step in (*self.found.every, *self.others):
            outcome = self.timed(step)
            said = judge(outcome, step.expected, step.terms, step.request, step.names)
            if self.clock.over or said is not None:
                return False
        return all(not self.clock.over and self.goes_through(name) for name in self.stopped)

    def goes_through(self, name: str) -> bool:
        """Whether no call of the function is wrong in a whole check."""
        start = self.worker.computed
        try:
            tried(_ValuesAlone(self.found.exercise, self.worker, name))
        except CheckFailed as problem:
            failed, other = self.found.failed.request, problem.step.request
            return (failed.name, failed.drive) != (other.name, other.drive)
        except NotStarted:
            return True
        finally:
            self.clock.add(max(self.worker.computed - start, 0.0))
        return True


def of_repair(found: Evidence, run: Run, pairs: bool = False, only_known: bool = False) -> str:
    """A sentence on the place, or the two, where the student's file has to change; "" if none.

    What mended another function of the file is tried first, and what is found is noted for the
    next. With ``only_known`` nothing else is tried.
    """
    known = run.mended
    if not isinstance(run.candidate, Sandboxed) or (only_known and not known):
        return ""
    source, slips = repairs_of(found, run.candidate.source)
    trial = Repair(found, run, source, SECONDS)
    try:
        with closing(trial.worker):
            chosen = search(trial, [] if only_known else slips, known, pairs)
    except Unusable:
        return ""
    if not chosen:
        return ""
    best = places(chosen)
    known += [chosen for chosen in best[:1] if chosen not in known]
    return _told(found, best)


def places(several: list[Chosen]) -> list[Chosen]:
    """Of changes that all do, the plainest of the likeliest line, and that of another line.

    Which of two lines is at fault is not known where a change of either mends all.
    """
    if len(several[0]) > 1:
        return several[:1]
    lines = dict.fromkeys(chosen[0].line for chosen in several)
    groups = ([chosen for chosen in several if chosen[0].line == line] for line in lines)
    return [plainest(group) for group in groups][:EITHER]


def plainest(several: list[Chosen]) -> Chosen:
    """Of changes of one line that all do: one that takes something away, if there is one.

    Another operator or number may be right by chance where what it joins does not belong.
    """
    first = several[0]
    if len(first) > 1 or first[0].kind not in CHANGED:
        return first
    return next((chosen for chosen in several if chosen[0].kind in AWAY), first)


def repairs_of(found: Evidence, code: str) -> tuple[str, list[Slip]]:
    """The file with a switch at each change, and the changes that say something if they help."""
    source, slips = switched(code, repairs)
    drawn = lines_that_draw(code)
    slips = [slip for slip in slips if slip.line not in drawn and not _is_odd(slip, bool(drawn))]
    if of_words(found.failed.expected.outputs):
        slips = [slip for slip in slips if slip.kind in OF_WORDS]
    return source, slips


def _is_odd(slip: Slip, draws: bool) -> bool:
    """Whether a change would say nothing: many parts exchanged, a term joined to what is random."""
    return (slip.kind == "swapped" and len(slip.before) > LONGEST) or (
        draws and slip.kind.startswith(("have `", "one argument more"))
    )


def lines_that_draw(source: str) -> set[int]:
    """Lines that draw random numbers, and heads of loops and branches that decide whether."""
    drawn = {n for n, line in enumerate(source.splitlines(), 1) if DRAWN.search(line)}
    tree = ast.walk(ast.parse(source))
    heads = [head for head in tree if isinstance(head, ast.For | ast.While | ast.If)]
    spans = {head.lineno: range(head.lineno, (head.end_lineno or 0) + 1) for head in heads}
    return drawn | {head for head, span in spans.items() if drawn & set(span)}


def of_words(value: Any) -> bool:
    """Whether a value is names and truths alone: so little that a number is right by chance."""
    return isinstance(value, str | bool | np.bool_) or (
        isinstance(value, list | tuple | dict)
        and all(map(of_words, value.values() if isinstance(value, dict) else value))
    )


def _told(found: Evidence, several: list[Chosen]) -> str:
    count, whose = len(found.every), f"your {found.failed.request.name}"
    calls = f"all {count} calls of {whose} are right" if count > 1 else f"{whose} is right"
    if found.failed.request.drive:
        calls = f"all {count} calls of this kind are right" if count > 1 else "this call is right"
    chosen = several[0]
    if len(several) > 1:
        return f"{in_either(several)}: with either of them, {calls}"
    said = list(dict.fromkeys(map(place_of, sorted(chosen, key=lambda slip: slip.line))))
    if len(said) == 1:
        return f"{said[0]}: with that, {calls}"
    return f"{len(said)} places at once: {'; '.join(said)}: with that, {calls}"
