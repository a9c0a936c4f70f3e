"""From whatever a forward pass saved to plain weights, checked, ready to be drawn."""

from typing import Any

import numpy as np

from .given import all_arrays, own_mask, plain


def find_weights(saved: Any, path: str = "") -> dict[str, np.ndarray]:
    """Every attention map inside ``saved``, in forward order: {dotted path: weights}.

    Walks through the NamedTuples, tuples, lists and dicts that layers, blocks and whole models
    return, and collects each innermost ``weights`` with two axes or more, field or property.
    """
    if hasattr(saved, "_asdict"):
        children = saved._asdict()
    elif isinstance(saved, dict):
        children = saved
    elif isinstance(saved, (tuple, list)):
        children = dict(enumerate(saved))
    else:
        return {}
    found: dict[str, np.ndarray] = {}
    for name, child in children.items():
        where = f"{path}.{name}" if path else str(name)
        if isinstance(child, np.ndarray):
            if name == "weights" and child.ndim >= 2:
                found[where] = child
        else:
            found |= find_weights(child, where)
    named = None if found else getattr(saved, "weights", None)  # of tuned attention, or of layers
    where = f"{path}.weights" if path else "weights"
    if isinstance(named, list) and named and all_arrays(named):
        return {f"{where}[{i}]": head_map for i, head_map in enumerate(named)}
    if isinstance(named, np.ndarray) and named.ndim >= 2:
        found[where] = named
    return found


def read_layers(weights: Any, example: int = 0) -> list[np.ndarray]:
    """One (H, T, S) array a layer, from anything the plot functions take.

    An array is one layer: (T, S), (H, T, S) or (B, H, T, S), of which ``example`` is taken.
    A list or tuple of arrays is a stack of layers; rows of different lengths, or steps of decoding
    (a list, of each a list of layers), are joined. Anything else is searched by `find_weights`.
    Raises ValueError for weights that are empty, negative, not finite, or of unequal lengths.
    """
    weights = plain(weights)
    if isinstance(weights, np.ndarray):
        arrays = {"weights": weights}
    elif isinstance(weights, (list, tuple)) and all_arrays(weights):
        arrays = {f"weights[{i}]": w for i, w in enumerate(weights)}
    else:
        arrays = find_weights(weights)
        if not arrays:
            raise ValueError(
                f"Found no attention weights in a {type(weights).__name__}; pass an array "
                "(T, S), (H, T, S) or (B, H, T, S), a list of them, or what a forward pass saved "
                "(tiled attention saves none: use tiled=False to see them)."
            )
    layers = {name: _one_example(name, w, example) for name, w in arrays.items()}
    shapes = {name: w.shape[1:] for name, w in layers.items()}
    if len(set(shapes.values())) > 1:
        listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"These maps differ in size, choose with find_weights(saved): {listed}.")
    return list(layers.values())


def axes_of(weights: Any) -> str:
    """How the axes of the weights were read, in words, where it is not plain."""
    weights = plain(weights)
    if isinstance(weights, (list, tuple)) and all_arrays(weights):
        weights = weights[0]
    if not isinstance(weights, np.ndarray) or weights.ndim < 3:
        return ""
    names = ("batch", "heads", "queries", "keys")[4 - weights.ndim :]
    read = ", ".join(f"{name} {size}" for name, size in zip(names, weights.shape, strict=True))
    if weights.ndim == 4:
        read += "; of a batch one example is drawn, with all its tokens, padding too"
    return f"shape {weights.shape} is read as {read}"


def _one_example(name: str, weights: np.ndarray, example: int) -> np.ndarray:
    if weights.ndim not in (2, 3, 4) or 0 in weights.shape:
        raise ValueError(
            f"{name} has shape {weights.shape}; expected (T, S), (H, T, S) or (B, H, T, S), "
            "no axis empty; pass the layers of a stack as a list."
        )
    if weights.ndim == 4:
        weights = weights[_checked_index("example", example, len(weights))]
    elif weights.ndim == 2:
        weights = weights[None]
    if weights.dtype.kind not in "fiub":
        raise TypeError(f"{name} has dtype {weights.dtype}; expected real numbers.")
    low, high = weights.min(), weights.max()
    if not (low >= 0 and np.isfinite(high)):  # also false for NaN
        raise ValueError(f"{name} must be finite and >= 0; it runs from {low} to {high}.")
    return weights


def choose(weights: Any, layer: int, head: int | None, example: int) -> tuple[np.ndarray, str]:
    """One (T, S) map and the words for it; ``head=None`` is the mean over heads."""
    layers = read_layers(weights, example)
    heads = layers[_checked_index("layer", layer, len(layers))]
    where = f"layer {range(len(layers))[layer]}, " if len(layers) > 1 else ""
    if head is None:
        mean = heads.mean(axis=0, dtype=np.float32 if heads.dtype == np.float16 else None)
        return mean, f"{where}mean of {len(heads)} heads" if len(heads) > 1 else where.rstrip(", ")
    return heads[_checked_index("head", head, len(heads))], f"{where}head {range(len(heads))[head]}"


def _checked_index(name: str, index: int, length: int) -> int:
    if not -length <= index < length:
        raise ValueError(f"{name} is {index}; there are {length}, counted from 0.")
    return index


def read_mask(
    mask: Any, shape: tuple[int, ...], example: int = 0, weights: Any = None
) -> np.ndarray:
    """Where a query may attend, as booleans of ``shape`` (H, T, S); no mask allows everything.

    Takes what attention takes: booleans, True = may attend, or floats, −inf = may not. Without
    a mask, the ``weights`` may bring one of their own, as rows of different lengths do.
    """
    if mask is None:
        mask = own_mask(weights)
    if mask is None:
        return np.broadcast_to(True, shape)
    mask = np.asarray(plain(mask))
    if mask.ndim == 4:
        mask = mask[_checked_index("example", example, len(mask)) if len(mask) > 1 else 0]
    allowed = mask if mask.dtype == bool else mask > -np.inf
    try:
        return np.broadcast_to(allowed, shape)
    except ValueError:
        raise ValueError(f"mask has shape {mask.shape}; it must broadcast to {shape}.") from None


def hide(weights: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """The weights with NaN at masked cells. A masked cell that has weight stays: it is a leak."""
    if allowed.all():
        return weights
    kind = weights.dtype if weights.dtype.kind == "f" else np.float64
    return np.where(allowed | (weights != 0), weights, np.array(np.nan, kind))
