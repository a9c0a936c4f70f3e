"""Makes the tables of the workbook's README from the heads of the questions.

``python -m grader.contents`` writes them; the project's tests hold page and questions together.
"""

import sys

from grader.exercise import EXERCISES, Exercise, find_exercises
from grader.files import write_page

PAGE = EXERCISES / "README.md"
END = "<!-- end -->"
ROUTES = {
    "First steps": (
        "what attention is, and how it learns",
        ["ex01", "ex02", "ex04", "ex05", "ex08", "ex11", "ex12"],
    ),
    "Interview in a weekend": (
        "what is asked most, and the review of faulty code",
        [
            *("ex01", "ex02", "ex05", "ex06", "ex03", "ex09", "ex10", "ex11", "ex12"),
            *("ex13", "ex16", "ex17", "ex18", "ex23", "ex27"),
        ],
    ),
    "Everything": ("all of it, in order", None),
}


def link(exercise: Exercise) -> str:
    """A link to the question."""
    return f"[{exercise.number}]({exercise.name}/README.md)"


def routes(exercises: list[Exercise]) -> str:
    """The table of routes, with the hours the questions give themselves."""
    known = {exercise.number: exercise for exercise in exercises}
    lines = ["| route | for | exercises | hours |", "|---|---|---|--:|"]
    for name, (purpose, numbers) in ROUTES.items():
        chosen = exercises if numbers is None else [known[number] for number in numbers]
        shown = ", ".join(map(link, chosen))
        if numbers is None:
            shown = f"{link(chosen[0])} to {link(chosen[-1])}"
        hours = sum(exercise.head.minutes for exercise in chosen) / 60
        lines.append(f"| {name} | {purpose} | {shown} | {hours:.1f} |")
    return "\n".join(lines)


def table(exercises: list[Exercise]) -> str:
    """The table of exercises."""
    lines = [
        "| exercise | question | level | points | minutes | from |",
        "|---|---|---|--:|--:|---|",
    ]
    for one in exercises:
        head = one.head
        facts = f"{head.difficulty} | {head.points} | {head.minutes} | {head.origin}"
        lines.append(f"| {link(one)} | {head.title} | {facts} |")
    points = sum(one.head.points for one in exercises)
    minutes = sum(one.head.minutes for one in exercises)
    lines.append(f"| **all** | | | {points} | {minutes} | |")
    return "\n".join(lines)


def filled(page: str, exercises: list[Exercise]) -> str:
    """The page with its tables made anew, each between its two marks."""
    for name, made in (("routes", routes(exercises)), ("table", table(exercises))):
        mark = f"<!-- {name}: made by python -m grader.contents -->"
        before, _, rest = page.partition(mark)
        page = f"{before}{mark}\n{made}\n{END}{rest.partition(END)[2]}"
    return page


def main() -> int:
    """Write the page."""
    write_page(PAGE, filled(PAGE.read_text(encoding="utf-8"), find_exercises()))
    print(f"wrote {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
