"""The workbook's grader: runs a student's file in a process of its own and compares the answers.

Authors of exercises need only the names below; README.md of the workbook says how to use the rest.
"""

from grader.kit import mistake, normal, style
from grader.sandbox.wire import Seed

__all__ = ["Seed", "mistake", "normal", "style"]
