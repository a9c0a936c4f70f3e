"""The causes of a failed check, tried in order; the first that holds is said."""

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from grader.callees import shared_helpers
from grader.causes.conditions import of_conditions
from grader.causes.evidence import Evidence, evidence, output_names, same, whole_name
from grader.causes.form import of_form, of_runs, of_trivial, of_unwritten
from grader.causes.listed import of_lists
from grader.causes.outputs import outputs
from grader.causes.places import of_lines, of_places
from grader.causes.process import of_process
from grader.causes.raised import of_error
from grader.causes.repair import SECONDS as SEARCH
from grader.causes.repair import of_repair
from grader.causes.slips import of_slips
from grader.causes.together import of_each, of_two
from grader.causes.values import of_values
from grader.causes.what_if import of_scale, of_what_if
from grader.diagnose import Step
from grader.grading import Result, Run
from grader.kit import Variant
from grader.sandbox.in_process import InProcess

SEARCHES = 2  # of a function: after these its other checks are told what was found
SEVERAL = 4  # other calls, before it is said that one alone is wrong
REASONED = ("values", "dtype", "raised", "refused", "changed", "warned", "memory")


def explain(run: Run, result: Result) -> list[str]:
    """The likely causes of a failed check, in sentences; several only if all of them fit."""
    step = result.step
    if step is not None and (plain := of_trivial(step)):
        return [plain]
    variants = run.diagnoses(result)
    known = [one.says for one in variants]
    if step is None or step.complaint is None or step.complaint.kind not in REASONED:
        return known
    if any(run.doctor.explains_its_function(one, run.steps) for one in variants):
        return known
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
            sure = [one.says for one in variants if _sure(run, one)]
            return sure or list(filter(None, [_reasoned(run, step)]))
        except Exception:  # a report is worth more than a cause
            return []


def _sure(run: Run, mistake: Variant) -> bool:
    """Whether a mistake explains all wrong calls, alone or beside another one.

    One that explains some is told only where the search for a change that mends all had its time.
    """
    return not run.hurried or run.doctor.shares_all(mistake, run.steps)


def _proven(run: Run, step: Step) -> str:
    """One change of the file that makes every call right: surer than mistakes that explain some."""
    name = step.request.name
    if not run.proven.get(name):
        found = evidence(run.exercise, step, run.steps, run.clock)
        again, left = name in run.proven, run.clock.left
        mend = partial(of_repair, found, run.candidate, run.steps, run.mended)
        run.proven[name] = _told(mend, only_known=again)
        run.hurried |= run.clock.over or left - run.clock.left > SEARCH
    return run.proven[name]


def _reasoned(run: Run, step: Step) -> str:
    assert step.complaint is not None
    found = evidence(run.exercise, step, run.steps, run.clock)
    said = (
        of_process(found)
        or of_error(step, _line(run, step))
        or of_form(run.exercise, step)
        or of_runs(step)
        or next(filter(None, map(of_unwritten, found.every)), "")
    )
    if said:
        return said
    if step.complaint.kind != "values" or not step.outcome.outputs or step.expected.error:
        return of_conditions(found)
    if run.mended and (told := _mended(run, found)):
        return told
    if blamed := run.to_blame(step):
        return _below(step, min(blamed))
    if known := _elsewhere(run, step):
        return known
    runner = InProcess(run.exercise.reference, run.exercise.tests)
    said = _told(of_values, found) or _told(of_what_if, found, runner)
    if not said:
        searched = run.searches[step.request.name]
        if len(searched) < SEARCHES and not any(searched):
            searched.append(_searched(run, found, runner))
        said = searched[-1]
    said = said or of_lists(found) or of_places(found) or of_conditions(found) or of_lines(found)
    return said or _alone(run, step)


def _elsewhere(run: Run, step: Step) -> str:
    """What is known of the same function at another check, or of one that shares a helper."""
    used = set(step.expected.used)
    for result in run.results:
        other = result.step
        if other is None or other is step or other.complaint is None:
            continue
        asked = set(other.expected.used)
        if not asked & used and not shared_helpers(run.candidate.source, asked, used):
            continue
        for one in run.diagnoses(result):
            if not run.doctor.shares_all(one, run.steps):
                continue
            if one.replaces in used:
                return f"another check tells it: {one.says}"
            return (
                f"your {whole_name(step)} shares code with your {one.replaces}, of which is known: "
                f"{one.says}; mend that first"
            )
    return ""


def _alone(run: Run, step: Step) -> str:
    """What a check asks that no other does, where everything else about its functions is right."""
    used = set(step.expected.used)
    others = [one for one in run.steps if one is not step and set(one.expected.used) & used]
    if not step.terms.says or len(others) < SEVERAL or any(one.complaint for one in others):
        return ""
    return f"every other check of it passes; this one alone asks: {step.terms.says}"


def _mended(run: Run, found: Evidence) -> str:
    """Whether what mended another function of the file mends this one as well."""
    name = found.failed.request.name
    if not run.searches[name]:
        told = _told(of_repair, found, run.candidate, run.steps, run.mended, only_known=True)
        run.searches[name] += [told] if told else []
    return next(filter(None, run.searches[name]), "")


def _below(step: Step, callee: str) -> str:
    if callee in step.expected.used:
        return f"this goes through your {callee}, whose own checks fail: mend it first"
    return f"your {whole_name(step)} calls your {callee}, whose own checks fail: mend it first"


def _searched(run: Run, found: Evidence, runner: InProcess) -> str:
    """What takes seconds, as long as the run has any left."""
    mend = partial(of_repair, found, run.candidate, run.steps, run.mended)
    for look in (
        partial(of_scale, found, runner),
        partial(of_each, found, run.doctor),
        partial(mend, pairs=False),
        partial(of_slips, found, run.candidate.source, pairs=False),
        partial(of_two, found, run.doctor),
        partial(mend, pairs=True),
        partial(of_slips, found, run.candidate.source, pairs=True),
    ):
        if said := "" if run.clock.over else _told(look):
            return said
    return ""


def _told(look: Callable[..., str], *given: Any, **how: Any) -> str:
    """What one way of reasoning finds; where it fails on odd values, the next has its turn."""
    try:
        return look(*given, **how)
    except Exception:
        return ""


def nothing_known(run: Run, result: Result) -> str:
    """What to say where no cause is found: what is right already, and where to look."""
    step = result.step
    assert step is not None
    found = evidence(run.exercise, step, run.steps, run.clock)
    right = _right_already(found)
    passed = sum(one.complaint is None for one in found.calls)
    if right:
        return f"{right}; no known mistake gives these numbers, so compare the rest line by line"
    if passed:
        other = "call of it is" if passed == 1 else "calls of it are"
        return (
            f"{passed} other {other} right; no known mistake gives these numbers: look for what "
            "sets this call apart"
        )
    return (
        "no known mistake gives these numbers; take the smallest input that fails and work it "
        "through by hand"
    )


def _right_already(found: Evidence) -> str:
    step = found.failed
    if not step.outcome.outputs or not output_names(found.exercise, step):
        return ""
    got, wanted = outputs(found, step)
    if got.keys() != wanted.keys():
        return ""
    right = [name for name in wanted if same(got[name], wanted[name], step)]
    wrong = [name for name in wanted if name not in right]
    if not right or not wrong:
        return ""
    verb = "is" if len(right) == 1 else "are"
    return f"your {', '.join(right)} {verb} right, your {', '.join(wrong)} not"


def _line(run: Run, step: Step) -> str:
    """The student's line that an error came from."""
    error = step.outcome.error
    if error is None or not error["frames"]:
        return ""
    number, _, path = error["frames"][-1]
    _, text = run.candidate.sources.get(path, ("", run.candidate.source))
    lines = text.splitlines()
    return lines[number - 1] if 0 < number <= len(lines) else ""
