"""Figures of today's models: gated MLPs, experts, adapters, a cache with sinks; each a real run."""

from collections.abc import Callable, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

import attention as A
from attention.text import CausalLM, CharTokenizer, load_packed_model
from attention.text.corpus import read_corpus
from attention.text.train import validation_loss

from .page import DARK, LIGHT, MIDDLE, WRONG, Drawing, name_line

BLOCK, STEPS, SEEDS = 64, 600, 3
RANKS = 1, 4, 16, None  # None: all weights


def learn(
    model: CausalLM,
    parameters: Sequence[A.Parameter],
    ids: np.ndarray,
    steps: int,
    lr: float,
    seed: int,
    after: Callable[[int, float, Any], None] = lambda *_: None,
) -> None:
    """Adam on random blocks of `ids`; `after` is told the step, the loss and what was saved."""
    optimizer, rng = A.Adam(parameters, lr, betas=(0.9, 0.99)), np.random.default_rng(seed)
    for step in range(1, steps + 1):
        starts = rng.integers(0, len(ids) - BLOCK, (16, 1))
        window = ids[starts + np.arange(BLOCK + 1)]
        model.zero_grad()
        optimizer.zero_grad()
        loss, saved = model.loss_forward(window[:, :-1], window[:, 1:])
        model.loss_backward(1.0, saved)
        A.clip_grad_norm(parameters, 1.0)
        optimizer.lr = A.warmup_cosine(step, 50, steps, lr, lr / 10)
        optimizer.step()
        after(step, float(loss), saved[0])


def shakespeare() -> tuple[np.ndarray, np.ndarray, int]:
    """Ids to learn from and to judge by, and the size of the vocabulary."""
    text = read_corpus()
    tokenizer = CharTokenizer(text)
    ids = tokenizer.encode(text)
    return ids[: int(0.9 * len(ids))], ids[int(0.9 * len(ids)) :], tokenizer.vocab_size


def gated_mlps() -> Figure:
    """Losses of MLPs of one size, with a gate and without, over seeds."""
    train, held, V = shakespeare()
    kinds = (("gelu", 256), ("swiglu", 171), ("geglu", 171))
    fig, ax = plt.subplots(figsize=(5.6, 2.4))
    for row, (kind, hidden) in enumerate(kinds):
        losses = []
        for seed in range(SEEDS):
            model = CausalLM(V, BLOCK, 2, 64, 4, hidden, activation=kind, positions="rotary",
                             rng=seed)  # fmt: skip
            learn(model, model.parameters(), train, STEPS, 2e-3, seed)
            losses.append(validation_loss(model, held, BLOCK))
        size = sum(p.data.size for p in model.encoder.blocks[0].mlp.parameters())
        print(f"  {kind} {size:,} " + " ".join(f"{loss:.4f}" for loss in losses))
        colour = DARK if kind.endswith("glu") else MIDDLE
        ax.plot(losses, [row] * SEEDS, "o", color=colour, markersize=5, alpha=0.8)
        ax.plot(np.mean(losses), row, "|", color=colour, markersize=16)
        name_line(ax, max(losses), row, f"{np.mean(losses):.3f}", colour, xytext=(9, -3), ha="left")
    names = {"gelu": "GELU", "swiglu": "SwiGLU", "geglu": "GEGLU"}
    ax.set_yticks(range(len(kinds)), [names[kind] for kind, _ in kinds])
    ax.set_ylim(len(kinds) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.margins(x=0.16)
    ax.set(xlabel="validation loss, nats a character")
    return fig


def experts() -> Figure:
    """What share of the choices falls on each of eight experts, with a balance loss or without."""
    train, _, V = shakespeare()
    fig, axes = plt.subplots(1, 2, figsize=(7.6, 2.7), sharey=True)
    for ax, (balance, title) in zip(
        axes, ((0.0, "no balance loss"), (0.01, "balance loss × 0.01"))
    ):
        model = CausalLM(V, BLOCK, 1, 64, 4, 64, positions="rotary", rng=0)
        block = model.encoder.blocks[0]
        block.mlp = A.MixtureOfExperts(64, 8, 2, 64, balance=balance, z=0.0, rng=0)  # type: ignore[assignment]
        shares, last = [], []

        def after(step: int, loss: float, saved: Any) -> None:
            chosen = saved.encoder.blocks[0].mlp.inner.routing.experts
            shares.append(np.bincount(chosen.ravel(), minlength=8) / chosen.size)  # noqa: B023
            last.append(loss)  # noqa: B023

        learn(model, model.parameters(), train, 400, 2e-3, 0, after)
        smooth = np.cumsum(shares, 0)
        smooth = (smooth[20:] - smooth[:-20]) / 20
        final = smooth[-1]
        loss = np.mean(last[-50:])
        print(f"  balance {balance}: {loss:.3f}, shares {final.min():.3f} … {final.max():.3f}")
        for one in np.argsort(-final):
            strength = DARK if one == final.argmax() else WRONG if one == final.argmin() else LIGHT
            ax.plot(np.arange(20, 400), smooth[:, one], color=strength, linewidth=1.2)
        ax.axhline(1 / 8, color="#999999", linewidth=0.8, linestyle=":")
        ax.set(title=title, xlabel="step", ylim=(0, None))
        for one, colour in ((final.argmax(), DARK), (final.argmin(), WRONG)):
            words = f"{100 * final[one]:.0f} %"
            name_line(ax, 399, final[one], words, colour, xytext=(4, -3), ha="left")
        ax.set_xlim(0, 460)
    axes[0].set_ylabel("share of all choices")
    return fig


def shop_names() -> str:
    """Names of goods from the shipped log, a line each, in the letters of the model in the box."""
    import sys
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).parents[2] / "profile"))
    from user_profile import read_events

    texts = read_events()[0].item_texts()
    _, tokenizer, *_ = load_packed_model()
    known = set(tokenizer.characters)
    return "\n".join("".join(c for c in t if c in known) for t in texts if t)


def adapters() -> Figure:
    """The model in the box, made to write names of goods: loss against what was trained."""
    box, tokenizer, *_ = load_packed_model()
    ids = tokenizer.encode(shop_names())
    train, held = ids[: int(0.9 * len(ids))], ids[int(0.9 * len(ids)) :]
    before = validation_loss(box, held, BLOCK)
    print(f"  {len(ids):,} characters; before {before:.3f}")
    points = []
    for rank in RANKS:
        model = load_packed_model()[0]
        if rank is None:
            learned = model.parameters()
        else:
            learned = [p for one in adapt(model, rank) for p in one.parameters()]
        learn(model, learned, train, 150, 1e-3 if rank is None else 5e-3, 0)
        points.append((sum(p.data.size for p in learned), validation_loss(model, held, BLOCK)))
        print(f"  rank {rank}: {points[-1][0]:,} trained, loss {points[-1][1]:.3f}")
    fig, ax = plt.subplots(figsize=(5.6, 2.8))
    sizes, losses = np.array(points).T
    ax.semilogx(sizes[:-1], losses[:-1], "o-", color=DARK, markersize=4)
    ax.semilogx(sizes[-1], losses[-1], "o", color=WRONG, markersize=5)
    ax.axhline(before, color=LIGHT, linewidth=1.2)
    for rank, size, loss in zip(RANKS, sizes, losses):
        words = "all weights" if rank is None else f"rank {rank}"
        name_line(
            ax, size, loss, words, WRONG if rank is None else DARK, xytext=(0, 8), ha="center"
        )
    name_line(ax, sizes[1], before, "before", MIDDLE, xytext=(0, -13), ha="center")
    ax.set(xlabel="numbers trained", ylabel="validation loss", ylim=(1.5, None))
    ax.set_xlim(4e3, 1.8e6)
    return fig


def adapt(model: CausalLM, rank: int) -> list[A.LoRA]:
    """An adapter beside three maps of every block."""
    made = []
    for block in model.encoder.blocks:
        for owner, name in (
            (block.self_attn, "out_proj"), (block.mlp, "linear1"), (block.mlp, "linear2")
        ):  # fmt: skip
            made.append(A.LoRA(getattr(owner, name), rank, rng=len(made)))
            setattr(owner, name, made[-1])
    return made


DRAWINGS: dict[str, Drawing] = {
    "gated_mlps": gated_mlps,
    "experts": experts,
    "adapters": adapters,
}
