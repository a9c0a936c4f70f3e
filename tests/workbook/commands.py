"""Runs ``pytest exercises`` in a checkout, as a reader does at the terminal."""

import json
import os
import subprocess
import sys


def workbook(folder, *arguments, stdin=None, **environment):
    """Run pytest on a checkout's exercises."""
    command = [sys.executable, "-m", "pytest", *arguments]
    environment = {**os.environ, "COLUMNS": "80", "PYTEST_ADDOPTS": "", **environment}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, input=stdin
    )


def scores_of(folder, *arguments):
    """The run and its machine-readable scores."""
    target = folder / "scores.json"
    done = workbook(folder, *arguments, "--score-json", str(target))
    return done, json.loads(target.read_text())
