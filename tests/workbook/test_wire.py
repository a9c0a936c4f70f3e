"""The encoding of answers: plain data comes back as it was, anything else is refused."""

import numpy as np
import pytest
from grader.sandbox.wire import Named, Seed, Unsendable, decode, encode
from hypothesis import given, settings
from hypothesis import strategies as st

SCALARS = st.one_of(
    *(st.none(), st.booleans(), st.integers(-(10**40), 10**40), st.text(), st.binary()),
    *(st.floats(allow_nan=False), st.complex_numbers(allow_nan=False)),
)
PLAIN = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        *(st.lists(inner), st.tuples(inner, inner), st.dictionaries(st.text(), inner)),
        st.sets(st.integers()),
    ),
    max_leaves=20,
)


@settings(max_examples=30, deadline=None)
@given(PLAIN)
def test_plain_data_comes_back_as_it_was(value):
    back = decode(encode(value))
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("dtype", ["f4", "f8", "i8", "u1", "?", "c16", "U5", "S3", ">f8", "M8[s]"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 4), (2, 3, 4)])
def test_arrays_keep_dtype_shape_and_bits(dtype, shape):
    array = np.zeros(shape, dtype)
    if array.dtype.kind in "iufc":
        array[...] = np.arange(array.size).reshape(shape)
    back = decode(encode(array))
    assert type(back) is np.ndarray
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    assert back.tobytes() == array.tobytes()


def test_fortran_order_stays():
    array = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    back = decode(encode(array))
    assert back.flags.f_contiguous
    assert not back.flags.c_contiguous
    assert (back == array).all()


def test_numpy_scalars_stay_numpy_scalars():
    back = decode(encode([np.float32(1.5), np.int64(3), np.bool_(True)]))
    assert [type(one) for one in back] == [np.float32, np.int64, np.bool_]


def test_seeds_and_names_travel():
    assert decode(encode([Seed(7), Named("forward")])) == [Seed(7), Named("forward")]


class Equal(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (object(), "of type object"),
        ([1, (2, Equal(3))], r"\[1\]\[1\] is of type Equal"),
        ({"weights": iter([])}, r"\['weights'\] is of type list_iterator"),
        (np.array([1, None], dtype=object), r"Python objects \(dtype object\)"),
        (np.zeros(2, dtype=[("a", "f8")]), "not of numbers"),
        (np.ma.array([1.0]), "is of type MaskedArray"),
        (np.broadcast_to(0.0, (5000, 5000)), r"shape \(5000, 5000\)"),
        ([bytes(2**25)] * 3, "too large"),
        (lambda: 0, "is of type function"),
    ],
)
def test_anything_else_is_refused_by_name(value, message):
    with pytest.raises(Unsendable, match=message):
        encode(value)


def test_a_list_within_itself_is_refused():
    value = []
    value.append(value)
    with pytest.raises(Unsendable, match="nested"):
        encode(value)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80))
def test_bytes_of_any_kind_give_a_value_or_a_value_error(data):
    try:
        decode(data)
    except ValueError:
        return
    assert len(data) > 0


@settings(max_examples=100, deadline=None)
@given(PLAIN, st.data())
def test_damaged_bytes_give_a_value_or_a_value_error(value, data):
    damaged = bytearray(encode([value, np.arange(3.0)]))
    place = data.draw(st.integers(0, len(damaged) - 1))
    damaged[place] = data.draw(st.integers(0, 255))
    try:
        decode(bytes(damaged))
    except ValueError:
        return


def test_a_crowd_or_a_giant_is_refused_before_it_is_built():
    with pytest.raises(Unsendable, match="more than 50,000 things"):
        encode([[0] * 30_000, [0] * 30_000])
    with pytest.raises(Unsendable, match="whole number of 16,610 bits"):
        encode([10**5000])
    crowd = b"l" + (2**20).to_bytes(8, "little") + b"0" * 2**20
    with pytest.raises(ValueError, match="more than 50,000 things"):
        decode(crowd)
    with pytest.raises(ValueError, match="too large a whole number"):
        decode(b"i" + (3000).to_bytes(8, "little") + bytes(3000))
    colliding = {i * (2**61 - 1): 0 for i in range(300)}  # of hash 0 each
    for crowd in (colliding, set(colliding)):
        with pytest.raises(ValueError, match="too many keys of one hash"):
            decode(encode(crowd))
