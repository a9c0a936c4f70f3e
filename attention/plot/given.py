"""What people pass as weights: tensors, lists, rows of different lengths, steps of decoding."""

from typing import Any, NamedTuple

import numpy as np

from ..decoding import join_rows


class Rows(NamedTuple):
    """What rows of different lengths were joined to."""

    weights: np.ndarray | list[np.ndarray]  # (T, S), or (H, T, S) of each layer
    mask: np.ndarray  # (T, S) bool, False beyond the end of a row


def own_mask(weights: Any) -> np.ndarray | None:
    """The mask that rows of different lengths, or a watched text, bring along."""
    given = plain(weights) if isinstance(weights, (list, tuple)) else weights
    mask = getattr(given, "mask", None)
    return mask if hasattr(given, "_fields") and isinstance(mask, np.ndarray) else None


def plain(weights: Any) -> Any:
    """Tensors of other libraries, and rows written as lists, as arrays; all else as it is.

    Rows of different lengths, and steps of decoding, become `Rows`.
    """
    if isinstance(weights, np.ndarray) or hasattr(weights, "_fields"):
        return weights
    if hasattr(weights, "detach"):  # a PyTorch tensor, which may need gradients or be elsewhere
        weights = weights.detach().cpu()
        floats = getattr(weights, "is_floating_point", bool)()
        return np.asarray(weights.float() if floats else weights)
    if isinstance(weights, (list, tuple)):
        items = [plain(item) for item in weights]
        if items and all(isinstance(item, (int, float, np.number)) for item in items):
            return np.array(items)
        if items and all(isinstance(item, np.ndarray) and item.ndim == 1 for item in items):
            if len({len(item) for item in items}) > 1:
                return Rows(*join_rows(items))
            return np.array(items)
        if _are_steps(items):
            return _join_steps(items)
        if _nested(items) and all(type(item) in (list, tuple) for item in weights):
            return np.array(items)
        return items if isinstance(weights, list) else tuple(items)
    if not isinstance(weights, (dict, str)) and hasattr(weights, "__array__"):
        return np.asarray(weights)
    return weights


def _nested(items: list[Any]) -> bool:
    """Whether these are equal maps written as lists within lists: the heads of one layer."""
    arrays = all(isinstance(item, np.ndarray) for item in items)
    return arrays and len({item.shape for item in items}) == 1


def _are_steps(items: list[Any]) -> bool:
    """Whether these are steps of decoding: each the maps of all layers, over more and more keys."""
    if not items or any(isinstance(item, np.ndarray) for item in items):
        return False
    if not all(isinstance(item, (list, tuple)) and item and all_arrays(item) for item in items):
        return False
    lengths = [{layer.shape[-1] for layer in item if layer.ndim} for item in items]
    return len({len(item) for item in items}) == 1 and len(set().union(*lengths)) > 1


def _join_steps(steps: list[Any]) -> Rows:
    """Of each step and layer (B, H, T, S), (H, T, S) or (H, S), of a batch the first example."""
    layers = []
    for maps in zip(*steps):
        rows: list[np.ndarray] = []
        for step in maps:
            step = step[0] if step.ndim == 4 else step
            if step.ndim not in (2, 3):
                raise ValueError(
                    f"a step holds weights of shape {step.shape}; expected (B, H, T, S), "
                    "(H, T, S) or, of one query, (H, S)."
                )
            step = step[:, None] if step.ndim == 2 else step
            T, S = step.shape[1:]
            rows += [step[:, t, : S - T + t + 1] for t in range(T)]  # what came later was not there
        layers.append(join_rows(rows))
    return Rows([weights for weights, _ in layers], layers[0][1])


def all_arrays(items: Any) -> bool:
    # A saved NamedTuple is a tuple as well, but its fields have meanings.
    arrays = all(isinstance(item, np.ndarray) for item in items)
    return len(items) > 0 and arrays and not hasattr(items, "_fields")
