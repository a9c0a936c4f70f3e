"""The mutants: what is made of a source, who is rejected, and that the published table holds."""

import pytest
from grader.audit import TABLE
from grader.exercise import find_exercise, find_exercises
from grader.mutants import trial
from grader.mutants.equivalents import equivalents
from grader.mutants.mutate import Mutant, mutants_of
from grader.mutants.tally import Tally, tally, with_table

SOURCE = '''
def mean(x, eps=1e-5, axis=-1):
    """A docstring that says 1 + 1."""
    if x.size < 2 and axis:
        return x
    x -= 1
    total = x.sum(axis=axis, keepdims=True) / (x.shape[-1] ** 0.5 + eps)
    return np.where(x > 0, total, 0).T, x
'''
EXPECTED = [
    "x.size < 2 → x.size <= 2",
    "x.size < 2 and axis → x.size < 2 or axis",
    "x -= 1 → pass",
    "x.sum → x.mean",
    "x.sum(axis=axis, keepdims=True) → x.sum(axis=axis)",
    "x.shape[-1] ** 0.5 → 0.5",
    "-1 → 0",
    "x.shape[-1] ** 0.5 + eps → x.shape[-1] ** 0.5",
    "1e-05 → 0.0",
    "np.where(x > 0, total, 0).T → np.where(x > 0, total, 0)",
    "(np.where(x > 0, total, 0).T, x) → (x, np.where(x > 0, total, 0).T)",
]


def exercise(number):
    return find_exercise(number, find_exercises())


@pytest.mark.parametrize("slip", EXPECTED)
def test_each_kind_of_slip_is_made(slip):
    assert [one for one in mutants_of(SOURCE) if f"| {slip}" in one.name]


def test_mutants_differ_compile_and_are_named_by_text_not_by_line():
    mutants = list(mutants_of(SOURCE))
    assert len({one.name for one in mutants}) == len({one.source for one in mutants}) > 40
    for one in mutants:
        compile(one.source, "mutant", "exec")
    moved = list(mutants_of("import numpy as np\n\n\n" + SOURCE))
    assert [one.name for one in moved] == [one.name for one in mutants]


@pytest.mark.slow
def test_a_mutant_that_hangs_or_crashes_is_rejected_and_a_right_one_lives(monkeypatch):
    monkeypatch.setattr(trial, "SECONDS", 1.0)
    masks = exercise("ex05")
    reference = trial.subjects(masks)[0]
    right = masks.reference_path.read_text(encoding="utf-8")
    endings = {
        "hangs": "while True: pass",
        "crashes": "import os; os.kill(os.getpid(), 9)",
        "right": "",
    }
    mutants = [Mutant(name, f"{right}\n{code}\n") for name, code in endings.items()]
    assert [one.name for one in trial.survivors(masks, reference, mutants)] == ["right"]


@pytest.mark.slow
@pytest.mark.parametrize("number", ["ex01", "ex05"])
def test_no_mutant_of_a_reference_survives_unexplained(number):
    assert tally(exercise(number), styles=False).survivors == []


@pytest.mark.slow
def test_every_equivalent_has_a_reason_and_is_a_mutant():
    for one in find_exercises()[::6]:
        known = equivalents(one)
        assert all(len(reason.split()) >= 4 for reason in known.values())
        made = {m.name for subject in trial.subjects(one) for m in trial.mutants(subject)}
        assert known.keys() <= made, one.name


EACH_ON_ITS_DAY = [
    pytest.param(one, id=f"day{1 + place % 7}-{one.number}")
    for place, one in enumerate(find_exercises())
]


@pytest.mark.slow
@pytest.mark.parametrize("one", EACH_ON_ITS_DAY)
def test_the_published_row_of_mutants_is_the_measured_one(one):
    found = tally(one)
    assert found.stale == []
    text = TABLE.read_text(encoding="utf-8")
    assert with_table(text, [found]) == text


def test_a_row_is_replaced_and_the_others_stay():
    text = TABLE.read_text(encoding="utf-8")
    assert with_table(text, []) == text
    changed = with_table(text, [Tally("ex05_masks", 1, 7, 2, ["one"], [])])
    assert "| ex05_masks | 7 | 4 | 2 | 1 |" in changed
    assert len(changed.splitlines()) == len(text.splitlines())


@pytest.mark.slow
def test_time_is_the_mutants_own_not_the_clock_on_the_wall(monkeypatch):
    monkeypatch.setattr(trial, "SECONDS", 0.5)
    masks = exercise("ex05")
    right = masks.reference_path.read_text(encoding="utf-8")
    codes = {"sleeps": "import time; time.sleep(1)", "works": "while True: pass"}
    mutants = [Mutant(name, f"{right}\n{code}\n") for name, code in codes.items()]
    left = trial.survivors(masks, trial.subjects(masks)[0], mutants)
    assert [one.name for one in left] == ["sleeps"]
