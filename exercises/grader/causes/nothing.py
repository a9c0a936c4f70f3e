"""What to say where no cause is found: what is right already, and where to look."""

from collections.abc import Sequence

from grader.causes.evidence import Evidence, evidence, output_names, same, whole_name
from grader.causes.outputs import outputs, right_everywhere, verb
from grader.diagnose import Step
from grader.grading import Result, Run
from grader.kit import in_a_row

MANY = 4  # outputs by their names


def nothing_known(run: Run, result: Result) -> str:
    """What to say where no cause is found: what is right already, and where to look.

    That no known mistake does the same is said only where the search came to its end. ""
    where the check has said in its own words what is wrong.
    """
    step = result.step
    assert step is not None
    assert step.complaint is not None
    if step.terms.compare is not None and step.complaint.note:
        return _told_of_others(run, step).removeprefix(". ")
    found = evidence(run.exercise, step, run.steps, run.clock)
    complete = step.terms.diagnose and not (run.clock.over or run.hurried)
    complete = complete and not run.doctor.candidates(step)  # one gives those of this call alone
    none = "no known mistake gives these numbers" if complete else "no cause was found"
    right = _right_already(found)
    passed = sum(step.complaint is None for step in found.calls)
    if right:
        said = f"{right}; {none}, so compare the rest line by line"
    elif passed >= len(found.calls) - passed:
        whose = "of this kind" if step.request.drive else f"of your {whole_name(step)}"
        other = f"call {whose} is" if passed == 1 else f"calls {whose} are"
        said = f"{passed} other {other} right; {none}: look for what sets this call apart"
    else:
        said = f"{none}; take the smallest input that fails and work it through by hand"
    return said + _told_of_others(run, step)


def _told_of_others(run: Run, step: Step) -> str:
    """What is known of another function of the file, which may hold the same here."""
    for result in run.results:
        for mistake in run.diagnoses(result):
            if not _twins(str(mistake.replaces), step.expected.used):
                continue
            if run.doctor.shares_all(mistake, run.steps):
                name, says = mistake.replaces, mistake.says
                return f". Known of your {name}: {says}; does the same stand here?"
    return ""


def _twins(name: str, used: Sequence[str]) -> bool:
    """Whether a function is the forward of one of these, or the reverse; or a step of it."""
    return name not in used and any(x.startswith(name) or name.startswith(x) for x in used)


def _right_already(found: Evidence) -> str:
    step = found.failed
    if not step.outcome.outputs or not output_names(found.exercise, step):
        return ""
    got, wanted = outputs(found, step)
    if got.keys() != wanted.keys():
        return ""
    wrong = [name for name in wanted if not same(got[name], wanted[name], step)]
    right = [name for name in wanted if name not in wrong and right_everywhere(found, name)]
    if not right or not wrong:
        return ""
    if len(right) > MANY:
        return f"your {in_a_row(wrong)} {verb(wrong)} wrong and all else is right"
    return (
        f"your {in_a_row(right)} {verb(right)} right and your {in_a_row(wrong)} {verb(wrong)} not"
    )
