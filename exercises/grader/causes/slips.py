"""The right function with one slip in it, made by machine: which slip gives these numbers?

What is told is the student's side of it, never the reference's line.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType, ModuleType
from typing import Any

from grader.causes.evidence import NONE, Evidence, cached
from grader.causes.values import in_place_of, right_ones, wrong_outputs
from grader.diagnose import Step
from grader.exercise import Exercise
from grader.mutants.mutate import mutants_of
from grader.sandbox.runner import InProcess

SECONDS = 1.5
Kinds = dict[str, set[str]]  # of slip, with what stands there then
TOLD = {
    "constant": "another number stands in one place: `{after}`",
    "plausible constant": "another number stands in one place: `{after}`",
    "operator": "another operation stands in one place: `{after}`",
    "comparison": "a border is drawn elsewhere: `{after}`",
    "another function": "another function stands in one place: `{after}`",
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
    "narrowed": "the result is cut to float32",
    "an input returned": "an input is returned instead of the result",
}


class _OutOfTime(KeyboardInterrupt):
    """Of that kind, since a run of ours lets nothing else through."""


def of_slips(found: Evidence) -> str:
    """A sentence on the slip whose numbers these are, "" where several kinds or none give them."""
    if found.is_rounding or not found.telling:
        return ""
    wrong = wrong_outputs(found)
    kinds: dict[str, Kinds] = {name: {} for name in ("", *(wrong if len(wrong) > 1 else ()))}
    with _clock(SECONDS):
        for name, module in _modules(found.exercise, found.failed):
            answer = cached(partial(_answer, InProcess(module, found.exercise.tests)))
            _, kind, change = (part.strip() for part in name.split(" | ")[:3])
            for output, known in kinds.items():
                predict = in_place_of(found, output, answer) if output else answer
                if found.fits(predict):
                    known.setdefault(kind, set()).add(change.partition(" → ")[2])
    if told := _either(kinds.pop("")):
        return f"your numbers are those of a right answer in which {told}"
    each = {output: _either(known) for output, known in kinds.items()}
    if not each or not all(each.values()):
        return ""
    return "; ".join(
        f"your {output} is that of a right answer in which {told}" for output, told in each.items()
    ) + right_ones(found, wrong)


def _either(kinds: Kinds) -> str:
    """The kinds of slip that fit, if they are one or two."""
    if not 1 <= len(kinds) <= 2:
        return ""
    return ", or ".join(_told(kind, places) for kind, places in kinds.items())


def _told(kind: str, places: set[str]) -> str:
    """The slip in words, with the student's side of it where that is the only one that fits."""
    said = TOLD.get(kind, "there is one slip: `{after}`")
    if len(places) > 1:
        return said.partition("`{after}`")[0].rstrip(": ").removesuffix(":")
    return said.format(after=min(places)[:60])


def _modules(exercise: Exercise, step: Step) -> Iterator[tuple[str, ModuleType]]:
    source = exercise.reference_path.read_text(encoding="utf-8")
    used = list(step.expected.used) or None
    for mutant in mutants_of(source, used):
        module = exercise.new_reference()
        try:
            exec(compile(mutant.source, str(exercise.reference_path), "exec"), module.__dict__)
        except Exception:
            continue
        yield mutant.name, module


def _answer(runner: InProcess, step: Step) -> Any:
    request = step.request._replace(layouts=False, times=1, memory=False)
    outcome = runner.run(request)
    return outcome.outputs[0] if outcome.outputs and outcome.error is None else NONE


@contextmanager
def _clock(seconds: float) -> Iterator[None]:
    """Ends what takes longer, an endless loop of a mutant too; only the main thread can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise _OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except _OutOfTime:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
