"""Files that a crash cannot spoil: written aside, then renamed over the old one."""

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np


class FileFormatError(ValueError):
    """A file is damaged, or is not what it was taken for; the message says which and what to do."""


def save_arrays(path: str | Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write an .npz. A process killed at any moment leaves the old file whole, or the new one."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def load_arrays(path: str | Path) -> dict[str, np.ndarray]:
    """Read an .npz whole. Raises FileNotFoundError, or FileFormatError if it is damaged."""
    from zipfile import BadZipFile  # slow to load; numpy too does so when it meets the first file

    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist; check the path, or train a model first")
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (BadZipFile, ValueError, EOFError, OSError, AttributeError, KeyError) as error:
        raise FileFormatError(
            f"{path} is cut short or not a file of saved arrays; save it again, or use another copy"
        ) from error
