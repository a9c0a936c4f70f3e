"""Chinese, on every screen: no sentence of English stands in what is printed under --lang zh."""

import contextlib
import re
import shutil

import pytest
from attention_workbook import lay_out
from attention_workbook.__main__ import main
from grader import language
from grader.audit import candidate_for
from grader.clock import Clock
from grader.exercise import find_exercises
from grader.grading import PASSED, grade
from grader.sandbox.unfenced import Unfenced
from grader.verdict import count, fitted, reports

from tests.workbook.screens import ANSWERS

ALL = find_exercises()
CODE = re.compile(  # a list cut short, what is quoted, names and options
    r"\[.*\.\.\.|`[^`]*`|'[^']*'|\"[^\"]*\"|\$[^$]*\$|\S*[/_(){}\[\]=<>|#]\S*|--\S+|ex\d\d:?\S*"
)
NAMES = re.compile(  # the glossary's, and names of things
    r"\b(query|queries|key|keys|value|values|token|tokens|softmax|logits?|attention-workbook|pytest"
    r"|NumPy|numpy|Adam|MLP|Fortran|float\d+|int\d+|True|False|None|array|list|tuple|of|dict|d[abqkvwx]|dbias)\b"
)
PYTHON = re.compile(r"\b\w*(Error|Exception|Exit|Interrupt|Warning)\b: .*")  # Python's own words
DATA = re.compile(
    r"^(调用|(期望值|返回值) +(\S+: )?[\[<'\"]).*"
)  # a call as it is typed; lists, arrays
SENTENCE = re.compile(r"(?:[A-Za-z][a-z'-]*,? ){3,}[A-Za-z][a-z'-]+")
RETURNS = {
    "nothing": "None",
    "a list": "[1.0, 2.0]",
    "text": "'text'",
    "doubled": "_times(2, {old}(*a, **k))",
    "negated": "_times(-1, {old}(*a, **k))",
    "not finite": "_times(float('nan'), {old}(*a, **k))",
    "an axis more": "_map(lambda one: np.asarray(one)[None], {old}(*a, **k))",
    "in single precision": "_map(lambda one: np.asarray(one, np.float32), {old}(*a, **k))",
    "rounded": "_map(lambda one: np.round(one, 2), {old}(*a, **k))",
    "complex": "_times(1j, {old}(*a, **k))",
    "an object": "object()",
    "raises": "_raise(ValueError('operands could not be broadcast together'))",
    "misses a name": "an_unknown_name",
    "divides by zero": "np.float64(1) / np.zeros(3)",
    "exits": "_raise(SystemExit(3))",
    "is a stub": "_raise(NotImplementedError())",
    "writes into its input": "_spoil(a) or {old}(*a, **k)",
}
HELPERS = """

import numpy as np


def _map(f, out):
    return tuple(map(f, out)) if isinstance(out, tuple) else f(out)


def _times(factor, out):
    return _map(lambda one: factor * np.asarray(one), out)


def _raise(problem):
    raise problem


def _spoil(a):
    for one in a:
        if isinstance(one, np.ndarray) and one.size:
            one[...] = 0


"""


@pytest.fixture(autouse=True)
def in_chinese(monkeypatch):
    monkeypatch.setenv("COLUMNS", "1000")  # a sentence in a line
    language.choose("zh")
    yield
    language.choose("en")


def english(text):
    """Four English words or more in a row, outside of code."""
    told = (PYTHON.sub("", DATA.sub("", line)) for line in text.splitlines())
    lines = (NAMES.sub("，", CODE.sub("，", line)) for line in told)
    return [line for line, bare in zip(text.splitlines(), lines) if SENTENCE.search(bare)]


def own_lines(source):
    return {line.strip() for line in source.splitlines()}


def shown(exercise, candidate):
    """Every line that may be shown of an answer, but for those of its own file."""
    run = grade(exercise, candidate)
    run.clock = Clock(0.5)
    text = fitted("\n".join([*reports(run, most=99), count(run)]))
    text = re.sub(r"^ {17}.*\n", "", text, flags=re.M)  # the inputs
    text = re.sub(r"\n {15}(?=\S)", " ", text)  # an entry in a line
    own = own_lines(candidate.source) | own_lines(exercise.tests_path.read_text("utf-8"))
    return run, "\n".join(line for line in text.splitlines() if line.strip() not in own)


def spoilt(exercise, function, returned, folder):
    source = exercise.reference_path.read_text("utf-8")
    wrong = returned.format(old=f"_old_{function}")
    path = folder / exercise.name / exercise.file
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(
        f"{source}{HELPERS}_old_{function} = {function}\n\n\n"
        f"def {function}(*a, **k):\n    return {wrong}\n",
        encoding="utf-8",
    )
    return Unfenced(exercise, path)


@pytest.mark.slow
@pytest.mark.parametrize("exercise", [one for one in ALL if not one.parts], ids=lambda e: e.number)
def test_reports_of_wrong_answers(exercise, tmp_path):
    left = {}
    for function in exercise.public:
        for name, returned in RETURNS.items():
            run, text = shown(exercise, spoilt(exercise, function, returned, tmp_path))
            left[f"{function} {name}"] = english(text)
    for mistake in exercise.mistakes:
        run, text = shown(exercise, candidate_for(exercise, mistake, "MISTAKES", worker=False))
        assert run.score(named=False).status != PASSED
        left[mistake.name] = english(text)
    assert {name: lines for name, lines in left.items() if lines} == {}


QUICK = [
    *("--help", "check --help", "grade --help", "watch --help", "explain --help"),
    *("hint", "nonsense", "list odd", "route nowhere", "check ex99", "reset ex98", "grade nobody"),
    *("grade . --csv marks.txt", "grade . --csv marks.csv --seed x", "interview soon", "init ."),
    *("list", "list all", "hint ex02", "hint ex02:9", "show ex02:none", "update", "reset ex02"),
    *("hint ex01:3", "review", "review ex02", "route weekend", "give-up ex03 --yes", "list --oops"),
]
GRADING = [
    *("check ex02", "check ex01", "explain ex01", "explain ex01 --json"),
    *(
        "show",
        "show ex02",
        "show ex01:values_of_a_matrix",
        "interview 30",
        "check ex03",
        "reset ex01",
    ),
]


@pytest.mark.parametrize(
    "commands", [QUICK, pytest.param(GRADING, marks=pytest.mark.slow)], ids=["quick", "grading"]
)
def test_every_command(commands, tmp_path, monkeypatch, capsys):
    """As typed by somebody whose first answer is wrong."""
    lay_out.init(tmp_path / "mine")
    monkeypatch.chdir(tmp_path / "mine")
    shutil.copy(ANSWERS / "softmax_first_try.py", tmp_path / "mine" / "ex01_softmax/softmax.py")
    left = {}
    for command in commands:
        with contextlib.suppress(SystemExit):
            main(["--lang", "zh", *command.split()])
        shown = "".join(capsys.readouterr())
        left[command] = english(shown)
        if not re.search(r"[\u4e00-\u9fff]", shown):
            left[command].append(shown)
    assert {command: lines for command, lines in left.items() if lines} == {}


def test_pages_laid_out_are_in_both_languages():
    for name in ("README", "TUTOR"):
        english_page, chinese_page = (
            (lay_out.PAGES / f"{name}{ending}.md").read_text("utf-8") for ending in ("", ".zh")
        )
        commands = [re.findall(r"attention-workbook [a-z-]+", one)
                    for one in (english_page, chinese_page)]  # fmt: skip
        assert commands[0] == commands[1]
        assert english(re.sub(r"^ {4}.*", "", chinese_page, flags=re.M)) == []
