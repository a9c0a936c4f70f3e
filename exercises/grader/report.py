"""The text of a failed check: call, what came back, what was expected, likely cause, your lines."""

from collections.abc import Iterator

from grader.causes import explain, nothing_known
from grader.causes.evidence import output_names
from grader.compare import describe
from grader.diagnose import Step
from grader.grading import Result, Run
from grader.language import broken, said, width

WIDTH = 96
MARGIN = 15


def title(run: Run, result: Result) -> str:
    """The headline of a failed check."""
    return f"{run.exercise.name}: {sentence(result.check)}"


def sentence(check: str) -> str:
    """A test's name as words."""
    return check.removeprefix("test_").replace("_", " ")


def failure_text(run: Run, result: Result) -> str:
    """Everything to be said about a failed check."""
    if result.step is None:
        return "\n".join(_without_a_step(run, result))
    return "\n".join(_about_a_step(run, result, result.step))


def brief_text(run: Run, result: Result) -> str:
    """A failed check in one line."""
    complaint = result.step.complaint if result.step is not None else None
    what = complaint.got if complaint is not None else result.reason
    if complaint is not None and complaint.kind == "values" and _asks_more(result.step):
        what = "not judged while the values are wrong"
    elif complaint is not None and complaint.kind in ("values", "dtype"):
        return _cut(said(f"  {title(run, result)}: {what}, not {complaint.expected}"))
    return _cut(f"  {said(title(run, result))}{said(': ')}{said(what)}")


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 3] + "..."


def _asks_more(step: Step) -> bool:
    """Whether the check is of inputs left alone, of a dtype or of memory, beyond the values."""
    request, terms = step.request, step.terms
    return bool(request.layouts or terms.dtype or request.memory)


def _without_a_step(run: Run, result: Result) -> Iterator[str]:
    if result.repeated:
        yield f"not tried: {run.exercise.file} cannot be run, see above"
        return
    if result.fault:
        yield from _entry("This check", f"is broken, which is not your doing: {result.reason}")
        return
    yield from _entry("Your file", f"{run.exercise.file}: {result.reason}")
    yield from _source_lines(run, [(result.line, "", "")] if result.line else [])


def _about_a_step(run: Run, result: Result, step: Step) -> Iterator[str]:
    complaint = step.complaint
    assert complaint is not None
    yield from _entry("The call", call_text(step))
    for line in _argument_lines(step):
        yield " " * (MARGIN + 2) + line
    where = spot(run, step, complaint.where)
    yield from _entry("Came back", where + complaint.got)
    yield from _entry("Expected", where + complaint.expected)
    if complaint.note:
        yield from _entry("", complaint.note)
    if step.outcome.warnings and complaint.kind != "warned":
        yield from _entry("Warned", step.outcome.warnings[0][0])
    if step.terms.says:
        yield from _entry("The point", step.terms.says)
    for index, cause in enumerate(causes_of(run, result)):
        yield from _entry("Likely cause" if index == 0 else "or", cause)
    yield from _source_lines(run, blamed_lines(step))
    if step.outcome.printed.strip():
        lines = step.outcome.printed.strip().splitlines()[:5]
        yield from _entry("You printed", lines[0][:WIDTH])
        yield from (" " * MARGIN + line[:WIDTH] for line in lines[1:])


def causes_of(run: Run, result: Result) -> list[str]:
    """The likely causes of a failed check, or where to look if values are wrong and none fits.

    A run whose clock was given nothing says only what is known without a search.
    """
    causes = explain(run, result)
    wrong = result.step is not None and result.step.complaint is not None
    searched = run.clock.given > 0
    if searched and not causes and wrong and result.step.complaint.kind == "values":
        causes = [nothing_known(run, result)]
    return [cause for cause in causes if cause]


def spot(run: Run, step: Step, where: str) -> str:
    """Where in the output: ``dk[0, 1]: `` where the outputs of a call have names."""
    if not where.startswith("["):
        return ""
    names = () if step.request.drive else output_names(run.exercise, step)
    number, _, rest = where[1:].partition("]")
    return f"{names[int(number)]}{rest}: " if names else f"output{where}: "


def blamed_lines(step: Step) -> list[tuple[int, str, str]]:
    """Lines of the student's: number, function, path ("" is that of the exercise's own file)."""
    outcome = step.outcome
    if outcome.violations and outcome.violations[0][1]:
        return [(outcome.violations[0][1], "", "")]
    if outcome.error is not None:
        return [(int(line), str(name), str(path)) for line, name, path in outcome.error["frames"]]
    lines = dict.fromkeys(line for _, line in outcome.warnings if line)
    return [(line, "", "") for line in lines][:2]


def call_text(step: Step) -> str:
    """The call as it would be typed."""
    request = step.request
    names = _names(step)[: len(request.args)]
    names += [f"{key}={key}" for key in request.kwargs]
    if request.drive:
        return f"{request.name}({', '.join([said('your module'), *names])})"
    return f"{request.name}({', '.join(names)})"


def _names(step: Step) -> list[str]:
    count = len(step.request.args)
    return [*step.names, *(f"input{i}" for i in range(len(step.names), count))]


def _argument_lines(step: Step) -> Iterator[str]:
    pairs = [*zip(_names(step), step.request.args), *step.request.kwargs.items()]
    for name, value in pairs:
        yield f"{name} = {describe(value)}"


def _entry(label: str, text: str) -> Iterator[str]:
    label = said(label)
    prefix = label + " " * max(MARGIN - width(label), 1)
    for line in broken(said(text), WIDTH - MARGIN):
        yield (prefix + line).rstrip()
        prefix = " " * MARGIN


def _source_lines(run: Run, places: list[tuple[int, str, str]]) -> Iterator[str]:
    answer = run.exercise.file, run.candidate.source
    label = "In your file"
    for line, name, path in places:
        file, text = run.candidate.sources.get(path, answer)
        source = text.splitlines()
        inside = f", in {name}" if name and name != "<module>" else ""
        yield from _entry(label, f"{file}, line {line}{inside}")
        if 0 < line <= len(source):
            yield " " * (MARGIN + 2) + source[line - 1].strip()[:WIDTH]
        label = ""
