"""Makes the tables of the workbook's README, in both languages, from the heads of the questions.

``python -m grader.contents`` writes them; the project's tests hold page and questions together.
"""

import sys

from grader.exercise import EXERCISES, Exercise, find_exercises
from grader.files import write_page
from grader.language import choose, said
from grader.question import readme

PAGES = {"en": EXERCISES / "README.md", "zh": EXERCISES / "README.zh.md"}
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
    """A link to the question, in the language chosen."""
    return f"[{exercise.number}]({exercise.name}/{readme(exercise.folder).name})"


def _row(*cells: str) -> str:
    return f"| {' | '.join(map(said, cells))} |"


def routes(exercises: list[Exercise]) -> str:
    """The table of routes, with the hours the questions give themselves."""
    known = {exercise.number: exercise for exercise in exercises}
    lines = [_row("route", "for", "exercises", "hours"), "|---|---|---|--:|"]
    for name, (purpose, numbers) in ROUTES.items():
        chosen = exercises if numbers is None else [known[number] for number in numbers]
        shown = ", ".join(map(link, chosen))
        if numbers is None:
            shown = f"{link(chosen[0])} – {link(chosen[-1])}"
        hours = sum(exercise.head.minutes for exercise in chosen) / 60
        lines.append(_row(name, purpose, shown, f"{hours:.1f}"))
    return "\n".join(lines)


def table(exercises: list[Exercise]) -> str:
    """The table of exercises."""
    lines = [
        _row("exercise", "question", "level", "points", "minutes", "from"),
        "|---|---|---|--:|--:|---|",
    ]
    for one in exercises:
        head = one.head
        facts = (head.difficulty, str(head.points), str(head.minutes), head.origin)
        lines.append(_row(link(one), head.title, *facts))
    points = sum(one.head.points for one in exercises)
    minutes = sum(one.head.minutes for one in exercises)
    lines.append(f"| {said('**all**')} | | | {points} | {minutes} | |")
    return "\n".join(lines)


def filled(page: str, exercises: list[Exercise]) -> str:
    """The page with its tables made anew, each between its two marks."""
    for name, made in (("routes", routes(exercises)), ("table", table(exercises))):
        mark = f"<!-- {name}: made by python -m grader.contents -->"
        before, _, rest = page.partition(mark)
        page = f"{before}{mark}\n{made}\n{END}{rest.partition(END)[2]}"
    return page


def main() -> int:
    """Write the pages."""
    for language, page in PAGES.items():
        choose(language)
        write_page(page, filled(page.read_text(encoding="utf-8"), find_exercises()))
        print(f"wrote {page}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
