"""The reader gives back what was written, and refuses every header that does not add up."""

import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention.pretrained import read_safetensors


def write(path, header, data=b"", *, length=None):
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(raw) if length is None else length) + raw + data)
    return path


def entry(dtype="F32", shape=(2,), offsets=(0, 8)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


@pytest.mark.parametrize(
    ("name", "dtype"),
    [("F64", "f8"), ("F32", "f4"), ("F16", "f2"), ("I64", "i8"), ("I32", "i4"), ("I16", "i2"),
     ("I8", "i1"), ("U64", "u8"), ("U32", "u4"), ("U16", "u2"), ("U8", "u1"), ("BOOL", "?")],
)  # fmt: skip
def test_each_dtype_comes_back(tmp_path, name, dtype):
    array = np.array([[0, 1, 1], [1, 0, 1]], dtype)
    path = write(tmp_path / "a", {"x": entry(name, (2, 3), (0, array.nbytes))}, array.tobytes())
    read = read_safetensors(path)["x"]
    assert read.dtype == dtype
    np.testing.assert_array_equal(read, array)


def test_bf16_is_widened_exactly(tmp_path):
    values = np.array([1.0, -2.5, 0.15625, np.inf], np.float32)
    halves = (values.view(np.uint32) >> 16).astype("<u2")
    path = write(tmp_path / "a", {"x": entry("BF16", (4,))}, halves.tobytes())
    read = read_safetensors(path)["x"]
    assert read.dtype == np.float32
    np.testing.assert_array_equal(read, values)


def test_several_tensors_in_any_order_padding_scalars_and_empties(tmp_path):
    header = {
        "__metadata__": {"format": "pt"},
        "late": entry("F32", (), (9, 13)),
        "early": entry("U8", (9,), (0, 9)),  # leaves the next one unaligned
        "none": entry("F32", (0, 3), (13, 13)),
    }
    raw = json.dumps(header).encode() + b"   "
    data = bytes(range(9)) + np.float32(1.5).tobytes()
    tensors = read_safetensors(write(tmp_path / "a", raw, data))
    assert list(tensors) == ["late", "early", "none"]
    assert tensors["late"] == 1.5
    assert tensors["none"].shape == (0, 3)
    np.testing.assert_array_equal(tensors["early"], range(9))


def test_arrays_are_read_only_views_of_the_file(tmp_path):
    path = write(tmp_path / "a", {"x": entry()}, bytes(8))
    x = read_safetensors(path)["x"]
    assert isinstance(x, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        x[0] = 1


def test_a_file_without_tensors(tmp_path):
    assert read_safetensors(write(tmp_path / "a", {})) == {}


HOSTILE = {
    "not JSON": (b"{oops", b"", "valid JSON"),
    "not UTF-8": (b'{"\xff": 1}', b"", "valid JSON"),
    "a list": (b"[]", b"", "JSON object"),
    "nested too deep": (b'{"a":' * 100_000, b"", "valid JSON"),
    "a name twice": (b'{"x": {}, "x": {}}', b"", "occurs twice"),
    "a huge number": (b'{"x": ' + b"9" * 5000 + b"}", b"", "valid JSON"),
    "no entry": ({"x": 3}, b"", "dtype, shape and data_offsets"),
    "a field missing": ({"x": {"dtype": "F32", "shape": [2]}}, bytes(8), "data_offsets"),
    "a field too many": ({"x": entry() | {"pickle": 1}}, bytes(8), "nothing else"),
    "an unknown dtype": ({"x": entry("F8_E5M2")}, bytes(8), "dtype 'F8_E5M2'"),
    "a dtype that is a list": ({"x": entry() | {"dtype": []}}, bytes(8), "dtype"),
    "a negative size": ({"x": entry(shape=(-2,))}, bytes(8), "shape"),
    "a fractional size": ({"x": entry(shape=(2.0,))}, bytes(8), "shape"),
    "a size that is true": ({"x": entry(shape=(True, 2))}, bytes(8), "shape"),
    "a size beyond all": ({"x": entry(shape=(0, 2**63), offsets=(0, 0))}, b"", "shape"),
    "too many axes": ({"x": entry(shape=(1,) * 99)}, bytes(8), "shape"),
    "one offset": ({"x": entry(offsets=(8,))}, bytes(8), "data_offsets"),
    "offsets reversed": ({"x": entry(offsets=(8, 0))}, bytes(8), "data_offsets"),
    "a negative offset": ({"x": entry(offsets=(-8, 0))}, bytes(8), "data_offsets"),
    "length and shape at odds": ({"x": entry(shape=(3,))}, bytes(8), "spans 8 bytes"),
    "beyond the end": ({"x": entry()}, bytes(7), "cut short"),
    "bytes nobody owns": ({"x": entry()}, bytes(9), "no tensor owns"),
    "an overlap": ({"x": entry(), "y": entry(offsets=(4, 12))}, bytes(12), "overlaps"),
    "the same bytes twice": ({"x": entry(), "y": entry()}, bytes(8), "overlaps"),
    "a gap": ({"x": entry(), "y": entry(offsets=(9, 17))}, bytes(17), "gap"),
    "metadata not text": ({"__metadata__": {"a": 1}}, b"", "__metadata__"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_headers_are_refused_in_a_sentence(tmp_path, case):
    header, data, message = HOSTILE[case]
    with pytest.raises(ValueError, match=message) as caught:
        read_safetensors(write(tmp_path / "a", header, data))
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("length", [3, 2**63, 2**64 - 1, 100_000_001])
def test_wrong_header_lengths(tmp_path, length):
    with pytest.raises(ValueError, match="a"):
        read_safetensors(write(tmp_path / "a", {"x": entry()}, bytes(8), length=length))


@pytest.mark.parametrize("size", [0, 7])
def test_a_file_too_short_for_a_length(tmp_path, size):
    (tmp_path / "a").write_bytes(bytes(size))
    with pytest.raises(ValueError, match="at least 8"):
        read_safetensors(tmp_path / "a")


@given(st.binary(max_size=200))
def test_random_bytes_never_do_worse_than_value_error(tmp_path_factory, raw):
    path = tmp_path_factory.mktemp("random") / "a"
    path.write_bytes(raw)
    found, said = {}, str(path)
    try:
        found = read_safetensors(path)
    except ValueError as error:
        said = str(error)
    assert str(path) in said
    assert all(isinstance(array, np.ndarray) for array in found.values())


def test_every_cut_of_a_good_file_is_refused(tmp_path):
    whole = write(tmp_path / "a", {"x": entry()}, bytes(range(8))).read_bytes()
    for end in range(len(whole)):
        (tmp_path / "cut").write_bytes(whole[:end])
        with pytest.raises(ValueError, match="cut"):
            read_safetensors(tmp_path / "cut")
