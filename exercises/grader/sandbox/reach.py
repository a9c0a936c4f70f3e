"""What an answer may still read once the fence stands: Python, its packages, and itself."""

import os
import sys
import sysconfig
from collections.abc import Iterable
from typing import NamedTuple

from grader.sandbox.rules import FORBIDDEN_MODULES

SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")
SINGLE = ("/etc/ld.so.cache", "/dev/urandom")
PACKAGES = ("site-packages", "dist-packages")
READ_IN_PART = "scipy"  # of the forbidden ones: scipy.sparse is allowed, which needs these not
READY_MADE = {"special", "stats", "optimize", "signal", "ndimage", "cluster", "spatial"}
HIDDEN = {*FORBIDDEN_MODULES, "exercises", "attention_workbook"} - {READ_IN_PART}


class Reach(NamedTuple):
    """Files and folders that may be read, and folders of which only the names may be seen."""

    readable: list[str]
    listable: list[str]


def reach_of(answers: Iterable[str], packages: Iterable[str]) -> Reach:
    """For the files of an answer, with NumPy among the folders of ``packages``.

    The toolkit and the workbook may be installed beside NumPy: packages are named one by one.
    """
    library = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib")}
    folders = {*packages, *(entry for entry in sys.path if os.path.basename(entry) in PACKAGES)}
    readable = [os.path.realpath(path) for path in (*answers, *SINGLE)]
    for folder in {os.path.realpath(path) for path in SYSTEM}:  # a system's Python has its own rule
        readable += [
            os.path.join(folder, name) for name in _names(folder) if not name.startswith("python")
        ]
    for folder in library:
        readable += [os.path.join(folder, name) for name in _names(folder) if name not in PACKAGES]
    for folder in folders:
        names = [name for name in _names(folder) if not _hidden(name)]
        readable += [os.path.join(folder, name) for name in names if name != READ_IN_PART]
        part = os.path.join(folder, READ_IN_PART)
        readable += [os.path.join(part, name) for name in _names(part) if name not in READY_MADE]
    readable += [
        os.path.join(sys.base_prefix, "lib", name)
        for name in _names(os.path.join(sys.base_prefix, "lib"))
        if ".so" in name
    ]
    seen = {*library, *folders, *filter(os.path.isdir, sys.path)}
    in_part = (os.path.join(folder, READ_IN_PART) for folder in folders)
    return Reach(readable, sorted({*seen, *in_part}))


def _hidden(name: str) -> bool:
    """Of an entry among packages: is it one of those, or what an installer keeps of it?"""
    return name.partition(".")[0].partition("-")[0] in HIDDEN or name.startswith("__editable__")


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
