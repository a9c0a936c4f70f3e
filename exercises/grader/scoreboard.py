"""The scoreboard that closes a run: for people on the screen, for machines as JSON."""

import json
import os
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.exercise import Exercise
from grader.files import write_page
from grader.grading import FAILED, NOT_STARTED, PARTIAL, PASSED, Score
from grader.language import said
from grader.question import readme

if TYPE_CHECKING:
    import pytest

COLOURS = {PASSED: {"green": True}, FAILED: {"red": True}, PARTIAL: {"yellow": True}}
JSON_KEYS = ("status", "points", "out_of", "checks_passed", "checks", "diagnoses")


def as_json(scores: list[Score]) -> dict[str, Any]:
    """The scores as plain data: points, out_of, and each exercise by its name."""
    return {
        "points": sum(score.points for score in scores),
        "out_of": sum(score.out_of for score in scores),
        "exercises": {
            score.name: {key: getattr(score, key) for key in JSON_KEYS} for score in scores
        },
    }


def write_json(path: Path, scores: list[Score]) -> None:
    """Write the scores to a file, whole or not at all. Raises OSError."""
    write_page(path, json.dumps(as_json(scores), indent=1) + "\n")


def table(scores: list[Score], exercises: Iterable[Exercise]) -> list[tuple[str, str]]:
    """The scoreboard's lines, each with the status that colours it."""
    heads = {exercise.name: exercise.head for exercise in exercises}
    width = max(len(score.name) for score in scores)
    lines = [(f"{'exercise':<{width}}  level  checks   points", "")]
    for score in scores:
        checks = f"{score.checks_passed}/{score.checks}"
        points = f"{score.points}/{score.out_of}"
        level = heads[score.name].difficulty
        text = f"{score.name:<{width}}  {level}    {checks:>6}  {points:>7}  {score.status}"
        text += ", given up" * score.given_up
        lines.append((text, score.status))
    data = as_json(scores)
    points = f"{data['points']}/{data['out_of']}"
    done = sum(score.status == PASSED for score in scores)
    checks = f"{sum(s.checks_passed for s in scores)}/{sum(s.checks for s in scores)}"
    lines.append((f"{'total':<{width}}         {checks:>6}  {points:>7}  {done} passed", ""))
    return lines


def part_lines(scores: list[Score]) -> list[str]:
    """What to know of exercises of which only some checks were run."""
    parts = [score for score in scores if score.status == PARTIAL]
    if not parts:
        return []
    run, checks = sum(s.checks_run for s in parts), sum(s.checks for s in parts)
    where = parts[0].name if len(parts) == 1 else f"{len(parts)} exercises"
    rest = "it is" if len(parts) == 1 else "none is"
    return [f"{run} of {checks} checks run in {where}; {rest} not solved until all run."]


def next_lines(
    scores: list[Score],
    exercises: Iterable[Exercise],
    here: Path,
    workbook: str | None = None,
    reported: bool = True,
) -> list[str]:
    """What to do next in the order of the exercises, and the one command to run.

    ``workbook`` is the folder of --workbook; ``reported`` whether failures were shown.
    """
    option = f" --workbook {shlex.quote(workbook)}" if workbook else ""
    known = {exercise.name: exercise for exercise in exercises}
    home = shown(next(iter(known.values())).folder.parent, here)
    home = f"pytest {home}" if home != "." else "pytest"
    turn = {name: place for place, name in enumerate(known)}
    score = _next(sorted(scores, key=lambda s: turn[s.name]))
    if score is None:
        if len(scores) < len(known):
            return ["Solved. Where you stand, and what comes next:", f"  {home}{option}"]
        interview = f"  {home} --interview 60{option}"
        return ["Everything passes. Test yourself against the clock:", interview]
    exercise = known[score.name]
    folder = shown(exercise.folder, here)
    file = f"{Path(workbook) / exercise.name if workbook else folder}/{exercise.file}"
    command = f"  pytest {folder}{option}"
    if score.status == NOT_STARTED:
        page = readme(exercise.folder).name
        return [f"Next: read {folder}/{page}, write {file}, then run", command]
    if score.checks_failed:
        above = " (the reports above say what is wrong)" if reported else ""
        todo = f"Next: mend {file}{above}, then run"
    elif score.checks_run > score.checks_passed:
        todo = f"Next: write what is still a stub in {file}, then run"
    else:
        return ["What was run passes. Next, all of its checks:", command]
    lines = [todo, command, f"A hint, if you want one:  {home} --hint {exercise.number}"]
    if score.case:
        check = score.case.removeprefix("test_")
        lines.append(f"A failing case in full:   pytest {folder} --show {check}{option}")
    return lines


def _next(scores: list[Score]) -> Score | None:
    """The exercise to go on with: what fails, then what is half written or half run, then new."""
    ranks = (
        lambda score: score.checks_failed,
        lambda score: score.status in (FAILED, PARTIAL),
        lambda score: score.status == NOT_STARTED,
    )
    return next((score for rank in ranks for score in scores if rank(score)), None)


def install(package: str) -> str:
    """The command that installs a package."""
    return f"python -m pip install {package}"


def shown(path: Path, here: Path) -> str:
    """A path as one would type it from a folder."""
    text = os.path.relpath(path, here)
    return str(path) if text.startswith(os.pardir + os.sep + os.pardir) else text


def show(
    terminal: Any, scores: list[Score], exercises: Iterable[Exercise], config: "pytest.Config"
) -> None:
    """Print the scoreboard through pytest's terminal; exercises come in the order of the route."""
    exercises = list(exercises)
    terminal.ensure_newline()
    terminal.section("workbook")
    for text, status in table(scores, exercises):
        terminal.write_line(said(text), **COLOURS.get(status, {"bold": True}))
    terminal.write_line("")
    lines = part_lines(scores)
    if not config.getoption("--solutions"):
        here, workbook = config.invocation_params.dir, config.getoption("--workbook")
        reported = config.getoption("tbstyle") != "no"
        lines += next_lines(scores, exercises, here, workbook, reported)
    for line in lines:
        terminal.write_line(said(line))
