"""Makes the tables of the workbook's README, in both languages, from the heads of the questions.

``python -m grader.contents`` writes them; the project's tests hold page and questions together.
"""

import sys
from typing import NamedTuple

from grader.exercise import EXERCISES, Exercise, find_exercises
from grader.files import write_page
from grader.language import choose, said
from grader.question import readme

PAGES = {"en": EXERCISES / "README.md", "zh": EXERCISES / "README.zh.md"}
END = "<!-- end -->"


class Route(NamedTuple):
    """A way through the workbook. ``numbers`` None is everything; ``after`` is solved before it."""

    purpose: str
    numbers: list[str] | None
    after: str | None = None


TODAY = "Today's models"
ROUTES = {
    "First steps": Route(
        "what attention is, and how it learns",
        ["ex01", "ex02", "ex04", "ex05", "ex08", "ex11", "ex12"],
    ),
    "Interview in a weekend": Route(
        "what is asked most, and the review of faulty code",
        [
            *("ex01", "ex02", "ex05", "ex06", "ex03", "ex09", "ex10", "ex11", "ex12"),
            *("ex13", "ex16", "ex17", "ex18", "ex23", "ex27"),
        ],
    ),
    TODAY: Route(
        "what language models are made of now, from the papers",
        [f"ex{number}" for number in range(30, 45)],
        after="Interview in a weekend",
    ),
    "Everything": Route("all of it, in order", None),
}


def on_route(name: str, exercises: list[Exercise]) -> list[Exercise]:
    """A route's exercises, in its order."""
    numbers = ROUTES[name].numbers
    known = {exercise.number: exercise for exercise in exercises}
    return exercises if numbers is None else [known[n] for n in numbers if n in known]


def of_today(exercise: Exercise) -> bool:
    """Whether it belongs to the second track, whose questions come from papers."""
    return exercise.number in (ROUTES[TODAY].numbers or ())


def link(exercise: Exercise) -> str:
    """A link to the question, in the language chosen."""
    return f"[{exercise.number}]({exercise.name}/{readme(exercise.folder).name})"


def _row(*cells: str) -> str:
    return f"| {' | '.join(map(said, cells))} |"


def routes(exercises: list[Exercise]) -> str:
    """The table of routes, with the hours the questions give themselves."""
    lines = [_row("route", "for", "exercises", "hours"), "|---|---|---|--:|"]
    for name, route in ROUTES.items():
        chosen = on_route(name, exercises)
        places = [exercises.index(exercise) for exercise in chosen]
        shown = ", ".join(map(link, chosen))
        if len(chosen) > 1 and places == list(range(places[0], places[0] + len(places))):
            shown = f"{link(chosen[0])} – {link(chosen[-1])}"
        hours = sum(exercise.head.minutes for exercise in chosen) / 60
        lines.append(_row(name, route.purpose, shown, f"{hours:.1f}"))
    return "\n".join(lines)


def table(exercises: list[Exercise]) -> str:
    """The first track, by the documents' questions."""
    lines = [
        _row("exercise", "question", "level", "points", "minutes", "from"),
        "|---|---|---|--:|--:|---|",
    ]
    lines += [_row(*_facts(exercise), exercise.head.origin) for exercise in exercises]
    return "\n".join([*lines, f"{_all(exercises)} |"])


def papers(exercises: list[Exercise]) -> str:
    """The second track, with the paper of each question and what it is asked for."""
    lines = [
        _row("exercise", "question", "level", "points", "minutes", "paper", "asked in interviews"),
        "|---|---|---|--:|--:|---|---|",
    ]
    lines += [_row(*_facts(e), e.head.origin, e.head.asked) for e in exercises]
    return "\n".join([*lines, f"{_all(exercises)} | |"])


def _facts(exercise: Exercise) -> tuple[str, ...]:
    head = exercise.head
    return link(exercise), head.title, head.difficulty, str(head.points), str(head.minutes)


def _all(exercises: list[Exercise]) -> str:
    points = sum(exercise.head.points for exercise in exercises)
    minutes = sum(exercise.head.minutes for exercise in exercises)
    return f"| {said('**all**')} | | | {points} | {minutes} |"


def filled(page: str, exercises: list[Exercise]) -> str:
    """The page with its tables made anew, each between its two marks."""
    second = [exercise for exercise in exercises if of_today(exercise)]
    first = [exercise for exercise in exercises if not of_today(exercise)]
    tables = {"routes": routes(exercises), "table": table(first), "papers": papers(second)}
    for name, made in tables.items():
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
