"""Pictures of heads as a crowd: who does a known thing, with examples, and who is missed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.gridspec import SubplotSpec
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from .canvas import AnyFigure, axes_for, colour_style, leave_nothing_behind, new_figure
from .cells import write_cells
from .crowd import EXAMPLES, Found
from .difference import diverging_style
from .image import WeightsImage, draw_weights
from .maps import colour_bar
from .tokens import SMALLEST_POINTS, cells, readable, written_out
from .weights import read_layers

STRIP = 26  # tokens of an example
BEFORE, AFTER = 3, 4  # tokens shown around a key that stands too far back for one piece
STRIP_INCHES = 7.6


@leave_nothing_behind
def plot_found(
    found: Mapping[str, Sequence[Found]],
    corpus: Sequence[Any],
    tokens: Sequence[Sequence[str]],
    *,
    fig: AnyFigure | None = None,
    **style: Any,
) -> list[WeightsImage]:
    """Draw what `find_heads` found: each pattern's score for all heads, three examples of the best.

    ``corpus`` as given to `find_heads`, ``tokens`` the texts of its tokens. An example is one
    query, the last cell of its strip, over the tokens before it, the pattern's key framed.
    Returns the images, first the scores, then the examples. ``style`` goes to all of them.
    """
    patterns = {name: heads for name, heads in found.items() if heads}
    if len(tokens) != len(corpus):
        raise ValueError(f"{len(corpus)} texts of weights and {len(tokens)} of tokens; one each.")
    if fig is None:
        fig = new_figure(STRIP_INCHES + 3.6, 1.7 * len(patterns) + 0.6)
    grid = fig.add_gridspec(EXAMPLES * len(patterns), 2, width_ratios=(1, 3.4))
    scores, examples = [], []
    given = dict(style)
    for r, (name, heads) in enumerate(patterns.items()):
        ax = fig.add_subplot(grid[EXAMPLES * r : EXAMPLES * (r + 1), 0])
        style = colour_style(ax, 1.0, given)
        scores.append(_draw_scores(ax, name, heads, style, r + 1 == len(patterns)))
        strips = [grid[EXAMPLES * r + i, 1] for i in range(EXAMPLES)]
        examples += _draw_examples(fig, strips, heads[0], corpus, tokens, style)
    axes = [image.axes for image in (*scores, *examples)]
    colour_bar(fig, scores[0], axes, "score of a head; weight in an example")
    return scores + examples


@leave_nothing_behind
def plot_ablation(
    rises: Sequence[np.ndarray], *, unit: str = "nats a token", ax: Axes | None = None, **style: Any
) -> WeightsImage:
    """Draw what `ablate_heads` returned, layers down and heads across, and return the image.

    Above zero the loss rises without the head: it is missed. The scale is even around 0, whose
    colour is the page.
    """
    if not len(rises) or any(np.ndim(layer) != 1 for layer in rises):
        raise ValueError("rises must hold one array (heads,) a layer, as ablate_heads returns.")
    widest = max(map(len, rises))
    table = np.full((len(rises), widest), np.nan)
    for layer, rise in enumerate(rises):
        table[layer, : len(rise)] = rise
    ax = axes_for(ax, max(3.6, 0.55 * widest + 1.8), max(2.2, 0.38 * len(rises) + 1.1))
    image = draw_weights(ax, table, **diverging_style(ax, np.nan_to_num(table), style))
    ax.set_aspect("auto")
    write_cells(image, [["" if np.isnan(x) else f"{x:+.3f}" for x in row] for row in table])
    _count_axes(ax, *table.shape)
    ax.set(xlabel="head", ylabel="layer", title="how much the loss rises without each head")
    ax.title.set_fontsize("medium")
    image.set_note(colour_bar(ax.figure, image, ax, unit).ax.yaxis.label)
    return image


def _count_axes(ax: Axes, layers: int, heads: int) -> None:
    for axis, length in ((ax.xaxis, heads), (ax.yaxis, layers)):
        axis.set_major_locator(MaxNLocator(min(length, 12), integer=True, min_n_ticks=1))
    ax.tick_params(length=0)
    ax.spines[:].set(linewidth=0.5, alpha=0.4)


def _draw_scores(
    ax: Axes, name: str, heads: Sequence[Found], style: dict[str, Any], last: bool
) -> WeightsImage:
    table = np.full((1 + max(f.layer for f in heads), 1 + max(f.head for f in heads)), np.nan)
    for found in heads:
        table[found.layer, found.head] = found.score
    image = draw_weights(ax, table, **style)
    ax.set_aspect("auto")
    _count_axes(ax, *table.shape)
    ax.set(ylabel="layer", xlabel="head" if last else "")
    best = heads[0]
    said = "no text offers it" if np.isnan(best.score) else f"{best.score:.2f}"
    ax.set_title(f"{name}: {said}", fontsize="medium")
    if not np.isnan(best.score):
        frame = ax.xaxis.label.get_color()
        ax.add_patch(_frame(best.head, best.layer, frame))
    return image


def _draw_examples(
    fig: AnyFigure,
    strips: Sequence[SubplotSpec],
    best: Found,
    corpus: Sequence[Any],
    tokens: Sequence[Sequence[str]],
    style: dict[str, Any],
) -> list[WeightsImage]:
    """The strips of one head, the strongest on top."""
    drawn = []
    for strip, (text, query, key, weight) in zip(strips, best.examples):
        ax = fig.add_subplot(strip)
        shown = _positions(query, key)
        line = read_layers(corpus[text])[best.layer][best.head][query]
        weights = [0.0 if p is None else float(line[p]) for p in shown]
        weights += [0.0] * (STRIP - len(weights))  # strips of one width have cells of one width
        image = draw_weights(ax, np.array([weights]), **style)
        ax.set(aspect="auto", xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
        words = ["…" if p is None else tokens[text][p] for p in shown]
        words += [""] * (STRIP - len(words))
        bold = np.arange(STRIP)[None] == len(shown) - 1
        if not write_cells(image, [words], bold):
            _say(ax, words[shown.index(key)], words[len(shown) - 1])
        frame = ax.xaxis.label.get_color()
        ax.add_patch(_frame(shown.index(key), 0, frame))
        ax.plot([len(shown) - 1.45, len(shown) - 0.55], [0.47] * 2, color=frame, linewidth=1.5)
        ax.set_ylabel(f"{weight:.2f}", rotation=0, ha="right", va="center", fontsize="small")
        if strip is strips[0]:
            ax.set_title(f"layer {best.layer}, head {best.head}", fontsize="medium", loc="left")
        drawn.append(image)
    return drawn


def _positions(query: int, key: int) -> list[int | None]:
    """What a strip shows, up to the query; None stands for what is left out."""
    first = max(0, query + 1 - STRIP)
    if first <= key:
        return list(range(first, query + 1))
    piece = range(max(0, key - BEFORE), key + AFTER)
    rest = STRIP - len(piece) - 1
    return [*piece, None, *range(query + 1 - rest, query + 1)]


def _say(ax: Axes, key: str, query: str) -> None:
    """Where the tokens are too long for the cells: the two that matter, written out."""
    labels, style = readable([f"{written_out(query)} looks at {written_out(key)}"])
    size = max(SMALLEST_POINTS, min(9.0, 72 * STRIP_INCHES / (0.62 * cells(labels[0]))))
    ax.set_xlabel(labels[0], fontsize=size, labelpad=1, **style)


def _frame(x: int, y: int, colour: Any) -> Rectangle:
    return Rectangle((x - 0.48, y - 0.48), 0.96, 0.96, fill=False, edgecolor=colour,
                     linewidth=1.4, zorder=3)  # fmt: skip
