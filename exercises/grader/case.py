"""The case of a check: its inputs in full, and as a file that replays them in one's own Python.

Arrays go into an ``.npz`` as they were handed over, Fortran order included; what is no array is
written as the expression that makes it.
"""

import io
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from grader.compare import difference
from grader.diagnose import Step
from grader.exercise import EXERCISES, Exercise, find_exercise, find_exercises
from grader.files import write_whole
from grader.judge import same_bits
from grader.sandbox.execute import LAYOUTS, load_answer
from grader.sandbox.wire import Named, Seed

INLINE, WHOLE = 60, 500  # characters of an expression in the call; elements shown of an array


class Case(NamedTuple):
    """A step's inputs: each as text, the content of the file, the lines that replay it."""

    inputs: list[tuple[str, str]]
    stored: dict[str, np.ndarray]
    layout: str | None
    call: str
    needs_checks: bool

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all. Raises OSError."""
        data = io.BytesIO()
        np.savez(data, **self.stored)  # type: ignore[arg-type]
        write_whole(path, data.getvalue())

    def lines(self, exercise: Exercise, answers: Path, file: Path) -> list[str]:
        """Three lines for a Python that was started in the folder of the answers."""
        first = "import numpy as np"
        if answers != EXERCISES and (self.needs_checks or exercise.parts):
            first = f"import sys; sys.path.append({str(EXERCISES)!r}); {first}"
        if exercise.parts:
            where = "" if answers == EXERCISES else f", {str(answers)!r}"
            first += f"; from grader.case import answer; mine = answer({exercise.number!r}{where})"
        else:
            first += f"; from {exercise.name} import {Path(exercise.file).stem} as mine"
        if self.needs_checks:
            first += f"; from {exercise.name} import {exercise.tests_path.stem} as checks"
        return [first, f"case = np.load({file.relative_to(answers).as_posix()!r})", self.call]


def case_of(step: Step) -> Case:
    """The case of one call of a check."""
    layout, stored = failing_layout(step), dict[str, np.ndarray]()
    count = len(step.request.args)
    names = [*step.names[:count], *(f"input{i}" for i in range(len(step.names), count))]
    pairs = [*zip(names, step.request.args), *step.request.kwargs.items()]
    texts = [_expression(name, value, layout, stored) for name, value in pairs]
    for place, (name, _) in enumerate(pairs):
        if len(texts[place]) > INLINE and name not in stored:
            stored[name] = np.array(texts[place])
            texts[place] = f'eval(str(case["{name}"]))'
    for place in range(count, len(pairs)):
        texts[place] = f"{pairs[place][0]}={texts[place]}"
    owner = "checks" if step.request.drive else "mine"
    if step.request.drive:
        texts.insert(0, "mine")
    call = f"print({owner}.{step.request.name}({', '.join(texts)}))"
    needs = step.request.drive or "checks." in "".join([call, *map(str, stored.values())])
    return Case([(n, in_full(v)) for n, v in pairs], stored, layout, call, needs)


def failing_layout(step: Step) -> str | None:
    """Which of C, Fortran and read-only arrays a check of all three failed on, if it is one."""
    if not step.request.layouts or step.complaint is None:
        return None
    outcome, before = step.outcome, [*step.request.args, step.request.kwargs]
    for layout, after in zip(LAYOUTS, outcome.inputs_after):
        if not all(map(same_bits, before, after)):
            return layout
    if outcome.error is not None:
        return LAYOUTS[len(outcome.outputs)]
    if step.expected.outputs:
        tolerance = step.terms.tolerance(step.expected.outputs)
        for layout, got, wanted in zip(LAYOUTS, outcome.outputs, step.expected.outputs):
            if difference(got, wanted, tolerance) is not None:
                return layout
    return LAYOUTS[0]


def in_full(value: Any) -> str:
    """An input as text: every digit of every number, unless there are hundreds of them."""
    if isinstance(value, np.ndarray):
        text = np.array2string(
            value,
            max_line_width=92,
            threshold=WHOLE,
            floatmode="unique",
            separator=", ",
        )
        cut = " (cut; the file has all of it)" if value.size > WHOLE else ""
        return f"{value.dtype} array {value.shape}{cut}" + (f"\n{text}" if value.size else "")
    if isinstance(value, dict) and value:
        return "dict\n" + "\n".join(f"{key!r}: {in_full(entry)}" for key, entry in value.items())
    if isinstance(value, list) and any(isinstance(entry, (dict, np.ndarray)) for entry in value):
        return f"list of {len(value)}\n" + "\n".join(in_full(entry) for entry in value)
    return _expression("", value, None, {})


def _expression(name: str, value: Any, layout: str | None, stored: dict[str, np.ndarray]) -> str:
    """Python that makes the value again; its arrays are put into ``stored`` under their names."""
    if isinstance(value, (np.ndarray, np.generic)):
        stored[name] = np.array(value, order="F" if layout == "F" else "C")
        text = f"case[{json.dumps(name)}]"
        if isinstance(value, np.generic):
            return f"{text}[()]"
        return f"np.broadcast_to({text}, {value.shape})" if layout == "read-only" else text
    if isinstance(value, Seed):
        return f"np.random.default_rng({value.value})"
    if isinstance(value, Named):
        return f"checks.{value.name}"
    if isinstance(value, dict):
        inner = [
            f"{key!r}: {_expression(f'{name}.{key}', entry, layout, stored)}"
            for key, entry in value.items()
        ]
        return f"{{{', '.join(inner)}}}"
    if isinstance(value, (list, tuple)):
        inner = [_expression(f"{name}.{i}", entry, layout, stored) for i, entry in enumerate(value)]
        if isinstance(value, list):
            return f"[{', '.join(inner)}]"
        return f"({', '.join(inner)}{',' * (len(inner) == 1)})"
    if isinstance(value, float) and not np.isfinite(value):
        return f"float({str(value)!r})"
    return repr(value)


def answer(number: str, folder: str | Path = EXERCISES) -> ModuleType:
    """A student's module with what its exercise takes from their other files; for replays."""
    exercise, answers = find_exercise(number, find_exercises()), Path(folder)
    sys.path.append(str(EXERCISES))

    def source(part: Exercise) -> dict[str, Any]:
        path = answers / part.name / part.file
        return {"path": str(path), "source": path.read_text(encoding="utf-8")}

    parts = [
        {**source(part), "stem": part.name, "names": names}
        for part, names in exercise.parts.items()
    ]
    return load_answer({**source(exercise), "stem": exercise.name, "parts": parts})
