"""Carries the workbook in the wheel: exercises and solutions go inside ``attention_workbook``."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

LEFT_OUT = ("__pycache__", "attention_workbook", "*.attempt-*.py", "*.npz", "progress*.json")


class WithWorkbook(build_py):
    """Copies both folders as they stand."""

    def run(self) -> None:
        """Build the packages, then lay the workbook inside its companion."""
        super().run()
        if self.editable_mode:
            return  # a clone is used where it lies
        home = Path(self.build_lib, "attention_workbook")
        for name in ("exercises", "solutions"):
            shutil.rmtree(home / name, ignore_errors=True)
            shutil.copytree(name, home / name, ignore=shutil.ignore_patterns(*LEFT_OUT))


setup(cmdclass={"build_py": WithWorkbook})
