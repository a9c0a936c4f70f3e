"""Stack: blocks one after the other, and a last norm where the blocks begin with theirs."""

from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

import numpy as np

from .layer import Layer
from .norms import NORMS


class BlockSaved(Protocol):
    """Of an EncoderBlock or a DecoderBlock."""

    @property
    def weights(self) -> np.ndarray: ...


class StackSaved(NamedTuple):
    blocks: tuple[BlockSaved, ...]
    norm: Any  # FastLayerNormSaved or RMSNormSaved of the last norm; None where there is none

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
        if num_layers < 1:
            raise ValueError(f"num_layers must be 1 or more, got {num_layers}")
        rng = np.random.default_rng(rng)
        options |= {"norm_first": norm_first, "norm": norm, "eps": eps, "dtype": dtype}
        sizes = embed_dim, num_heads, hidden_dim
        self.blocks: list[Any] = [  # of the class `block`, whose passes take what it takes
            self.block(*sizes, rng=rng, **options)  # type: ignore[call-arg]
            for _ in range(num_layers)
        ]
        self.norm = NORMS[norm](embed_dim, eps, dtype=dtype) if norm_first else None

    def _through_blocks(
        self, x: np.ndarray, *inputs: Any, rng: Any, **options: Any
    ) -> tuple[np.ndarray, StackSaved]:
        """x (..., T, E) -> out (..., T, E); masks and memory go to each block."""
        rng = None if rng is None else np.random.default_rng(rng)
        saved = []
        for block in self.blocks:
            x, block_saved = block.forward(x, *inputs, rng=rng, **options)
            saved.append(block_saved)
        saved_norm: Any = None
        if self.norm is not None:
            x, saved_norm = self.norm.forward(x)
        return x, StackSaved(tuple(saved), saved_norm)

    def _norm_backward(self, dout: np.ndarray, saved: StackSaved) -> np.ndarray:
        return dout if self.norm is None else self.norm.backward(dout, saved.norm)

    def _last_first(self, saved: StackSaved) -> Iterator[tuple[Any, Any]]:
        """Each block and what it saved."""
        return zip(reversed(self.blocks), reversed(saved.blocks), strict=True)
