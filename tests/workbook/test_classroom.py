"""A class graded: marks, reports, a secret seed, what is hostile, broken, late."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import attention_workbook.__main__ as program
import numpy as np
import pytest
from grader.exercise import find_exercise, find_exercises
from grader.grading import generator_for

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "workbook" / "classroom.md"
SOFTMAX = "ex01_softmax/softmax.py"


def hand_in(folder, student, source, place=SOFTMAX):
    path = folder / student / place
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, path)
    return path


def marks_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Seven students of all kinds, graded once with a seed of their own."""
    folder = tmp_path_factory.mktemp("class")
    submissions, marks = folder / "submissions", folder / "marks.csv"
    right = find_exercise("ex01", find_exercises()).reference_path
    hand_in(submissions, "ada", right)
    hand_in(submissions, "=SUM(A1)", HERE / "answers" / "softmax_first_try.py")
    hand_in(submissions, "broken", HERE / "hostile" / "has_a_syntax_error.txt")
    hand_in(submissions, "hostile", HERE / "hostile" / "calls_os_exit_at_import.py")
    hand_in(submissions, "nested", right, f"exercises/{SOFTMAX}")
    (submissions / "empty").mkdir()
    (submissions / "linked").mkdir()
    (submissions / "linked" / "ex01_softmax").symlink_to(right.parent)
    os.mkfifo(submissions / "empty" / "pipe")
    (submissions / "notes.txt").write_text("no folder")
    assert program.main(["grade", str(submissions), "--csv", str(marks)]) == 0
    return submissions, marks


@pytest.mark.slow
def test_every_folder_is_a_row_with_its_marks(graded):
    rows = marks_of(graded[1])
    points = {name: int(row["ex01"]) for name, row in rows.items()}
    assert points.pop("'=SUM(A1)") < 10
    assert points == {
        "ada": 10, "broken": 0, "hostile": 0, "nested": 10, "empty": 0, "linked": 0,
    }  # fmt: skip
    assert "no answer found" in rows["empty"]["note"]
    assert "leads out of the folder" in rows["linked"]["note"]
    assert rows["ada"]["passed"] == "1"


def test_a_report_for_each_student_says_why(graded):
    reports = graded[1].with_suffix("")
    assert "Likely cause" in (reports / "=SUM(A1).md").read_text("utf-8")
    assert "SyntaxError" in (reports / "broken.md").read_text("utf-8")
    assert "ended its process" in (reports / "hostile.md").read_text("utf-8")
    assert len(list(reports.iterdir())) == 7


@pytest.mark.slow
def test_a_second_run_grades_what_is_new_or_changed_alone(graded, capsys, tmp_path):
    ignored = shutil.ignore_patterns("pipe")
    home = shutil.copytree(graded[0].parent, tmp_path / "c", symlinks=True, ignore=ignored)
    submissions, marks = home / "submissions", home / "marks.csv"
    hand_in(submissions, "broken", HERE / "answers" / "softmax_right.py")
    shutil.rmtree(submissions / "empty")
    seed = marks.with_suffix(".seed").read_text()
    assert program.main(["grade", str(submissions), "--csv", str(marks)]) == 0
    assert "5 unchanged, 1 graded now" in capsys.readouterr().out
    rows = marks_of(marks)
    assert rows["broken"]["ex01"] == "10"
    assert "empty" not in rows
    assert marks.with_suffix(".seed").read_text() == seed
    assert program.main(["grade", str(submissions), "--csv", str(marks), "--seed", "1"]) == 2
    assert "another seed" in capsys.readouterr().err


def test_a_secret_seed_draws_other_inputs_and_the_same_each_time():
    draws = [generator_for("ex01", "test", secret).random(3) for secret in (None, 1, 2, 2)]
    assert np.array_equal(draws[2], draws[3])
    assert len({one.tobytes() for one in draws}) == 3


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda f: ["none", "--csv", "m.csv"], "no such folder"),
        (lambda f: [".", "--csv", "m.txt"], "ends in .csv"),
        (lambda f: [".", "--csv", "nowhere/m.csv"], "there is no folder"),
        (lambda f: [".", "--csv", "m.csv", "--seed", "-1"], "--seed -1"),
        (lambda f: ["student", "--csv", "m.csv"], "holds no folders"),
        (lambda f: [".", "--csv", "other.csv"], "not marks that can be gone on with"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(make, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "student").mkdir()
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    assert program.main(["grade", *make(tmp_path)]) == 2
    assert said in capsys.readouterr().err
    assert (tmp_path / "other.csv").read_text() == "a,b\n1,2\n"


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_a_folders_name_reaches_no_terminal_as_it_is(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "class" / "eve\x1b[31m").mkdir(parents=True)
    assert program.main(["grade", "class", "--csv", "marks.csv"]) == 0
    (report,) = (tmp_path / "marks").iterdir()
    for shown in (capsys.readouterr().out, report.read_text("utf-8")):
        assert r"eve\x1b[31m" in shown
        assert "\x1b" not in shown


def test_the_workflow_turns_scores_into_the_classrooms_result(tmp_path):
    """The page's own script, run on real scores."""
    import base64
    import json

    scores = {
        "points": 5, "out_of": 10,
        "exercises": {"ex01_softmax": {"status": "failed", "points": 5, "out_of": 10,
                                       "checks_passed": 9, "checks": 17, "diagnoses": []}},
    }  # fmt: skip
    (tmp_path / "scores.json").write_text(json.dumps(scores))
    text = PAGE.read_text("utf-8")
    script = text.partition("python - <<'END'\n")[2].partition("          END\n")[0]
    script = "\n".join(line.removeprefix(" " * 10) for line in script.splitlines())
    output = tmp_path / "output"
    environment = {**os.environ, "GITHUB_OUTPUT": str(output)}
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, check=True)
    name, _, coded = output.read_text().strip().partition("=")
    result = json.loads(base64.b64decode(coded))
    assert name == "result"
    assert result["max_score"] == 10
    assert [(one["name"], one["score"]) for one in result["tests"]] == [("ex01_softmax", 5)]
    assert "exercises/ --score-json scores.json" in text
