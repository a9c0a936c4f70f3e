"""One writer: a draft in the same folder, flushed to the disk, then renamed over the old file.

A process killed at any moment, or a full disk, leaves the old file whole, or the new one. A draft
is locked while its writer lives, so the next writer can tell one that a dead run has left.
"""

import contextlib
import io
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows: drafts of dead runs stay
    fcntl = None  # type: ignore[assignment]


class NotWritten(OSError):
    """A file that could not be written to its end."""

    def __str__(self) -> str:
        return (
            f"{self.filename} cannot be written ({self.strerror}); what stood there before is "
            "kept: make room and run it again"
        )


_writes = True


def write_nothing() -> None:
    """From now on this process writes no file: of several that do the same, another one does."""
    global _writes
    _writes = False


@contextlib.contextmanager
def written_whole(path: str | Path) -> Iterator[IO[bytes]]:
    """A binary stream whose content stands at `path` once the block has ended without an error.

    Links are followed, permissions of the file replaced are kept, a missing folder is made; a
    device or a pipe is written to as it is. Raises OSError, NotWritten where a disk is full.
    """
    if not _writes:
        yield io.BytesIO()
        return
    path = Path(os.path.realpath(path))
    if _is_stream(path):
        with path.open("wb") as stream:
            yield stream
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(path)
    draft, handle = _new_draft(path)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            if path.exists() and hasattr(os, "fchmod"):
                os.fchmod(file.fileno(), path.stat().st_mode & 0o7777)
            os.fsync(file.fileno())
            if fcntl is None:
                file.close()  # Windows renames no open file
            os.replace(draft, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            draft.unlink()
        if isinstance(error, OSError) and error.filename is None:  # the disk is full, or fails
            raise NotWritten(error.errno, error.strerror or str(error), str(path)) from None
        raise


def write_bytes(path: str | Path, content: bytes) -> None:
    """As `written_whole`."""
    with written_whole(path) as file:
        file.write(content)


def write_text(path: str | Path, text: str) -> None:
    """UTF-8, lines as they are; as `written_whole`."""
    write_bytes(path, text.encode("utf-8"))


def writable(path: str | Path) -> None:
    """Try, before any work, whether a file can be written; raises OSError in a sentence."""
    if not _writes:
        return
    target = Path(os.path.realpath(path))
    try:
        if target.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(0, "it is read-only")
        if target.is_file() or not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            draft, handle = _new_draft(target)
            try:
                os.write(handle, b"\0")  # a full disk may hold a name, but no byte
            finally:
                os.close(handle)
                draft.unlink()
    except OSError as error:
        instead = "a file in a folder that you may write to"
        if isinstance(error, IsADirectoryError):
            instead = "a file, in it or elsewhere"
        raise type(error)(
            f"{path} cannot be written ({error.strerror or error}); name {instead}"
        ) from None


def keep_existing(path: str | Path, overwrite: bool, option: str, resume: str = "") -> None:
    """Raise FileExistsError, in the one sentence for it, for a file that was not to be replaced.

    `option` is the one that names the file; `resume` says what else may be done with it.
    """
    if os.path.lexists(path) and not overwrite and not _is_stream(Path(path)):
        raise FileExistsError(
            f"{path} exists already; add {resume and resume + ', '}--overwrite to replace it, or "
            f"name another file with {option}"
        )


def _is_stream(path: Path) -> bool:
    """A device or a pipe."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _new_draft(path: Path) -> tuple[Path, int]:
    """A new file beside `path`, locked, and its descriptor."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    while True:
        draft = path.with_name(f"{_beginning(path)}{secrets.token_hex(6)}.part")
        handle = os.open(draft, flags, 0o666)
        with contextlib.suppress(OSError):  # some network folders know no locks
            if fcntl is not None:
                fcntl.flock(handle, fcntl.LOCK_EX)
        if draft.exists():  # else it was taken for a leftover before it was locked
            return draft, handle
        os.close(handle)


def _beginning(path: Path) -> str:
    """Of the names of its drafts; a name may have 255 bytes, and a character four of them."""
    return f".{path.name[:50]}."


def _remove_leftovers(path: Path) -> None:
    """Drafts of `path` that nobody holds: their writers were killed."""
    if fcntl is None:
        return
    for name in os.listdir(path.parent):
        if name.startswith(_beginning(path)) and name.endswith(".part"):
            with contextlib.suppress(OSError), (path.parent / name).open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                (path.parent / name).unlink()
