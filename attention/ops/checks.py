"""What every pair asks of its arguments before any work, in one sentence a person can act on."""

import operator
from typing import Any

import numpy as np

FLOATS = (np.dtype(np.float32), np.dtype(np.float64), np.dtype(np.complex128))

# Values that underflow are zero to working precision: nobody's fault, and no one's warning.
underflow_is_zero = np.errstate(under="ignore")


def floats(**arrays: Any) -> list[np.ndarray]:
    """The arguments as arrays of one floating dtype; integers are refused, never promoted."""
    given = list(arrays.values())
    if all(type(x) is np.ndarray and x.dtype is FLOATS[0] for x in given):
        return given  # as nearly always
    checked: list[np.ndarray] = []
    first = ""
    for name, value in arrays.items():
        x = unmasked(name, value)
        if x.dtype not in FLOATS:
            raise TypeError(
                f"{name} must be float32 or float64, got {x.dtype} of shape {x.shape}; "
                f"convert it with {name}.astype(np.float32)"
            )
        if checked and x.dtype != checked[0].dtype:
            raise TypeError(
                f"{name} must have the dtype of {first}, {checked[0].dtype}, got {x.dtype} "
                f"of shape {x.shape}; convert one of the two"
            )
        first = first or name
        checked.append(x)
    return checked


def integers(name: str, value: Any) -> np.ndarray:
    """The argument as an array of int64; an empty list counts as one."""
    x = unmasked(name, value)
    if x.size == 0 and x.dtype.kind == "f":
        x = x.astype(np.int64)
    if x.dtype.kind not in "iu":
        raise TypeError(f"{name} must be integers, got {x.dtype} of shape {x.shape}")
    if x.dtype == np.uint64 and x.size and x.max() > np.iinfo(np.int64).max:
        raise ValueError(f"{name} must fit 64 bits with a sign, got {x.max()}")
    return x.astype(np.int64, copy=False)  # sums and differences of small or unsigned types wrap


def unmasked(name: str, value: Any) -> np.ndarray:
    """The argument as an array; a masked array is refused, for its mask would be lost unseen."""
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(
            f"{name} must be a plain array, got a masked one, whose mask would be lost; "
            f"fill it with {name}.filled(0), and say by attn_mask what may not be seen"
        )
    return np.asarray(value)


def at_least_dims(name: str, x: np.ndarray, ndim: int, shape: str) -> None:
    if x.ndim < ndim:
        raise ValueError(f"{name} must have shape {shape}, got {x.shape}")


def expect_shape(
    name: str,
    x: np.ndarray,
    expected: tuple[int, ...],
    why: str = "",
    *,
    fit: tuple[str, np.ndarray] | None = None,
) -> None:
    """`why`, or the name and value of what x must fit, goes into the message."""
    if x.shape == expected:
        return
    why = why if fit is None else f"to fit {fit[0]} {fit[1].shape}"
    reason = f" ({why})" if why else ""
    raise ValueError(f"{name} must have shape {expected}{reason}, got {x.shape}")


def upstream(dout: Any, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """`dout` as an array of the shape and dtype of the output it is the gradient of."""
    if type(dout) is np.ndarray and dout.shape == shape and dout.dtype == dtype:
        return dout  # as nearly always
    dout = unmasked("dout", dout)
    expect_shape("dout", dout, shape, "that of forward's output")
    if dout.dtype != dtype:
        raise TypeError(f"dout must be {dtype} as forward's output was, got {dout.dtype}")
    return dout


def in_range(name: str, value: Any, low: float, high: float, ends: str = "[]") -> Any:
    """`value`, which lies between low and high, as a Python number; `ends` says which are allowed.

    A float64 of NumPy would turn the float32 arrays that it meets into float64.
    """
    if type(value) is float and low < value < high:
        return value  # as nearly always
    if isinstance(value, np.ndarray | np.generic) and np.ndim(value) == 0:
        value = value.item()
    if not isinstance(value, int | float):
        raise TypeError(f"{name} must be a number, got {type(value).__name__}")
    above = value >= low if ends[0] == "[" else value > low
    below = value <= high if ends[1] == "]" else value < high
    if not (above and below):
        raise ValueError(f"{name} must lie in {ends[0]}{low}, {high}{ends[1]}, got {value}")
    return value


def count(name: str, value: Any, least: int = 0) -> int:
    """`value`, a whole number of any type, as Python's own, which cannot overflow or wrap."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be a whole number, got {value!r}") from None
    if number < least:
        raise ValueError(f"{name} must be {least} or more, got {number}")
    return number
