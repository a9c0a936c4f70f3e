"""The scoreboard that closes a run: for people on the screen, for machines as JSON."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from grader.exercise import EXERCISES, Exercise
from grader.grading import FAILED, NOT_STARTED, PASSED, Score

COLOURS = {PASSED: {"green": True}, FAILED: {"red": True}, NOT_STARTED: {}}


def as_json(scores: list[Score]) -> dict[str, Any]:
    """The scores as plain data: points, out_of, and each exercise by its name."""
    return {
        "points": sum(score.points for score in scores),
        "out_of": sum(score.out_of for score in scores),
        "exercises": {
            score.name: {key: value for key, value in score._asdict().items() if key != "name"}
            for score in scores
        },
    }


def write_json(path: Path, scores: list[Score]) -> None:
    """Write the scores to a file, whole or not at all."""
    draft = path.with_name(path.name + ".part")
    draft.write_text(json.dumps(as_json(scores), indent=1) + "\n", encoding="utf-8")
    os.replace(draft, path)


def table(scores: list[Score], exercises: Iterable[Exercise]) -> list[tuple[str, str]]:
    """The scoreboard's lines, each with the status that colours it."""
    heads = {exercise.name: exercise.head for exercise in exercises}
    width = max(len(score.name) for score in scores)
    lines = [(f"{'exercise':<{width}}  level  checks   points  ", "")]
    for score in scores:
        checks = f"{score.checks_passed}/{score.checks}"
        points = f"{score.points}/{score.out_of}"
        level = heads[score.name].difficulty
        text = f"{score.name:<{width}}  {level}    {checks:>6}  {points:>7}  {score.status}"
        lines.append((text, score.status))
    data = as_json(scores)
    points = f"{data['points']}/{data['out_of']}"
    done = sum(score.status == PASSED for score in scores)
    checks = f"{sum(s.checks_passed for s in scores)}/{sum(s.checks for s in scores)}"
    lines.append((f"{'total':<{width}}         {checks:>6}  {points:>7}  {done} passed", ""))
    return lines


def next_lines(
    scores: list[Score], exercises: Iterable[Exercise], here: Path, workbook: str | None = None
) -> list[str]:
    """What to do next, and the one command to run; ``workbook`` is the folder of --workbook."""
    option = f" --workbook {workbook}" if workbook else ""
    known = {exercise.name: exercise for exercise in exercises}
    started = [score for score in scores if score.status == FAILED]
    fresh = [score for score in scores if score.status == NOT_STARTED]
    if not started and not fresh:
        rest = [name for name in known if name not in {score.name for score in scores}]
        if rest:
            return [
                "Solved. Where you stand, and what comes next:",
                f"  pytest {shown(EXERCISES, here)}{option}",
            ]
        interview = f"  pytest {shown(EXERCISES, here)} --interview 60{option}"
        return ["Everything passes. Test yourself against the clock:", interview]
    score = (started or fresh)[0]
    exercise = known[score.name]
    folder = shown(exercise.folder, here)
    file = f"{Path(workbook) / exercise.name if workbook else folder}/{exercise.file}"
    if started:
        lines = [
            f"Next: mend {file} (the reports above say what is wrong), then run",
            f"  pytest {folder}{option}",
        ]
        return [
            *lines,
            f"A hint, if you want one:  pytest {shown(EXERCISES, here)} --hint {exercise.number}",
        ]
    return [
        f"Next: read {folder}/README.md, write {file}, then run",
        f"  pytest {folder}{option}",
    ]


def shown(path: Path, here: Path) -> str:
    """A path as one would type it from a folder."""
    text = os.path.relpath(path, here)
    return str(path) if text.startswith(os.pardir + os.sep + os.pardir) else text


def show(
    terminal: Any, scores: list[Score], exercises: Iterable[Exercise], config: pytest.Config
) -> None:
    """Print the scoreboard through pytest's terminal."""
    exercises = list(exercises)
    terminal.ensure_newline()
    terminal.section("workbook")
    for text, status in table(scores, exercises):
        terminal.write_line(text, **COLOURS.get(status, {"bold": True}))
    terminal.write_line("")
    if config.getoption("--solutions"):
        return
    here, workbook = config.invocation_params.dir, config.getoption("--workbook")
    for line in next_lines(scores, exercises, here, workbook):
        terminal.write_line(line)
