"""Whatever lies where an answer should: it is read, or told what it is."""

import ast
import os

import pytest
from grader.exercise import find_exercise, find_exercises
from grader.sandbox import rules
from grader.sandbox.runner import Sandboxed
from grader.sandbox.source import LARGEST, Unreadable, lies_there, parse, read_source

CODE = "word = 'é你'\n"


@pytest.mark.parametrize(
    "data",
    [
        CODE.encode(),
        CODE.encode("utf-8-sig"),
        b"# coding: gb18030\n" + CODE.encode("gb18030"),
        b"# -*- coding: latin-1 -*-\r\nword = '\xe9'\r\n",
    ],
)
def test_every_encoding_that_a_file_declares_is_read(tmp_path, data):
    path = tmp_path / "answer.py"
    path.write_bytes(data)
    word = {}
    exec(compile(parse(read_source(path), path), "answer", "exec"), word)
    assert word["word"].startswith("é")


@pytest.mark.parametrize(
    ("data", "said", "line"),
    [
        (b"a = 1\nb = '\xff'\n", "is not utf-8 text", 2),
        (b"# coding: klingon\n", "an encoding that Python does not know", 0),
        (b"# coding: rot13\n", "an encoding that is none of source text", 0),
        (b"# coding: undefined\n", "an encoding that is none of source text", 0),
        (CODE.encode("utf-16"), "is UTF-16 text; save it as UTF-8", 0),
        (b"a = '\x00'\n", "null bytes|cannot be read as Python", 0),
        (b"a = (\n", "SyntaxError", 1),
        (b"a = " + b"(" * 5000 + b")" * 5000, "SyntaxError|too deep", None),
        (b"#" * (LARGEST + 1), "an answer has a few thousand", 0),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path, data, said, line):
    path = tmp_path / "answer.py"
    path.write_bytes(data)
    with pytest.raises(Unreadable, match=said) as problem:
        parse(read_source(path), path)
    assert line is None or problem.value.line == line


def test_what_is_no_file_is_told(tmp_path):
    path = tmp_path / "answer.py"
    assert not lies_there(path)
    for made, said in (
        (lambda: path.mkdir(), "is a folder"),
        (lambda: os.mkfifo(path), "is a pipe"),
        (lambda: path.symlink_to("/dev/zero"), "is a link to /dev/zero"),
    ):
        made()
        assert lies_there(path)
        with pytest.raises(Unreadable, match=said):
            read_source(path)
        path.rmdir() if said == "is a folder" else path.unlink()


def test_reading_long_chains_takes_no_square_of_their_length(monkeypatch):
    steps = 0

    class Counted(ast.Attribute):
        def __getattribute__(self, name):
            nonlocal steps
            steps += name == "attr"
            return super().__getattribute__(name)

    monkeypatch.setattr(rules.ast, "Attribute", (ast.Attribute, Counted))
    node = ast.Name("a", ast.Load())
    for _ in range(500):
        node = Counted(node, "b", ast.Load(), lineno=1, col_offset=0)
    rules.broken_rules(ast.Module([ast.Expr(node)], []), {"a.b": "no"})
    assert 500 < steps < 500 * 2 * rules.LONGEST_NAME


def test_a_chain_of_a_thousand_attributes_is_read(tmp_path):
    exercise = find_exercise("ex01", find_exercises())
    path = tmp_path / "softmax.py"
    path.write_text(exercise.reference_path.read_text() + "\n\ndef f(a): return a" + ".b" * 1000)
    candidate = Sandboxed(exercise, path)
    assert candidate._unusable is None
    assert not candidate.untouched
