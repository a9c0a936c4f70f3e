"""What came of a call in another process or thread: a result, an error, or the worker's death."""

import pickle
from collections.abc import Callable
from typing import Any

Outcome = tuple[Any, Exception | None]  # (result, None) or (None, error)


class WorkerDied(RuntimeError):
    """A worker process ended before its work did; what it was to compute is lost."""


def outcome(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Outcome:
    """Of function(*arguments); an error that cannot be sent on becomes a RuntimeError."""
    try:
        return function(*arguments), None
    except Exception as error:
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:
            return None, RuntimeError(f"{type(error).__name__}: {error}")
        return None, error
