"""Puts the grader on the path, as the workbook's own conftest does."""

import sys
from pathlib import Path

EXERCISES = str(Path(__file__).parents[2] / "exercises")
if EXERCISES not in sys.path:
    sys.path.append(EXERCISES)
