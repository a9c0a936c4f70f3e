"""Parameters in a file: what a model of some size must hold, checked before it is built."""

from collections.abc import Mapping

from ..files import ArrayFile, Field
from .layer import Layer


def check_claims(
    file: ArrayFile, prefix: str, claims: Mapping[str, tuple[int, ...]], layers: int
) -> None:
    """Compare the sizes that a file claims with what it holds, before anyone allocates them.

    Raises FileFormatError unless the parameters named have these shapes, and there are as many
    parameters as layers at least.
    """
    held = file.section(prefix)
    for name, shape in claims.items():
        if name not in held or held[name].shape != shape:
            got = held[name].shape if name in held else "none"
            raise file.error(f"{prefix}{name} must have shape {shape} by its settings, not {got}")
    if layers > len(held):
        raise file.error(f"it has fewer parameters than the {layers} layers of its settings")


def read_parameters(file: ArrayFile, prefix: str, model: Layer) -> None:
    """Parameters of exactly the names, shapes and dtype of the model's. Raises FileFormatError."""
    parameters = model.named_parameters()
    if more := sorted(set(file.section(prefix)) - set(parameters)):
        raise file.error(f"{more[0]} is not a parameter of the model that it describes")
    schema = {prefix + name: Field(p.data.dtype.str[1:], p.shape) for name, p in parameters.items()}
    state = file.read(schema)
    model.load_state_dict({name.removeprefix(prefix): array for name, array in state.items()})
