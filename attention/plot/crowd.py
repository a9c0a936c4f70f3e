"""Heads as a crowd: who is like whom, who does a known thing, and who is missed when gone.

Patterns: previous token, first token (Clark et al. 2019, arXiv:1906.04341), duplicate token, and
induction, looking at what followed the same token before (Olsson et al. 2022, arXiv:2209.11895).
Ablation, one head silenced, is the test that maps alone cannot give (Michel et al. 2019,
arXiv:1905.10650).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..layers import Layer, MultiHeadAttention
from .canvas import axes_for, colour_style, leave_nothing_behind
from .image import WeightsImage, draw_weights
from .maps import colour_bar
from .weights import read_layers

EXAMPLES = 3  # of a pattern, the strongest single weights


class Similarity(NamedTuple):
    """How alike the maps of heads are, like heads beside each other."""

    correlation: np.ndarray  # (N, N), −1 … 1, in the order of `heads`
    heads: list[tuple[int, int]]  # (layer, head)


class Found(NamedTuple):
    """How strongly one head shows one pattern, and where most."""

    layer: int
    head: int
    score: float  # mean weight on the pattern's key, over the queries that have one
    examples: list[tuple[int, int, int, float]]  # (text, query, key, weight), strongest first


def head_similarity(corpus: Sequence[Any]) -> Similarity:
    """Correlation of the maps of every two heads, over all texts together.

    ``corpus`` has one entry a text, each weights as in `plot_heads`; of a batch the first example
    counts. Causal maps are compared where a query may look. The order is that of the leaves of an
    average-linkage tree. Raises ValueError for no text, or texts with unlike numbers of heads.
    """
    from scipy.cluster.hierarchy import leaves_list, linkage  # here alone: slow to load

    texts = [read_layers(weights) for weights in corpus]
    names = _names(texts)
    rows: list[list[np.ndarray]] = [[] for _ in names]
    for layers in texts:
        seen = np.any([layer.any(axis=0) for layer in layers], axis=0)  # (T, S)
        for row, (layer, head) in zip(rows, names, strict=True):
            row.append(layers[layer][head][seen].astype(np.float64))
    flat = np.stack([np.concatenate(row) for row in rows])
    flat -= flat.mean(axis=1, keepdims=True)
    lengths = np.sqrt((flat**2).sum(axis=1, keepdims=True))
    flat = np.divide(flat, lengths, out=np.zeros_like(flat), where=lengths > 0)
    correlation = np.clip(flat @ flat.T, -1, 1)
    if len(names) > 2:
        apart = 1 - correlation[np.triu_indices(len(names), 1)]
        order = leaves_list(linkage(apart, "average", optimal_ordering=True))
        correlation = correlation[np.ix_(order, order)]
        names = [names[i] for i in order]
    return Similarity(correlation, names)


@leave_nothing_behind
def plot_head_similarity(corpus: Sequence[Any], *, ax: Any = None, **style: Any) -> WeightsImage:
    """Draw `head_similarity` as one map; labels are layer.head while they fit; negative is 0."""
    correlation, heads = head_similarity(corpus)
    side = min(8.0, max(3.2, 0.22 * len(heads)))
    ax = axes_for(ax, side + 1.6, side + 0.8, "compressed")
    image = draw_weights(ax, np.maximum(correlation, 0), **colour_style(ax, 1.0, style))
    ax.set_aspect("equal")
    ax.set(xlabel="head", ylabel="head", title="like heads stand beside each other")
    if len(heads) <= 40:
        names = [f"{layer}.{head}" for layer, head in heads]
        ax.set_xticks(range(len(names)), names, rotation=90, fontsize="x-small")
        ax.set_yticks(range(len(names)), names, fontsize="x-small")
    ax.tick_params(length=0)
    colour_bar(ax.figure, image, ax, "correlation of maps")
    return image


def find_heads(corpus: Sequence[Any], ids: Sequence[Sequence[int]]) -> dict[str, list[Found]]:
    """Each pattern to all heads, the strongest first, with a score and three examples.

    ``corpus`` as in `head_similarity`, ``ids`` the tokens of each text, any that can be compared.
    A pattern that no text offers, say no token comes twice, has scores of NaN.
    Raises ValueError where ids and maps differ in length.
    """
    texts = [read_layers(weights) for weights in corpus]
    names = _names(texts)
    if len(ids) != len(texts):
        raise ValueError(f"{len(texts)} texts of weights and {len(ids)} of ids; one for one.")
    keys = {pattern: [] for pattern in PATTERNS}  # type: dict[str, list[np.ndarray]]
    for n, (layers, text) in enumerate(zip(texts, ids, strict=True)):
        T, S = layers[0].shape[1:]
        if not T == S == len(text):
            raise ValueError(f"text {n} has {len(text)} ids; its maps are {T} x {S}.")
        for pattern, wanted in PATTERNS.items():
            keys[pattern].append(np.array([wanted(list(text), t) for t in range(T)]))
    return {
        pattern: sorted(
            (_score(texts, wanted, layer, head) for layer, head in names),
            key=lambda found: -np.nan_to_num(found.score, nan=-1.0),
        )
        for pattern, wanted in keys.items()
    }


def ablate_heads(model: Layer, loss: Callable[[], float]) -> list[np.ndarray]:
    """How much ``loss()`` rises without each head: one array (heads,) an attention, in order.

    A head is silenced by zeros in the rows of the out-projection that it feeds; all is put back.
    ``loss`` runs the model on data of yours. Raises ValueError if the model has no attention.
    """
    attentions = list(attentions_of(model))
    if not attentions:
        raise ValueError(f"{type(model).__name__} holds no MultiHeadAttention.")
    whole = loss()
    rises = []
    for attention in attentions:
        weight = attention.out_proj.weight.data  # (H · D, E)
        width = len(weight) // attention.num_heads
        rise = np.empty(attention.num_heads)
        for head in range(attention.num_heads):
            rows = slice(head * width, (head + 1) * width)
            kept = weight[rows].copy()
            try:
                weight[rows] = 0
                rise[head] = loss() - whole
            finally:
                weight[rows] = kept
        rises.append(rise)
    return rises


def _previous(_: list[int], t: int) -> int:
    return t - 1


def _first(_: list[int], t: int) -> int:
    return 0 if t > 0 else -1


def _before(ids: list[int], t: int) -> int:
    """The latest earlier position of the same token, −1 if there is none."""
    return next((s for s in range(t - 1, -1, -1) if ids[s] == ids[t]), -1)


def _duplicate(ids: list[int], t: int) -> int:
    return _before(ids, t)


def _induction(ids: list[int], t: int) -> int:
    before = _before(ids, t)
    return before + 1 if 0 <= before < t - 1 else -1


PATTERNS: dict[str, Callable[[list[int], int], int]] = {
    "previous token": _previous,
    "first token": _first,
    "duplicate token": _duplicate,
    "induction": _induction,
}


def _score(texts: list[list[np.ndarray]], keys: list[np.ndarray], layer: int, head: int) -> Found:
    weights: list[float] = []
    places: list[tuple[int, int]] = []
    for n, (layers, wanted) in enumerate(zip(texts, keys, strict=True)):
        queries = np.flatnonzero(wanted >= 0)
        weights += layers[layer][head][queries, wanted[queries]].tolist()
        places += [(n, int(t)) for t in queries]
    best = sorted(range(len(weights)), key=lambda i: -weights[i])[:EXAMPLES]
    examples = [(n, t, int(keys[n][t]), weights[i]) for i in best for n, t in [places[i]]]
    return Found(layer, head, float(np.mean(weights)) if weights else float("nan"), examples)


def _names(texts: list[list[np.ndarray]]) -> list[tuple[int, int]]:
    shapes = {tuple(len(layer) for layer in layers) for layers in texts}
    if len(shapes) != 1:
        raise ValueError(
            "give the weights of one text or more, of one model"
            + (f"; these have {shapes} heads a layer." if shapes else ".")
        )
    return [(layer, head) for layer, heads in enumerate(shapes.pop()) for head in range(heads)]


def attentions_of(value: Any) -> Iterator[MultiHeadAttention]:
    """Every attention within a layer, in order of definition."""
    if isinstance(value, MultiHeadAttention):
        yield value
    elif isinstance(value, Layer):
        for part in vars(value).values():
            yield from attentions_of(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from attentions_of(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from attentions_of(part)
