"""What a measurement hands back, and the page that it goes to."""

import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

import attention as A


class Section(NamedTuple):
    title: str
    command: str  # what repeats it alone
    text: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    after: str = ""
    measured: str = ""  # with what, and how busy the machine was

    def markdown(self) -> str:
        lines = [f"## {self.title}", "", self.text, ""]
        lines += ["| " + " | ".join(row) + " |" for row in (self.header, *self.rows)]
        lines.insert(5, "|---" * len(self.header) + "|")
        lines += ["", self.after] if self.after else []
        measured = ["", self.measured] if self.measured else []
        return "\n".join([*lines, "", f"Alone: `{self.command}`", *measured, ""])


def environment() -> str:
    """One line: cores, processor and libraries."""
    parts = [f"{A.cores()} cores", _processor(), f"Python {platform.python_version()}"]
    parts.append(f"numpy {np.__version__} with {_blas()}")
    torch = find_torch()
    parts.append("no torch" if torch is None else f"torch {torch.__version__}")
    return ", ".join(parts)


def conditions(load_before: str) -> str:
    """What a figure that was just measured depends on."""
    return f"{environment()}. Load of the machine before: {load_before}, after: {load()}."


def find_torch():
    """The torch module, or None where it is not installed."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(A.cores())
    return torch


def load() -> str:
    """How busy the machine was, where it tells."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:.3g}" if seconds < 1 else f"{seconds * 1e3:,.0f}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _blas() -> str:
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return f"{blas['name']} {blas['version']}"
