"""``explain``: what an assistant may know of an answer: failing checks, causes, the hint due."""

import json
from typing import Any

from grader.exercise import Exercise
from grader.grading import FAILED, PASSED, Result, Run
from grader.home import answer_of
from grader.language import said
from grader.question import follow_ups, hints
from grader.report import blamed_lines, call_text, causes_of, sentence, spot
from grader.verdict import fitted, graded

from attention_workbook.place import Place


def explain(exercise: Exercise, place: Place, as_json: bool) -> str:
    """The same as text or as JSON; nothing in it is expected output or reference."""
    facts = facts_of(exercise, place)
    if as_json:
        return json.dumps(facts, indent=1, ensure_ascii=False)
    lines = [f"{facts['exercise']}: {facts['status']}"]
    for failing in facts["failing"]:
        lines += ["", failing["check"]]
        lines += [f"  {key}: {failing[key]}" for key in ("call", "place") if failing[key]]
        lines.append(f"  came back: {failing['came_back']}")
        lines += [f"  in your file: line {number}" for number in failing["lines"]]
    for likely in facts["likely_causes"]:
        lines += ["", f"likely cause: {likely['cause']}"]
        lines += [f"  {name}" for name in likely["checks"]]
    if facts["hint_due"]:
        lines += ["", f"Hint {facts['hint_due']['level']}: {facts['hint_due']['text']}"]
    return fitted("\n".join([*lines, *map("Ask next: {}".format, facts["follow_ups"])]))


def facts_of(exercise: Exercise, place: Place) -> dict[str, Any]:
    """Graded afresh; a passed answer has follow-ups instead of a hint, which counts as taken."""
    run = graded(exercise, answer_of(exercise, place.answers))
    score, texts, progress = run.score(named=False), hints(exercise), place.progress
    done = score.status == PASSED
    level = min(max(progress.entry(exercise.name).get("hints", 0), 1), len(texts))
    if not done:
        progress.note(exercise.name, hints=level)
    failed = [result for result in run.results if result.status == FAILED and not result.repeated]
    causes: dict[str, list[str]] = {}
    for result in failed:
        for cause in causes_of(run, result):
            causes.setdefault(said(cause), []).append(said(sentence(result.check)))
    return {
        "exercise": exercise.name,
        "status": score.status,
        "checks_passed": score.checks_passed,
        "checks": score.checks,
        "failing": [_failing(run, result) for result in failed],
        "likely_causes": [{"cause": cause, "checks": names} for cause, names in causes.items()],
        "hints_taken": progress.entry(exercise.name).get("hints", 0),
        "hint_due": None if done else {"level": level, "text": texts[level - 1]},
        "follow_ups": follow_ups(exercise).splitlines() if done else [],
        "notes": progress.notes,
    }


def _failing(run: Run, result: Result) -> dict[str, Any]:
    """A failed check: the call, where its output is wrong, the lines of the file to look at."""
    step = result.step
    complaint = step.complaint if step is not None else None
    if step is None or complaint is None:
        lines = [result.line] if result.line else []
        return _entry(result, "", "", result.reason, lines)
    lines = [line for line, _, path in blamed_lines(step) if not path]
    where = spot(run, step, complaint.where).removesuffix(": ")
    return _entry(result, call_text(step), where, complaint.got, lines)


def _entry(result: Result, call: str, place: str, got: str, lines: list[int]) -> dict[str, Any]:
    return {
        "check": said(sentence(result.check)),
        "call": call,
        "place": place,
        "came_back": said(got),
        "lines": lines,
    }
