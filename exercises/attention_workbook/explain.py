"""``explain``: what an assistant may know of an answer: failing checks, causes, the hint due."""

import json
from typing import Any

from grader.exercise import Exercise
from grader.grading import FAILED, PASSED
from grader.home import answer_of
from grader.language import said
from grader.question import follow_ups, hints
from grader.report import sentence
from grader.verdict import fitted, graded

from attention_workbook.commands import Place


def explain(exercise: Exercise, place: Place, as_json: bool) -> str:
    """The same as text or as JSON; nothing in it is expected output or reference."""
    facts = facts_of(exercise, place)
    if as_json:
        return json.dumps(facts, indent=1, ensure_ascii=False)
    lines = [f"{facts['exercise']}: {facts['status']}"]
    for one in facts["failing"]:
        lines += ["", one["check"], f"  came back: {one['came_back']}"]
        lines += [f"  likely cause: {cause}" for cause in one["likely_causes"]]
    if facts["hint_due"]:
        lines += ["", f"Hint {facts['hint_due']['level']}: {facts['hint_due']['text']}"]
    return fitted("\n".join([*lines, *map("Ask next: {}".format, facts["follow_ups"])]))


def facts_of(exercise: Exercise, place: Place) -> dict[str, Any]:
    """Graded afresh; a passed answer has follow-ups instead of a hint."""
    run = graded(exercise, answer_of(exercise, place.answers))
    score, texts = run.score(named=False), hints(exercise)
    seen = min(place.progress.entry(exercise.name).get("hints", 0), len(texts))
    done = score.status == PASSED
    level = max(seen, 1)
    failed = [one for one in run.results if one.status == FAILED and not one.repeated]
    return {
        "exercise": exercise.name,
        "status": score.status,
        "checks_passed": score.checks_passed,
        "checks": score.checks,
        "failing": [
            {
                "check": sentence(one.check),
                "came_back": _came_back(one),
                "likely_causes": [said(cause.says) for cause in run.diagnoses(one)],
            }
            for one in failed
        ],
        "hints_taken": seen,
        "hint_due": None if done else {"level": level, "text": texts[level - 1]},
        "follow_ups": follow_ups(exercise).splitlines() if done else [],
    }


def _came_back(result: Any) -> str:
    complaint = result.step.complaint if result.step is not None else None
    return str(complaint.got if complaint is not None else result.reason)
