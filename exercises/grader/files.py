"""Writes a file whole or not at all: a full disk never leaves half of one in another's place."""

import contextlib
import os
import tempfile
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Write a draft of a name of its own beside the file, then rename it. Raises OSError."""
    path = path.resolve()
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(draft, _mode(path))
        os.replace(draft, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(draft)
        raise


def _mode(path: Path) -> int:
    """The permissions of the file replaced, else those that a new file gets."""
    if path.exists():
        return path.stat().st_mode & 0o777
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
