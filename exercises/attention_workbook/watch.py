"""``watch``: grades the exercise at hand whenever its file is saved, and goes on after a pass.

Ten times a second it asks for the file's time and size and sleeps in between: that works on every
file system. A worker with NumPy imported waits for the next save, and what the reference and the
known mistakes answer is known before it. A key pressed while an answer is graded does not wait for
the verdict, and the verdict does not wait for a cause that is not known at once: that is searched
for once it stands, until the file is saved again.
"""

import itertools
import signal
import threading
from collections.abc import Iterator

from grader.checks import reference_of
from grader.clock import Clock
from grader.contents import on_route
from grader.diagnose import doctor_of
from grader.exercise import Exercise
from grader.grading import NOT_STARTED, PASSED, Run, grade
from grader.home import MARK, answer_of, laid_out
from grader.language import said
from grader.sandbox.held import weaker_fence
from grader.sandbox.in_process import InProcess
from grader.sandbox.spawn import keep_warm
from grader.verdict import count, fitted, is_vague, reports

from attention_workbook.asked import INTERVIEW, hint, interview
from attention_workbook.checking import at_hand, graded_and_noted, invitation, next_step
from attention_workbook.keys import PAUSE, Desk
from attention_workbook.listing import listing
from attention_workbook.place import Place
from attention_workbook.routes import ahead, passed, route_of
from attention_workbook.saves import Saved, seen, settled
from attention_workbook.solution import after_a_pass, solution_text
from attention_workbook.state import locked

SEARCHING = "Looking for the cause ..."
SEARCH = 2.0  # seconds of computing for a cause, while the verdict stands
LONGEST_SITTING = 15 * 60  # seconds between two saves that count as time spent
KEYS = "h\xa0hint, s\xa0solution, l\xa0list, n\xa0next, i\xa0interview, q\xa0quit"
INTERVIEW_MINUTES = str(INTERVIEW)
BY_KEY = {"hint": "h", "list": "l", "interview": "i", "watch": ""}


def watch(place: Place, desk: Desk | None = None) -> str:
    """Watch until q or Ctrl-C. Raises ValueError if another watch has this folder."""
    desk = desk or Desk()
    mark = place.home / MARK if laid_out(place.home) else place.home / "README.md"
    with locked(mark, wait=False) as alone:
        if not alone:
            raise ValueError(f"another watch runs in {place.home}: end it first, with q or Ctrl-C")
        session = Watch(place, desk)
        try:
            with desk.single_keys():
                session.run()
        except KeyboardInterrupt:
            pass
        session.spend()
    return "\n".join(["", "Saved in progress.json. Until next time.", *session.progress.notes])


class Watch:
    """A sitting: the exercise at hand, what of its file was seen, what the screen says."""

    def __init__(self, place: Place, desk: Desk) -> None:
        self.place, self.desk, self.progress = place, desk, place.progress
        self.exercise = at_hand(place)
        self._seen = self._saved()
        self._since = desk.clock()
        self._ready: Exercise | None = None
        self._ahead: Iterator[InProcess] = iter(())
        self._answers: list[str] = []
        self._solved: Exercise | None = None  # what passed last in this sitting

    def run(self) -> None:
        """Wait for saves and keys."""
        self._show(self._verdict() if self._begun() else invitation(self.exercise))
        keep_warm()
        while True:
            key = self.desk.key(PAUSE)
            if key and not self._press(key):
                return
            if self._changed():
                self._show(self._verdict())
                keep_warm()
            elif not key:
                self._prepare()

    def _prepare(self) -> None:
        """Have the answers of the reference and of one more known mistake ready in a pause."""
        exercise = self.exercise
        if self._ready is not exercise:
            self._ready, self._ahead = exercise, _known(exercise)
        for candidate in itertools.islice(self._ahead, 1):
            grade(exercise, candidate)

    def spend(self) -> None:
        """Add the time since the last save to what the exercise took."""
        now = self.desk.clock()
        seconds = min(now - self._since, LONGEST_SITTING)
        self._since = now
        if seconds >= 1:
            self.progress.count(self.exercise.name, seconds=seconds)

    def _saved(self) -> Saved | None:
        return seen(answer_of(self.exercise, self.place.home))

    def _changed(self) -> bool:
        """Whether the file was saved; an editor that is still writing is waited for."""
        if self._saved() == self._seen:
            return False
        self._seen = settled(answer_of(self.exercise, self.place.home), self.desk.sleep)
        return True

    def _begun(self) -> bool:
        entry = self.progress.entry(self.exercise.name)
        return "attempts" in entry and not passed(self.exercise, self.progress, entry)

    def _verdict(self) -> str:
        """Grade what lies there; after a pass the next exercise is at hand."""
        exercise = self.exercise
        if self._saved() is None:
            return f"{exercise.file} is gone: {self.place.typed('reset', exercise.number)}"
        self.spend()
        with self.desk.meanwhile(self._press_while_graded):
            return self._graded(exercise)

    def _graded(self, exercise: Exercise) -> str:
        run = graded_and_noted(exercise, self.progress)
        status = run.score(named=False).status
        given_up = "gave_up" in self.progress.entry(exercise.name)
        if status == NOT_STARTED:
            return invitation(exercise)
        parts = [*self._reports(run), count(run, given_up)]
        if status == PASSED:
            parts += [after_a_pass(exercise, self.place), self._go_on()]
        answers, self._answers = self._answers, []
        return "\n\n".join([*parts, *answers])

    def _reports(self, run: Run) -> list[str]:
        """The first failure with a cause; shown without where all have to be searched for."""
        run.clock = Clock(0.0)
        texts = reports(run, most=1, brief=3)
        vague = any(map(is_vague, texts[:1]))
        if vague and (run.hurried or any(run.searches.values())):
            self._show("\n\n".join([*texts, count(run), SEARCHING]))
            run.search_with(Clock(SEARCH, stop=lambda: self._saved() != self._seen))
            texts = reports(run, most=1, brief=3)
        return texts

    def _go_on(self) -> str:
        said = next_step(self.place, self.exercise)
        self._solved = self.exercise
        if (found := ahead(self.place.exercises, self.progress, self.exercise)) is not None:
            self._take(found)
        return said

    def _take(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self._seen = self._saved()
        self._since = self.desk.clock()

    def _press(self, key: str) -> bool:
        """Do what a key asks for; False ends the sitting."""
        if key in "qQ\x04":
            return False
        if key in "hl":
            self._show(self._command(key))
        elif key == "s":
            self._show(self._solution())
        elif key == "n":
            self._next()
        elif key == "i":
            self._interview()
        return True

    def _press_while_graded(self, key: str) -> bool:
        """From the thread that listens: a hint and the list at once, q ends; others wait."""
        if key in "qQ\x04":
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        elif key in "hl":
            self._answers.append(self._command(key))
            self._show("\n\n".join([*self._answers, "Grading ..."]))
        return key in "qQ\x04hl"

    def _command(self, key: str) -> str:
        place = self.place._replace(typed=self._pressed)
        return hint(place, self.exercise.number) if key == "h" else listing(place)

    def _pressed(self, command: str, argument: str) -> str:
        """How a command is given here: by its key where it has one."""
        if command in BY_KEY and argument in ("", self.exercise.number, INTERVIEW_MINUTES):
            return BY_KEY[command]
        return self.place.typed(command, argument)

    def _solution(self) -> str:
        """Of the exercise at hand once it has passed, else of the one that just did."""
        entry = self.progress.entry(self.exercise.name)
        exercise = self.exercise if {"first_pass", "gave_up"} & entry.keys() else self._solved
        if exercise is not None:
            return solution_text(exercise, self.place)
        give_up = self.place.typed("give-up", self.exercise.number)
        return f"The solution comes with a pass. Without one, for its points: {give_up}"

    def _next(self) -> None:
        exercises = on_route(route_of(self.progress.read()), self.place.exercises)
        names = [exercise.name for exercise in exercises]
        place = names.index(self.exercise.name) + 1 if self.exercise.name in names else 0
        self.spend()
        self._take(exercises[place % len(exercises)])
        self._show(invitation(self.exercise))

    def _interview(self) -> None:
        if not self.desk.hears:
            return
        with self.desk.line_by_line():
            self.desk.show(said(f"An interview of {INTERVIEW_MINUTES} minutes; Ctrl-C ends it."))
            interview(self.place, INTERVIEW_MINUTES)
            input(said("\nEnter goes back to the exercise: "))
        self._since = self.desk.clock()
        self._show(invitation(self.exercise))

    def _show(self, text: str) -> None:
        route = on_route(route_of(self.progress.read()), self.place.exercises)
        numbers = [exercise.number for exercise in route]
        number = self.exercise.number
        where = f"{numbers.index(number) + 1}/{len(numbers)}  " if number in numbers else ""
        head = f"{where}{number} · {self.exercise.head.title}"
        parts = [head, text, *filter(None, [weaker_fence()]), *self.progress.notes]
        screen = fitted("\n\n".join([*parts, *([KEYS] if self.desk.hears else [])]))
        self.desk.show(screen.replace("\xa0", " "))


def _known(exercise: Exercise) -> Iterator[InProcess]:
    """What answers are compared with, but where that takes long (ex29)."""
    if exercise.seconds is None and not exercise.lacks:
        yield reference_of(exercise)
        yield from map(doctor_of(exercise).runner, exercise.mistakes)
