"""A known mistake and one change of the student's file, together: with the change the file does
what the mistake does, in every call.

So one slip is told by its place and the other by its name.
"""

from contextlib import closing
from typing import Any

import numpy as np

from grader.causes.evidence import Evidence
from grader.causes.probes import probes
from grader.causes.repair import Repair, places, repairs_of
from grader.causes.search import Chosen, rank
from grader.causes.suspects import differ, numbers_of
from grader.causes.together import mistakes_of
from grader.causes.wording import in_either
from grader.diagnose import Doctor
from grader.grading import Run
from grader.judge import judge
from grader.kit import Variant
from grader.mutants.switches import Slip
from grader.sandbox.runner import Sandboxed, Unusable

SECONDS = 1.5
DISABLING = {"line dropped", "never done", "always done", "branch", "another variable"}
DISABLING |= {"another function", "where dropped", "loop left"}
CONSTANTS = {"constant", "plausible constant"}


class _Towards(Repair):
    """The student's file, towards what a known mistake gives."""

    mistake: Variant
    doctor: Doctor

    def holds(self, chosen: Any) -> bool:
        """Whether every call of the function gives what the mistake gives.

        Some wrong ones have to be right then, and others still wrong: what mends nothing may have
        brought the mistake in, and where nothing is left there is none.
        """
        self.choose(chosen)
        mended, left = False, False
        for step in self.found.every:
            outcome = self.timed(step)
            if self.clock.over or not self.doctor.gives(self.mistake, step, outcome):
                return False
            if step.complaint is not None:
                said = judge(outcome, step.expected, step.terms, step.request, step.names)
                mended, left = mended or said is None, left or said is not None
        return mended and left


def of_both(found: Evidence, run: Run) -> str:
    """A sentence on the place that has to change and the mistake that is left, "" if none."""
    doctor = run.doctor
    known = mistakes_of(found, doctor)
    several = found.telling and len(found.failures) > 1
    if not isinstance(run.candidate, Sandboxed) or not known or not several:
        return ""
    source, slips = repairs_of(found, run.candidate.source)
    trial = _Towards(found, run, source, SECONDS)
    trial.doctor = doctor
    try:
        with closing(trial.worker):
            mistake, chosen = _found(trial, known, slips)
    except Unusable:
        return ""
    if not chosen or any(slip.kind in DISABLING | CONSTANTS for (slip,) in chosen):
        # a line disabled makes an omission of what was tried, a constant a size that fits one call
        return ""
    return f"two things at once: {mistake.says}; and {in_either(places(chosen))}"


def _found(
    trial: _Towards, known: list[Variant], slips: list[Slip]
) -> tuple[Variant, list[Chosen]]:
    """A mistake and the changes with each of which the file does what it does."""
    probe, chosen = probes(trial.found)[0], list[Chosen]()
    wanted = {mistake.name: _numbers(trial.doctor.outcome(mistake, probe)) for mistake in known}
    unchanged, touched = numbers_of(probe.outcome.outputs[0]), trial.touched(probe)
    here = sorted((slip for slip in slips if slip.place in touched), key=rank)
    for change, answered in trial.of(probe, ((slip,) for slip in here)):
        numbers = numbers_of(answered)
        if numbers is None or _equal(numbers, unchanged):
            continue
        for mistake in known:
            if not _equal(numbers, wanted[mistake.name]):
                continue
            trial.mistake = mistake
            if trial.holds(change):
                chosen.append(change)
                known = [mistake]
    return known[0], chosen


def _equal(here: np.ndarray | None, there: np.ndarray | None) -> bool:
    if here is None or there is None or here.shape != there.shape:
        return False
    return not differ(here, there).any()


def _numbers(outcome: Any) -> np.ndarray | None:
    return numbers_of(outcome.outputs[0]) if outcome.outputs else None
