"""JSON of strangers: objects, settings, and hashes of data."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from attention.files import FileFormatError, as_settings, fingerprint, read_json


@dataclass(frozen=True)
class Some:
    count: int
    rate: float
    betas: tuple[float, float]
    most: int | None
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.count < 0:
            raise ValueError("count must be 0 or more")


GOOD = {"count": 1, "rate": 2, "betas": [0.9, 0.99], "most": None, "names": ["a"]}


def test_settings_come_back() -> None:
    assert as_settings(Some, GOOD, "f") == Some(1, 2, (0.9, 0.99), None, ("a",))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "must be a JSON object, not a list"),
        (GOOD | {"count": True}, "setting count may not be True"),
        (GOOD | {"count": 1.0}, "setting count may not be 1.0"),
        (GOOD | {"count": -1}, "count must be 0 or more"),
        (GOOD | {"rate": "x"}, "setting rate may not be 'x'"),
        (GOOD | {"betas": [0.9]}, "setting betas"),
        (GOOD | {"most": {}}, "setting most"),
        (GOOD | {"names": [1]}, "setting names"),
        (GOOD | {"more": 1}, r"other names than this release knows \(more\)"),
    ],
)
def test_odd_settings_are_refused_by_name(values: Any, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        as_settings(Some, values, "f")


@pytest.mark.parametrize("text", ["[]", "{", "[" * 100_000, "null", "\xff", '"a"'])
def test_what_is_no_object_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(FileFormatError, match=r"a\.json"):
        read_json(path)


def test_equal_data_have_equal_fingerprints() -> None:
    x = np.arange(4)
    assert fingerprint("a", x) == fingerprint("a", x.copy()[::1])
    others = [("b", x), ("a", x + 1), ("a", x.reshape(2, 2)), ("a", x.astype(np.int32)), ("a",)]
    assert len({fingerprint(*data) for data in [("a", x), *others]}) == 6
    assert fingerprint(["a", "b"]) != fingerprint(["ab"])
