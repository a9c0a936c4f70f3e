"""The parts of a question's and a solution's README: what is asked, hints, follow-ups, rubric.

``README.zh.md`` beside a README is the same page in Chinese, with its headings in Chinese.
"""

import re
from pathlib import Path

from grader.exercise import Exercise
from grader.language import chosen, message

HINT = re.compile(r"<details><summary>(?:Hint|提示) (\d)</summary>\s*(.*?)\s*</details>", re.DOTALL)
SENTENCE = r"(?<=[.?!]) (?=[A-Z])|(?<=[。？！])(?!”)|(?<=[。？！]”)"
TYPED = {"\\log": "log", "\\,": " ", "\\cdot": " · ", "^\\top": "ᵀ", "\\phi": "φ", "\\max": "max"}
NEVER = r"(?!)"


def readme(folder: Path) -> Path:
    """The page of a folder in the language chosen; the English one where it has no other."""
    translated = folder / f"README.{chosen()}.md"
    return translated if translated.is_file() else folder / "README.md"


def page(folder: Path) -> str:
    """The text of that page, or nothing."""
    path = readme(folder)
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def section(text: str, heading: str) -> str:
    """The text under a second-level heading, or under its translation, or nothing."""
    either = "|".join(map(re.escape, filter(None, (heading, message(heading)))))
    match = re.search(rf"^## (?:{either})\s*$(.*?)(?=^## |\Z)", text, re.M | re.S)
    return match.group(1).strip() if match else ""


def hints(exercise: Exercise) -> list[str]:
    """The hints, from nudge to near-answer."""
    return [text for _, text in HINT.findall(page(exercise.folder))]


def asked(exercise: Exercise) -> str:
    """The question as an interviewer asks it: one language, no hints, no follow-ups."""
    text = re.split(r"\n## (?:Hints|提示)\n", page(exercise.folder))[0].strip()
    if readme(exercise.folder).name == "README.md":
        text = re.sub(r"^## 问题\n.*?(?=^## |\Z)", "", text, flags=re.M | re.S)
    return text


def follow_ups(exercise: Exercise) -> str:
    """The questions an interviewer asks next."""
    return section(page(exercise.folder), "Follow-ups")


def rubric(exercise: Exercise) -> str:
    """How the follow-ups are marked."""
    return section(page(exercise.solution), "Rubric")


def matters(exercise: Exercise) -> tuple[str, str, str]:
    """What to keep of a solution: its cost, what interviewers listen for, the follow-up to try."""
    text = page(exercise.solution)
    cost = _first(section(text, "Cost"))
    listens = _first(section(text, "What interviewers listen for"))
    return cost, listens, _first(follow_ups(exercise), NEVER)


def _first(text: str, end: str = SENTENCE) -> str:
    """The first point of a list, up to the end of its first sentence, in plain words.

    A table, and a line that only leads to what follows, is no point.
    """
    parts = (" ".join(point.split()) for point in re.split(r"\n\s*\n|\n(?=[-\d])", text.strip()))
    part = next((p for p in parts if not p.startswith("|") and p[-1:] not in ":："), "")
    part = re.split(end, re.sub(r"^(?:- |\d+\. )", "", part))[0]
    return re.sub(r"\$([^$]*)\$", lambda math: _spoken(math[1]), part)


def _spoken(formula: str) -> str:
    """A short formula as it is typed in a terminal."""
    formula = re.sub(r"\\(?:mathrm|text)\{([^}]*)\}", r"\1", formula)
    for written, typed in TYPED.items():
        formula = formula.replace(written, typed)
    return formula
