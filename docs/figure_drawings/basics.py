"""Figures of the small pairs: softmax, activations, norms, positions, cross-entropy."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

import attention as A

from .page import DARK, LIGHT, MIDDLE, WRONG, Drawing, name_line


def softmax() -> Figure:
    rng = np.random.default_rng(0)
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 2.7))
    scores = np.array([0.9, 0.2, -0.5, 0.6, -0.1])
    place = np.arange(5)
    for i, (scale, colour) in enumerate(((1, LIGHT), (4, MIDDLE), (16, DARK))):
        weights = A.softmax(scores * scale)
        left.bar(place + 0.27 * (i - 1), weights, 0.25, color=colour, label=f"scores × {scale}")
    left.set(xlabel="key", ylabel="weight", xticks=place, ylim=(0, 1.02))
    left.legend(loc="upper right")

    scales = np.geomspace(0.05, 200, 60)
    rows = rng.normal(size=(400, 16))
    sizes = []
    for scale in scales:
        y = A.softmax(rows * scale)
        derivative = y[:, :, None] * (np.eye(16) - y[:, None, :])
        sizes.append(np.linalg.norm(derivative, axis=(1, 2)).mean())
    right.semilogx(scales, sizes, color=DARK)
    for scale, colour in ((1, LIGHT), (4, MIDDLE), (16, DARK)):
        right.plot(scale, np.interp(scale, scales, sizes), "o", color=colour, markersize=7)
    right.set(xlabel="scale of 16 scores", ylabel="norm of the derivative", ylim=(0, None))
    return fig


def scale() -> Figure:
    rng = np.random.default_rng(0)
    widths = 2 ** np.arange(1, 12)
    largest: dict[str, list[float]] = {"q·k": [], "q·k / √D": [], "q·k / D": []}
    for D in widths:
        q, k, v = (rng.normal(size=(1, n, D)) for n in (256, 128, 128))
        for name, factor in zip(largest, (1.0, D**-0.5, 1 / D)):
            v1 = v[..., :1]
            weights = A.attention_forward(q, k, v1, scale=factor)[1].weights
            largest[name].append(float(weights.max(-1).mean()))
    fig, ax = plt.subplots(figsize=(5.6, 2.8))
    for (name, values), colour in zip(largest.items(), (WRONG, DARK, LIGHT)):
        ax.semilogx(widths, values, "o-", base=2, color=colour, markersize=4)
        up = {"q·k": -3, "q·k / √D": 3, "q·k / D": -8}[name]
        name_line(ax, widths[-1], values[-1], name, colour, xytext=(8, up), ha="left")
    ax.set_xlim(1.7, 2**12.6)
    ax.set(xlabel="D, width of a head", ylabel="largest of 128 weights", ylim=(-0.08, 1.05))
    return fig


def activations() -> Figure:
    x = np.linspace(-4, 3, 701)
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 2.8), sharex=True)
    pairs = (
        ("ReLU", A.relu_forward, A.relu_backward, LIGHT),
        ("GELU", A.gelu_forward, A.gelu_backward, MIDDLE),
        ("SiLU", A.silu_forward, A.silu_backward, DARK),
    )
    for name, forward, backward, colour in pairs:
        y, saved = forward(x)
        left.plot(x, y, color=colour, label=name)
        slope = backward(np.ones_like(x), saved)
        if name == "ReLU":
            slope[np.searchsorted(x, 0)] = np.nan
        right.plot(x, slope, color=colour)
    for ax, title in ((left, "f(x)"), (right, "f′(x)")):
        ax.axhline(0, color="#bbbbbb", linewidth=0.7, zorder=0)
        ax.set(xlabel="x", title=title)
    left.set_ylim(-0.5, 3)
    left.legend()
    return fig


def gain_outside() -> Figure:
    rng = np.random.default_rng(0)
    x, dy = rng.normal(size=(2, 64, 64))
    spreads = np.linspace(0, 1, 21)
    errors = np.zeros((40, len(spreads)))
    for draw, i in np.ndindex(errors.shape):
        gain = rng.normal(1, spreads[i], 64)
        _, saved = A.layer_norm_forward(x, gain, np.zeros(64))
        right = A.layer_norm_backward(dy, saved)[0]
        g = dy - dy.mean(-1, keepdims=True)
        g -= saved.normed * (dy * saved.normed).mean(-1, keepdims=True)
        errors[draw, i] = np.linalg.norm(gain * saved.rstd * g - right) / np.linalg.norm(right)
    low, mean, high = np.quantile(errors, 0.1, 0), errors.mean(0), np.quantile(errors, 0.9, 0)
    fig, ax = plt.subplots(figsize=(5.6, 2.6))
    ax.fill_between(spreads, low * 100, high * 100, color=WRONG, alpha=0.15, linewidth=0)
    ax.plot(spreads, mean * 100, color=WRONG)
    ax.plot(0, 0, "o", color=WRONG, clip_on=False)
    name_line(ax, 0, 0, "a fresh model: nothing to see", "#555555", xytext=(46, 5), ha="left")
    ax.set(xlabel="standard deviation of the gains", ylabel="error of dx (%)")
    ax.set(xlim=(0, 1), ylim=(0, None))
    return fig


def positions() -> Figure:
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 2.9), width_ratios=(1, 1.15))
    table = A.sinusoidal_positions(96, 64)
    image = left.imshow(table, cmap="PuOr", vmin=-1, vmax=1, aspect="auto")
    left.set(xlabel="feature", ylabel="position", title="sinusoidal positions")
    fig.colorbar(image, ax=left, ticks=[-1, 0, 1])

    rng = np.random.default_rng(1)
    q, k = rng.normal(size=(2, 1, 32))
    distances = np.arange(0, 41)
    for start, size, colour in ((0, 9, LIGHT), (100, 5.5, MIDDLE), (5000, 2.4, DARK)):
        turned_q = A.rotary_forward(q, np.array([start]))[0]
        turned_k = [A.rotary_forward(k, np.array([start + d]))[0] for d in distances]
        scores = [float((turned_q * one).sum()) for one in turned_k]
        label = f"query at {start:,}" if start == 0 else f"at {start:,}"
        right.plot(distances, scores, color="#cccccc", linewidth=0.8, zorder=0)
        right.plot(distances, scores, "o", color=colour, markersize=size, label=label)
    right.set(xlabel="distance of the key", ylabel="score", title="rotary: one q, one k")
    right.set_ylim(-11.5, 1.5)
    right.legend(loc="lower center", ncols=3, fontsize=8, columnspacing=0.8, handletextpad=0.1)
    return fig


def cross_entropy() -> Figure:
    V = 65
    leads = np.linspace(-6, 14, 201)
    once, twice = [], []
    for lead in leads:
        logits = np.zeros(V)
        logits[0] = lead
        once.append(float(A.cross_entropy_forward(logits, 0)[0]))
        twice.append(float(A.cross_entropy_forward(A.softmax(logits), 0)[0]))
    fig, ax = plt.subplots(figsize=(5.6, 2.8))
    ax.plot(leads, once, color=DARK)
    ax.plot(leads, twice, color=WRONG)
    ax.axhline(np.log(V), color="#bbbbbb", linewidth=0.8, zorder=0)
    name_line(ax, leads[0], np.log(V), "ln 65, a guess", "#888888", xytext=(2, -11), ha="left")
    name_line(ax, leads[150], twice[150], "softmax twice", WRONG, xytext=(0, 7), ha="center")
    name_line(ax, leads[90], once[90], "cross-entropy", DARK, xytext=(-14, -22), ha="right")
    ax.set(xlabel="lead of the right logit over 64 others", ylabel="loss (nats)", ylim=(0, 8))
    return fig


DRAWINGS: dict[str, Drawing] = {
    "softmax": softmax,
    "scale": scale,
    "activations": activations,
    "gain_outside": gain_outside,
    "positions": positions,
    "cross_entropy": cross_entropy,
}
