"""Every kind of picture that the command draws, one small function each."""

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import plot
from ..decoding import logit_lens, watch
from ..ops import causal_mask
from .subject import Subject, needs_decoder, read_texts

Drawing = Callable[[Subject, argparse.Namespace], Any]  # returns an artist or a figure


def heads(subject: Subject, options: argparse.Namespace) -> Any:
    return plot.plot_heads(*_shown(subject, options), mask=_mask(subject))[0]


def one_map(subject: Subject, options: argparse.Namespace) -> Any:
    where = {"layer": options.layer or 0, "head": options.head}
    return plot.plot_attention(subject.weights, subject.tokens, mask=_mask(subject), **where)


def lines(subject: Subject, options: argparse.Namespace) -> Any:
    where = {"layer": options.layer or 0, "head": options.head}
    return plot.plot_lines(subject.weights, subject.tokens, **where)


def rollout(subject: Subject, options: argparse.Namespace) -> Any:
    return plot.plot_rollout(subject.weights, subject.tokens, mask=_mask(subject))


def entropy(subject: Subject, options: argparse.Namespace) -> Any:
    return plot.plot_entropy(_shown(subject, options)[0], mask=_mask(subject))


def patterns(subject: Subject, options: argparse.Namespace) -> Any:
    return plot.plot_pattern_summary(_shown(subject, options)[0], mask=_mask(subject))[0]


def difference(subject: Subject, options: argparse.Namespace) -> Any:
    """One head less another, by default the next."""
    first = options.head or 0
    heads_there = len(subject.weights[options.layer or 0])
    second = options.other if options.other is not None else (first + 1) % heads_there
    return plot.plot_difference(
        subject.weights, subject.weights, subject.tokens, layer=options.layer or 0,
        head=(first, second), mask=_mask(subject),
    )  # fmt: skip


def score(subject: Subject, options: argparse.Namespace) -> Any:
    """The score of one query and one key, by default those of the head's largest weight."""
    model, _ = needs_decoder(subject, options.kind)
    layer, head = options.layer or 0, options.head or 0
    query, key = options.query, options.key
    weights = subject.weights[layer][head]
    if query is None:
        query = int(weights[1:].max(axis=1).argmax()) + 1 if len(weights) > 1 else 0
    if not -len(weights) <= query < len(weights):
        raise ValueError(f"--query is {query}; the text has {len(weights)} tokens, from 0.")
    key = int(weights[query].argmax()) if key is None else key
    saved = model.forward(subject.ids[None])[1]
    from .canvas import new_figure

    figure = new_figure(8.0, min(11.0, max(3.6, 0.2 * len(subject.tokens) + 1.4)))
    plot.plot_score(saved, query, key, subject.tokens, layer=layer, head=head, fig=figure)
    return figure


def generation(subject: Subject, options: argparse.Namespace) -> Any:
    watched, tokens = _watched(subject, options)
    where = {"layer": options.layer or 0, "head": options.head}
    return plot.plot_generation(watched, tokens, **where)


def choices(subject: Subject, options: argparse.Namespace) -> Any:
    watched, _ = _watched(subject, options)
    return plot.plot_choices(watched, subject.name, **_sampling(options))


def next_token(subject: Subject, options: argparse.Namespace) -> Any:
    watched, _ = _watched(subject, options)
    first = {"chosen": watched.ids[watched.prompt], **_sampling(options)}
    return plot.plot_next_tokens(watched.logits[0], subject.name, **first)[0]


def lens(subject: Subject, options: argparse.Namespace) -> Any:
    model, _ = needs_decoder(subject, options.kind)
    return plot.plot_lens(logit_lens(model, subject.ids[None]), subject.name, subject.tokens)


def similarity(subject: Subject, options: argparse.Namespace) -> Any:
    return plot.plot_head_similarity(_corpus(subject, options)[0])


def find(subject: Subject, options: argparse.Namespace) -> Any:
    corpus, ids = _corpus(subject, options)
    names = [[subject.name(int(i)) for i in text] for text in ids]
    found = plot.find_heads(corpus, ids.tolist())
    for pattern, ranked in found.items():
        best = ", ".join(f"{head.layer}.{head.head} ({head.score:.2f})" for head in ranked[:3])
        print(f"  {pattern:16} layer.head {best}")
    return plot.plot_found(found, corpus, names)[0]


def ablation(subject: Subject, options: argparse.Namespace) -> Any:
    model, _ = needs_decoder(subject, options.kind)
    ids = read_texts(subject, options.corpus, options.kind)

    def loss() -> float:
        return float(model.loss_forward(ids[:, :-1], ids[:, 1:])[0])

    return plot.plot_ablation(plot.ablate_heads(model, loss))


KINDS: dict[str, Drawing] = {
    "heads": heads,
    "map": one_map,
    "lines": lines,
    "rollout": rollout,
    "entropy": entropy,
    "patterns": patterns,
    "difference": difference,
    "score": score,
    "generation": generation,
    "choices": choices,
    "next": next_token,
    "lens": lens,
    "similarity": similarity,
    "find": find,
    "ablation": ablation,
}


def _shown(subject: Subject, options: argparse.Namespace) -> tuple[list[np.ndarray], list[str]]:
    layer = options.layer
    return subject.weights if layer is None else [subject.weights[layer]], subject.tokens


def _mask(subject: Subject) -> np.ndarray | None:
    return None if subject.model is None else causal_mask(len(subject.tokens))


def _sampling(options: argparse.Namespace) -> dict[str, Any]:
    return {"temperature": options.temperature, "top_k": options.top_k, "top_p": options.top_p}


def _watched(subject: Subject, options: argparse.Namespace) -> tuple[Any, list[str]]:
    model, _ = needs_decoder(subject, options.kind)
    sampling = _sampling(options)
    watched = watch(model, subject.ids, options.steps, rng=options.seed, **sampling)
    return watched, [subject.name(i) for i in watched.ids]


def _corpus(
    subject: Subject, options: argparse.Namespace
) -> tuple[list[list[np.ndarray]], np.ndarray]:
    """The maps of each text, and the ids."""
    model, _ = needs_decoder(subject, options.kind)
    ids = read_texts(subject, options.corpus, options.kind)
    return [model.forward(text[None])[1].weights for text in ids], ids
