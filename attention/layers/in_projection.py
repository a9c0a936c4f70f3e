"""InProjection: one weight (E, (H + 2 Hkv) D) that makes the queries, keys and values of all heads.

Its columns stand side by side, those of q, then of k, then of v. What attends to itself takes them
all in one product; a query and a memory take their own share each.
"""

from typing import Any, NamedTuple

import numpy as np

from ..ops.heads import split_heads
from ..ops.linear import LinearSaved, linear_backward, linear_forward
from .linear import Linear

Heads = tuple[np.ndarray, np.ndarray, np.ndarray]  # q (..., H, T, D), k and v (..., Hkv, S, D)


class HeadGradients(NamedTuple):
    heads: Heads  # dq, dk, dv, views of
    projected: list[np.ndarray]  # (..., T, width) for each input that was given


class InProjection(Linear):
    """weight (E, (H + 2 Hkv) D), bias ((H + 2 Hkv) D,), D = E / H by default."""

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        num_kv_heads: int,
        bias: bool = True,
        *,
        head_dim: int | None = None,
        rng: Any = None,
        dtype: Any = np.float32,
    ) -> None:
        self.head_dim = head_dim or embed_dim // num_heads
        kv_dim = num_kv_heads * self.head_dim
        self.widths: tuple[int, ...] = num_heads * self.head_dim, kv_dim, kv_dim  # of q, k, v
        super().__init__(embed_dim, sum(self.widths), bias, rng=rng, dtype=dtype)

    def project(
        self, query: np.ndarray, key: np.ndarray | None, value: np.ndarray | None
    ) -> tuple[Heads, tuple[LinearSaved, ...]]:
        """query (..., T, E), key and value (..., S, E) -> q, k, v, and one saved for each given.

        Without key, the query makes all three; without value, the key makes k and v.
        """
        if key is None and value is not None:
            raise ValueError("value was given without key; give both, or key alone")
        given = [x for x in (query, key, value) if x is not None]
        shares = _SHARES[len(given)]
        pairs = [self._forward_share(x, parts) for x, parts in zip(given, shares, strict=True)]
        return self._heads([out for out, _ in pairs]), tuple(saved for _, saved in pairs)

    def empty_gradients(self, saved: tuple[LinearSaved, ...]) -> HeadGradients:
        """Where dq, dk, dv are to be written, so that they stand side by side for one product."""
        projected = [
            np.empty((*linear_saved.x.shape[:-1], sum(self.widths[parts])), linear_saved.x.dtype)
            for linear_saved, parts in zip(saved, _SHARES[len(saved)], strict=True)
        ]
        return HeadGradients(self._heads(projected), projected)

    def project_backward(
        self, gradients: HeadGradients, saved: tuple[LinearSaved, ...]
    ) -> tuple[np.ndarray, ...]:
        """-> dquery (..., T, E), and dkey, dvalue (..., S, E) as far as these were given."""
        if len(saved) == 1:
            return (self.backward(gradients.projected[0], saved[0]),)
        return tuple(
            self._backward_share(dout, linear_saved, parts)
            for dout, linear_saved, parts in zip(
                gradients.projected, saved, _SHARES[len(saved)], strict=True
            )
        )

    def infer_heads(self, x: np.ndarray) -> Heads:
        """Inference: x (..., T, E) -> q, k, v, nothing checked or saved."""
        return self._heads([self.infer(x)])

    def _heads(self, projected: list[np.ndarray]) -> Heads:
        """Views of what was made of each input."""
        heads = []
        for x, parts in zip(projected, _SHARES[len(projected)], strict=True):
            end = 0
            for width in self.widths[parts]:
                start, end = end, end + width
                heads.append(split_heads(x[..., start:end], width // self.head_dim))
        q, k, v = heads
        return q, k, v

    def _forward_share(self, x: np.ndarray, parts: slice) -> tuple[np.ndarray, LinearSaved]:
        columns = self._columns(parts)
        bias = None if self.bias is None else self.bias.data[columns]
        return linear_forward(x, self.weight.data[:, columns], bias)

    def _backward_share(self, dout: np.ndarray, saved: LinearSaved, parts: slice) -> np.ndarray:
        columns = self._columns(parts)
        dx, dweight, dbias = linear_backward(dout, saved)
        self.weight.accumulate(dweight, np.s_[:, columns])
        if self.bias is not None and dbias is not None:
            self.bias.accumulate(dbias, columns)
        return dx

    def _columns(self, parts: slice) -> slice:
        start = sum(self.widths[: parts.start])
        return slice(start, start + sum(self.widths[parts]))


# Which of (q, k, v) each given input makes: alone it makes all, memory makes keys and values.
_SHARES = {
    1: [slice(0, 3)],
    2: [slice(0, 1), slice(1, 3)],
    3: [slice(0, 1), slice(1, 2), slice(2, 3)],
}
