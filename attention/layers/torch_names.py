"""State dictionaries to and from the names and orientation of torch.nn, without importing torch.

Knows Linear, LayerNorm, MultiheadAttention, TransformerEncoderLayer, TransformerDecoderLayer and
their stacks, alone or anywhere inside a model. Dictionaries of arrays in, dictionaries out.
"""

from collections.abc import Collection, Mapping

import numpy as np

# ours, torch's; whole parts of a dotted name, longer ones first
_PARTS = (
    ("in_proj.weight", "in_proj_weight"),
    ("in_proj.bias", "in_proj_bias"),
    ("mlp.linear1", "linear1"),
    ("mlp.linear2", "linear2"),
    ("cross_attn", "multihead_attn"),
    ("blocks", "layers"),
)


def to_torch(state: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Our `state_dict()` to the arrays that the torch.nn module of the same kind loads.

    Raises ValueError for grouped heads, which torch.nn.MultiheadAttention does not have.
    """
    translated = {}
    for name, array in state.items():
        if _ends(name, "in_proj.weight") and array.shape[1] != 3 * array.shape[0]:
            raise ValueError(
                f"{name} {array.shape} belongs to grouped heads, which torch.nn.MultiheadAttention "
                f"does not have; use as many key heads as query heads"
            )
        kind = name.rpartition(".")[2]
        for ours, theirs in _PARTS:
            name = _replace(name, ours, theirs)
        if kind in ("gain", "table"):
            name = name.removesuffix(kind) + "weight"
        turned = array.T if kind == "weight" and array.ndim == 2 else array
        translated[name] = np.ascontiguousarray(turned)
    return translated


def from_torch(
    state: Mapping[str, np.ndarray], *, embeddings: Collection[str] = ()
) -> dict[str, np.ndarray]:
    """The inverse of `to_torch`; `embeddings` names the weights that are tables, not matrices.

    Arrays may be anything that np.asarray takes, such as tensors on the CPU.
    """
    translated = {}
    for name, value in state.items():
        array = np.asarray(value)
        is_table = name in embeddings
        for ours, theirs in _PARTS:
            if not _ends(name, f"mlp.{theirs}.weight") and not _ends(name, f"mlp.{theirs}.bias"):
                name = _replace(name, theirs, ours)
        if is_table:
            name = name.removesuffix("weight") + "table"
        elif _ends(name, "weight") and array.ndim == 1:
            name = name.removesuffix("weight") + "gain"
        elif _ends(name, "weight"):
            array = array.T
        translated[name] = np.ascontiguousarray(array)
    return translated


def _ends(name: str, ending: str) -> bool:
    return f".{name}".endswith(f".{ending}")


def _replace(name: str, old: str, new: str) -> str:
    return f".{name}.".replace(f".{old}.", f".{new}.").strip(".")
