"""The right function with one slip in it, made by machine: which slip gives these numbers?

What is told is the student's side of it, never the reference's line.
"""

import re
import sys
from functools import partial
from types import ModuleType
from typing import Any

from grader.causes.evidence import NONE, Evidence, arguments, cached
from grader.causes.repair import lines_that_draw
from grader.causes.search import Chosen, Trial, search
from grader.causes.wording import cut
from grader.diagnose import Step
from grader.exercise import Exercise
from grader.mutants.mistaken import slips
from grader.mutants.switches import Slip, switched
from grader.sandbox.execute import materialise

SECONDS = 1.5
TOLD = {
    "constant": "another number stands in one place: `{after}`",
    "plausible constant": "another number stands in one place: `{after}`",
    "operator": "another operation stands in one place: `{after}`",
    "comparison": "a border is drawn elsewhere: `{after}`",
    "another function": "another function stands in one place: `{after}`",
    "not added up": "what is to be added up overwrites what stood there: `{after}`",
    "and/or": "`and` and `or` are exchanged: `{after}`",
    "bound dropped": "a border is left out: `{after}`",
    "branch": "one case is treated as the other: `{after}`",
    "condition dropped": "a condition is left out: `{after}`",
    "cut to an int": "a number is cut to a whole one: `{after}`",
    "option dropped": "an option of a call is left out: `{after}`",
    "range cut short": "a loop is one round short or long: `{after}`",
    "reshaped order": "numbers are laid out in another order: `{after}`",
    "sign or not dropped": "a sign or a `not` is left out: `{after}`",
    "swapped": "two things are exchanged: `{after}`",
    "term dropped": "a term is missing: `{after}` stands alone",
    "term repeated": "a term is there twice: `{after}`",
    "transposition dropped": "a transposition is left out: `{after}`",
    "where dropped": "a case is never treated apart: `{after}`",
    "call dropped": "a function is left out: `{after}` stands alone",
    "line dropped": "a step is left out",
    "never done": "one case is never treated apart",
    "always done": "one case is treated as if it were always so",
    "loop left": "a loop ends too early",
    "loop not left": "a loop goes on too long",
    "another variable": "another variable stands in one place: `{after}`",
    "activation": "{which} stands in place of ReLU",
    "slice opened": "a slice is open where it ends: `{after}`",
    "slice shifted": "a slice begins or ends one place off: `{after}`",
    "an alias for a copy": "a name stands for a copy",
    "argument dropped": "an argument of a call is left out: `{after}`",
    "a bracket": "a bracket ends elsewhere: `{after}`",
}


class _Slips(Trial):
    """The reference, towards what the student's file gives."""

    def __init__(self, found: Evidence, module: ModuleType, seconds: float) -> None:
        super().__init__(found, seconds)
        self.module = module

    def target(self, step: Step) -> Any:
        return step.outcome.outputs[0]

    def ask(self, name: str, step: Step, *more: Any) -> Any:
        request, tests = step.request, self.found.exercise.tests
        function = getattr(tests, request.name) if request.drive else request.name
        args = [materialise(value, None, tests) for value in request.args]
        kwargs = {key: materialise(value, None, tests) for key, value in request.kwargs.items()}
        return getattr(self.module, name)(function, args, kwargs, request.drive, *more)

    def holds(self, chosen: Chosen) -> bool:
        return self.found.fits(cached(partial(self._answer, chosen)))

    def _answer(self, chosen: Chosen, step: Step) -> Any:
        places = [(slip.place, slip.form) for slip in chosen]
        answer = self.ask("_tries_", step, [places])[0][0]
        return NONE if answer is None else answer


def of_slips(found: Evidence, source: str, pairs: bool) -> str:
    """A sentence on the slip whose numbers these are, or the two; "" where none gives them.

    Two slips give many numbers: they are told only if both stand in the student's ``source``.
    Numbers that are drawn may be any: nothing is told of them.
    """
    if found.is_rounding or found.is_drawn or not found.telling:
        return ""
    module, known = _switched(found.exercise, set(found.failed.expected.used))
    chosen = search(_Slips(found, module, SECONDS), known, pairs=pairs)
    if not chosen:
        return ""
    if len(chosen[0]) > 1 and not all(_bare(slip.after) in _bare(source) for slip in chosen[0]):
        return ""
    names = {name for step in found.calls for name in arguments(step)}
    if len(chosen[0]) == 1:
        chosen = [slips for slips in chosen if not _is_bare(slips[0], names)]
        if not chosen:
            return ""
        said = list(dict.fromkeys(_told(slips[0], names) for slips in chosen))[:1]
    else:
        said = list(dict.fromkeys(_told(slip, names) for slip in chosen[0]))
    return f"your numbers are those of a right answer in which {', and '.join(said)}"


def _bare(code: str) -> str:
    return re.sub(r"\s", "", code)


def _told(slip: Slip, names: set[str]) -> str:
    """The slip in words; where the reference's own names would stand in it, by its kind alone."""
    kind, _, which = slip.kind.partition(": ")
    said = TOLD.get(kind, "there is one slip: `{after}`")
    if slip.kind == "another function" and (plain := _summed(slip)):
        return plain
    words = set(re.findall(r"(?<![.\w])[a-z_]\w*(?!\()", slip.after)) - {"np", "axis", "keepdims"}
    if words and words <= names:
        return said.format(after=cut(slip.after), which=which)
    return said.partition("`{after}`")[0].rstrip(": ").format(which=which)


def _is_bare(slip: Slip, names: set[str]) -> bool:
    """Whether nothing could be said but that some function is another: the file may have none."""
    return slip.kind == "another function" and _told(slip, names).endswith("in one place")


def _summed(slip: Slip) -> str:
    """A sum for a mean and the reverse, which may be written without either word."""
    names = [text.rpartition(".")[2] for text in (slip.before, slip.after)]
    if names == ["mean", "sum"]:
        return "a sum is not divided by the number of its terms, as a mean is"
    return "a sum is divided by the number of its terms" if names == ["sum", "mean"] else ""


def _switched(exercise: Exercise, names: set[str]) -> tuple[ModuleType, list[Slip]]:
    source = exercise.reference_path.read_text(encoding="utf-8")
    whole, known = switched(source, slips, names)
    drawn = lines_that_draw(source)
    known = [slip for slip in known if slip.line not in drawn]
    module = exercise.new_reference()
    module.__name__ = f"slips_{exercise.name}"
    exec(compile(whole, str(exercise.reference_path), "exec"), module.__dict__)
    sys.modules[module.__name__] = module
    return module, known
