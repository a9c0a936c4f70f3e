"""One reader of .npz files, which believes nothing before it has checked it.

An .npz is a zip of .npy members. Its directory and each member's header tell names, kinds, shapes
and sizes; only what was declared and fits is read, and the zip's CRC vouches for every bit of it.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .documents import parse_json, parse_object
from .errors import FileFormatError
from .writing import written_whole

SMALL = 1 << 26  # bytes that a member may unpack to, however well it is packed
RATIO = 100  # numbers that were learned or measured do not pack better
_KINDS = {"f": "floats", "i": "integers", "n": "numbers", "U": "text", "b": "booleans"}


class Field(NamedTuple):
    """What a file must hold under a name: in `shape` None is any length.

    `kind` is "f", "i", "n" (either), "U", "b", or a whole dtype: "f4". Floats must be finite.
    """

    kind: str
    shape: tuple[int | None, ...]


TEXT, INTEGER, FLOAT = Field("U", ()), Field("i", ()), Field("f", ())


class _Member(NamedTuple):
    shape: tuple[int, ...]
    dtype: np.dtype


class ArrayFile:
    """An .npz, open for reading; `what` it should be is said in errors.

        with ArrayFile(path, "a text model") as file:
            size = int(file.read({"size": INTEGER})["size"])
            weights = file.read({"weights": Field("f4", (size, size))})
            file.nothing_else()

    Raises FileNotFoundError, or FileFormatError for all that is not as declared.
    """

    def __init__(self, path: str | Path, what: str = "a file of saved arrays") -> None:
        self.path, self.what = Path(path), what
        if self.path.is_dir():
            raise FileFormatError(f"{path} is a folder, not {what}; name a file in it")
        if not self.path.is_file():
            raise FileNotFoundError(
                f"{path} does not exist; check the path, or train a model first"
            )
        self._stream = self.path.open("rb")
        self._read: set[str] = set()
        try:
            self.members = self._directory()
        except BaseException:
            self._stream.close()
            raise

    def __enter__(self) -> "ArrayFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def read(self, schema: Mapping[str, Field]) -> dict[str, np.ndarray]:
        """All that is declared, once every part of it has the right kind and shape."""
        for name, field in schema.items():
            self._check(name, field)
        found = {}
        for name in schema:
            array = found[name] = self._load(name)
            if array.dtype.kind in "fc" and not np.isfinite(array).all():
                raise self.error(f"{name} holds numbers that are not finite")
            if array.dtype.byteorder == ">":
                found[name] = array.astype(array.dtype.newbyteorder("="))
        return found

    def read_all(self) -> dict[str, np.ndarray]:
        """Every array there is, as it is: for files of which nothing is declared."""
        return {name: self._load(name) for name in self.members}

    def nothing_else(self) -> None:
        """Raise FileFormatError if there is more in the file than was read."""
        if more := sorted(set(self.members) - self._read):
            raise self.error(f"it holds {', '.join(more[:3])} too, which do not belong there")

    def section(self, prefix: str) -> dict[str, _Member]:
        """Kinds and shapes of all members whose names begin so, by the rest of their names."""
        found = {n: member for n, member in self.members.items() if n.startswith(prefix)}
        return {name.removeprefix(prefix): member for name, member in found.items()}

    def text(self, name: str) -> str:
        return str(self.read({name: TEXT})[name])

    def json(self, name: str) -> Any:
        return parse_json(self.text(name), f"{self.path}: {name}")

    def object(self, name: str) -> dict[str, Any]:
        return parse_object(self.text(name), f"{self.path}: {name}")

    def check_version(self, expected: int) -> None:
        if "version" not in self.members:
            raise self.error("it says no version")
        version = int(self.read({"version": INTEGER})["version"])
        if version != expected:
            raise FileFormatError(
                f"{self.path} is {self.what} of version {version}, this is version {expected}; "
                f"train again, or use the release that wrote it"
            )

    def error(self, fault: str) -> FileFormatError:
        """To be raised: `fault` in a sentence that names the file and what to do."""
        return FileFormatError(
            f"{self.path} is not {self.what}: {fault}; name another file, or make it anew"
        )

    def _directory(self) -> dict[str, _Member]:
        from zipfile import ZipFile  # slow to load

        try:
            self._zip = ZipFile(self._stream)
            entries = {info.filename: info for info in self._zip.infolist()}
            if len(entries) < len(self._zip.infolist()):
                raise ValueError("a name occurs twice")
            members = {}
            for filename, info in entries.items():
                if info.file_size > max(SMALL, RATIO * info.compress_size):
                    raise self.error(
                        f"{filename} would unpack from {info.compress_size:,} to "
                        f"{info.file_size:,} bytes"
                    )
                with self._zip.open(info) as member:
                    members[filename.removesuffix(".npy")] = _header(member, info.file_size)
            return members
        except FileFormatError:
            raise
        except Exception as error:  # whatever a decoder makes of a stranger's bytes
            raise self._damaged() from error

    def _check(self, name: str, field: Field) -> None:
        if name not in self.members:
            raise self.error(f"{name} is missing")
        shape, dtype = self.members[name]
        kind = "i" if dtype.kind == "u" else dtype.kind
        if field.kind not in (kind, dtype.str[1:], "n" if kind in "fi" else kind):
            expected = _KINDS.get(field.kind, field.kind)
            raise self.error(f"{name} must hold {expected}, not {dtype}")
        lengths = zip(field.shape, shape)
        if len(shape) != len(field.shape) or any(a not in (None, b) for a, b in lengths):
            expected = "(" + ", ".join("…" if n is None else str(n) for n in field.shape) + ")"
            raise self.error(f"{name} must have shape {expected}, not {shape}")

    def _load(self, name: str) -> np.ndarray:
        self._read.add(name)
        filename = f"{name}.npy" if f"{name}.npy" in self._zip.namelist() else name
        try:
            with self._zip.open(filename) as member:
                array = np.lib.format.read_array(member, allow_pickle=False)
                if member.read(1):  # which also lets the CRC of an empty array be checked
                    raise ValueError("the member is longer than its array")
            return array
        except Exception as error:
            raise self._damaged() from error

    def _damaged(self) -> FileFormatError:
        return FileFormatError(
            f"{self.path} is cut short or not {self.what}; save it again, or use another copy"
        )


def _header(member: Any, size: int) -> _Member:
    """Shape and dtype of a .npy; raises ValueError unless they account for its `size` in bytes."""
    version = np.lib.format.read_magic(member)
    if version == (1, 0):
        shape, _, dtype = np.lib.format.read_array_header_1_0(member)
    elif version == (2, 0):
        shape, _, dtype = np.lib.format.read_array_header_2_0(member)
    else:
        raise ValueError(f"version {version} of .npy")
    if dtype.hasobject or member.tell() + math.prod(shape) * dtype.itemsize != size:
        raise ValueError("an array of objects, or of another size than it says")
    return _Member(shape, dtype)


def save_arrays(path: str | Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write an .npz; as `written_whole`."""
    with written_whole(path) as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def load_arrays(path: str | Path) -> dict[str, np.ndarray]:
    """Read an .npz whole. Raises FileNotFoundError, or FileFormatError if it is damaged."""
    with ArrayFile(path) as file:
        return file.read_all()
