"""The workbook in a notebook: functions of its cells, graded as a file is.

    from attention_workbook import check, hint, question
    check("ex01", softmax=softmax, softmax_backward=softmax_backward)

What comes back shows itself as a table in a notebook, as text elsewhere; nothing here raises for
what a reader typed.
"""

import shutil
import tempfile
from html import escape
from pathlib import Path
from typing import Any

from grader.exercise import Exercise, find_exercise, find_exercises
from grader.grading import FAILED, PASSED, Result, Run, Score, grade
from grader.home import answer_of, home_of, laid_out
from grader.language import said
from grader.question import asked, hints, matters
from grader.report import brief_text, causes_of, sentence
from grader.sandbox.held import weaker_fence
from grader.sandbox.runner import Sandboxed
from grader.sandbox.unfenced import PROMISES_LESS, Unfenced, processes
from grader.verdict import count, fitted, reports

from attention_workbook.cells import source_of
from attention_workbook.state import Progress

CELL = '<td style="text-align:left;vertical-align:top">{}</td>'
MARKS = {PASSED: "✓", FAILED: "✗"}
_hints_seen: dict[str, int] = {}


class Page:
    """Text that a notebook shows as Markdown."""

    def __init__(self, text: str) -> None:
        self.text = said(text)

    def __repr__(self) -> str:
        return fitted(self.text)

    def _repr_markdown_(self) -> str:
        return self.text


class Verdict:
    """A graded answer: ``score`` for programs, a report for people; ``problem`` if none was."""

    def __init__(self, run: Run | None = None, problem: str = "", notes: tuple[str, ...] = ()):
        self.problem, self.notes = problem, notes
        self._run = run
        self.score: Score | None = run.score() if run is not None else None

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return self.score is not None and self.score.status == PASSED

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        if self._run is None:
            return fitted(self.problem)
        parts = [*reports(self._run), count(self._run), *self._after(), *self.notes]
        return fitted("\n\n".join(parts))

    def _repr_html_(self) -> str:
        if self._run is None:
            return f"<p>{escape(said(self.problem))}</p>"
        head = "".join(
            f"<th>{label}</th>" for label in map(said, ("", "check", "came back", "likely cause"))
        )
        rows = "".join(self._row(result) for result in self._run.results)
        below = [count(self._run), *self._after(), *self.notes]
        text = "".join(f"<p>{escape(said(line))}</p>" for line in below)
        return f"<table><tr>{head}</tr>{rows}</table>{text}"

    def _row(self, result: Result) -> str:
        cells = [MARKS.get(result.status, "–"), sentence(result.check), "", ""]
        if result.status == FAILED and not result.repeated:
            assert self._run is not None
            cells[2] = brief_text(self._run, result).partition(": ")[2].partition(": ")[2]
            cells[3] = "; or ".join(causes_of(self._run, result))
        return f"<tr>{''.join(CELL.format(escape(said(cell))) for cell in cells)}</tr>"

    def _after(self) -> list[str]:
        assert self._run is not None
        if not self.passed:
            return [f'A hint: hint("{self._run.exercise.number}")']
        words = map(said, ("Cost", "Listened for", "Try next"))
        colon = said(": ")
        return [f"{word}{colon}{point}" for word, point in zip(words, matters(self._run.exercise))]


def check(name: str, *given: Any, **functions: Any) -> Verdict:
    """Grade functions defined in cells, by a worker process as ever where one can be started.

    The verdict is true if every check passed. ``given`` are functions by their own names.

    What is not handed over counts as not written; functions that an exercise takes from others
    come from the workbook's folder unless they are handed over too.
    """
    try:
        if not isinstance(name, str):
            raise ValueError('Name the exercise first: check("ex01", softmax=softmax)')
        functions = {getattr(f, "__name__", repr(f)): f for f in given} | functions
        exercise = find_exercise(name, find_exercises())
        _require_known(exercise, functions)
        with tempfile.TemporaryDirectory(prefix="notebook-") as folder:
            _lay_out(exercise, functions, Path(folder))
            fenced = processes()
            candidate = (Sandboxed if fenced else Unfenced)(
                exercise, answer_of(exercise, Path(folder))
            )
            try:
                run = grade(exercise, candidate)
            finally:
                candidate.close()
    except (ValueError, OSError) as problem:
        return Verdict(problem=str(problem))
    note = weaker_fence() if fenced else PROMISES_LESS
    return Verdict(run, notes=tuple(filter(None, [note])))


def question(name: str) -> Page:
    """What is asked, without its hints."""
    try:
        return Page(asked(find_exercise(name, find_exercises())))
    except ValueError as problem:
        return Page(str(problem))


def hint(name: str) -> Page:
    """The next hint; ``hint("ex01:1")`` starts again. Remembered in a workbook of one's own."""
    name, _, number = name.partition(":")
    try:
        exercise = find_exercise(name, find_exercises())
    except ValueError as problem:
        return Page(str(problem))
    home, texts = home_of(Path.cwd()), hints(exercise)
    progress = Progress(home) if laid_out(home) else None
    seen = progress.entry(exercise.name).get("hints", 0) if progress else 0
    seen = max(seen, _hints_seen.get(exercise.name, 0))
    place = min(max(int(number) if number.isdecimal() else seen + 1, 1), len(texts))
    _hints_seen[exercise.name] = place
    if progress:
        progress.note(exercise.name, hints=place)
    return Page(f"**{exercise.number}: hint {place} of {len(texts)}**\n\n{texts[place - 1]}")


def _require_known(exercise: Exercise, functions: dict[str, Any]) -> None:
    """Raise ValueError unless each function belongs to the exercise, or to one it builds on."""
    of_parts = {name for names in exercise.parts.values() for name in names}
    unknown = [name for name in functions if name not in of_parts and name not in exercise.public]
    asks = ", ".join(exercise.public)
    if unknown:
        raise ValueError(f"{exercise.number} asks for {asks}; {', '.join(unknown)} is none of them")
    if not functions:
        given = ", ".join(f"{name}={name}" for name in exercise.public)
        raise ValueError(f'Hand over your functions: check("{exercise.number}", {given})')


def _lay_out(exercise: Exercise, functions: dict[str, Any], folder: Path) -> None:
    """The answer as a file, beside the others it builds on. Raises ValueError."""
    home = home_of(Path.cwd())
    for part, names in exercise.parts.items():
        given = {name: functions[name] for name in names if name in functions}
        if given:
            _write(answer_of(part, folder), source_of(given))
        elif answer_of(part, home).is_file():
            answer_of(part, folder).parent.mkdir(parents=True)
            shutil.copy(answer_of(part, home), answer_of(part, folder))
    handed = {name: functions[name] for name in exercise.public if name in functions}
    stubs = [name for name in exercise.public if name not in handed]
    _write(answer_of(exercise, folder), source_of(handed, stubs))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
