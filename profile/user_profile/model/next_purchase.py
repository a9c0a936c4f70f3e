"""What will be bought next: copied from past purchases, or drawn from the whole range.

The copy head is attention over a customer's past items (a pointer, Vinyals et al. 2015): a query
made of the customer's state meets a key made of how each item was bought. The vocabulary head
scores every item by season and by the state. Both share one softmax, as in See et al. 2017: an
item's score is the log of the sum of both evidences, and `share` is what of it was copied.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from attention import Layer, Linear, Parameter
from attention.ops import (
    DropoutSaved,
    LinearSaved,
    ReluSaved,
    dropout_backward,
    dropout_forward,
    relu_backward,
    relu_forward,
    sigmoid,
    sum_by_id,
)

from ..features.batch import Question


class CopySaved(NamedTuple):
    question: np.ndarray  # (p,)
    item: np.ndarray  # (p,)
    share: np.ndarray  # (p,), the part of an item's evidence that was copied


def copy_forward(
    vocabulary: np.ndarray, copied: np.ndarray, question: np.ndarray, item: np.ndarray
) -> tuple[np.ndarray, CopySaved]:
    """vocabulary (q, I), copied (p,) scores of distinct pairs -> out (q, I), their log-sum-exp."""
    out = vocabulary.copy()
    before = vocabulary[question, item]
    out[question, item] = np.logaddexp(before, copied)
    return out, CopySaved(question, item, sigmoid(copied - before))


def copy_backward(dout: np.ndarray, saved: CopySaved) -> tuple[np.ndarray, np.ndarray]:
    """dout (q, I) -> dvocabulary (q, I), dcopied (p,)."""
    question, item, share = saved
    at_pairs = dout[question, item]
    dvocabulary = dout.copy()
    dvocabulary[question, item] = at_pairs * (1 - share)
    return dvocabulary, at_pairs * share


class PointerSaved(NamedTuple):
    query: np.ndarray  # (q, D)
    key: np.ndarray  # (p, D)
    question: np.ndarray  # (p,)


def pointer_forward(
    query: np.ndarray, key: np.ndarray, question: np.ndarray
) -> tuple[np.ndarray, PointerSaved]:
    """query (q, D), key (p, D) of `question` (p,), ascending -> scores (p,), q · k / √D."""
    scale = 1 / math.sqrt(query.shape[1])
    return (query[question] * key).sum(1) * scale, PointerSaved(query, key, question)


def pointer_backward(dscores: np.ndarray, saved: PointerSaved) -> tuple[np.ndarray, np.ndarray]:
    """dscores (p,) -> dquery (q, D), dkey (p, D)."""
    query, key, question = saved
    dscores = dscores[:, None] * (1 / math.sqrt(query.shape[1]))
    dquery = np.zeros_like(query)
    distinct, sums = sum_by_id(question, dscores * key)
    dquery[distinct] = sums
    return dquery, dscores * query[question]


class NextPurchaseSaved(NamedTuple):
    dropout: DropoutSaved | None
    query: LinearSaved
    key: tuple[LinearSaved, ReluSaved, LinearSaved]
    pointer: PointerSaved
    season: np.ndarray  # (q, I, Fs)
    items: np.ndarray  # (I, E)
    taste_in: LinearSaved
    taste: np.ndarray  # (q, E)
    gate: LinearSaved
    copy: CopySaved
    width: int


class NextPurchase(Layer):
    """Scores (q, I) of every item, before the softmax."""

    def __init__(
        self,
        num_items: int,
        embed_dim: int,
        context_dim: int,
        pair_dim: int,
        season_dim: int,
        *,
        hidden_dim: int = 48,
        key_dim: int = 16,
        dropout: float = 0.0,
        rng: Any = None,
        dtype: Any = np.float32,
    ) -> None:
        rng = np.random.default_rng(rng)
        self.dropout = dropout
        width = embed_dim + context_dim
        self.query = Linear(width, key_dim, rng=rng, dtype=dtype)
        self.query.bias.data[...] = rng.normal(0, 1, key_dim)  # type: ignore[union-attr]
        self.key1 = Linear(pair_dim, hidden_dim, rng=rng, dtype=dtype)
        self.key2 = Linear(hidden_dim, key_dim, rng=rng, dtype=dtype)
        self.season = Parameter(np.zeros(season_dim, dtype))
        self.bias = Parameter(np.zeros(num_items, dtype), decay=True)
        self.taste = Linear(embed_dim, embed_dim, rng=rng, dtype=dtype)
        self.gate = Linear(width, 1, rng=rng, dtype=dtype)

    def forward(
        self,
        state: np.ndarray,
        question: Question,
        season: np.ndarray,
        items: np.ndarray,
        *,
        rng: Any = None,
    ) -> tuple[np.ndarray, NextPurchaseSaved]:
        """state (q, E), season (q, I, Fs), items (I, E), tied embeddings -> scores (q, I)."""
        saved_dropout = None
        if rng is not None and self.dropout:
            state, saved_dropout = dropout_forward(state, self.dropout, rng)
        both = np.concatenate([state, question.context], axis=1)
        query, saved_query = self.query.forward(both)  # (q, D)
        hidden, saved1 = self.key1.forward(question.pair_features)
        bent, saved_relu = relu_forward(hidden)
        key, saved2 = self.key2.forward(bent)  # (p, D)
        copied, saved_pointer = pointer_forward(query, key, question.pair_question)
        taste, saved_taste = self.taste.forward(state)  # (q, E)
        gate, saved_gate = self.gate.forward(both)  # (q, 1)
        vocabulary = season @ self.season.data + self.bias.data + taste @ items.T + gate  # (q, I)
        out, saved_copy = copy_forward(
            vocabulary, copied, question.pair_question, question.pair_item
        )
        saved = NextPurchaseSaved(
            saved_dropout,
            saved_query,
            (saved1, saved_relu, saved2),
            saved_pointer,
            season,
            items,
            saved_taste,
            taste,
            saved_gate,
            saved_copy,
            state.shape[1],
        )
        return out, saved

    def backward(self, dout: np.ndarray, saved: NextPurchaseSaved) -> tuple[np.ndarray, np.ndarray]:
        """dout (q, I) -> dstate (q, E), ditems (I, E)."""
        dvocabulary, dcopied = copy_backward(dout, saved.copy)
        flat_season = saved.season.reshape(dvocabulary.size, -1)  # (q · I, Fs)
        self.season.accumulate(dvocabulary.ravel() @ flat_season)
        self.bias.accumulate(dvocabulary.sum(0))
        ditems = dvocabulary.T @ saved.taste
        dstate = self.taste.backward(dvocabulary @ saved.items, saved.taste_in)
        dboth = self.gate.backward(dvocabulary.sum(1, keepdims=True), saved.gate)
        dquery, dkey = pointer_backward(dcopied, saved.pointer)
        saved1, saved_relu, saved2 = saved.key
        self.key1.backward(relu_backward(self.key2.backward(dkey, saved2), saved_relu), saved1)
        dboth = dboth + self.query.backward(dquery, saved.query)
        dstate = dstate + dboth[:, : saved.width]
        if saved.dropout is not None:
            dstate = dropout_backward(dstate, saved.dropout)
        return dstate, ditems
