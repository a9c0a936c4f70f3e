"""What comes after a pass, and never before: what matters in three lines, and the solution."""

from pathlib import Path

from grader.exercise import Exercise
from grader.files import write_whole
from grader.home import laid_out
from grader.language import said
from grader.question import matters

from attention_workbook.place import Place

FOLDER = "solution"


def after_a_pass(exercise: Exercise, place: Place) -> str:
    """Cost, what interviewers listen for and a follow-up; then where the solution lies."""
    cost, listens, follow_up = matters(exercise)
    where = laid_beside(exercise, place)
    return "\n".join(
        [
            f"Cost           {cost}",
            f"Listened for   {listens}",
            f"Try next       {follow_up}",
            "",
            f"The solution, with its explanation: {where}",
        ]
    )


def solution_text(exercise: Exercise, place: Place) -> str:
    """The reference itself, and where its explanation lies."""
    source = exercise.reference_path.read_text(encoding="utf-8")
    where = laid_beside(exercise, place)
    return f"{source}\nThe solution of {exercise.number}, with its explanation: {where}"


def laid_beside(exercise: Exercise, place: Place) -> str:
    """Lay the reference beside the answer, in a folder of one's own; returns where it lies.

    A clone has its solutions already. What lies there and differs is the student's, and stays.
    """
    if not laid_out(place.home):
        return f"{Path('solutions', exercise.name)}/"
    folder = place.home / exercise.name / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in (exercise.reference_path, *sorted(exercise.solution.glob("README*.md"))):
            if path.is_file() and not (folder / path.name).exists():
                write_whole(folder / path.name, path.read_bytes())
    except OSError as problem:
        return f"not laid out, {folder}: {problem.strerror}"
    return f"{exercise.name}/{FOLDER}/"


def give_up(exercise: Exercise, place: Place, sure: bool) -> str:
    """Lay out the solution of what has not passed; it costs the exercise's points for good."""
    from attention_workbook.state import now, stamp

    points = f"{exercise.number} will count 0 of its {exercise.head.points} points"
    if not laid_out(place.home):
        return f"A clone has its solutions already: solutions/{exercise.name}/"
    progress = place.progress
    if "first_pass" not in progress.entry(exercise.name):
        prompt = f"{points}, for good. Give up? y = yes: "
        if not sure and input(said(prompt)).strip().lower() != "y":
            return "Nothing was done."
        progress.note(exercise.name, gave_up=stamp(now()))
        if notes := progress.notes:
            return "\n".join([*notes, "So the solution stays where it is."])
    return f"The solution, with its explanation: {laid_beside(exercise, place)}"
