"""Stack: blocks one after the other, and a last norm where the blocks begin with theirs."""

from typing import Any, NamedTuple

import numpy as np

from .layer import Layer
from .norms import NORMS


class StackSaved(NamedTuple):
    blocks: tuple[Any, ...]
    norm: Any

    @property
    def weights(self) -> list[np.ndarray]:
        """(B, H, T, S) of each block."""
        return [block.weights for block in self.blocks]


class Stack(Layer):
    """`num_layers` blocks of the class `block`, all with the same options."""

    block: type[Layer]

    def __init__(
        self,
        num_layers: int,
        embed_dim: int,
        num_heads: int,
        hidden_dim: int | None = None,
        *,
        norm_first: bool = True,
        norm: str = "layer",
        eps: float = 1e-5,
        rng: Any = None,
        dtype: Any = np.float32,
        **options: Any,
    ) -> None:
        rng = np.random.default_rng(rng)
        options |= {"norm_first": norm_first, "norm": norm, "eps": eps, "dtype": dtype}
        sizes = embed_dim, num_heads, hidden_dim
        self.blocks: list[Any] = [
            self.block(*sizes, rng=rng, **options)  # type: ignore[call-arg]
            for _ in range(num_layers)
        ]
        self.norm = NORMS[norm](embed_dim, eps, dtype=dtype) if norm_first else None

    def forward(
        self, x: np.ndarray, *memory: np.ndarray, rng: Any = None, **options: Any
    ) -> tuple[np.ndarray, StackSaved]:
        """x (..., T, E) -> out (..., T, E); masks and memory go to each block."""
        rng = None if rng is None else np.random.default_rng(rng)
        saved = []
        for block in self.blocks:
            x, one = block.forward(x, *memory, rng=rng, **options)
            saved.append(one)
        saved_norm: Any = None
        if self.norm is not None:
            x, saved_norm = self.norm.forward(x)
        return x, StackSaved(tuple(saved), saved_norm)

    def backward(self, dout: np.ndarray, saved: StackSaved) -> Any:
        """dout (..., T, E) -> dx (..., T, E), and dmemory summed over the blocks that read it."""
        if self.norm is not None:
            dout = self.norm.backward(dout, saved.norm)
        dmemory = None
        for block, one in zip(reversed(self.blocks), reversed(saved.blocks), strict=True):
            dout = block.backward(dout, one)
            if isinstance(dout, tuple):
                dout, dshare = dout
                dmemory = dshare if dmemory is None else dmemory + dshare
        return dout if dmemory is None else (dout, dmemory)
