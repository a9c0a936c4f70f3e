"""Figures of attention itself: masks, heads, memory in tiles, time with a cache."""

import time
import tracemalloc

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

import attention as A
from attention.plot import (
    plot_attention,
    plot_entropy,
    plot_heads,
    plot_lines,
    plot_rollout,
)
from attention.text import CausalLM

from .page import DARK, SHADES, WRONG, Drawing, name_line
from .text_model import box_model

LINE = "What light is"


def masks() -> Figure:
    rng = np.random.default_rng(3)
    q, k, v = rng.normal(size=(3, 1, 10, 16))
    padding = A.padding_mask([6], 10)[0, 0]
    shown = {
        "causal": A.causal_mask(10),
        "padding, 6 real": np.broadcast_to(padding, (10, 10)),
        "window, 2 back": A.window_mask(10, 10, 2, 0),
        "causal and padding": A.causal_mask(10) & padding,
    }
    fig, axes = plt.subplots(1, 4, figsize=(8.6, 2.8), layout="compressed")
    for ax, (title, mask) in zip(axes, shown.items()):
        weights = A.attention_forward(q, k, v, mask)[1].weights[0]
        plot_attention(weights, mask=mask, ax=ax, vmax=1.0, colorbar=False)
        ax.set(title=title, xticks=[0, 5, 9], yticks=[0, 5, 9])
        if ax is not axes[0]:
            ax.set(ylabel="", yticklabels=[])
    return fig


def heads() -> Figure:
    """The two lower layers of the model in the box; the gallery shows all four."""
    model, tokenizer, _ = box_model()
    _, saved = model.forward(tokenizer.encode(LINE)[None])
    fig = plt.figure(figsize=(8.8, 4.5), layout="compressed")
    plot_heads(saved.weights[:2], list(LINE), mask=A.causal_mask(len(LINE)), fig=fig)
    return fig


def tiles() -> Figure:
    lengths = 2 ** np.arange(7, 13)
    peaks: dict[str, list[float]] = {"attention": [], "tiled attention": []}
    pairs = (
        (A.attention_forward, A.attention_backward),
        (A.tiled_attention_forward, A.tiled_attention_backward),
    )
    for n in lengths:
        q, k, v = np.random.default_rng(0).normal(size=(3, 1, n, 32)).astype(np.float32)
        for name, (forward, backward) in zip(peaks, pairs):
            tracemalloc.start()
            out, saved = forward(q, k, v)
            backward(out, saved)
            peaks[name].append(tracemalloc.get_traced_memory()[1] / 2**20)
            tracemalloc.stop()
    fig, ax = plt.subplots(figsize=(5.6, 2.8))
    for (name, values), colour, above in zip(peaks.items(), (WRONG, DARK), (8, -16)):
        ax.loglog(lengths, values, "o-", base=2, color=colour, markersize=4)
        name_line(ax, lengths[-3], values[-3], name, colour, xytext=(-6, above), ha="right")
        words = f"{values[-1]:,.0f} MiB"
        name_line(ax, lengths[-1], values[-1], words, colour, xytext=(6, -3), ha="left")
    ax.set(xlabel="length of the sequence", ylabel="peak memory (MiB)")
    ax.set_xlim(lengths[0] * 0.85, lengths[-1] * 2.2)
    ax.set_xticks(lengths, [f"{n:,}" for n in lengths])
    ax.set_yticks([1, 4, 16, 64, 256], ["1", "4", "16", "64", "256"])
    return fig


def cache() -> Figure:
    model = CausalLM(65, 768, 2, 64, 4, rng=0)
    ids = np.random.default_rng(0).integers(0, 65, (1, 768))
    lengths = np.array([16, 64, 128, 256, 384, 512, 640, 752])
    whole, cached = [], []
    for n in lengths:
        caches = model.new_caches(1)
        model.infer(ids[:, : n - 4], caches)
        whole.append(_milliseconds(lambda n=n: model.forward(ids[:, :n]), 25))
        cached.append(_milliseconds(lambda n=n, c=caches: model.infer(ids[:, n - 1 : n], c), 4))
    fig, ax = plt.subplots(figsize=(5.6, 2.8))
    for values, name, colour in ((whole, "read all anew", WRONG), (cached, "cache", DARK)):
        ax.plot(lengths, values, "o-", color=colour, markersize=4)
        name_line(ax, lengths[-3], values[-3], name, colour, xytext=(-8, 8), ha="right")
    ax.set(xlabel="tokens already written", ylabel="next token (ms)", ylim=(0, None))
    return fig


def _milliseconds(work: object, repeats: int) -> float:
    """The fastest of a few runs: the machine may be busy with other things."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()  # type: ignore[operator]
        times.append(time.perf_counter() - start)
    return 1e3 * min(times)


def lengths_of_look() -> Figure:
    """How far back each head of the text model looks, in characters."""
    model, tokenizer, text = box_model()
    ids = tokenizer.encode(text[-4096:]).reshape(64, 64)
    _, saved = model.forward(ids)
    distance = np.arange(64)[:, None] - np.arange(64)  # query minus key
    fig, ax = plt.subplots(figsize=(5.6, 3.2))
    for layer, (weights, colour) in enumerate(zip(saved.weights, SHADES)):
        for head in range(weights.shape[1]):
            mean = weights[:, head, 40:].mean(0)  # late queries alone: they have room to look back
            reach = [mean[distance[40:] == d].mean() for d in range(33)]
            ax.plot(np.cumsum(reach), color=colour, linewidth=1.2)
        ax.plot([], [], color=colour, label=f"layer {layer}")
    ax.legend(loc="lower right")
    ax.set(xlabel="characters back", ylabel="weight up to there", ylim=(0, 1.02), xlim=(0, 32))
    return fig


def looking() -> Figure:
    model, tokenizer, _ = box_model()
    _, saved = model.forward(tokenizer.encode(LINE)[None])
    fig, axes = plt.subplots(1, 3, figsize=(9.6, 3.1), width_ratios=(1, 1.25, 1))
    plot_lines(saved.weights, list(LINE), layer=0, head=1, ax=axes[0], colorbar=False)
    plot_rollout(saved.weights, list(LINE), mask=A.causal_mask(len(LINE)), ax=axes[1])
    axes[1].set_title("rollout")
    plot_entropy(saved.weights, mask=A.causal_mask(len(LINE)), ax=axes[2])
    return fig


DRAWINGS: dict[str, Drawing] = {
    "looking": looking,
    "masks": masks,
    "heads": heads,
    "tiles": tiles,
    "cache": cache,
    "reach": lengths_of_look,
}
