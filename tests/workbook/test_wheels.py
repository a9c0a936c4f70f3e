"""From the wheel alone: a later version brings what is new and touches nothing of a student's."""

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from tests.workbook.screens import ANSWERS, ROOT

pytestmark = pytest.mark.slow
COPIED = ("attention", "profile", "exercises", "solutions", "setup.py", "pyproject.toml",
          "README.md", "LICENSE", "MANIFEST.in")  # fmt: skip
NEW = "ex45_doubling"
FILES = {  # of an exercise that the later version adds
    f"exercises/{NEW}/README.md": (
        "# ex45 · Doubling\n\n**Points:** 5 · **Minutes:** 10 · **Difficulty:** ●○○ · "
        "**From:** nowhere\n\n## Question\n\nDouble it.\n\n## Hints\n\n"
        "<details><summary>Hint 1</summary>\n\nTwice.\n\n</details>\n"
    ),
    f"exercises/{NEW}/doubling.py": 'def double(x):\n    """Twice x."""\n'
    "    raise NotImplementedError\n",
    f"exercises/{NEW}/test_{NEW}.py": '"""Checks of ex45."""\n\n\n'
    'def test_values(check):\n    check("double", 21.0)\n',
    f"solutions/{NEW}/doubling.py": '"""Reference of ex45."""\n\n\ndef double(x):\n'
    "    return 2 * x\n",
    f"solutions/{NEW}/stub.py": 'def double(x):\n    """Twice x."""\n'
    "    raise NotImplementedError\n",
    f"solutions/{NEW}/mistakes.py": '"""None yet."""\n',
    f"solutions/{NEW}/README.md": "# ex45\n\n## Cost\n\nOne product.\n",
}


def wheel_of(folder, version, target):
    """Build a copy of the project as a wheel of some version."""
    project = folder / "pyproject.toml"
    project.write_text(project.read_text().replace('version = "0.1.0"', f'version = "{version}"'))
    command = [sys.executable, "-m", "build", "--wheel", "-o", str(target), "."]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    (made,) = target.glob(f"*-{version}-*.whl")
    return made


def copied(folder):
    folder.mkdir()
    for name in COPIED:
        if (ROOT / name).is_dir():
            unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info")
            shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def later(folder):
    """A later version: a question said anew, a check more, an exercise more, one renamed."""
    exercises, solutions = folder / "exercises", folder / "solutions"
    page = exercises / "ex02_attention" / "README.md"
    page.write_text(page.read_text().replace("## Rules", "A word more.\n\n## Rules"))
    checks = exercises / "ex01_softmax" / "test_ex01_softmax.py"
    checks.write_text(
        checks.read_text() + "\n\ndef test_one_more(check, rng):\n"
        '    check("softmax", normal(rng, 3, 4))\n'
    )
    for room in (exercises, solutions):
        (room / "ex32_rms_norm").rename(room / "ex32_root_mean_square")
    moved = exercises / "ex32_root_mean_square"
    (moved / "test_ex32_rms_norm.py").rename(moved / "test_ex32_root_mean_square.py")
    for place, text in FILES.items():
        path = folder / place
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheels")
    pytest.importorskip("build")
    old = wheel_of(copied(folder / "old"), "1.0", folder)
    new = wheel_of(later(copied(folder / "new")), "1.1", folder)
    return old, new


@pytest.fixture
def student(wheels, tmp_path):
    """An empty environment with the first wheel; NumPy and pytest are those of this one."""
    home = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    (site,) = home.glob("lib/python*/site-packages")
    (site / "libraries.pth").write_text(f"{borrowed(tmp_path)}\n")
    student = Student(home, tmp_path)
    student.installs(wheels[0])
    return student


def borrowed(folder):
    """NumPy, SciPy and pytest of this environment, without the project itself."""
    own = folder / "libraries"
    own.mkdir()
    for room in (path for path in map(Path, sys.path) if path.name == "site-packages"):
        for path in room.iterdir():
            ours = any(word in path.name.lower() for word in ("attention", "__editable__", ".pth"))
            if not ours and not (own / path.name).exists():
                (own / path.name).symlink_to(path)
    return own


class Student:
    def __init__(self, home, folder):
        self.home, self.folder = home, folder

    def installs(self, wheel):
        pip = [str(self.home / "bin" / "python"), "-m", "pip", "install", "-q", "--no-deps"]
        subprocess.run([*pip, "--no-index", "--force-reinstall", str(wheel)], check=True)

    def types(self, *arguments, folder="mine", status=0, answer=None):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "COLUMNS": "80"}
        done = subprocess.run(
            [str(self.home / "bin" / "attention-workbook"), *arguments],
            cwd=self.folder / folder,
            env={**environment, "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            input=answer or "",
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr


def hashes(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(one.relative_to(folder)): sha256(one.read_bytes()).hexdigest() for one in files}


def test_an_update_to_a_later_wheel(student, wheels):
    assert "mine holds 44 exercises" in student.types("init", "mine", folder=".")
    mine = student.folder / "mine"
    shutil.copy(ANSWERS / "softmax_right.py", mine / "ex01_softmax" / "softmax.py")
    assert "10 of 10 points" in student.types("check", "ex01")
    half = "import numpy as np\n\n\ndef rms_norm(x, gain, eps=1e-6):\n    return x * gain\n"
    (mine / "ex32_rms_norm" / "rms_norm.py").write_text(half)
    student.types("check", "ex32", status=1)
    (mine / "ex02_attention" / "notes.txt").write_text("mine")
    (mine / "ex03_attention_backward" / "README.md").write_text("scribbled over")
    before, known = hashes(mine), json.loads((mine / "progress.json").read_text())

    student.installs(wheels[1])
    said = student.types("update")
    assert "Updated (1.0 → 1.1). Your answers are as they were." in said
    assert "newer    ex02_attention/README.md" in said
    assert "newer    ex01_softmax/test_ex01_softmax.py" in said
    assert f"new      {NEW}/README.md" in said
    assert "renamed  ex32_root_mean_square/rms_norm.py" in said
    after = hashes(mine)
    theirs = ["ex01_softmax/softmax.py", "ex32_rms_norm/rms_norm.py", "ex02_attention/notes.txt",
              "ex03_attention_backward/README.md", "ex01_softmax/solution/softmax.py"]  # fmt: skip
    assert {one: after[one] for one in theirs} == {one: before[one] for one in theirs}
    assert after["ex32_root_mean_square/rms_norm.py"] == before["ex32_rms_norm/rms_norm.py"]
    now = json.loads((mine / "progress.json").read_text())["exercises"]
    assert now["ex01_softmax"] == known["exercises"]["ex01_softmax"]
    assert now["ex32_root_mean_square"] == known["exercises"]["ex32_rms_norm"]
    changed = [one for one in before if after.get(one) not in (None, before[one])]
    assert all(one.split("/")[-1].startswith(("README", "test_", ".workbook", "progress"))
               for one in changed)  # fmt: skip

    listed = student.types("list", "all")
    assert "> ex01  changed" in listed  # its checks have: it is to be graded again
    assert "ex45  -            Doubling" in listed
    assert "18 of 18 checks, 10 of 10 points" in student.types("check", "ex01")
    (mine / NEW / "doubling.py").write_text("def double(x):\n    return 2 * x\n")
    assert "1 of 1 checks, 5 of 5 points" in student.types("check", "ex45")
    assert "nothing was changed" in student.types("update")


def test_the_first_hour_from_the_wheel_alone(student):
    """Three exercises wrong and then right; the review that is due; a class of twenty."""
    student.types("init", "mine", folder=".")
    mine = student.folder / "mine"
    for place in ("ex01_softmax/softmax.py", "ex05_masks/masks.py", "ex41_alibi/alibi.py"):
        name = place.partition("/")[0]
        reference = (ROOT / "solutions" / place).read_text()
        (mine / place).write_text(reference.replace("return ", "return -", 1))
        assert "A hint: attention-workbook hint" in student.types("check", name[:4], status=1)
        assert not (mine / name / "solution").exists()
        (mine / place).write_text(reference)
        assert f"{name}/solution/" in student.types("check", name[:4])
        assert (mine / name / "solution" / "README.md").is_file()
    for number in range(20):
        shutil.copytree(mine, student.folder / "class" / f"student{number:02d}")
    said = student.types("grade", "class", "--csv", "marks.csv", folder=".")
    assert "20 submissions, 20 graded now." in said
    rows = (student.folder / "marks.csv").read_text().splitlines()
    assert len(rows) == 21
    assert len({row.split(",", 1)[1] for row in rows[1:]}) == 1
    assert "20 unchanged, 0 graded now" in student.types(
        "grade", "class", "--csv", "marks.csv", folder="."
    )
