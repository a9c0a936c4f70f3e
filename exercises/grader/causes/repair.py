"""Where in the student's own file the fault stands: which change of it makes every call right.

The file is run again in a worker of its own, with one change after another, then with two. What
is found has been tried on all calls of the function; the change itself is not told, only what
stands there and what kind of thing it wants.
"""

import ast
import re
from contextlib import closing
from typing import Any

from grader.causes.evidence import Evidence
from grader.causes.search import Chosen, Trial, search
from grader.diagnose import Step
from grader.judge import judge
from grader.mutants.mistaken import repairs
from grader.mutants.switches import Slip, switched
from grader.sandbox.execute import Request
from grader.sandbox.runner import Limits, Sandboxed, Unusable
from grader.sandbox.wire import Named

SECONDS = 2.5
DRAWN = re.compile(r"\b(rng|random)\b")  # other random numbers may be right by chance
NUMBERS = {"constant", "plausible constant", "range cut short"}
LIMITS = Limits(start=3.0, call=2.0, losses=4)
WANTS = {
    "constant": "another number",
    "plausible constant": "another number",
    "operator": "another operation",
    "comparison": "another comparison",
    "another function": "another function",
    "to add": "+= in place of =",
    "another variable": "another variable",
    "and/or": "the other of `and` and `or`",
    "bound dropped": "to be one of its two alone",
    "branch": "to be one of its two cases alone",
    "where dropped": "to be one of its two cases alone",
    "condition dropped": "one condition less",
    "cut to an int": "to be a whole number",
    "option dropped": "one option less",
    "range cut short": "another number of rounds",
    "reshaped order": "another order of the numbers",
    "sign or not dropped": "to stand without its sign or `not`",
    "swapped": "its parts exchanged",
    "term dropped": "one term or factor less",
    "term repeated": "one term or factor twice",
    "transposition dropped": "to stand without the transposition",
    "transposition": "a transposition",
    "call dropped": "to stand without the function",
    "line dropped": "to be left out",
    "never done": "never to hold",
    "always done": "always to hold",
    "slice opened": "to be open on one side",
    "slice shifted": "a border moved by one",
    "an alias for a copy": "no copy",
    "loop left": "to end the loop",
    "loop not left": "to go on with the loop",
    "a sign": "the other sign",
    "a factor": "another factor",
    "a square": "to be squared",
    "a gate": "to be a gate of 0 and 1",
    "random numbers": "random numbers",
    "an axis": "an axis to run along",
    "one argument more": "one argument more",
    "a bracket": "its bracket to end elsewhere",
}


class _Repair(Trial):
    """The student's file in a worker of its own, towards what is right."""

    elsewhere = True

    def __init__(
        self, found: Evidence, answer: Sandboxed, source: str, seconds: float, steps: list[Step]
    ) -> None:
        super().__init__(found, seconds)
        own = {id(step) for step in found.every}
        self.others = [
            step
            for step in steps
            if step.complaint is None and id(step) not in own and step.terms.diagnose
        ]
        self.worker = Sandboxed(found.exercise, answer.path, LIMITS)
        self.worker.source = source

    def target(self, step: Step) -> Any:
        return step.expected.outputs[0]

    def ask(self, name: str, step: Step, *more: Any) -> Any:
        request = step.request
        function = Named(request.name) if request.drive else request.name
        args = [function, request.args, request.kwargs, request.drive, *more]
        outcome = self.worker.run(Request(name, args, {}))
        return outcome.outputs[0] if outcome.outputs else None

    def holds(self, chosen: Chosen) -> bool:
        """Whether every call of the function is right in all that its check asks for.

        Those of others that are right stay so: a drive may do without what raises an error.
        """
        places = [(slip.place, slip.form) for slip in chosen]
        self.worker.run(Request("_choose_", [places, False], {}))
        for step in (*self.found.every, *self.others):
            start = self.worker.computed
            outcome = self.worker.run(step.request)
            self.clock.add(self.worker.computed - start)
            said = judge(outcome, step.expected, step.terms, step.request, step.names)
            if self.clock.over or said is not None:
                return False
        return True


def of_repair(
    found: Evidence,
    answer: Any,
    steps: list[Step],
    known: list[Chosen],
    pairs: bool = False,
    only_known: bool = False,
) -> str:
    """A sentence on the place, or the two, where the student's file has to change; "" if none.

    ``steps`` are all calls of the run. ``known`` is what mended another function of the file;
    what is found is added to it. With ``only_known`` nothing else is tried.
    """
    if not isinstance(answer, Sandboxed) or (only_known and not known):
        return ""
    source, slips = switched(answer.source, repairs)
    drawn = lines_that_draw(answer.source)
    slips = [one for one in slips if one.line not in drawn]
    if of_words(found.failed.expected.outputs):
        slips = [one for one in slips if one.kind not in NUMBERS]
    trial = _Repair(found, answer, source, SECONDS, steps)
    try:
        with closing(trial.worker):
            chosen = search(trial, [] if only_known else slips, known, pairs)
    except Unusable:
        return ""
    known += [one for one in chosen[:1] if one not in known]
    return _told(found, chosen[0]) if chosen else ""


def lines_that_draw(source: str) -> set[int]:
    """Lines that draw random numbers, and heads of loops that decide how often it is done."""
    drawn = {n for n, line in enumerate(source.splitlines(), 1) if DRAWN.search(line)}
    loops = [one for one in ast.walk(ast.parse(source)) if isinstance(one, (ast.For, ast.While))]
    spans = {one.lineno: range(one.lineno, (one.end_lineno or 0) + 1) for one in loops}
    heads = {head for head, span in spans.items() if drawn & set(span)}
    return drawn | heads


def of_words(value: Any) -> bool:
    """Whether a value is names alone: so little to say that another number is right by chance."""
    return isinstance(value, str) or (
        isinstance(value, (list, tuple)) and all(map(of_words, value))
    )


def _told(found: Evidence, chosen: Chosen) -> str:
    count, whose = len(found.every), f"your {found.failed.request.name}"
    calls = f"all {count} calls of {whose} are right" if count > 1 else f"{whose} is right"
    if found.failed.request.drive:
        calls = f"all {count} calls of this kind are right" if count > 1 else "this call is right"
    said = list(dict.fromkeys(map(_place, sorted(chosen, key=lambda slip: slip.line))))
    if len(said) == 1:
        return f"{said[0]}: with it, {calls}"
    return f"{len(said)} places at once: {'; '.join(said)}: with them, {calls}"


def _place(slip: Slip) -> str:
    role = f", {slip.role}," if slip.role else ""
    return f"`{slip.before[:60]}` in line {slip.line}{role} wants {WANTS.get(slip.kind, slip.kind)}"
