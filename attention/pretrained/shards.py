"""Weights in one safetensors file or in several with an index, read block by block into a model."""

from pathlib import Path

import numpy as np

from ..files import read_json
from ..layers import Layer
from .plan import Plan, Source
from .safetensors import StoredTensor, find_tensors

WHOLE, INDEX = "model.safetensors", "model.safetensors.index.json"


def find_model_tensors(folder: Path) -> dict[str, StoredTensor]:
    """Every tensor of the model. Raises FileNotFoundError or ValueError for what is missing."""
    if (folder / WHOLE).is_file():
        return find_tensors(folder / WHOLE)
    if not (folder / INDEX).is_file():
        raise FileNotFoundError(
            f"{folder} has neither {WHOLE} nor {INDEX}; weights are read from safetensors alone"
        )
    of_tensor = read_json(folder / INDEX).get("weight_map")
    if not isinstance(of_tensor, dict) or not all(isinstance(f, str) for f in of_tensor.values()):
        raise ValueError(f"{folder / INDEX} must have a weight_map of tensors to files")
    tensors: dict[str, StoredTensor] = {}
    for shard in sorted(set(of_tensor.values())):
        if Path(shard).name != shard:
            raise ValueError(f"{folder / INDEX} names {shard!r}; a shard stands beside its index")
        if not (folder / shard).is_file():
            raise FileNotFoundError(f"{folder} lacks {shard}, which its index names")
        held = find_tensors(folder / shard)
        for name in held:
            if of_tensor.get(name) != shard:
                raise ValueError(f"{folder / shard} holds {name!r}, which the index has elsewhere")
        tensors |= held
    if missing := sorted(set(of_tensor) - set(tensors)):
        raise ValueError(f"{folder / of_tensor[missing[0]]} lacks {missing[0]!r} of the index")
    return tensors


def load_into(model: Layer, plan: Plan, tensors: dict[str, StoredTensor]) -> None:
    """Fill every parameter. Raises ValueError for what is not finite, or filled by nothing."""
    parameters = model.named_parameters()
    if odd := {source.parameter for source in plan.sources} ^ set(parameters):
        raise ValueError(f"the plan of this family does not fit the model: {sorted(odd)}")
    for source in plan.sources:
        _fill(parameters[source.parameter].data[..., source.columns], tensors[source.name], source)
    if plan.tied is not None and plan.tied[1] in tensors:
        _require_equal(tensors[plan.tied[0]], tensors[plan.tied[1]], plan.tied[1])


def _fill(place: np.ndarray, tensor: StoredTensor, source: Source) -> None:
    place = place.T if source.transposed else place
    row = 0
    for block in tensor.rows():
        if not np.isfinite(block).all():
            raise ValueError(f"tensor {source.name!r} in {tensor.path} must hold finite floats")
        place[row : row + len(block)] = block
        row += len(block)


def _require_equal(first: StoredTensor, second: StoredTensor, name: str) -> None:
    same = first.shape == second.shape and first.dtype == second.dtype
    if not same or not all(np.array_equal(a, b) for a, b in zip(first.rows(), second.rows())):
        raise ValueError(
            f"tensor {name!r} in {second.path} differs from the table to which config.json ties it"
        )
