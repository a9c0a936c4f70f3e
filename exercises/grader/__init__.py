"""The workbook's grader: runs a student's file in a process of its own and compares the answers.

Authors of exercises need only the names below; README.md of the workbook says how to use the rest.
They are loaded when first used: what only reads questions needs no NumPy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.kit import mistake, normal, style
    from grader.sandbox.wire import Seed

__all__ = ["Seed", "mistake", "normal", "style"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("grader.sandbox.wire" if name == "Seed" else "grader.kit"), name)
