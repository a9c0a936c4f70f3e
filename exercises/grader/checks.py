"""The ``check`` that tests call: runs the answer and the reference on one input and compares."""

import inspect
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from hashlib import sha256
from typing import Any, Protocol

import numpy as np

from grader.diagnose import Step
from grader.exercise import Exercise
from grader.judge import Terms, judge
from grader.sandbox.execute import Outcome, Request
from grader.sandbox.in_process import InProcess
from grader.sandbox.wire import Named, encode


class Candidate(Protocol):
    """Whatever can run requests: a student's file in its worker, or a variant of ours."""

    source: str
    stubs: dict[str, tuple[int, int]]

    @property
    def sources(self) -> dict[str, tuple[str, str]]:
        """What to call each file of the answer, and its text, by its path."""

    def begin(self, request: Request) -> None:
        """Start on the request that ``run`` asks for next, where something else can compute."""

    def run(self, request: Request) -> Outcome:
        """Run one request."""

    def close(self) -> None:
        """Free what it holds."""


class NotStarted(Exception):
    """The function called is still at its stub."""


class CheckFailed(AssertionError):
    """The answer is wrong; ``step`` holds the evidence."""

    def __init__(self, step: Step) -> None:
        super().__init__(step.complaint.got if step.complaint else "")
        self.step = step


class Check:
    """Compares one candidate with the reference of its exercise; ``steps`` is what was seen."""

    def __init__(self, exercise: Exercise, candidate: Candidate, name: str) -> None:
        self.exercise, self.candidate, self.name = exercise, candidate, name
        self.steps: list[Step] = []
        self.functions: list[str] = []

    def __call__(
        self,
        name: str,
        *args: Any,
        rtol_: float | None = None,
        atol_: float | None = None,
        says_: str = "",
        compare_: Callable[[Any, Any], str | None] | None = None,
        times_: int = 1,
        **kwargs: Any,
    ) -> Any:
        """Call the function and compare its output with the reference's; returns that output."""
        request = self._request(name, args, kwargs)._replace(times=times_)
        return self._run(request, Terms(rtol_, atol_, says_, compare_))

    def drive(
        self,
        drive: Callable[..., Any],
        *args: Any,
        rtol_: float | None = None,
        atol_: float | None = None,
        says_: str = "",
        compare_: Callable[[Any, Any], str | None] | None = None,
        diagnose_: bool = True,
        **kwargs: Any,
    ) -> Any:
        """Run ``drive(module, *args)`` of the test file on both modules and compare.

        ``diagnose_=False`` spares the known mistakes a drive that takes seconds.
        """
        request = self._request(drive.__name__, args, kwargs)._replace(drive=True)
        return self._run(request, Terms(rtol_, atol_, says_, compare_, diagnose=diagnose_))

    def dtype(self, name: str, *args: Any, says_: str = "", **kwargs: Any) -> Any:
        """As a plain check, and every array has the dtype of the reference's."""
        return self._run(self._request(name, args, kwargs), Terms(says=says_, dtype=True))

    def unchanged(self, name: str, *args: Any, says_: str = "", **kwargs: Any) -> Any:
        """As a plain check on C, Fortran and read-only inputs, which must stay bit for bit."""
        request = self._request(name, args, kwargs)._replace(layouts=True)
        return self._run(request, Terms(says=says_))

    def property(
        self,
        drive: Callable[..., Any],
        *args: Any,
        holds: Callable[[Any], str | None],
        says_: str = "",
        **kwargs: Any,
    ) -> Any:
        """Run a drive on the answer alone; ``holds(outputs)`` returns a complaint or None."""
        request = self._request(drive.__name__, args, kwargs)._replace(drive=True)
        return self._run(request, Terms(says=says_, holds=holds))

    def growth(
        self,
        name: str,
        small: tuple[Any, ...],
        large: tuple[Any, ...],
        *,
        at_most: float,
        says_: str = "",
    ) -> Any:
        """As two plain checks, and the peak of memory grows by at most ``at_most`` between them."""
        request = self._request(name, small, {})._replace(memory=True)
        self._run(request, Terms(says=says_))
        peak = self.steps[-1].outcome.peak
        request = self._request(name, large, {})._replace(memory=True)
        return self._run(request, Terms(says=says_, at_most=int(at_most * peak)))

    def gradient(
        self,
        name: str,
        args: tuple[Any, ...],
        *,
        forward: Callable[..., Any],
        wrt: tuple[np.ndarray, ...],
        upstream: Any = None,
        says_: str = "",
    ) -> Any:
        """Compare with the reference, then with central differences of ``forward(*wrt)``."""
        upstream = args[0] if upstream is None else upstream
        says = says_ or "The gradient must match central differences of the forward pass."

        @cache
        def numeric() -> tuple[np.ndarray, ...]:
            return central_differences(forward, wrt, upstream)

        return self._run(self._request(name, args, {}), Terms(says=says, numeric=numeric))

    def _request(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request:
        return Request(
            name, [_named(arg) for arg in args], {k: _named(v) for k, v in kwargs.items()}
        )

    def _run(self, request: Request, terms: Terms) -> Any:
        self.candidate.begin(request)
        expected = self._expected(request)
        self.functions += [name for name in expected.used if name not in self.functions]
        outcome = self.candidate.run(request)
        if _is_stub(outcome, self.candidate.stubs):
            raise NotStarted(request.name)
        names = self._argument_names(request)
        complaint = judge(outcome, expected, terms, request, names)
        step = Step(self._key(request), request, terms, names, outcome, expected, complaint)
        self.steps.append(step)
        if complaint is not None:
            raise CheckFailed(step)
        return outcome.outputs[0] if outcome.outputs else None

    def _expected(self, request: Request) -> Outcome:
        outcome = reference_of(self.exercise).run(request)
        if outcome.refused or outcome.error:
            raise TypeError(f"the reference's answer to {request.name} is no plain data: {outcome}")
        return outcome

    def _key(self, request: Request) -> bytes:
        place = f"{self.name}:{len(self.steps)}:".encode()
        return sha256(place + encode(request._asdict())).digest()

    def _argument_names(self, request: Request) -> list[str]:
        owner = self.exercise.tests if request.drive else self.exercise.reference
        try:
            names = list(inspect.signature(getattr(owner, request.name)).parameters)
        except (TypeError, ValueError, AttributeError):
            return []
        return names[1:] if request.drive else names


@cache
def reference_of(exercise: Exercise) -> InProcess:
    """The reference of an exercise, which remembers what it answered."""
    return InProcess(exercise.reference, exercise.tests)


def _named(value: Any) -> Any:
    """An argument as it is now: a test may change its arrays before the next call."""
    return Named(value.__name__) if inspect.isfunction(value) else deepcopy(value)


def _is_stub(outcome: Outcome, stubs: dict[str, tuple[int, int]]) -> bool:
    error = outcome.error
    if error is None or error["type"] != "NotImplementedError" or not error["frames"]:
        return False
    line = error["frames"][-1][0]
    return any(first <= line <= last for first, last in stubs.values())


def central_differences(
    forward: Callable[..., Any], wrt: tuple[np.ndarray, ...], upstream: Any, eps: float = 1e-5
) -> tuple[np.ndarray, ...]:
    """Gradients of sum(upstream * forward(*wrt)) for each array of wrt, in float64."""
    arrays = [np.array(array, dtype=np.float64) for array in wrt]
    gradients = []
    for array in arrays:
        gradient = np.zeros_like(array)
        for index in np.ndindex(array.shape):
            kept = array[index]
            array[index] = kept + eps
            above = np.sum(upstream * np.asarray(forward(*arrays)))
            array[index] = kept - eps
            below = np.sum(upstream * np.asarray(forward(*arrays)))
            array[index] = kept
            gradient[index] = (above - below) / (2 * eps)
        gradients.append(gradient)
    return tuple(gradients)
