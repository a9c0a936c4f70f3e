"""Where training starts: items that keep company lie close together, popular ones score higher.

From random rows a transformer spends its first epochs finding what counting gives at once. The
table starts as the leading eigenvectors of how much more often than by chance two items stand near
each other (pointwise mutual information, which word2vec factorises too: Levy and Goldberg 2014).
"""

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import ArpackNoConvergence, eigsh

from .clock import Clock
from .data import Histories
from .model import SequenceModel, Sizes
from .settings import Settings

if TYPE_CHECKING:
    from .parts import Parts

_STEPS = 10  # as far apart as two items may stand, weighted 1/distance
_MOST = 5_000_000  # interactions looked at, the last ones: bounds time and memory
_ITEMS = 50_000  # up to which eigenvectors cost less than an epoch
_RESTARTS = 30  # of the search for them; where all items are met alike, it would never end
_SPREAD = 0.1  # standard deviation of the table's entries


def new_model(
    items: int, features: int, settings: Settings, clock: Clock | None = None
) -> SequenceModel:
    """An untrained model of the right sizes, its items in random places."""
    sizes = Sizes(
        items, features, settings.embed_dim, settings.num_layers, settings.num_heads,
        settings.hidden_dim, settings.max_length, settings.positions,
        clock.size if clock else 0,
    )  # fmt: skip
    return SequenceModel(sizes, dropout=settings.dropout or 0.0, rng=settings.seed)


def place(model: SequenceModel, past: "Histories | Parts") -> None:
    """Start where counting leads; rows that have no company keep a little of their random place."""
    table = start_table(past, model.sizes.items, model.sizes.embed_dim)
    if table is not None:
        model.item.table.data[...] += table
    model.bias.data[...] = start_bias(past, model.sizes.items)


def start_bias(past: "Histories | Parts", items: int) -> np.ndarray:
    """log of each item's count and one more, (V,), less their mean."""
    bias = np.log1p(counts(past, items))
    return bias - bias.mean()


def counts(past: "Histories | Parts", items: int) -> np.ndarray:
    """How often each item occurs, (V,)."""
    if not isinstance(past, Histories):
        return past.counted(lambda part: counts(part, items))
    return np.bincount(past.item, minlength=items)


def start_table(past: "Histories | Parts", items: int, width: int) -> np.ndarray | None:
    """Rows (V, E) whose products tell how close items stand, or None: too few items, or too many.

    Columns that the search does not settle are zero.
    """
    if not width < items <= _ITEMS:
        return None
    together = nearness(past, items)
    together = together + together.T
    if together.nnz == 0:
        return None
    count = together.sum(axis=0)
    base = count + count.mean()  # rare pairs prove little: their chance is taken as higher
    together = together.tocoo()
    excess = np.log1p(together.data * count.sum() / (base[together.row] * base[together.col]))
    matrix = sparse.csr_array((excess, (together.row, together.col)), together.shape)
    try:
        value, vector = eigsh(matrix, width, which="LA", v0=np.ones(items), maxiter=_RESTARTS)
    except ArpackNoConvergence as unsettled:
        value, vector = unsettled.eigenvalues, unsettled.eigenvectors
    table = np.zeros((items, width))
    table[:, : len(value)] = vector * np.sqrt(np.maximum(value, 0))
    return table * (_SPREAD / max(table.std(), 1e-12))


def nearness(past: "Histories | Parts", items: int, steps: int = _STEPS) -> sparse.csr_array:
    """Σ 1/distance over all pairs of an item (row) and one after it in a history, (V, V).

    Pairs up to `steps` apart count.
    """
    if not isinstance(past, Histories):
        return past.counted(lambda part: nearness(part, items, steps))
    item = past.item[-_MOST:].astype(np.int64)
    user = np.repeat(np.arange(len(past.lengths)), past.lengths)[-_MOST:]
    total = sparse.csr_array((items, items))
    for step in range(1, min(steps, len(item) - 1) + 1):
        same = user[:-step] == user[step:]
        pairs = item[:-step][same], item[step:][same]
        weights = np.full(same.sum(), 1 / step)
        total = total + sparse.csr_array((weights, pairs), (items, items))
    return total
