"""Runs one request on one module, the same way for a student's file and for our own variants.

It only runs and records: what came back, what became of the inputs, warnings, the error. Judging
is the parent's business.
"""

import ast
import sys
import tracemalloc
import types
import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from grader.sandbox import wire
from grader.sandbox.rules import without_main
from grader.sandbox.wire import Named, Seed

LAYOUTS = ("C", "F", "read-only")


class Request(NamedTuple):
    """One thing to run: a function by name, or a drive of the test file when ``drive`` is set."""

    name: str
    args: list[Any]
    kwargs: dict[str, Any]
    drive: bool = False
    times: int = 1
    layouts: bool = False
    memory: bool = False


class Outcome(NamedTuple):
    """What one run showed.

    ``error`` is None or a dict with type, message, frames and missing; ``refused`` says why what
    came back is not plain data; ``stopped`` how the process ended, when it did; ``used`` names the
    functions of the module that were asked for.
    """

    outputs: list[Any]
    inputs_after: list[Any]
    warnings: list[tuple[str, int]]
    error: dict[str, Any] | None
    peak: int
    printed: str = ""
    violations: Sequence[tuple[str, int]] = ()
    refused: str = ""
    stopped: str = ""
    used: Sequence[str] = ()


class MissingName(Exception):
    """The file lacks a function the check calls."""


def load_module(name: str, path: str, source: str | None = None) -> types.ModuleType:
    """A new module executed from a file, without writing or reading compiled copies."""
    if source is None:
        with open(path, encoding="utf-8") as file:
            source = file.read()
    return _module_of(name, path, source)


def _module_of(name: str, path: str, source: str | ast.Module) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__file__ = path
    sys.modules[name] = module
    exec(compile(source, path, "exec"), module.__dict__)
    return module


def _answer_of(name: str, file: dict[str, Any]) -> types.ModuleType:
    """A student's file as it was read: what the reading passes over is not run either."""
    path, source = file["path"], file["source"]
    tree = ast.parse(source, path)
    run = without_main(tree)
    same = run.body == tree.body  # then the text, of which Python compiles more than of a tree
    return _module_of(name, path, source if same else run)


def load_answer(setup: dict[str, Any]) -> types.ModuleType:
    """A student's module, with the functions that its exercise takes from other files of theirs."""
    module = _answer_of(f"answer_{setup['stem']}", setup)
    for part in setup["parts"]:
        other = _answer_of(f"answer_{part['stem']}", part)
        for name in part["names"]:
            if hasattr(other, name):
                setattr(module, name, getattr(other, name))
    return module


def run(
    module: Any,
    request: Request,
    tests: Any = None,
    own_paths: Sequence[str] = (),
    keep: Callable[[Any], Any] = lambda value: value,
) -> Outcome:
    """Run a request on a module; ``tests`` is the exercise's test file, where drives live.

    ``keep`` is what becomes of an output, and of the inputs, as soon as a call has returned.
    """
    runs = LAYOUTS if request.layouts else (None,) * request.times
    outputs: list[Any] = []
    after: list[Any] = []
    seen: list[tuple[str, int]] = []
    peak, error, refused = 0, None, ""
    guarded = _Guarded(module)
    function: Callable[..., Any]
    for layout in runs:
        args = [materialise(arg, layout, tests) for arg in request.args]
        kwargs = {key: materialise(arg, layout, tests) for key, arg in request.kwargs.items()}
        with warnings.catch_warnings(record=True) as caught, np.errstate(**_ERRSTATE):
            warnings.simplefilter("always")
            if request.memory:
                tracemalloc.start()
            try:
                if request.drive:
                    function = getattr(tests, request.name)
                    output = function(guarded, *args, **kwargs)
                else:
                    function = getattr(guarded, request.name)
                    output = function(*args, **kwargs)
                outputs.append(keep(output))
            except wire.Unsendable as reason:
                refused = str(reason)
            except BaseException as problem:
                if isinstance(problem, KeyboardInterrupt) and not own_paths:
                    raise  # ours, not a student's: the user pressed Ctrl-C
                error = describe_error(problem, own_paths)
            finally:
                if request.memory:
                    traced = tracemalloc.is_tracing()
                    peak = tracemalloc.get_traced_memory()[1] if traced else -1
                    tracemalloc.stop()
        seen += [
            (str(w.message), w.lineno if w.filename in own_paths[:1] else 0)
            for w in caught
            if issubclass(w.category, RuntimeWarning)
        ]
        if request.layouts:
            after.append(keep([_plain(arg) for arg in [*args, kwargs]]))
        if error is not None or refused:
            break
    return Outcome(outputs, after, seen[:20], error, peak, refused=refused, used=list(guarded.used))


_ERRSTATE: Any = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}


class _Guarded:
    """The module as a check sees it: notes what is used, and reports an absent name as absent."""

    def __init__(self, module: Any) -> None:
        self._module = module
        self.used: dict[str, None] = {}

    def __getattr__(self, name: str) -> Any:
        self.used[name] = None
        try:
            return getattr(self._module, name)
        except AttributeError:
            raise MissingName(name) from None


def materialise(value: Any, layout: str | None, tests: Any) -> Any:
    """A copy of an input that the callee may own: arrays laid out as asked, seeds as generators."""
    kind = type(value)
    if kind is np.ndarray:
        if layout is None:
            return value.copy(order="K")
        copy = np.array(value, order="F" if layout == "F" else "C")
        copy.flags.writeable = layout != "read-only"
        return copy
    if kind is Seed:
        return np.random.default_rng(value.value)
    if kind is Named:
        return getattr(tests, value.name)
    if kind in (list, tuple, set):
        return kind(materialise(item, layout, tests) for item in value)
    if kind is dict:
        return {key: materialise(item, layout, tests) for key, item in value.items()}
    return value


def _plain(value: Any) -> Any:
    """An input after the call, with generators and functions left out."""
    if isinstance(value, np.random.Generator) or callable(value):
        return None
    if type(value) in (list, tuple):
        return type(value)(_plain(item) for item in value)
    return {k: _plain(v) for k, v in value.items()} if type(value) is dict else value


def describe_error(problem: BaseException, own_paths: Sequence[str]) -> dict[str, Any]:
    """An exception as plain data: its type, message, and the frames in the student's files.

    Walks the traceback by hand: the traceback module would open every file on the way.
    """
    kind = type(problem)
    try:
        message = str(problem)[:600]
    except BaseException:
        message = "(its message cannot be shown)"
    frames = []
    step = problem.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        if code.co_filename in own_paths:
            frames.append((step.tb_lineno, code.co_name, code.co_filename))
        step = step.tb_next
    if isinstance(problem, SyntaxError) and problem.filename in own_paths:
        frames.append((problem.lineno or 0, "", str(problem.filename)))
        message = problem.msg
    return {
        "type": kind.__name__[:80],
        "message": message,
        "frames": frames[:3] + frames[-5:] if len(frames) > 8 else frames,
        "missing": message if kind is MissingName else "",
    }


def lay_over(module: Any, path: str, shelf: str, name: str, replaces: str) -> None:
    """Replace a function of a module by a variant kept in mistakes.py or styles.py."""
    variants = load_module(f"variants_{name}", path).__dict__[shelf]
    function = next(variant.function for variant in variants if variant.name == name)
    setattr(module, replaces, function)
