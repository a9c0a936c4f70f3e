"""The sizes of the network: what data and settings fix before the first weight is drawn."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """All that fixes the shapes of the parameters."""

    items: int
    categories: int
    kinds: int
    item_side: int
    side: tuple[int, ...]  # codes of each side feature, one more for "not known"
    context: int
    outlook: int  # the context of moments
    hint: int
    age: int
    held: int
    pair: int
    season: int
    places: int
    gaps: int
    embed_dim: int = 32
    num_heads: int = 2
    session_layers: int = 1
    customer_layers: int = 1
    interest_layers: int = 1
    dropout: float = 0.2
