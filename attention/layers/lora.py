"""LoRA: a frozen linear map, and beside it a thin one that learns.

Hu et al. 2021 (arXiv:2106.09685), equation 3: out = x W + b + (α / r) x A B. B starts at zero, so
that training starts from the frozen map; afterwards A B is added into W, and nothing is slower.

With s = α / r:  dB = s (x A)ᵀ dout,  dA = s xᵀ (dout Bᵀ),  dx = dout Wᵀ + s (dout Bᵀ) Aᵀ.
"""

from typing import Any, NamedTuple, Self

import numpy as np

from ..ops.checks import count, floats
from ..ops.linear import LinearSaved, linear_backward, linear_forward
from .layer import Layer
from .linear import Linear
from .parameter import Parameter


class LoRASaved(NamedTuple):
    frozen: LinearSaved
    down: LinearSaved
    up: LinearSaved


class _Frozen:
    """Holds a layer where no walk over parameters finds it."""

    def __init__(self, linear: Linear) -> None:
        self.linear = linear


class LoRA(Layer):
    """An adapter of `rank` beside `linear`, whose own weights neither learn nor are saved.

    Raises TypeError for another layer, ValueError for a rank of 0 or one above the smaller side of
    the map.
    """

    def __init__(
        self, linear: Linear, rank: int = 8, alpha: float | None = None, *, rng: Any = None
    ) -> None:
        if not isinstance(linear, Linear):
            raise TypeError(f"linear must be a Linear, got {type(linear).__name__}")
        rank = count("rank", rank, 1)
        rows, columns = linear.weight.shape
        if rank > min(rows, columns):
            raise ValueError(
                f"rank must be at most {min(rows, columns)}, the map's smaller side, got {rank}"
            )
        dtype = linear.weight.data.dtype
        rng = np.random.default_rng(rng)
        self.scale = (rank if alpha is None else alpha) / rank
        self.down = Parameter((rng.normal(size=(rows, rank)) / np.sqrt(rows)).astype(dtype))
        self.up = Parameter(np.zeros((rank, columns), dtype))
        self._frozen = _Frozen(linear)
        self._unmerged: np.ndarray | None = None  # the frozen weight while the adapter is in it

    @property
    def is_merged(self) -> bool:
        """Whether the adapter is added into the frozen weight."""
        return self._unmerged is not None

    def forward(self, x: np.ndarray) -> tuple[np.ndarray, LoRASaved]:
        """x (..., in) -> out (..., out). Raises ValueError while merged: unmerge to learn."""
        if self.is_merged:
            raise ValueError("a merged adapter cannot learn; unmerge() it, or call the linear map")
        (x,) = floats(x=x)
        linear = self._frozen.linear
        out, frozen = linear_forward(
            x, linear.weight.data, None if linear.bias is None else linear.bias.data
        )
        thin, down = linear_forward(x, self.down.data)
        update, up = linear_forward(thin, self.up.data)
        return out + update * x.dtype.type(self.scale), LoRASaved(frozen, down, up)

    def backward(self, dout: np.ndarray, saved: LoRASaved) -> np.ndarray:
        """dout (..., out) -> dx (..., in); only the adapter's two matrices gather gradients."""
        dx, _, _ = linear_backward(dout, saved.frozen)
        dthin, dup, _ = linear_backward(dout * dout.dtype.type(self.scale), saved.up)
        dx_thin, ddown, _ = linear_backward(dthin, saved.down)
        self.up.accumulate(dup)
        self.down.accumulate(ddown)
        return dx + dx_thin

    def astype(self, dtype: Any) -> Self:
        """Change the adapter and the frozen map to `dtype`, in place."""
        self.unmerge().astype(dtype)
        return super().astype(dtype)

    def merge(self) -> Linear:
        """Add the adapter into the frozen weight, and return the linear map, now adapted."""
        weight = self._frozen.linear.weight
        if not self.is_merged:
            self._unmerged = weight.data.copy()
            weight.data += (self.down.data @ self.up.data) * weight.data.dtype.type(self.scale)
        return self._frozen.linear

    def unmerge(self) -> Linear:
        """Put the frozen weight back, to the bit, and return the linear map."""
        if self._unmerged is not None:
            self._frozen.linear.weight.data[...] = self._unmerged
            self._unmerged = None
        return self._frozen.linear
