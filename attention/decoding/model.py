"""A causal language model: each position predicts the next token from those before it.

Radford et al. 2019 (GPT-2): pre-norm blocks, learned positions, tied output.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from ..fast.cross_entropy import (
    AnyCrossEntropySaved,
    cross_entropy_backward,
    cross_entropy_forward,
)
from ..layers import Embedding, Encoder, KVCache, Layer, Linear
from ..layers.stack import StackSaved
from ..ops.checks import count
from ..ops.dropout import DropoutSaved, dropout_backward, dropout_forward
from ..ops.embedding import EmbeddingSaved
from ..ops.linear import LinearSaved, linear_backward, linear_forward


class CausalLMSaved(NamedTuple):
    tokens: EmbeddingSaved
    positions: EmbeddingSaved | None
    dropout: DropoutSaved | None
    encoder: StackSaved
    head: LinearSaved

    @property
    def weights(self) -> list[np.ndarray]:
        """(B, H, T, T) of each block."""
        return self.encoder.weights


OUTPUTS = ("tied", "linear", "biased")


class CausalLM(Layer):
    """ids (B, T) -> logits (B, T, V).

    `positions` is "learned", up to `max_length`, or "rotary". `output` "tied" is the token table,
    "linear" and "biased" are maps of its own. Further options go to the blocks, whose `bias` is
    off. Weights start normal with deviation 0.02, those that write to the residual path smaller
    by √(2 · layers), as in GPT-2.
    """

    def __init__(
        self,
        vocab_size: int,
        max_length: int,
        num_layers: int,
        embed_dim: int,
        num_heads: int,
        hidden_dim: int | None = None,
        *,
        dropout: float = 0.0,
        positions: str = "learned",
        output: str = "tied",
        rng: Any = None,
        dtype: Any = np.float32,
        **block: Any,
    ) -> None:
        if positions not in ("learned", "rotary"):
            raise ValueError(f'positions must be "learned" or "rotary", got {positions!r}')
        if output not in OUTPUTS:
            raise ValueError(f"output must be one of {', '.join(OUTPUTS)}, got {output!r}")
        rng = np.random.default_rng(rng)
        self.max_length, self.dropout = max_length, dropout
        how = {"rng": rng, "dtype": dtype}
        self.tokens = Embedding(vocab_size, embed_dim, **how)
        learned = positions == "learned"
        self.positions = Embedding(max_length, embed_dim, **how) if learned else None
        rotary = None if learned else "interleaved"
        block = {"dropout": dropout, "bias": False, "rotary": rotary, **block}
        self.encoder = Encoder(num_layers, embed_dim, num_heads, hidden_dim, **how, **block)
        self.head = None
        if output != "tied":
            self.head = Linear(embed_dim, vocab_size, output == "biased", **how)
        for name, p in self.named_parameters().items():
            if p.decay:
                to_residual = name.endswith(("out_proj.weight", "linear2.weight"))
                std = 0.02 / math.sqrt(2 * num_layers) if to_residual else 0.02
                p.data[...] = rng.normal(0, std, p.shape)

    def forward(self, ids: Any, *, rng: Any = None) -> tuple[np.ndarray, CausalLMSaved]:
        """ids (B, T), T ≤ max_length -> logits (B, T, V); dropout acts if there is an `rng`."""
        rng = None if rng is None else np.random.default_rng(rng)
        x, saved_tokens, saved_positions = self._embed(ids, 0)
        saved_dropout = None
        if self.dropout and rng is not None:
            x, saved_dropout = dropout_forward(x, self.dropout, rng)
        x, saved_encoder = self.encoder.forward(x, is_causal=True, rng=rng)
        logits, saved_head = self._logits(x)
        saved = CausalLMSaved(
            saved_tokens, saved_positions, saved_dropout, saved_encoder, saved_head
        )
        return logits, saved

    def backward(self, dlogits: np.ndarray, saved: CausalLMSaved) -> None:
        """dlogits (B, T, V) -> None: ids have no gradient."""
        if self.head is not None:
            dx = self.head.backward(dlogits, saved.head)
        else:
            dx, dtable, _ = linear_backward(dlogits, saved.head)
            self.tokens.table.accumulate(dtable.T)
        dx = self.encoder.backward(dx, saved.encoder)
        if saved.dropout is not None:
            dx = dropout_backward(dx, saved.dropout)
        if self.positions is not None and saved.positions is not None:
            self.positions.backward(dx.sum(0), saved.positions)
        self.tokens.backward(dx, saved.tokens)

    def loss_forward(
        self, ids: Any, targets: Any, *, rng: Any = None
    ) -> tuple[np.floating, tuple[CausalLMSaved, AnyCrossEntropySaved]]:
        """ids, targets (B, T) -> mean cross-entropy in nats a token."""
        logits, saved = self.forward(ids, rng=rng)
        loss, saved_loss = cross_entropy_forward(logits, targets)
        return loss, (saved, saved_loss)

    def loss_backward(self, dloss: Any, saved: tuple[CausalLMSaved, AnyCrossEntropySaved]) -> None:
        self.backward(cross_entropy_backward(dloss, saved[1]), saved[0])

    def infer(
        self,
        ids: Any,
        caches: list[KVCache],
        starts: np.ndarray | None = None,
        rows: list[np.ndarray] | None = None,
    ) -> np.ndarray:
        """Inference: the next tokens, ids (B, T) -> logits after the last of them, (B, V).

        Row b begins at column `starts[b]`, counted from the first ever read; before is padding.
        Attention weights, (B, H, T, S) a block, are appended to `rows`, if it is given.
        """
        return self._logits(self._infer(ids, caches, starts, rows)[:, -1])[0]

    def infer_all(self, ids: Any, caches: list[KVCache]) -> np.ndarray:
        """Inference: the next tokens, ids (B, T) -> logits after each of them, (B, T, V)."""
        return self._logits(self._infer(ids, caches, None))[0]

    def states(self, ids: Any) -> list[np.ndarray]:
        """ids (B, T) -> what enters the first block, then what leaves each, (B, T, E)."""
        states = [self._embed(ids, 0)[0]]
        for block in self.encoder.blocks:
            states.append(block.forward(states[-1], is_causal=True)[0])
        return states

    def read_out(self, state: np.ndarray) -> np.ndarray:
        """A state (B, T, E) -> its logits (B, T, V), by the last norm and the output map."""
        norm = self.encoder.norm
        return self._logits(state if norm is None else norm.forward(state)[0])[0]

    def _infer(
        self,
        ids: Any,
        caches: list[KVCache],
        starts: np.ndarray | None,
        rows: list[np.ndarray] | None = None,
    ) -> np.ndarray:
        first = caches[0].length
        x, _, _ = self._embed(ids, first, starts, endless=caches[0].endless)
        T = x.shape[1]
        if T == 0:
            raise ValueError(f"ids must hold one token or more to go on from, got {np.shape(ids)}")
        mask = None
        if starts is not None:
            mask = (np.arange(first + T) >= starts[:, None])[:, None, None]  # (B, 1, 1, S)
        return self.encoder.infer(x, caches, mask, rows)

    @property
    def vocab_size(self) -> int:
        return self.tokens.table.shape[0]

    def new_caches(self, batch: int, length: int | None = None) -> list[KVCache]:
        """One cache a block, with room for `length` tokens, by default and at most `max_length`."""
        return self.encoder.new_caches(batch, min(length or self.max_length, self.max_length))

    def new_sink_caches(
        self, batch: int, sinks: int = 4, window: int | None = None
    ) -> list[KVCache]:
        """One SinkCache a block; the window is by default what `max_length` leaves to it.

        Raises ValueError for learned positions, which cannot move with a window, and for more keys
        than `max_length`.
        """
        if self.positions is not None:
            raise ValueError(
                "sinks need rotary positions; this model has learned ones, which stay with their "
                "tokens"
            )
        sinks = count("sinks", sinks)
        window = self.max_length - sinks if window is None else window
        if window < 1 or sinks + window > self.max_length:
            raise ValueError(
                f"sinks and a window of 1 or more must be at most {self.max_length} together, "
                f"which the model was made for, got {sinks} and {window}"
            )
        blocks = self.encoder.blocks
        return [block.self_attn.new_sink_cache(batch, sinks, window) for block in blocks]

    def _embed(
        self, ids: Any, first: int, starts: np.ndarray | None = None, endless: bool = False
    ) -> tuple[np.ndarray, EmbeddingSaved, EmbeddingSaved | None]:
        x, saved_tokens = self.tokens.forward(ids)
        T = x.shape[1] if x.ndim == 3 else -1
        if T < 0 or (first + T > self.max_length and not endless):
            raise ValueError(
                f"ids must be (B, T) with at most max_length {self.max_length} tokens in all, "
                f"got shape {np.shape(ids)} after {first} tokens"
            )
        if self.positions is None:
            return x, saved_tokens, None
        at = np.arange(first, first + T)
        if starts is not None:
            at = np.maximum(at - starts[:, None], 0)  # (B, T)
        p, saved_positions = self.positions.forward(at)
        return x + p, saved_tokens, saved_positions

    def _logits(self, x: np.ndarray) -> tuple[np.ndarray, LinearSaved]:
        if self.head is not None:
            return self.head.forward(x)
        return linear_forward(x, self.tokens.table.data.T)
