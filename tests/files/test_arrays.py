"""The one reader of .npz: only what was declared, in the kind and shape declared, and no bombs."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from attention.files import INTEGER, ArrayFile, Field, FileFormatError, load_arrays, save_arrays

ARRAYS = {
    "weights": np.arange(6, dtype=np.float32).reshape(2, 3),
    "ids": np.array([1, 2, 3]),
    "name": np.array("Ä"),
    "version": np.array(2),
}
SCHEMA = {"weights": Field("f4", (2, None)), "ids": Field("i", (3,)), "name": Field("U", ())}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    save_arrays(tmp_path / "a.npz", ARRAYS)
    return tmp_path / "a.npz"


def test_what_was_declared_is_read(path: Path) -> None:
    with ArrayFile(path) as file:
        found = file.read(SCHEMA)
        with pytest.raises(FileFormatError, match="holds version too"):
            file.nothing_else()
        file.check_version(2)
        file.nothing_else()
        with pytest.raises(FileFormatError, match="of version 2, this is version 3"):
            file.check_version(3)
    for name, array in found.items():
        np.testing.assert_array_equal(array, ARRAYS[name])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": np.zeros((2, 3))}, "weights must hold f4, not float64"),
        ({"weights": np.zeros((2, 3), int)}, "weights must hold f4, not int64"),
        ({"weights": np.zeros((2, 3), "M8[s]")}, "weights must hold f4"),
        ({"weights": np.full((2, 3), "a")}, "weights must hold f4"),
        ({"weights": np.zeros((3, 2), np.float32)}, r"shape \(2, …\), not \(3, 2\)"),
        ({"weights": np.full((2, 3), np.nan, np.float32)}, "weights holds numbers that are not"),
        ({"ids": np.array([True, False, True])}, "ids must hold integers, not bool"),
        ({"ids": np.array(1)}, "ids must have shape"),
        ({"name": np.array(3)}, "name must hold text"),
    ],
)
def test_another_kind_or_shape_is_refused(path: Path, change: dict, message: str) -> None:
    save_arrays(path, ARRAYS | change)
    with ArrayFile(path) as file, pytest.raises(FileFormatError, match=message):
        file.read(SCHEMA)


@pytest.mark.parametrize("version", [np.array([1, 2]), np.array(2.0), np.array("2"), None])
def test_an_odd_version_is_refused(path: Path, version: Any) -> None:
    arrays = {k: v for k, v in ARRAYS.items() if k != "version"}
    save_arrays(path, arrays if version is None else arrays | {"version": version})
    with ArrayFile(path) as file, pytest.raises(FileFormatError, match="version"):
        file.check_version(2)


def test_byte_order_is_no_matter(path: Path) -> None:
    save_arrays(path, {"weights": ARRAYS["weights"].astype(">f4")})
    with ArrayFile(path) as file:
        (weights,) = file.read({"weights": SCHEMA["weights"]}).values()
    assert weights.dtype == np.float32
    np.testing.assert_array_equal(weights, ARRAYS["weights"])


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("weights.npy", "w") as member,
    ):
        np.lib.format.write_array_header_1_0(
            member, {"descr": "|u1", "fortran_order": False, "shape": (100 << 20,)}
        )
        for _ in range(100):
            member.write(bytes(1 << 20))
    with pytest.raises(FileFormatError, match=r"would unpack from .* to 104,857,\d+ bytes"):
        load_arrays(path)


def test_objects_and_sizes_that_are_claimed_only_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "odd.npz"
    np.savez(path, a=np.array([{}], dtype=object))
    with pytest.raises(FileFormatError, match="not a file of saved arrays"):
        load_arrays(path)
    np.save(tmp_path / "plain.npy", np.zeros(3))
    with pytest.raises(FileFormatError, match="not a file of saved arrays"):
        load_arrays(tmp_path / "plain.npy")
    with pytest.raises(FileFormatError, match="is a folder"):
        load_arrays(tmp_path)
    with pytest.raises(FileNotFoundError, match="does not exist"):
        load_arrays(tmp_path / "none.npz")


def test_a_bit_flipped_anywhere_is_noticed_or_changes_nothing(path: Path) -> None:
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    refused = 0
    for bit in rng.choice(8 * len(whole), 600, replace=False).tolist():
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        try:
            with ArrayFile(path) as file:
                found = file.read({**SCHEMA, "version": INTEGER})
        except FileFormatError:
            refused += 1
            continue
        for name, array in found.items():
            assert array.tobytes() == ARRAYS[name].tobytes(), (bit, name)
    assert refused > 300
