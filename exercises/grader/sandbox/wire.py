"""The plain-data encoding between the grader and its worker.

The worker runs a student's code, so nothing it sends may be executed: no pickle, no objects,
only numbers, text, containers and arrays, with a cap on size and depth. Requests travel in the
same encoding. An exact type test decides how a value is written, so an object that pretends to
be a float (or to equal everything) is refused here, by name.
"""

import struct
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np

MAX_BYTES = 16 * 2**20  # the largest right answer has 4
MAX_DEPTH = 40
MAX_ITEMS = 50_000  # in all containers together; the largest right answer has 2,000
MAX_INTEGER = 64  # bytes
MAX_COLLISIONS = 100  # of keys with the hash of another
ARRAY_KINDS = "biufcUSmM"


class Seed(NamedTuple):
    """An argument that becomes a fresh ``np.random.default_rng(value)`` on each side."""

    value: int


class Named(NamedTuple):
    """An argument that is a module-level function of the exercise's test file."""

    name: str


class Unsendable(Exception):
    """The value is not plain data; the message says where and what it is."""


def encode(value: Any) -> bytes:
    """Bytes of a value made of plain data. Raises Unsendable, naming the part at fault."""
    parts: list[bytes] = []
    _write(value, parts, [0, 0], "the answer", 0)
    return b"".join(parts)


def decode(data: bytes) -> Any:
    """The value of such bytes, built from exact builtin types and plain arrays only.

    Raises ValueError for any other bytes: they may come from a student's code.
    """
    try:
        value, end = _read(memoryview(data), 0, 0, [MAX_ITEMS])
    except Exception as problem:
        raise ValueError(f"these bytes hold no value: {problem}") from problem
    if end != len(data):
        raise ValueError("bytes are left over after the value")
    return value


def _text(tag: bytes, payload: bytes) -> bytes:
    return tag + struct.pack("<Q", len(payload)) + payload


def _write(value: Any, parts: list[bytes], size: list[int], where: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Unsendable(f"{where} is nested more than {MAX_DEPTH} deep")
    kind = type(value)
    if value is None:
        piece = b"0"
    elif kind is bool:
        piece = b"T" if value else b"F"
    elif kind is int:
        length = value.bit_length() // 8 + 1
        if length > MAX_INTEGER:
            raise Unsendable(f"{where} is a whole number of {value.bit_length():,} bits")
        piece = _text(b"i", value.to_bytes(length, "little", signed=True))
    elif kind is float:
        piece = b"f" + struct.pack("<d", value)
    elif kind is complex:
        piece = b"c" + struct.pack("<dd", value.real, value.imag)
    elif kind is str:
        piece = _text(b"s", value.encode("utf-8", "surrogatepass"))
    elif kind is bytes:
        piece = _text(b"b", value)
    elif kind is Seed:
        piece = _text(b"R", str(value.value).encode())
    elif kind is Named:
        piece = _text(b"N", value.name.encode())
    elif kind is np.ndarray or issubclass(kind, np.generic):
        piece = _array_bytes(value, where, kind)
    else:
        _write_container(value, kind, parts, size, where, depth)
        return
    size[0] += len(piece)
    if size[0] > MAX_BYTES:
        raise Unsendable(f"{where} is too large: more than {MAX_BYTES // 2**20} MB in all")
    parts.append(piece)


def _array_bytes(value: Any, where: str, kind: type) -> bytes:
    dtype = value.dtype
    if dtype.kind not in ARRAY_KINDS:
        hint = " (dtype object)" if dtype.kind == "O" else f" (dtype {dtype})"
        raise Unsendable(f"{where} is an array of Python objects{hint}, not of numbers")
    if value.nbytes > MAX_BYTES:
        raise Unsendable(f"{where} is an array of shape {value.shape}: {value.nbytes:,} bytes")
    fortran = kind is np.ndarray and value.flags.f_contiguous and not value.flags.c_contiguous
    tag = b"g" if kind is not np.ndarray else b"A" if fortran else b"a"
    shape = struct.pack(f"<{value.ndim}q", *value.shape)
    name = dtype.str.encode()
    data = value.tobytes(order="F" if fortran else "C")
    return tag + bytes([len(name)]) + name + bytes([value.ndim]) + shape + _text(b"", data)


def _write_container(
    value: Any, kind: type, parts: list[bytes], size: list[int], where: str, depth: int
) -> None:
    if kind is list:
        tag, items = b"l", value
    elif kind is tuple or (issubclass(kind, tuple) and hasattr(kind, "_fields")):
        tag, items = b"t", tuple.__getitem__(value, slice(None))
    elif kind in (set, frozenset):
        tag, items = b"S", list(value)
    elif kind is dict or (issubclass(kind, dict) and kind.__module__ == "collections"):
        tag, items = b"d", [half for pair in dict.items(value) for half in pair]
    else:
        name = kind.__name__ if type(kind) is type else str(type(kind).__name__)
        raise Unsendable(f"{where} is of type {name[:80]}, not plain numbers, text or arrays")
    parts.append(tag + struct.pack("<Q", len(items)))
    size[0] += 9
    size[1] += len(items)
    if size[1] > MAX_ITEMS:
        raise Unsendable(f"{where} holds more than {MAX_ITEMS:,} things")
    for index, item in enumerate(items):
        if tag == b"d":
            key = items[index - index % 2]
            inner = f"{where}[{key!r:.40}]" if type(key) in (str, int) else f"a key of {where}"
        else:
            inner = f"{where}[{index}]" if tag != b"S" else f"an element of {where}"
        _write(item, parts, size, inner, depth + 1)


def _read(data: memoryview, at: int, depth: int, left: list[int]) -> tuple[Any, int]:
    if depth > MAX_DEPTH + 2:
        raise ValueError("nested too deep")
    tag = bytes(data[at : at + 1])
    at += 1
    if tag in b"0TF" and tag:
        return {b"0": None, b"T": True, b"F": False}[tag], at
    if tag == b"f":
        return struct.unpack_from("<d", data, at)[0], at + 8
    if tag == b"c":
        return complex(*struct.unpack_from("<dd", data, at)), at + 16
    if tag and tag in b"aAg":
        return _read_array(data, at, tag)
    (count,) = struct.unpack_from("<Q", data, at)
    at += 8
    if tag == b"i" and count > MAX_INTEGER:
        raise ValueError("too large a whole number")
    if tag and tag in b"isbRN":
        payload = bytes(data[at : at + count])
        if len(payload) != count:
            raise ValueError("cut short")
        return _SCALARS[tag](payload), at + count
    if not tag or tag not in b"ltSd" or count > len(data):
        raise ValueError(f"unknown tag {tag!r}")
    left[0] -= count
    if left[0] < 0:
        raise ValueError(f"more than {MAX_ITEMS:,} things")
    items = []
    for _ in range(count):
        item, at = _read(data, at, depth + 1, left)
        items.append(item)
    return _CONTAINERS[tag](items), at


def _hashable(items: list[Any]) -> list[Any]:
    """Keys, unless they were made to collide: a dict of them would take minutes to fill."""
    if len(items) - len(set(map(hash, items))) > MAX_COLLISIONS:
        raise ValueError("too many keys of one hash")
    return items


_SCALARS: dict[bytes, Callable[[bytes], Any]] = {
    b"i": lambda raw: int.from_bytes(raw, "little", signed=True),
    b"s": lambda raw: raw.decode("utf-8", "surrogatepass"),
    b"b": bytes,
    b"R": lambda raw: Seed(int(raw)),
    b"N": lambda raw: Named(raw.decode()),
}
_CONTAINERS: dict[bytes, Callable[[list[Any]], Any]] = {
    b"l": list,
    b"t": tuple,
    b"S": lambda items: set(_hashable(items)),
    b"d": lambda items: dict(zip(_hashable(items[::2]), items[1::2], strict=True)),
}


def _read_array(data: memoryview, at: int, tag: bytes) -> tuple[Any, int]:
    length = data[at]
    dtype = np.dtype(bytes(data[at + 1 : at + 1 + length]).decode("ascii"))
    at += 1 + length
    if dtype.kind not in ARRAY_KINDS:
        raise ValueError(f"dtype {dtype} is not allowed")
    ndim = data[at]
    shape = struct.unpack_from(f"<{ndim}q", data, at + 1)
    at += 1 + 8 * ndim
    (count,) = struct.unpack_from("<Q", data, at)
    at += 8
    raw = bytes(data[at : at + count])
    order: Literal["F", "C"] = "F" if tag == b"A" else "C"
    array = np.frombuffer(raw, dtype).reshape(shape, order=order).copy(order=order)
    return (array[()] if tag == b"g" else array), at + count
