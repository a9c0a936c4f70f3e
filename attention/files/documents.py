"""JSON that a stranger may have written: objects, settings, and a hash that names data."""

import dataclasses
import hashlib
import json
import typing
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from .errors import FileFormatError

S = TypeVar("S")


def read_json(path: str | Path) -> dict[str, Any]:
    """The JSON object of a UTF-8 file. Raises FileNotFoundError or FileFormatError."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not a file; name a JSON file")
    return parse_object(path.read_bytes(), str(path))


def parse_object(text: str | bytes, where: str, pairs: Any = None) -> dict[str, Any]:
    """A JSON object. Raises FileFormatError that begins with `where`."""
    value = parse_json(text, where, pairs)
    if not isinstance(value, dict):
        raise FileFormatError(f"{where} must hold a JSON object, not {_named(value)}")
    return value


def parse_json(text: str | bytes, where: str, pairs: Any = None) -> Any:
    """Raises FileFormatError for what is no JSON, or nested too deep to be read.

    `pairs` makes something else than a dict of an object's (name, value) pairs.
    """
    try:
        plain = text.decode("utf-8") if isinstance(text, bytes) else text
        return json.loads(plain, object_pairs_hook=pairs)
    except (ValueError, RecursionError) as error:
        raise FileFormatError(f"{where} is not valid JSON ({error})") from None


def as_settings(kind: type[S], values: Any, where: str) -> S:
    """A dataclass of stored values; names and kinds must be those of its fields.

    Raises FileFormatError with the field. What the dataclass itself refuses is told so too.
    """
    if not isinstance(values, dict):
        raise FileFormatError(f"{where}: settings must be a JSON object, not {_named(values)}")
    fields = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    if set(values) != fields:
        odd = ", ".join(sorted(set(values) ^ fields))
        raise FileFormatError(f"{where}: settings have other names than this release knows ({odd})")
    hints = typing.get_type_hints(kind)
    given = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
    for name, value in given.items():
        if not _fits(value, hints[name]):
            raise FileFormatError(f"{where}: setting {name} may not be {value!r}")
    try:
        return kind(**given)
    except (TypeError, ValueError) as error:
        raise FileFormatError(f"{where}: {error}") from error


def fingerprint(*data: Any) -> str:
    """A short hash of arrays, texts, and records of them: equal data have equal ones."""
    state = hashlib.blake2b(digest_size=12)
    for part in data:
        _feed(state, part)
    return state.hexdigest()


def _feed(state: Any, value: Any) -> None:
    if isinstance(value, np.ndarray) and value.dtype.kind not in "OU":
        state.update(f"{value.dtype.str}{value.shape}".encode())
        state.update(np.ascontiguousarray(value).data)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            _feed(state, getattr(value, field.name))
    elif isinstance(value, list | tuple) and not all(isinstance(part, str) for part in value):
        for part in value:
            _feed(state, part)
    else:
        plain = value.tolist() if isinstance(value, np.ndarray) else value
        state.update(json.dumps(plain, sort_keys=True).encode())
    state.update(b"\0")


def _fits(value: Any, hint: Any) -> bool:
    if hint is Any:
        return True
    inner = typing.get_args(hint)
    if typing.get_origin(hint) is tuple:
        if not isinstance(value, tuple):
            return False
        inner = inner[:1] * len(value) if inner[1:] == (...,) else inner
        return len(value) == len(inner) and all(map(_fits, value, inner))
    if inner:
        return any(_fits(value, choice) for choice in inner)
    if hint is float:
        return type(value) in (int, float)
    return type(value) is hint  # a bool is no int


def _named(value: Any) -> str:
    return {list: "a list", str: "a text", type(None): "null"}.get(type(value), repr(value))
