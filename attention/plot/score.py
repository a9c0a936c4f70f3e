"""One score taken apart: how a query and a key come to their weight, dimension by dimension.

The neuron view of Vig 2019 (arXiv:1906.05714): the dot product is a sum over D terms, which is
scaled, perhaps capped or biased, and held against the scores of all other keys by the softmax.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .canvas import AnyFigure, leave_nothing_behind, new_figure
from .colour import ink, is_grey, paper_between_inks
from .image import hatch_cells
from .tokens import check_tokens, label_axis, readable, written_out

NEGATIVE = "...."  # where no hue tells the sign


class Score(NamedTuple):
    """What stands behind one weight; positions (rotary) are in query and key already."""

    query: np.ndarray  # (D,)
    key: np.ndarray  # (D,)
    products: np.ndarray  # (D,), query times key
    dot: float  # their sum
    scale: float  # what the sum is multiplied by
    scores: np.ndarray  # (S,), scale · dot for every key of this query
    weights: np.ndarray  # (S,), after mask and softmax
    position: int  # of the key among the S


def take_apart(
    saved: Any, query: int, key: int, *, layer: int = 0, head: int = 0, example: int = 0
) -> Score:
    """The score of one query and key, from what attention's or a whole model's forward saved.

    Raises ValueError if nothing saved holds q, k and weights, or for a position there is not.
    """
    found = list(_attentions(saved))
    if not found:
        raise ValueError(
            f"Found no q, k and weights in a {type(saved).__name__}; pass what a forward pass "
            "saved (tiled attention saves no weights: use tiled=False)."
        )
    attention = found[_checked("layer", layer, len(found))]
    weights = attention.weights
    weights = weights.reshape(-1, *weights.shape[-3:]) if weights.ndim > 3 else weights
    q, k = attention.q, attention.k
    T, D = q.shape[-2:]
    S = k.shape[-2]
    H = 1 if weights.ndim == 2 else weights.shape[-3]
    weights = weights.reshape(-1, H, T, S)
    q = q.reshape(-1, H, T, D)
    k = k.reshape(len(q), -1, S, D)
    b = _checked("example", example, len(q))
    h = _checked("head", head, H)
    t, s = _checked("query", query, T), _checked("key", key, S)
    keys = k[b, h * k.shape[1] // H]  # heads share keys in groups
    row = q[b, h, t]
    products = row * keys[s]
    return Score(
        row, keys[s], products, float(products.sum()), float(attention.scale),
        keys @ row * attention.scale, weights[b, h, t], s,
    )  # fmt: skip


@leave_nothing_behind
def plot_score(
    saved: Any,
    query: int,
    key: int,
    tokens: Sequence[str] | None = None,
    key_tokens: Sequence[str] | None = None,
    *,
    layer: int = 0,
    head: int = 0,
    example: int = 0,
    fig: AnyFigure | None = None,
    **style: Any,
) -> Score:
    """Draw `take_apart`: query, key and their products by dimension; all scores; all weights.

    Returns the `Score`. ``style`` goes to the bars. The bars of the products sum to the dot
    product; a key whose score is high and whose weight is 0 was masked.
    """
    score = take_apart(saved, query, key, layer=layer, head=head, example=example)
    S = len(score.scores)
    queries = check_tokens("tokens", tokens, len(tokens)) if tokens is not None else None
    keys = check_tokens("key_tokens", key_tokens, S)
    if keys is None and queries is not None and len(queries) == S:
        keys = queries
    if fig is None:
        fig = new_figure(8.0, min(11.0, max(3.6, 0.2 * S + 1.4)))
    parts, side = fig.subplots(
        1, 2, sharey=False, gridspec_kw={"width_ratios": (1.3, 1)}, squeeze=False
    )[0]
    _draw_dimensions(parts, score, style)
    _draw_keys(side, score, keys, style)
    names = (
        f"query {_named(queries, query)}, key {_named(keys, score.position)}: "
        f"{score.dot:.2f} × {score.scale:.3g} = {score.scores[score.position]:.2f}, "
        f"weight {score.weights[score.position]:.3f}"
    )
    _, text_style = readable([names])
    fig.suptitle(names, fontsize="medium", **text_style)
    return score


def _draw_dimensions(ax: Any, score: Score, style: dict[str, Any]) -> None:
    """Three strips of signed cells over the dimensions, and the running sum below them."""
    D = len(score.products)
    strips = np.stack([score.query, score.key, score.products])
    largest = np.abs(strips).max(axis=1, keepdims=True)
    shown = strips / np.where(largest > 0, largest, 1)
    box = (-0.5, D - 0.5, 2.5, -0.5)
    ax.imshow(shown, cmap=paper_between_inks(ax), vmin=-1, vmax=1, aspect="auto", extent=box,
              interpolation="nearest")  # fmt: skip
    hatch_cells(ax, (strips < 0) & is_grey(), NEGATIVE)
    rows = zip(("query", "key", "product"), largest[:, 0], strict=True)
    ax.set_yticks(range(3), [f"{name} (±{most:.2g})" for name, most in rows])
    ax.set_ylim(6.5, -0.6)
    ax.tick_params(length=0)
    sums = np.cumsum(score.products)
    span = max(float(np.abs(sums).max()), 1e-30)
    heights = 4.2 - 1.2 * sums / span
    ax.step(np.arange(D), heights, where="mid", color=ink(ax, 0.85), **style)
    ax.axhline(4.2, color=ax.xaxis.label.get_color(), linewidth=0.6, alpha=0.5)
    ax.annotate(f"sum so far, ends at {score.dot:.2f}", (0, 6.4), fontsize="small", va="bottom")
    ax.set(xlabel="dimension of the head")
    ax.spines[:].set_visible(False)


def _draw_keys(ax: Any, score: Score, keys: list[str] | None, style: dict[str, Any]) -> None:
    """The scores of all keys as dots, their weights as bars."""
    S = len(score.scores)
    places = np.arange(S)
    colours = [ink(ax, 0.9 if s == score.position else 0.4) for s in places]
    ax.barh(places, score.weights, color=colours, height=0.8, **style)
    ax.set(ylim=(S - 0.5, -0.5), xlabel="weight", ylabel="key")
    label_axis(ax.yaxis, keys, S)
    other = ax.twiny()
    visible = score.weights > 0
    size = min(3.0, max(0.8, 300 / S))  # of many keys small, or they are one cloud
    other.plot(score.scores[visible], places[visible], "o", markersize=size, color=ink(ax, 0.7))
    other.plot(score.scores[~visible], places[~visible], "x", markersize=size + 1,
               color=ax.xaxis.label.get_color(), alpha=0.5)  # fmt: skip
    other.set_xlabel("score before softmax (dot); × is masked", fontsize="small")
    for axes in (ax, other):
        axes.spines[:].set_visible(False)


def _attentions(saved: Any) -> Any:
    """Every attention's own saved, in forward order."""
    if all(hasattr(saved, name) for name in ("q", "k", "weights", "scale")):
        yield saved
    elif isinstance(saved, dict):
        for child in saved.values():
            yield from _attentions(child)
    elif isinstance(saved, (tuple, list)):
        for child in saved:
            yield from _attentions(child)


def _checked(name: str, index: int, length: int) -> int:
    if not -length <= index < length:
        raise ValueError(f"{name} is {index}; there are {length}, counted from 0.")
    return index % length


def _named(tokens: list[str] | None, position: int) -> str:
    return str(position) if tokens is None else f"{position} “{written_out(tokens[position])}”"
