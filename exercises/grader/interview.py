"""``--interview MINUTES``: questions against the clock, with no hints and a report at the end.

Every question starts from a fresh stub in a folder of its own, so earlier answers neither help
nor suffer; one that is built on other answers finds them beside it. Nothing is graded unasked, and
a question may be tried again while there is time. What was wrong, and why, is told at the end,
with follow-ups and rubric.
"""

import random
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from grader.causes import explain
from grader.clock import Clock
from grader.draw import draw, plan_text, require_time, standing
from grader.exercise import Exercise
from grader.grading import FAILED, NOT_STARTED, PASSED, Run, Score
from grader.language import said
from grader.question import asked, follow_ups, rubric
from grader.report import brief_text
from grader.reset import reset
from grader.verdict import graded, prose

ACTIONS = "g = grade it, s = skip it, q = stop the interview, Enter = how much time is left: "
SHOWN = 4
SEARCH = 2.0  # seconds of computing for causes, which are told at the end


class Answer(NamedTuple):
    """A question of a session: its score, what was wrong, the minutes it took, whether too late."""

    exercise: Exercise
    score: Score
    wrong: list[str]
    minutes: float
    late: bool


class Desk(NamedTuple):
    """What a session needs of the world; tests bring their own."""

    say: Callable[[str], None] = lambda text: print(said(text))
    ask: Callable[[str], str] = lambda text: input(said(text))
    clock: Callable[[], float] = time.monotonic


class Session:
    """Questions asked one by one; ``answers`` holds what was graded, also after an interruption."""

    def __init__(self, folder: Path, minutes: float, desk: Desk, answers: Path) -> None:
        """``own`` is the folder of the student's other answers."""
        self.folder, self.desk, self.others = folder, desk, answers
        self.answers: list[Answer] = []
        self._deadline = desk.clock() + minutes * 60

    def minutes_left(self) -> float:
        """What the clock still gives; negative when the time is up."""
        return (self._deadline - self.desk.clock()) / 60

    def hold(self, chosen: list[Exercise]) -> None:
        """Ask the questions until they or the time are out, or there is no more input."""
        try:
            for number, exercise in enumerate(chosen, 1):
                if self.minutes_left() <= 0:
                    self.desk.say("\nThe time is up.")
                    return
                self.desk.say(
                    f"\n{'=' * 72}\nQuestion {number} of {len(chosen)}; {self._left()}.\n"
                )
                if not self._question(exercise):
                    return
        except (EOFError, KeyboardInterrupt):
            self.desk.say("\nStopped.")

    def _question(self, exercise: Exercise) -> bool:
        """One question, until it is solved, skipped or too late; False to stop the interview."""
        path, began = self._laid_out(exercise), self.desk.clock()
        self.desk.say(prose(asked(exercise)))
        self.desk.say(f"\nWrite your answer in {path}")
        place = len(self.answers)
        while True:
            said = self.desk.ask(ACTIONS).strip().lower()
            late = self.minutes_left() < 0
            if said in ("s", "q") and not late and not self._sure(said):
                continue
            if said == "g" or late:
                self.answers[place:] = [self._graded(exercise, path, began, late)]
                if late or self.answers[place].score.status == PASSED:
                    return said != "q"
            elif said in ("s", "q"):
                if said == "s" and len(self.answers) == place:
                    self.answers.append(self._graded(exercise, path, began, late))
                return said == "s"
            self.desk.say(f"{self._left().capitalize()}; the question is still yours.")

    def _sure(self, said: str) -> bool:
        what = "Skip this question" if said == "s" else "Stop the interview"
        return self.desk.ask(f"{what}? y = yes: ").strip().lower() in ("y", "yes")

    def _left(self) -> str:
        return f"{max(self.minutes_left(), 0):.0f} minutes left"

    def _laid_out(self, exercise: Exercise) -> Path:
        """The stub in the session's folder; the answers that it builds on beside it."""
        home = self.folder / exercise.number if exercise.parts else self.folder
        for part in exercise.parts:
            (home / part.name).mkdir(parents=True, exist_ok=True)
            shutil.copy(self.others / part.name / part.file, home / part.name)
        reset(exercise, home)
        return home / exercise.name / exercise.file

    def _graded(self, exercise: Exercise, path: Path, began: float, late: bool) -> Answer:
        now = self.desk.clock()
        run = graded(exercise, path)
        score = run.score()
        word = "too late, and " if late else ""
        self.desk.say(f"{word}{score.status}: {score.checks_passed} of {score.checks} checks.")
        return Answer(exercise, score, list(_wrong(run)), (now - began) / 60, late)


def _wrong(run: Run) -> list[str]:
    """The failed checks of an answer in a line each, then their likely causes."""
    failed = [result for result in run.results if result.status == FAILED and not result.repeated]
    name = f"{run.exercise.name}: "
    lines = [brief_text(run, result).strip().removeprefix(name) for result in failed]
    if len(lines) > SHOWN + 1:
        lines[SHOWN:] = [f"and {len(lines) - SHOWN} checks more"]
    run.search_with(Clock(SEARCH))
    causes = dict.fromkeys(cause for result in failed for cause in explain(run, result))
    return lines + [f"likely cause: {cause}" for cause in causes if cause]


def report(answers: list[Answer], typed: Callable[[str, str], str]) -> str:
    """What went well, what to drill, and the follow-ups with their rubric."""
    if not answers:
        return "\nNo question was answered."
    good = solved(answers)
    weak = [answer for answer in answers if answer not in good]
    lines = [f"\n{'=' * 72}", f"Report: {len(good)} of {len(answers)} questions solved in time."]
    if good:
        lines += ["", "What went well"]
        lines += [f"  {_line(answer)}" for answer in good]
    if weak:
        lines += ["", "What to drill"]
        for answer in weak:
            lines.append(f"  {_line(answer)}")
            lines += [f"      {text}" for text in answer.wrong]
            lines.append(f"      {typed('check', answer.exercise.name)}")
    for answer in answers:
        lines += ["", f"Follow-ups to {answer.exercise.number} · {answer.exercise.head.title}", ""]
        lines += [follow_ups(answer.exercise), "", "How they are marked", ""]
        lines.append(rubric(answer.exercise))
    return "\n".join(lines)


def _line(answer: Answer) -> str:
    late = ", too late" if answer.late else ""
    checks = f"{answer.score.checks_passed}/{answer.score.checks} checks"
    if answer.score.status == NOT_STARTED:
        checks = NOT_STARTED
    times = f"{answer.minutes:.0f} of {answer.exercise.head.minutes} minutes"
    return f"{answer.exercise.number}  {answer.exercise.head.title}: {checks}, {times}{late}"


def held(
    exercises: list[Exercise],
    answers: Path,
    minutes: float,
    typed: Callable[[str, str], str],
    interactive: bool,
) -> list[Answer]:
    """A whole session at the terminal; without one, only its plan is shown. Returns the answers.

    Raises ValueError if no question is short enough.
    """
    desk = Desk()
    exercises = [exercise for exercise in exercises if not exercise.lacks]
    require_time(exercises, minutes)
    try:
        desk.say("Grading your answers to see where you stand ...")
        scores = standing(exercises, answers)
        chosen = draw(exercises, scores, minutes, random.Random())
        desk.say(plan_text(chosen, scores, minutes))
        if not interactive:
            desk.say("There is no terminal to answer at, so this is the plan only.")
            return []
        desk.ask("\nEnter starts the clock: ")
    except (EOFError, KeyboardInterrupt):
        desk.say("\nStopped before the first question.")
        return []
    folder = Path(tempfile.mkdtemp(prefix="interview-"))
    session = Session(folder, minutes, desk, answers)
    session.hold(chosen)
    desk.say(report(session.answers, typed))
    desk.say(f"\nYour answers of this session are in {folder}")
    return session.answers


def solved(answers: list[Answer]) -> list[Answer]:
    """Those that passed in time."""
    return [answer for answer in answers if answer.score.status == PASSED and not answer.late]
