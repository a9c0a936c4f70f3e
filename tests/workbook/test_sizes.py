"""Some call of each function tells all its sizes apart, from each other and from roots and halves.

What the sizes are is read from the tables of shapes in the questions.
"""

import re
from itertools import combinations

import numpy as np
import pytest
from grader.exercise import find_exercises
from grader.grading import grade
from grader.sandbox.in_process import InProcess

ALL = find_exercises()
SHAPE = re.compile(r"\(([^()]*,[^()]*)\)")
TABLES = 30  # exercises at least whose tables name sizes


def table_of(exercise):
    """The axes of each named array, as the question's table of shapes gives them."""
    page = (exercise.folder / "README.md").read_text(encoding="utf-8")
    found = {}
    for row in page.partition("## Shapes")[2].partition("\n## ")[0].splitlines():
        _, first, second, *_ = [*row.split("|"), "", "", ""]
        names, stated = re.findall(r"`(\w+)`", first), second.partition(";")[0]
        shapes = [[axis.strip() for axis in shape.split(",")] for shape in SHAPE.findall(stated)]
        if "broadcasts" not in stated and len(shapes) in (1, len(names)):
            shapes = shapes * len(names) if len(shapes) == 1 else shapes
            found |= {name: list(filter(None, axes)) for name, axes in zip(names, shapes)}
    return found


def sizes_of(table, named):
    """Each size by its letter, and those of leading axes by their place."""
    found = {}
    for name, value in named:
        if isinstance(value, dict):
            found |= sizes_of(table, value.items())
        axes = table.get(name, [])
        inner = axes[1:] if axes[:1] == ["..."] else axes
        lead = getattr(value, "ndim", -1) - len(inner)
        if not isinstance(value, np.ndarray) or not axes or lead < 0 or (lead and inner == axes):
            continue
        letters = [*(f"leading axis {i}" for i in range(lead)), *inner]
        sizes = zip(letters, value.shape)
        found |= {x: size for x, size in sizes if x.isidentifier() or is_lead(x)}
    return found


def calls_of(exercise):
    """By function, the sizes of each call of it in the checks."""
    table, found = table_of(exercise), {}
    for step in grade(exercise, InProcess(exercise.reference, exercise.tests)).steps:
        named = [*zip(step.names, step.request.args), *step.request.kwargs.items()]
        if len(set(step.expected.used)) == 1 and (sizes := sizes_of(table, named)):
            found.setdefault(step.expected.used[0], []).append(sizes)
    return found


def is_lead(letter):
    return letter.startswith("leading")


def apart(sizes):
    return len(set(sizes.values())) == len(sizes)


def kin(a, b):
    """Whether one size is the other, or its root, square, half or double."""
    return a in (b, b * b, 2 * b) or b in (a * a, 2 * a)


def faults(calls):
    """What no call of a function tells apart."""
    letters = {letter for sizes in calls for letter in sizes if not is_lead(letter)}
    whole = [sizes for sizes in calls if letters <= sizes.keys()]
    inner = [[sizes[letter] for letter in letters] for sizes in whole]
    if not any(not any(kin(a, b) for a, b in combinations(sizes, 2)) for sizes in inner):
        yield f"{sorted(letters)} from each other, from their roots and halves"
    batches = [sizes for sizes in whole if any(map(is_lead, sizes))]
    if batches and not any(map(apart, batches)):
        yield f"{sorted(letters)} from the leading axes"


@pytest.mark.parametrize("exercise", ALL, ids=lambda one: one.number)
def test_some_call_tells_all_sizes_apart(exercise):
    found = {name: list(faults(calls)) for name, calls in calls_of(exercise).items()}
    assert {name: said for name, said in found.items() if said} == {}


def test_the_tables_are_read():
    assert sum(bool(table_of(exercise)) for exercise in ALL) >= TABLES
    swiglu = next(one for one in ALL if one.number == "ex31")
    assert table_of(swiglu)["w_down"] == ["f", "d"]


def test_what_is_not_told_apart_is_named():
    assert list(faults([{"n": 3, "d": 5, "leading axis 0": 2}])) == []
    assert len(list(faults([{"n": 3, "d": 9, "leading axis 0": 2}]))) == 1
    assert len(list(faults([{"n": 3, "d": 6, "leading axis 0": 3}, {"n": 3, "d": 5}]))) == 1
    assert len(list(faults([{"n": 3, "d": 6, "leading axis 0": 3}]))) == 2
