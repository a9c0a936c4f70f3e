"""The profile proper: one query an interest category, asking a customer's states how high it is."""

from typing import Any, NamedTuple

import numpy as np

from attention import Decoder, Layer, Linear, Parameter
from attention.layers.stack import StackSaved
from attention.ops import LinearSaved

from .evidence import EvidenceAttention, EvidenceSaved
from .sizes import Sizes

LEVELS = ("low", "medium", "high")


class InterestSaved(NamedTuple):
    hint: LinearSaved
    context: LinearSaved
    decoder: StackSaved
    reading: EvidenceSaved
    level: LinearSaved
    width: int  # E

    @property
    def weights(self) -> np.ndarray:
        """(q, H, C, 1 + T): the sessions each category was read from."""
        return self.reading.weights


class InterestDecoder(Layer):
    """Category queries attend to each other and to the states, then read each category's counts
    from the sessions: (q, C) interests in LEVELS."""

    def __init__(self, sizes: Sizes, *, rng: Any = None, dtype: Any = np.float32) -> None:
        rng = np.random.default_rng(rng)
        kind: dict[str, Any] = {"rng": rng, "dtype": dtype}
        embed_dim = sizes.embed_dim
        self.query = Parameter(rng.normal(0, 0.5, (sizes.categories, embed_dim)).astype(dtype))
        self.hint = Linear(sizes.hint, embed_dim, **kind)
        self.context = Linear(sizes.context, embed_dim, **kind)
        self.decoder = Decoder(
            sizes.interest_layers,
            embed_dim,
            sizes.num_heads,
            2 * embed_dim,
            activation="relu",
            dropout=sizes.dropout,
            **kind,
        )
        self.reading = EvidenceAttention(embed_dim, sizes.age, **kind)
        read_dim = self.reading.num_heads * sizes.held
        self.level = Linear(embed_dim + read_dim, len(LEVELS), **kind)

    def forward(
        self,
        hint: np.ndarray,
        context: np.ndarray,
        memory: np.ndarray,
        age: np.ndarray,
        held: np.ndarray,
        visible: np.ndarray,
        *,
        rng: Any = None,
    ) -> tuple[np.ndarray, InterestSaved]:
        """hint (q, C, J), context (q, G), memory (q, S, E), age (q, S, A), held (q, S, C, K),
        visible (q, S) bool -> logits (q, C, 3)."""
        from_hint, saved_hint = self.hint.forward(hint)
        from_context, saved_context = self.context.forward(context)
        query = self.query.data + from_hint + from_context[:, None]  # (q, C, E)
        x, saved_decoder = self.decoder.forward(
            query, memory, memory_mask=visible[:, None, None], rng=rng
        )
        read, saved_reading = self.reading.forward(x, memory, age, held, visible)
        logits, saved_level = self.level.forward(np.concatenate([x, read], axis=2))
        saved = InterestSaved(
            saved_hint, saved_context, saved_decoder, saved_reading, saved_level, x.shape[2]
        )
        return logits, saved

    def contributions(self, saved: InterestSaved, held: np.ndarray) -> np.ndarray:
        """What each session added to a category's evidence, (q, C, S): its weight times what was
        read there. The sum over sessions is all that reading said for medium and high against low.

        `held` (q, S, C, K) as in `forward`; a session that held nothing of a category adds 0.
        """
        heads, worth = saved.weights.shape[1], np.array([-1, 0.5, 0.5])
        against_low = self.level.weight.data[saved.width :] @ worth  # (H·K,)
        told = held @ against_low.reshape(heads, -1).T  # (q, S, C, H)
        return np.einsum("qhcs,qsch->qcs", saved.weights, told)

    def backward(self, dlogits: np.ndarray, saved: InterestSaved) -> np.ndarray:
        """dlogits (q, C, 3) -> dmemory (q, S, E)."""
        dboth = self.level.backward(dlogits, saved.level)
        dx, dread = dboth[..., : saved.width], dboth[..., saved.width :]
        dx_read, dmemory_read = self.reading.backward(dread, saved.reading)
        dquery, dmemory = self.decoder.backward(dx + dx_read, saved.decoder)
        self.context.backward(dquery.sum(1), saved.context)
        self.hint.backward(dquery, saved.hint)
        self.query.accumulate(dquery.sum(0))
        return dmemory + dmemory_read
