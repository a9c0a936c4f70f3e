"""The text of a failure for pytest, made when it is shown."""

from functools import partial
from typing import Any

from grader.grading import Result, Run
from grader.report import brief_text, failure_text
from grader.waiting import looking_for_causes


class LazyReport:
    """A failure's text, made when it is shown: by then every check's evidence is in."""

    def __init__(self, run: Run, result: Result, in_full: bool) -> None:
        self._run, self._result, self._in_full = run, result, in_full

    def __str__(self) -> str:
        return failure_text(self._run, self._result)

    @property
    def reprcrash(self) -> str:
        """The failure in one line, which pytest asks for under --tb=line."""
        return brief_text(self._run, self._result).strip()

    def toterminal(self, writer: Any) -> None:
        """Write the text."""
        if self._in_full:
            with looking_for_causes(partial(writer.write, flush=True), writer.hasmarkup):
                text = str(self)
            writer.line(text)
