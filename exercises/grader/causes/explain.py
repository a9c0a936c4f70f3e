"""The causes of a failed check, tried in order; the first that holds is said."""

import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from grader.causes.both import of_both
from grader.causes.conditions import of_conditions
from grader.causes.evidence import Evidence, evidence, whole_name
from grader.causes.form import full, of_form, of_kind, of_runs, of_trivial, of_unwritten
from grader.causes.listed import of_lists
from grader.causes.places import of_lines, of_places
from grader.causes.process import line_at, of_process
from grader.causes.raised import of_error
from grader.causes.repair import SECONDS as SEARCH
from grader.causes.repair import of_repair, of_words
from grader.causes.slips import of_slips
from grader.causes.together import NOT_FOUND, of_each, of_two
from grader.causes.values import exchanged_here, of_values
from grader.causes.what_if import Scale, of_what_if
from grader.clock import Clock
from grader.diagnose import Step
from grader.grading import Result, Run
from grader.kit import Variant, in_a_row
from grader.sandbox.in_process import InProcess

KNOWN = 2.0  # seconds in which it is tried whether a change mends another function too
SEARCHES = 2  # of a function: after these its other checks are told what was found
ALONE = 4  # searches, of one slip each, where another function is wrong as well
SEVERAL = 4  # other calls, before it is said that one alone is wrong
REASONED = ("values", "dtype", "raised", "refused", "changed", "warned", "memory")


def explain(run: Run, result: Result) -> list[str]:
    """The likely causes of a failed check, in sentences; several only if all of them fit."""
    step = result.step
    plain = _at_once(run, step) if step is not None else ""
    variants = run.diagnoses(result)
    if plain and not any(run.doctor.explains_its_function(m, run.steps) for m in variants):
        return [plain]
    known = [_told_as(mistake, run) for mistake in variants]
    if step is None or step.complaint is None or step.complaint.kind not in REASONED:
        return known
    doctor = run.doctor
    whole = [mistake for mistake in variants if doctor.explains_its_function(mistake, run.steps)]
    if whole:
        return [_told_as(mistake, run) for mistake in whole]
    if not step.terms.diagnose:
        return known
    with run.clock, np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if not known:
                return list(filter(None, [_reasoned(run, step)]))
            if of_form(run.exercise, step) or step.complaint.got.startswith("shape "):
                return known  # no numbers that could fit by chance
            if told := _proven(run, step):
                return [told]
            likely = doctor.furthest(variants, run.steps)
            sure = [_told_as(mistake, run) for mistake in likely if _sure(run, mistake)]
            if len(sure) > 1 and not all(doctor.shares_all(m, run.steps) for m in variants):
                sure = []  # each explains some calls, and not the same ones
            return sure or list(filter(None, [_reasoned(run, step)]))
        except Exception:  # a report is worth more than a cause
            return []


def _at_once(run: Run, step: Step) -> str:
    """What is plainer than any cause: of an empty answer only where no other call finds any."""
    same = (s for s in run.steps if set(s.expected.used) & set(step.expected.used))
    finds = any(s.outcome.outputs and full(s.outcome.outputs[0]) for s in same)
    return ("" if finds else of_trivial(step)) or of_kind(run.exercise, step)


def _told_as(mistake: Variant, run: Run) -> str:
    """A known mistake in its words; where truths and names are all that was seen, as a likeness.

    So little may come of another slip as well.
    """
    if _is_faint(mistake, run):
        return f"your answers are those of a known mistake: {mistake.says}"
    return mistake.says


def _is_faint(mistake: Variant, run: Run) -> bool:
    """Whether all that is wrong with its function are truths and names."""
    wrong = [step for step in run.steps if mistake.replaces in step.expected.used]
    wrong = [step for step in wrong if step.complaint is not None and step.expected.outputs]
    return all(of_words(step.expected.outputs[0]) for step in wrong)


def _sure(run: Run, mistake: Variant) -> bool:
    """Whether a mistake explains all wrong calls, alone or beside another one.

    One that explains some is told only where the search for a change that mends all had its time.
    """
    doctor, steps = run.doctor, run.steps
    nearly = doctor.explains_nearly_all(mistake, steps) and not _is_faint(mistake, run)
    return not run.hurried or nearly or doctor.shares_all(mistake, steps)


def _proven(run: Run, step: Step) -> str:
    """One change of the file that makes every call right: surer than mistakes that explain some."""
    name = step.request.name
    if not run.proven.get(name):
        found = evidence(run.exercise, step, run.steps, run.clock)
        again, left = name in run.proven, run.clock.left
        mend = partial(of_repair, found, run)
        run.proven[name] = _told(mend, only_known=again)
        run.hurried |= run.clock.over or left - run.clock.left > SEARCH
    return run.proven[name]


def _reasoned(run: Run, step: Step) -> str:
    assert step.complaint is not None
    found = evidence(run.exercise, step, run.steps, run.clock)
    said = (
        of_process(found, line_at(run, step))
        or of_error(step, line_at(run, step))
        or of_form(run.exercise, step)
        or of_runs(step)
        or next(filter(None, map(of_unwritten, found.every)), "")
    )
    if said:
        return said
    if step.outcome.error is not None:
        return _told(_mends_an_error, run, found) or of_conditions(found)
    if step.complaint.kind != "values" or not step.outcome.outputs:
        return of_conditions(found)
    if said := of_trivial(step):
        return said
    if run.mended and (told := _mended(run, found)):
        return told
    blamed = run.to_blame(step)
    if not blamed and (known := _elsewhere(run, step)):
        return known
    runner = InProcess(run.exercise.reference, run.exercise.tests)
    said = ""
    if not found.is_drawn:
        said = _told(of_values, found) or _told(of_what_if, found, runner)
    if not said:
        searched = run.searches[step.request.name]
        if len(searched) < SEARCHES and not any(searched):
            searched.append(_searched(run, found, runner, blamed=bool(blamed)))
        said = searched[-1]
    if not said and blamed:
        return _below(step, min(blamed))
    if not said and not found.is_drawn:
        said = of_lists(found) or of_places(found)
    said = said or of_conditions(found)
    if not said and not found.is_drawn:
        said = of_lines(found)
    return said or exchanged_here(found) or _alone(run, step)


def _elsewhere(run: Run, step: Step) -> str:
    """What is known of the same function at another check."""
    used = set(step.expected.used)
    for result in run.results:
        other = result.step
        if other is None or other is step or other.complaint is None:
            continue
        for mistake in run.diagnoses(result):
            if mistake.replaces in used and run.doctor.shares_all(mistake, run.steps):
                return f"another check tells it: {mistake.says}"
    return ""


def _alone(run: Run, step: Step) -> str:
    """What a check asks that no other does, where everything else about its functions is right."""
    used = set(step.expected.used)
    others = [other for other in run.steps if other is not step and set(other.expected.used) & used]
    if len(others) < SEVERAL or any(other.complaint for other in others):
        return ""
    check = next(result.check for result in run.results if result.step is step)
    asks = step.terms.says or check.removeprefix("test_").replace("_", " ")
    whose = f"your {in_a_row(step.expected.used)}"
    return f"every other check of {whose} passes; this one alone asks: {asks}"


def _mended(run: Run, found: Evidence) -> str:
    """Whether what mended another function of the file mends this one as well."""
    name = found.failed.request.name
    if not run.searches[name]:
        known = replace(found, clock=Clock(KNOWN))  # one pass, even where all searches had theirs
        told = _told(of_repair, known, run, only_known=True)
        run.searches[name] += [told] if told else []
    return next(filter(None, run.searches[name]), "")


def _mends_an_error(run: Run, found: Evidence) -> str:
    """The one change with which an error of no known reason is gone and every call right."""
    searched = run.searches[found.failed.request.name]
    if not searched and not run.clock.over:
        searched.append(of_repair(found, run))
    return next(filter(None, searched), "")


def _below(step: Step, callee: str) -> str:
    if callee in step.expected.used:
        return f"this check uses your {callee} too, whose own checks fail: mend it first"
    return f"your {whole_name(step)} calls your {callee}, whose own checks fail: mend it first"


def _searched(run: Run, found: Evidence, runner: InProcess, blamed: bool = False) -> str:
    """What takes seconds, as long as the run has any left.

    Where another function is to blame, only what is wrong in one place is looked for; numbers
    that are drawn may fit anything, so of these only what mends every call is told.
    """
    mend = partial(of_repair, found, run)
    if found.is_drawn:
        return _told(mend, pairs=False)
    scale = Scale(found, runner)
    looks = (
        scale.by_law,
        partial(of_each, found, run.doctor),
        partial(mend, pairs=False),
        partial(of_slips, found, run.candidate.source, pairs=False),
        scale.by_any,
        partial(of_two, found, run.doctor),
        partial(of_both, found, run),
        partial(mend, pairs=True),
        partial(of_slips, found, run.candidate.source, pairs=True),
    )
    in_part = ""  # of some outputs the cause, unless one is found of all
    for look in looks[:ALONE] if blamed else looks:
        said = "" if run.clock.over else _told(look)
        if NOT_FOUND in said:
            in_part = said
        elif said:
            return said
    return in_part


def _told(look: Callable[..., str], *given: Any, **how: Any) -> str:
    """What one way of reasoning finds; where it fails on odd values, the next has its turn."""
    try:
        return look(*given, **how)
    except Exception:
        return ""
