"""Read weights from a safetensors file: 8 bytes of header length, a JSON header, raw bytes.

The format holds numbers only, so reading it can run no code, unlike a pickle. The header is
still a stranger's: every length, shape and offset in it is checked before a byte is used. The
format has no checksum: a bit flipped among the numbers is another number, which nobody can see,
unless it is one that is not finite.

Format: https://huggingface.co/docs/safetensors
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..files.documents import parse_object

MAX_HEADER_BYTES = 100_000_000  # the format's own limit
MAX_AXES = 32  # what the oldest supported NumPy can hold

DTYPES = {
    "BOOL": "?", "U8": "u1", "I8": "i1", "U16": "<u2", "I16": "<i2", "U32": "<u4", "I32": "<i4",
    "U64": "<u8", "I64": "<i8", "F16": "<f2", "F32": "<f4", "F64": "<f8", "BF16": "<u2",
}  # fmt: skip


class StoredTensor(NamedTuple):
    """Where a tensor stands in a file; nothing of it is read yet."""

    path: Path
    dtype: str  # one of DTYPES
    shape: tuple[int, ...]
    start: int  # the first of its bytes in the file

    def rows(self, block_bytes: int = 1 << 23) -> Iterator[np.ndarray]:
        """The tensor in blocks of rows, BF16 widened to float32."""
        width = math.prod(self.shape[1:])
        dtype = np.dtype(DTYPES[self.dtype])
        step = max(1, block_bytes // max(width * dtype.itemsize, 1))
        with self.path.open("rb") as file:
            file.seek(self.start)
            for row in range(0, self.shape[0], step):
                count = min(step, self.shape[0] - row)
                raw = np.fromfile(file, dtype, count * width)
                yield _widened(raw.reshape(count, *self.shape[1:]), self.dtype)


def find_tensors(path: str | Path) -> dict[str, StoredTensor]:
    """{name: where it stands}, the header checked. Raises ValueError as `read_safetensors`."""
    path = Path(path)
    size = path.stat().st_size
    with path.open("rb") as file:
        header_bytes = _header_length(file.read(8), size, path)
        header = _parse_header(file.read(header_bytes), path)
    first = 8 + header_bytes
    spans = {name: _checked_span(name, entry, path) for name, entry in header.items()}
    _check_tiling(spans, size - first, path)
    return {
        name: StoredTensor(path, header[name]["dtype"], tuple(header[name]["shape"]), first + start)
        for name, (start, _) in spans.items()
    }


def read_safetensors(path: str | Path) -> dict[str, np.ndarray]:
    """Map a safetensors file into memory: {name: array}.

    The arrays are read-only views of the file, so opening costs no memory; BF16, which NumPy
    lacks, is widened to float32 in a copy. Raises ValueError in one sentence when the file is
    not what its header says.
    """
    tensors = find_tensors(path)
    if not any(math.prod(tensor.shape) for tensor in tensors.values()):
        data = np.zeros(0, np.uint8)  # an empty range cannot be mapped
    else:
        data = np.memmap(path, np.uint8, mode="r")
    return {name: _view(data, tensor) for name, tensor in tensors.items()}


def _header_length(first: bytes, size: int, path: Path) -> int:
    length = int.from_bytes(first, "little")
    if len(first) < 8:
        raise ValueError(f"{path} is {size} bytes long; a safetensors file has at least 8.")
    if length > MAX_HEADER_BYTES or length > size - 8:
        raise ValueError(
            f"{path} announces a header of {length} bytes but has {size - 8} after its first 8: "
            "it was cut short, or it is not a safetensors file."
        )
    return length


def _parse_header(raw: bytes, path: Path) -> dict[str, dict[str, Any]]:
    header = parse_object(raw, f"the header of {path}", pairs=_unique_keys)
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise ValueError(f"__metadata__ in the header of {path} must map text to text.")
    return header


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    # A repeated name would let two readers see two different files.
    names = dict(pairs)
    if len(names) < len(pairs):
        raise ValueError("a name occurs twice")
    return names


def _checked_span(name: str, entry: object, path: Path) -> tuple[int, int]:
    """The tensor's (start, end) in the data, once dtype, shape and length agree."""
    where = f"tensor {name!r} in {path}"
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise ValueError(f"{where} must have dtype, shape and data_offsets, and nothing else.")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise ValueError(f"{where} has dtype {dtype!r}; readable are {', '.join(DTYPES)}.")
    if not _are_counts(shape) or len(shape) > MAX_AXES:
        raise ValueError(f"{where} has shape {shape!r}; expected a list of up to 32 sizes >= 0.")
    if not _are_counts(offsets) or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise ValueError(f"{where} has data_offsets {offsets!r}; expected [start, end].")
    expected = math.prod(shape) * np.dtype(DTYPES[dtype]).itemsize
    if offsets[1] - offsets[0] != expected:
        raise ValueError(
            f"{where} spans {offsets[1] - offsets[0]} bytes; {dtype} {shape} takes {expected}."
        )
    return offsets[0], offsets[1]


def _are_counts(values: object) -> bool:
    # type(), not isinstance(): JSON's true is a Python int. A size beyond 2**62 overflows NumPy.
    return isinstance(values, list) and all(type(v) is int and 0 <= v < 2**62 for v in values)


def _check_tiling(spans: dict[str, tuple[int, int]], data_bytes: int, path: Path) -> None:
    """The tensors must cover the data exactly: no overlap, no gap, nothing left over."""
    position = 0
    for name, (start, end) in sorted(spans.items(), key=lambda item: item[1]):
        if start != position:
            what = "overlaps the one before it" if start < position else "leaves a gap before it"
            raise ValueError(f"tensor {name!r} in {path} {what} (byte {start}).")
        position = end
    if position != data_bytes:
        raise ValueError(
            f"The tensors of {path} take {position} bytes, the file has {data_bytes}: "
            "it was cut short or has bytes no tensor owns."
        )


def _view(data: np.ndarray, tensor: StoredTensor) -> np.ndarray:
    dtype = np.dtype(DTYPES[tensor.dtype])
    bytes_ = math.prod(tensor.shape) * dtype.itemsize
    if bytes_ == 0:
        array = np.zeros(tensor.shape, dtype)
        array.flags.writeable = False
    else:
        raw = data[tensor.start : tensor.start + bytes_]
        array = raw.view(dtype).reshape(tensor.shape)
    return _widened(array, tensor.dtype)


def _widened(array: np.ndarray, dtype: str) -> np.ndarray:
    if dtype == "BF16":  # the upper half of a float32
        return (array.astype(np.uint32) << 16).view(np.float32)
    return array
