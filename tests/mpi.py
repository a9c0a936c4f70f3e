"""Starting several processes by mpiexec, for the tests that need it, and finding them again."""

import os
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MPIEXEC = shutil.which("mpiexec", path=f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}")


def needs_mpi():
    pytest.importorskip("mpi4py", reason="mpi4py is not installed: [scale]")
    if MPIEXEC is None:
        pytest.skip("there is no mpiexec: [scale]")


def launcher(ranks):
    """What stands before a command that so many ranks run."""
    return [MPIEXEC, "-n", str(ranks)] if ranks > 1 else []


def ranks_of(run):
    """The processes that mpiexec has started."""
    return [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _parent(_parent(entry.name)) == run.pid
    ]


def _parent(process):
    try:
        return int(Path("/proc", str(process), "stat").read_text().rsplit(")", 1)[1].split()[1])
    except (OSError, IndexError):
        return -1
