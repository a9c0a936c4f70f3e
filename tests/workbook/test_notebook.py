"""The workbook in a notebook: cells put together, graded by a worker or without one, shown."""

import linecache

import attention_workbook
import pytest
from attention_workbook.cells import source_of
from grader.sandbox import unfenced

CELL = """\
import numpy as np
import matplotlib.pyplot as plt

SCALE = 1.0


def shifted(x, axis):
    return x - x.max(axis, keepdims=True)


def softmax(x, axis=-1):
    e = np.exp(shifted(x, axis) * SCALE)
    return e / e.sum(axis, keepdims=True)


%time softmax(np.ones(3))
check("ex01", softmax=softmax)
"""
BACKWARD = "def softmax_backward(dy, y, axis=-1):\n    return y * (dy - (dy * y).sum(axis{}))\n"


def run_cell(text, scope, number=[0]):  # noqa: B006 - a counter
    """Run a cell as a notebook does: its text is kept where inspect looks for it."""
    number[0] += 1
    name = f"<cell {number[0]}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    plain = "\n".join("" if line[:1] in ("%",) or line[:5] == "check" or "pyplot" in line else line
                      for line in text.splitlines())  # fmt: skip
    exec(compile(plain, name, "exec"), scope)
    return scope


@pytest.fixture
def cells():
    scope = run_cell(CELL, {"__name__": "__main__"})
    return run_cell(BACKWARD.format(", keepdims=True"), scope)


def test_helpers_constants_and_the_imports_used_come_along(cells):
    source = source_of({"softmax": cells["softmax"]}, ["softmax_backward"])
    assert "import numpy as np" in source
    assert "def shifted" in source
    assert "SCALE = 1.0" in source
    assert "pyplot" not in source
    assert "check(" not in source
    assert source.index("def shifted") < source.index("def softmax")
    compile(source, "x", "exec")


def test_a_right_answer_passes_and_shows_what_matters(cells):
    own = {name: cells[name] for name in ("softmax", "softmax_backward")}
    verdict = attention_workbook.check("ex01", **own)
    assert verdict.passed, verdict
    assert verdict.score.points == 10
    assert "Listened for" in repr(verdict)
    assert verdict._repr_html_().count("✓") == verdict.score.checks


@pytest.mark.slow
def test_a_wrong_one_has_its_cause_in_text_and_table_and_what_is_missing_is_not_started(cells):
    run_cell("def softmax(x, axis=-1):\n    e = np.exp(x)\n    return e / e.sum()\n", cells)
    verdict = attention_workbook.check("ex01", softmax=cells["softmax"])
    assert "sum to 1 over the whole array" in repr(verdict)
    assert "sum to 1 over the whole array" in verdict._repr_html_()
    assert "–" in verdict._repr_html_()
    assert "there is no `softmax_backward`" not in repr(verdict)


def test_without_processes_it_grades_here_and_says_what_it_cannot_promise(cells, monkeypatch):
    monkeypatch.setattr("attention_workbook.notebook.processes", lambda: False)
    own = {name: cells[name] for name in ("softmax", "softmax_backward")}
    verdict = attention_workbook.check("ex01", **own)
    assert verdict.passed, verdict
    assert unfenced.PROMISES_LESS in verdict.notes
    run_cell("import subprocess\ndef softmax(x, axis=-1):\n    return subprocess.run(x)\n", cells)
    verdict = attention_workbook.check("ex01", softmax=cells["softmax"])
    assert "may not be imported" in repr(verdict)


def test_a_browser_is_told_by_its_platform(monkeypatch):
    monkeypatch.setattr("sys.platform", "emscripten")
    assert not unfenced.processes()


@pytest.mark.parametrize(
    ("name", "functions", "said"),
    [
        ("ex99", {}, "ex99"),
        ("ex01", {}, "softmax=softmax"),
        ("ex01", {"sofmax": len}, "sofmax is none of them"),
        ("ex01", {"softmax": 3}, "softmax is a value of type int, not a function"),
        ("ex01", {"softmax": len}, "type builtin_function_or_method, not"),
    ],
)
def test_what_cannot_be_graded_is_a_sentence(name, functions, said):
    verdict = attention_workbook.check(name, **functions)
    assert said in verdict.problem
    assert repr(verdict)
    assert verdict.score is None
    assert not verdict.passed


def test_a_global_that_no_cell_explains_is_named(cells):
    cells["table"] = cells["np"].arange(3.0)
    run_cell("def softmax(x, axis=-1):\n    return x * table\n", cells)
    verdict = attention_workbook.check("ex01", softmax=cells["softmax"])
    assert "softmax uses table, a value of type ndarray of another cell" in verdict.problem


def test_question_and_hints(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("attention_workbook.notebook._hints_seen", {})
    assert "## Question" in attention_workbook.question("ex01")._repr_markdown_()
    assert "Hint 1" not in attention_workbook.question("ex01").text
    assert "hint 1 of 3" in attention_workbook.hint("ex01").text
    assert "hint 2 of 3" in attention_workbook.hint("1").text
    assert "hint 1 of 3" in attention_workbook.hint("ex01:1").text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_real_kernel(tmp_path):
    nbformat = pytest.importorskip("nbformat", reason="needs nbclient and ipykernel: [notebook]")
    nbclient = pytest.importorskip("nbclient", reason="needs nbclient and ipykernel: [notebook]")
    pytest.importorskip("ipykernel", reason="needs nbclient and ipykernel: [notebook]")
    home = attention_workbook.__path__[0].rpartition("/")[0]
    texts = [
        f"import sys; sys.path.append({home!r})\nfrom attention_workbook import check, hint",
        CELL.replace("import matplotlib.pyplot as plt\n", "").replace("check(", "verdict = check("),
        BACKWARD.format(", keepdims=True"),
        'check("ex01", softmax=softmax, softmax_backward=softmax_backward)',
        BACKWARD.format(", keepdims=True").replace("dy * y", "dy"),
        'check("ex01", softmax=softmax, softmax_backward=softmax_backward)',
        'hint("ex01")',
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in texts])
    nbclient.NotebookClient(
        book, timeout=120, resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    shown = [
        one["data"]
        for cell in book.cells
        for one in cell.outputs
        if one.output_type == "execute_result"
    ]
    right, wrong, hinted = shown[-3:]
    assert "10 of 10 points" in right["text/plain"]
    assert "✗" in wrong["text/html"]
    assert "sum" in wrong["text/html"]
    assert "hint 1 of 3" in hinted["text/markdown"]


def test_a_lambda_is_itself_and_not_what_has_its_name(cells):
    wrong = "def softmax_backward(dy, y, axis=-1):\n    return y * (1 - y) * dy\n"
    right = "G = lambda dy, y, axis=-1: y * (dy - (dy * y).sum(axis, keepdims=True))\n"
    scope = run_cell(wrong + right, {"__name__": "__main__"})
    source = source_of({"softmax_backward": scope["G"]})
    assert "(1 - y)" not in source
    assert source.rstrip().endswith("softmax_backward = G")


def test_of_two_definitions_in_a_cell_the_one_handed_over_counts():
    text = "def f(x):\n    return 1\n\n\nkept = f\n\n\ndef f(x):\n    return 2\n"
    scope = run_cell(text, {"__name__": "__main__"})
    assert "return 1" in source_of({"f": scope["kept"]})


def test_a_wrapper_of_the_name_it_is_handed_over_as_is_refused(cells):
    scope = run_cell("def good(x, axis=-1):\n    return softmax(x, axis)\n", cells)
    with pytest.raises(ValueError, match="calls another softmax"):
        source_of({"softmax": scope["good"]})


def test_a_verdict_is_as_true_as_it_passed(cells):
    functions = cells["softmax"], cells["softmax_backward"]
    assert attention_workbook.check("ex01", *functions)
    assert not attention_workbook.check("ex01", cells["softmax"])
    assert "Name the exercise first" in repr(attention_workbook.check(cells["softmax"]))
    assert set(dir(attention_workbook)) == {"check", "hint", "question"}
