"""Hands mutants to the real checks, each in a forked process with a limit on its own CPU time.

CPU time, not the clock on the wall: what other programs do meanwhile changes no verdict.
"""

import inspect
import os
import resource
import signal
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from grader.checks import Check
from grader.exercise import Exercise
from grader.grading import generator_for, grade
from grader.mutants.mutate import Mutant, mutants_of
from grader.sandbox.execute import load_module
from grader.sandbox.in_process import InProcess
from grader.sandbox.kernel import perturb_memory

SECONDS = 30.0  # of CPU time, several times what the slowest right answer takes
ASLEEP = 600.0  # on the wall: only what waits for ever comes here
MEMORY = 4 << 30
AT_ONCE = 2


class Subject(NamedTuple):
    """Something right to be spoiled: the reference, or one style with the function it replaces."""

    label: str
    path: str
    names: list[str] | None
    style: str = ""
    replaces: str = ""


def subjects(exercise: Exercise, styles: bool = True) -> list[Subject]:
    """The reference of an exercise and its right styles."""
    path = str(exercise.solution / "styles.py")
    others = [
        Subject("style", path, [style.function.__name__], style.name, str(style.replaces))
        for style in exercise.styles
        if inspect.isfunction(style.function) or inspect.isclass(style.function)
    ]
    return [Subject("reference", str(exercise.reference_path), None), *(others if styles else [])]


def mutants(subject: Subject) -> Iterator[Mutant]:
    """The mutants of a subject."""
    with open(subject.path, encoding="utf-8") as file:
        yield from mutants_of(file.read(), subject.names)


def survivors(exercise: Exercise, subject: Subject, chosen: Iterable[Mutant]) -> list[Mutant]:
    """The mutants that every check lets pass, in order."""
    grade(exercise, InProcess(exercise.reference, exercise.tests))  # fills the reference's memory
    running: dict[int, Mutant] = {}
    left = []
    for mutant in chosen:
        while len(running) >= AT_ONCE:
            left += _ended(running)
        pid = os.fork()
        if pid == 0:
            _child(exercise, subject, mutant)
        running[pid] = mutant
    while running:
        left += _ended(running)
    return left


def _ended(running: dict[int, Mutant]) -> list[Mutant]:
    """Wait for one process; its mutant if it survived."""
    pid, status = os.waitpid(min(running), 0)
    mutant = running.pop(pid)
    return [mutant] if status == 0 else []


def _child(exercise: Exercise, subject: Subject, mutant: Mutant) -> None:
    """Ends the process with 0 if no check objects; too long, too large or crashed is killed too."""
    for timer, ends, seconds in (
        (signal.ITIMER_PROF, signal.SIGPROF, SECONDS),
        (signal.ITIMER_REAL, signal.SIGALRM, ASLEEP),
    ):
        signal.signal(ends, signal.SIG_DFL)
        signal.setitimer(timer, seconds)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    perturb_memory()
    silent = os.open(os.devnull, os.O_RDWR)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    passed = False
    try:
        passed = lives(exercise, subject, mutant.source)
    finally:
        os._exit(0 if passed else 1)


def lives(exercise: Exercise, subject: Subject, source: str) -> bool:
    """Whether a mutant's source passes every check; stops at the first that it fails."""
    try:
        changed = load_module("mutant", subject.path, source)
        module = exercise.new_reference()
        if subject.style:
            variant = next(style for style in changed.STYLES if style.name == subject.style)
            setattr(module, subject.replaces, variant.function)
        else:
            for part, names in exercise.parts.items():
                for name in names:
                    setattr(changed, name, getattr(part.reference, name))
            module = changed
        candidate = InProcess(module, exercise.tests)
        for name, test in exercise.checks.items():
            check = Check(exercise, candidate, name)
            fixtures = {"check": check, "rng": generator_for(exercise.name, name)}
            test(**{key: fixtures[key] for key in inspect.signature(test).parameters})
    except BaseException:
        return False
    return True
