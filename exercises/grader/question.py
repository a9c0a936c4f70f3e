"""The parts of a question's and a solution's README: what is asked, hints, follow-ups, rubric."""

import re

from grader.exercise import Exercise

HINT = re.compile(r"<details><summary>Hint (\d)</summary>\s*(.*?)\s*</details>", re.DOTALL)


def section(text: str, heading: str) -> str:
    """The text under a second-level heading, or nothing."""
    match = re.search(rf"^## {re.escape(heading)}\s*$(.*?)(?=^## |\Z)", text, re.M | re.S)
    return match.group(1).strip() if match else ""


def hints(exercise: Exercise) -> list[str]:
    """The hints, from nudge to near-answer."""
    return [text for _, text in HINT.findall(exercise.question)]


def asked(exercise: Exercise) -> str:
    """The question as an interviewer asks it: no hints, no follow-ups."""
    return exercise.question.partition("\n## Hints")[0].strip()


def follow_ups(exercise: Exercise) -> str:
    """The questions an interviewer asks next."""
    return section(exercise.question, "Follow-ups")


def rubric(exercise: Exercise) -> str:
    """How the follow-ups are marked."""
    path = exercise.solution / "README.md"
    return section(path.read_text(encoding="utf-8"), "Rubric") if path.is_file() else ""


def matters(exercise: Exercise) -> tuple[str, str, str]:
    """What to keep of a solution: its cost, what interviewers listen for, the follow-up to try."""
    path = exercise.solution / "README.md"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    cost = _first(section(text, "Cost"))
    listens = _first(section(text, "What interviewers listen for"))
    return cost, listens, _first(follow_ups(exercise), r"(?<=\?) ")


def _first(text: str, end: str = r"(?<=[.?!]) (?=[A-Z])") -> str:
    """The first point of a list, up to the end of its first sentence, in plain words."""
    part = re.split(r"\n\s*\n|\n(?=[-\d])", text.strip())[0]
    part = re.sub(r"^(?:- |\d+\. )", "", " ".join(part.split()))
    part = re.split(end, part)[0]
    return re.sub(
        r"\$([^$]*)\$", lambda math: math[1].replace("\\log", "log").replace("\\,", " "), part
    )
