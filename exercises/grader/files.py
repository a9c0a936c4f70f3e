"""One writer: a draft in the same folder, flushed to the disk, then renamed over the old file.

The twin of `attention.files.writing`: the grader also runs where the toolkit is not on the path,
and where a student's own `attention.py` is. A draft is locked while its writer lives.
"""

import contextlib
import os
import tempfile
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: drafts of dead runs stay
    fcntl = None  # type: ignore[assignment]


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; links are followed, permissions kept. Raises OSError."""
    path = path.resolve()
    try:
        _write(path, data)
    except OSError as problem:
        problem.filename, problem.filename2 = str(path), None  # not the draft's name
        raise


def _write(path: Path, data: bytes) -> None:
    _remove_leftovers(path)
    handle, draft = tempfile.mkstemp(prefix=_beginning(path), suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            if fcntl is not None:
                with contextlib.suppress(OSError):  # some network folders know no locks
                    fcntl.flock(file, fcntl.LOCK_EX)
            file.write(data)
            file.flush()
            os.chmod(draft, _mode(path))
            os.fsync(file.fileno())
            if fcntl is None:
                file.close()  # Windows renames no open file
            os.replace(draft, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(draft)
        raise


def write_page(path: Path, text: str) -> None:
    """Write a text in UTF-8, as `write_whole`."""
    write_whole(path, text.encode())


def _beginning(path: Path) -> str:
    """Of the names of its drafts; a name may have 255 bytes, and a character four of them."""
    return f".{path.name[:50]}."


def _remove_leftovers(path: Path) -> None:
    """Drafts that hold something and that nobody holds: their writers were killed."""
    if fcntl is None:
        return
    for name in os.listdir(path.parent):
        if name.startswith(_beginning(path)) and name.endswith(".part"):
            with contextlib.suppress(OSError), (path.parent / name).open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(file.fileno()).st_size:  # else its writer may not have locked it yet
                    (path.parent / name).unlink()


def _mode(path: Path) -> int:
    """The permissions of the file replaced, else those that a new file gets."""
    if path.exists():
        return path.stat().st_mode & 0o7777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def require_place(path: Path, option: str) -> None:
    """Raise ValueError, in a sentence, unless a file can be written there."""
    folder = path.resolve().parent
    if not folder.is_dir():
        raise ValueError(f"{option} {path}: there is no folder {folder}; make it first")
    if path.exists() and not path.is_file():
        raise ValueError(f"{option} {path}: that is no file; name one to be written")
    if not os.access(folder, os.W_OK):
        raise ValueError(f"{option} {path}: the folder {folder} may not be written to")
