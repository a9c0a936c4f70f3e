"""Compares plain data and says, for people, where and how two answers differ.

Only the parent compares, with its own NumPy, on values rebuilt from bytes.
"""

from typing import Any, NamedTuple

import numpy as np

NUMBERS = (int, float, complex, np.number)
BOOLS = (bool, np.bool_)


class Tolerance(NamedTuple):
    """A value passes when |got - expected| <= atol + rtol * |expected|."""

    rtol: float
    atol: float


class Difference(NamedTuple):
    """One difference: where in the answer, what came back there, what was expected, a remark."""

    where: str
    got: str
    expected: str
    note: str = ""


DOUBLE = Tolerance(1e-9, 1e-11)
SINGLE = Tolerance(1e-4, 1e-5)


def tolerance_for(expected: Any, rtol: float | None = None, atol: float | None = None) -> Tolerance:
    """The tolerance an expected value asks for: that of its narrowest floating-point array."""
    narrow = any(
        array.dtype.kind in "fc" and np.finfo(array.dtype).bits < 64
        for array in arrays_in(expected)
    )
    base = SINGLE if narrow else DOUBLE
    return Tolerance(base.rtol if rtol is None else rtol, base.atol if atol is None else atol)


def arrays_in(value: Any) -> list[Any]:
    """Every array and NumPy scalar inside a value of plain data."""
    if isinstance(value, (np.ndarray, np.generic)):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return (
        [a for item in value for a in arrays_in(item)] if isinstance(value, (list, tuple)) else []
    )


def difference(
    got: Any,
    expected: Any,
    tolerance: Tolerance,
    where: str = "",
    dtype: bool = False,
    told: bool = True,
) -> Difference | None:
    """The first difference between two values of plain data, or None. NaN equals NaN.

    Where arrays differ is not worked out unless it is to be ``told``.
    """
    kinds, wanted = _kind(got), _kind(expected)
    if (kinds, wanted) == ("number", "whole number"):
        note = "a float came back where a whole number belongs"
        return Difference(where, describe(got), describe(expected), note)
    same_kind = kinds == wanted or (kinds, wanted) == ("whole number", "number")
    if not same_kind or (kinds in ("text", "set", "none") and got != expected):
        return Difference(where, describe(got), describe(expected))
    if kinds in ("text", "set", "none"):
        return None
    if kinds in ("tuple", "list"):
        if len(got) != len(expected):
            return Difference(where, describe(got), describe(expected))
        pairs = [(f"{where}[{i}]", g, e) for i, (g, e) in enumerate(zip(got, expected))]
        return _first(pairs, tolerance, dtype, told)
    if kinds == "dict":
        if got.keys() != expected.keys():
            missing = sorted(map(str, expected.keys() - got.keys()))
            extra = sorted(map(str, got.keys() - expected.keys()))
            note = "; ".join(
                f"{word} keys: {', '.join(keys[:8])}"
                for word, keys in (("missing", missing), ("extra", extra))
                if keys
            )
            return Difference(where, describe(got), describe(expected), note)
        pairs = [(f"{where}[{key!r}]", got[key], expected[key]) for key in expected]
        return _first(pairs, tolerance, dtype, told)
    arrays = np.asarray(got), np.asarray(expected)
    return _array_difference(*arrays, tolerance, where, dtype, told)


def agree(got: Any, expected: Any, tolerance: Tolerance, dtype: bool = False) -> bool:
    """Whether two values of plain data are the same within a tolerance."""
    return difference(got, expected, tolerance, dtype=dtype, told=False) is None


def _first(
    pairs: list[tuple[str, Any, Any]], tolerance: Tolerance, dtype: bool, told: bool
) -> Difference | None:
    found = (difference(got, expected, tolerance, at, dtype, told) for at, got, expected in pairs)
    return next((d for d in found if d is not None), None)


def _kind(value: Any) -> str:
    if isinstance(value, BOOLS):
        return "bool"
    if isinstance(value, (int, np.integer)):
        return "whole number"
    if isinstance(value, NUMBERS):
        return "number"
    if isinstance(value, np.ndarray):
        if value.ndim == 0:
            return _kind(value[()])
        name = {"b": "bool", "U": "text array", "S": "text array"}.get(value.dtype.kind, "number")
        return f"{name} array"
    for kind, name in ((tuple, "tuple"), (list, "list"), (dict, "dict"), (set, "set")):
        if isinstance(value, kind):
            return name
    return "none" if value is None else "text"


def _array_difference(
    got: np.ndarray, expected: np.ndarray, tolerance: Tolerance, where: str, dtype: bool, told: bool
) -> Difference | None:
    if got.shape != expected.shape:
        return Difference(where, f"shape {got.shape}", f"shape {expected.shape}")
    narrower = got.dtype.kind == expected.dtype.kind == "f" and got.itemsize < expected.itemsize
    if (dtype and got.dtype != expected.dtype) or narrower:
        return Difference(where, f"dtype {got.dtype}", f"dtype {expected.dtype}")
    wrong = ~close(got, expected, tolerance)
    if not wrong.any():
        return None
    if not told:
        return Difference(where, "", "")
    index = tuple(int(i) for i in np.argwhere(wrong)[0]) if got.ndim else ()
    at = f"{where}[{', '.join(map(str, index))}]" if got.ndim else where
    note = ""
    if got.ndim:
        note = f"{int(wrong.sum())} of {wrong.size} elements differ"
        if strange := _not_finite(got[wrong], expected) or _infinite(expected[wrong]):
            note += strange
        elif got.dtype.kind in "iufc" and (gap := _largest_gap(got, expected)) is not None:
            note += f", by {gap:.3g} at most"
    return Difference(at, *_told_apart(got[index], expected[index]), note)


def _not_finite(wrong: np.ndarray, expected: np.ndarray) -> str:
    """How many of the wrong numbers are NaN or infinite; infinities may be asked for elsewhere."""
    if wrong.dtype.kind not in "fc":
        return ""
    infinite = expected.dtype.kind in "fc" and np.isinf(expected).any()
    count = int((np.isnan(wrong) if infinite else ~np.isfinite(wrong)).sum())
    kind = "NaN" if infinite else "not finite"
    return f"; {count} of yours {'is' if count == 1 else 'are'} {kind}" if count else ""


def _infinite(wanted: np.ndarray) -> str:
    """In how many of the wrong places infinity is asked for: no gap is told of these."""
    count = int(np.isinf(wanted).sum()) if wanted.dtype.kind in "fc" else 0
    return f"; infinity is expected in {count} of them" if count else ""


def close(got: np.ndarray, expected: np.ndarray, tolerance: Tolerance) -> np.ndarray:
    """Elementwise: within the tolerance, or the same infinity, or both NaN."""
    if got.dtype.kind not in "iufc" or expected.dtype.kind not in "iufc":
        return np.asarray(got == expected)
    if got.dtype.kind in "iu" and expected.dtype.kind in "iu":
        return np.asarray(got == expected)
    with np.errstate(all="ignore"):
        gap = np.abs(got - expected)
        within = gap <= tolerance.atol + tolerance.rtol * np.abs(expected)
        if within.all() and np.isfinite(gap).all():
            return np.asarray(within)
        both_nan = np.isnan(got) & np.isnan(expected)
        return np.asarray(within & np.isfinite(expected) | (got == expected) | both_nan)


def error_ratio(got: Any, expected: Any, tolerance: Tolerance) -> float:
    """Largest error in units of the tolerance; infinite when structure, kind or shape differ."""
    kinds = _kind(got)
    if kinds != _kind(expected) and (kinds, _kind(expected)) != ("whole number", "number"):
        return np.inf
    if kinds in ("tuple", "list"):
        if len(got) != len(expected):
            return np.inf
        return max((error_ratio(g, e, tolerance) for g, e in zip(got, expected)), default=0.0)
    if kinds == "dict":
        if got.keys() != expected.keys():
            return np.inf
        return max((error_ratio(got[k], expected[k], tolerance) for k in expected), default=0.0)
    if kinds in ("text", "set", "none"):
        return 0.0 if got == expected else np.inf
    got, expected = np.asarray(got), np.asarray(expected)
    if got.shape != expected.shape:
        return np.inf
    if got.dtype.kind not in "fc" and expected.dtype.kind not in "fc":
        return 0.0 if (got == expected).all() else np.inf
    with np.errstate(all="ignore"):
        gap = np.abs(got - expected) / (tolerance.atol + tolerance.rtol * np.abs(expected))
    gap = np.where(close(got, expected, Tolerance(0.0, 0.0)), 0.0, gap)
    return float(np.nan_to_num(gap, nan=np.inf, posinf=np.inf).max(initial=0.0))


def _largest_gap(got: np.ndarray, expected: np.ndarray) -> float | None:
    with np.errstate(all="ignore"):
        gap = np.abs(got.astype(np.complex128) - expected.astype(np.complex128))
    gap = gap[np.isfinite(gap)]
    return float(gap.max()) if gap.size else None


def _told_apart(got: Any, expected: Any) -> tuple[str, str]:
    """Both numbers, in as many digits as it takes to see that they differ."""
    both = [(_number(got, digits), _number(expected, digits)) for digits in (6, 9, 12, 17)]
    return next((pair for pair in both if pair[0] != pair[1]), both[-1])


def _number(value: Any, digits: int = 6) -> str:
    if isinstance(value, (np.floating, float)):
        return f"{float(value):.{digits}g}"
    return str(value.item() if isinstance(value, np.generic) else value)[:200]


def describe(value: Any, depth: int = 0) -> str:
    """A value in a few words: arrays by dtype and shape, small ones by their numbers."""
    if isinstance(value, np.ndarray) and value.ndim:
        text = f"{value.dtype} array {value.shape}"
        if 0 < value.size <= 6:
            text += " " + np.array2string(value, precision=4, separator=", ").replace("\n", "")
        return text
    if isinstance(value, (np.generic, np.ndarray)):
        return _number(np.asarray(value)[()])
    if isinstance(value, (list, tuple)):
        name, many = type(value).__name__, len(value)
        if depth > 1 or many > 6:
            return f"{name} of {many}"
        inner = ", ".join(describe(item, depth + 1) for item in value)
        return f"({inner}{',' * (many == 1)})" if name == "tuple" else f"[{inner}]"
    if isinstance(value, dict):
        inner = ", ".join(f"{k!r}: {describe(v, depth + 1)}" for k, v in list(value.items())[:4])
        return f"dict of {len(value)}" if depth > 1 else f"{{{inner}{', …' * (len(value) > 4)}}}"
    if isinstance(value, float):
        return f"{value:.6g}"
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
