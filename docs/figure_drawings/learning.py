"""Figures of learning: gradients through depth, checking them, Adam, a training run, sampling."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

import attention as A
from attention.plot import plot_training

from .page import DARK, LIGHT, MIDDLE, WRONG, Drawing, name_line
from .text_model import SETTINGS, box_model, training_history


def depth() -> Figure:
    """How alike the tokens become, and what arrives of the gradient, through 24 fresh blocks."""
    layers, E = 24, 64
    x, dout = np.random.default_rng(0).normal(size=(2, 4, 32, E))
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.6, 2.9))
    for name, norm_first, skips, colour in (
        ("pre-norm", True, True, DARK),
        ("post-norm", False, True, MIDDLE),
        ("no residual path", True, False, WRONG),
    ):
        stack = A.Encoder(layers, E, 4, norm_first=norm_first, rng=0, dtype=np.float64)
        z, saved, alike = x, [], [_mean_cosine(x)]
        for block in stack.blocks:
            z, one = block.forward(z) if skips else _plain_forward(block, z)
            saved.append(one)
            alike.append(_mean_cosine(z))
        d, norms = dout, [np.linalg.norm(dout)]
        for block, one in zip(reversed(stack.blocks), reversed(saved)):
            d = block.backward(d, one) if skips else _plain_backward(block, d, one)
            norms.append(np.linalg.norm(d))
        left.plot(alike, color=colour)
        place = {"pre-norm": 20, "post-norm": 14, "no residual path": 4}[name]
        below = {"xytext": (6, -11), "ha": "left"}
        name_line(left, place, alike[place], name, colour, **below)
        right.semilogy(range(layers, -1, -1), np.array(norms) / norms[0], color=colour)
    left.set(xlabel="block", title="mean cosine between two tokens", ylim=(-0.03, 1.03))
    right.set(xlabel="block", title="gradient, relative to the top", xlim=(layers + 0.3, -0.3))
    return fig


def _mean_cosine(x: np.ndarray) -> float:
    """Between different tokens of a sequence, x (B, T, E)."""
    unit = x / np.linalg.norm(x, axis=-1, keepdims=True)
    T = x.shape[1]
    total = (unit @ unit.swapaxes(-1, -2)).sum((-1, -2)) - T
    return float((total / (T * (T - 1))).mean())


def _plain_forward(block: A.EncoderBlock, x: np.ndarray) -> tuple[np.ndarray, list[Any]]:
    """The sublayers of a block one after the other, with no path around them."""
    saved = []
    for layer in (block.norm1, block.self_attn, block.norm2, block.mlp):
        x, one = layer.forward(x)
        saved.append(one)
    return x, saved


def _plain_backward(block: A.EncoderBlock, d: np.ndarray, saved: list[Any]) -> np.ndarray:
    for layer in (block.mlp, block.norm2, block.self_attn, block.norm1):
        d = layer.backward(d, saved.pop())
    return d


def gradient_check() -> Figure:
    rng = np.random.default_rng(0)
    x, gain, bias = rng.normal(size=(4, 16)), rng.normal(1, 0.3, 16), np.zeros(16)
    out, saved = A.layer_norm_forward(x, gain, bias)
    dout = rng.normal(size=out.shape)
    dx = A.layer_norm_backward(dout, saved)[0]

    def loss(z: np.ndarray) -> complex:
        shared = gain.astype(z.dtype), bias.astype(z.dtype)
        return (dout * A.layer_norm_forward(z, *shared)[0]).sum()

    steps = np.geomspace(1e-15, 1e-1, 57)
    errors = np.empty((3, len(steps)))
    for i, h in enumerate(steps):
        numeric = np.empty((3, *x.shape))
        for index in np.ndindex(x.shape):
            nudge = np.zeros_like(x)
            nudge[index] = h
            near = loss(x + nudge) - loss(x - nudge)
            far = loss(x + 2 * nudge) - loss(x - 2 * nudge)
            numeric[0][index] = near / (2 * h)
            numeric[1][index] = (8 * near - far) / (12 * h)
            numeric[2][index] = loss(x + 1j * nudge).imag / h
        errors[:, i] = np.abs(numeric - dx).reshape(3, -1).max(-1) / np.abs(dx).max()
    fig, ax = plt.subplots(figsize=(5.8, 3.1))
    names = "two points", "four points", "complex step"
    for values, colour, width in zip(errors, (LIGHT, MIDDLE, DARK), (4.5, 1.8, 1.8)):
        ax.loglog(steps, np.maximum(values, 1e-17), color=colour, linewidth=width)
    name_line(ax, steps[20], errors[0, 20], names[0], LIGHT, xytext=(10, 8), ha="left")
    name_line(ax, steps[49], errors[1, 49], names[1], MIDDLE, xytext=(8, -8), ha="left")
    name_line(ax, steps[16], errors[2, 16], names[2], DARK, xytext=(0, 7), ha="center")
    ax.set(xlabel="step", ylabel="largest error, relative", ylim=(1e-17, 3))
    return fig


def adam() -> Figure:
    fig, (left, middle, right) = plt.subplots(1, 3, figsize=(8.8, 2.8))
    curvature = np.array([1.0, 40.0])
    a, b = np.meshgrid(np.linspace(-0.25, 2.2, 200), np.linspace(-0.95, 0.85, 200))
    left.contour(a, b, np.sqrt((a**2 + 40 * b**2) / 2), levels=9, colors="#dddddd", linewidths=0.7)
    runs = (
        ("SGD", LIGHT, lambda p: A.SGD([p], 0.045)),
        ("momentum", MIDDLE, lambda p: A.SGD([p], 0.012, momentum=0.85)),
        ("Adam", DARK, lambda p: A.Adam([p], 0.12)),
    )
    for name, colour, make in runs:
        p = A.Parameter(np.array([2.0, 0.6]))
        optimizer = make(p)
        path = [p.data.copy()]
        for _ in range(60):
            optimizer.zero_grad()
            p.accumulate(curvature * p.data)
            optimizer.step()
            path.append(p.data.copy())
        left.plot(*np.array(path).T, ".-", color=colour, label=name, markersize=3, linewidth=1)
    left.plot(0, 0, "+", color="#333333", markersize=9)
    left.set(title="60 steps in a valley", xticks=[], yticks=[])
    left.set_ylim(-0.95, 0.85)
    left.legend(loc="lower center", ncols=3, fontsize=8, columnspacing=0.8, handlelength=1.2)

    steps = np.arange(1, 1001)
    plain = (1 - 0.9**steps) / np.sqrt(1 - 0.999**steps)
    middle.semilogx(steps, plain, color=WRONG)
    middle.axhline(1, color=DARK)
    name_line(middle, 1, 1, "corrected", DARK, xytext=(2, -12), ha="left")
    name_line(middle, 25, plain[24], "not corrected", WRONG, xytext=(4, 4), ha="left")
    middle.set(title="a constant gradient", xlabel="step", ylabel="move / rate", ylim=(0, None))

    total = np.arange(0, 2101)
    right.plot(total, [A.warmup_cosine(t, 100, 2000, 1e-3, 1e-4) for t in total], color=DARK)
    right.set(title="warm-up and cosine", xlabel="step", ylabel="rate", ylim=(0, 1.1e-3))
    right.ticklabel_format(axis="y", scilimits=(0, 0))
    return fig


def training() -> Figure:
    loss, rate, norm = training_history().T
    fig = plt.figure(figsize=(6.4, 4.6))
    history = {"loss": loss, "lr": rate, "grad_norm": norm}
    plot_training(history, fig=fig, max_norm=SETTINGS.max_norm)
    return fig


def sampling() -> Figure:
    model, tokenizer, _ = box_model()
    prompt = "\nROMEO:\nWhat s"
    logits = model.forward(tokenizer.encode(prompt)[None])[0][0, -1].astype(np.float64)
    order = np.argsort(-logits)[:12]
    labels = [repr(tokenizer.characters[i])[1:-1] for i in order]
    labels = ["␣" if label == " " else label for label in labels]
    fig, axes = plt.subplots(1, 3, figsize=(8.2, 2.3), sharey=True)
    for ax, temperature, colour in zip(axes, (0.5, 1.0, 2.0), (DARK, MIDDLE, LIGHT)):
        ax.bar(range(12), A.softmax(logits / temperature)[order], color=colour)
        ax.set_xticks(range(12), labels, parse_math=False)
        ax.set(title=f"temperature {temperature:g}", ylim=(0, 0.25))
    axes[0].set_ylabel("probability")
    return fig


DRAWINGS: dict[str, Drawing] = {
    "depth": depth,
    "gradient_check": gradient_check,
    "adam": adam,
    "training": training,
    "sampling": sampling,
}
