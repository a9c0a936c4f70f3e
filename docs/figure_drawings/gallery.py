"""The figures of the gallery: each is what one command line draws, from the model in the box or
from the shipped log."""

import shlex
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from .page import Drawing
from .profile_model import demo_profiler

LINE = "What light through yonder"
SAMPLING = ["--temperature", "0.8", "--top-k", "10", "--top-p", "0.9"]


class Entry(NamedTuple):
    """One picture of the gallery."""

    name: str  # of the figure
    title: str
    words: str  # what it shows
    command: str


def _plot(name: str, title: str, words: str, *arguments: str) -> tuple[Entry, Drawing]:
    given = [LINE, *arguments]
    command = "python -m attention.plot " + shlex.join(given)
    return Entry(name, title, words, command), partial(_drawn_by_the_command, given)


def _profile(
    name: str, title: str, words: str, command: str, drawing: Drawing
) -> tuple[Entry, Drawing]:
    return Entry(name, title, words, f"python -m user_profile {command}"), drawing


def _drawn_by_the_command(arguments: list[str]) -> Figure:
    """The very picture of ``python -m attention.plot``, before it is saved."""
    from attention.plot.__main__ import build_parser
    from attention.plot.kinds import KINDS
    from attention.plot.subject import read_subject

    options = build_parser().parse_args(arguments)
    options.kind = options.kind or "heads"
    return KINDS[options.kind](read_subject(None, options.text), options).figure.figure


CUSTOMER = "17870"  # whom the demo shows


@cache
def _shown() -> tuple[Any, Any, list[str]]:
    """The demo's profiler, its customer's profile at the end of the log, the texts of the items."""
    log, profiler = demo_profiler()
    from user_profile.commands.asking import item_texts

    profile = profiler.profile(log.user(CUSTOMER))
    return profiler, profile, item_texts(log, profiler)


def _sessions() -> Figure:
    from user_profile.serving.session_pictures import plot_sessions

    profiler, profile, _ = _shown()
    return plot_sessions(profiler, profile)


def _bands() -> Figure:
    from user_profile.serving.drift import interest_drift
    from user_profile.serving.drift_bands import crowd_of, plot_drift_bands

    profiler, profile, _ = _shown()
    drift = interest_drift(profiler, profile.user)
    return plot_drift_bands(profiler, drift, crowd_of(profiler, drift))


def _shop() -> Figure:
    from user_profile.judging.shop import read_shop
    from user_profile.judging.shop_card import plot_shop

    profiler, _, texts = _shown()
    users = np.arange(len(profiler.history.users))
    return plot_shop(profiler, read_shop(profiler, users, profiler.now), texts)


PICTURES = [
    _plot("all_heads", "All heads", "Every head of every layer on one scale; what the causal mask "
          "forbids is hatched."),
    _plot("difference", "A difference", "One head less another. Zero is the page; what one of the "
          "two alone attends to is hatched.",
          "--kind", "difference", "--layer", "1", "--head", "0", "--other", "1"),
    _plot("score", "One score, taken apart", "Query, key and their products by dimension, and the "
          "scores and weights of all keys.", "--kind", "score", "--layer", "1", "--head", "1"),
    _plot("generation", "A text while it is written", "Each row is a token as it was written, over "
          "prompt and text so far: the rows of the cache's steps.",
          "--kind", "generation", "--layer", "1", "--head", "1", *SAMPLING),
    _plot("next_token", "The next token", "Bars before any cut, hollow where top-k or top-p cuts; "
          "the rings are what is drawn from.", "--kind", "next", *SAMPLING),
    _plot("choices", "What could have come", "The likeliest tokens at each step; what is drawn is "
          "framed, what is cut is hatched.", "--kind", "choices", *SAMPLING),
    _plot("lens", "The logit lens", "The likeliest next token, were the model to stop after each "
          "block.", "--kind", "lens"),
    _plot("similarity", "Heads alike", "Correlation of the heads' maps over sixteen pieces of "
          "Shakespeare, like heads beside each other.", "--kind", "similarity"),
    _plot("found_heads", "Heads by what they do", "For four known patterns, the score of every "
          "head and the three strongest examples of the best: query underlined, key framed.",
          "--kind", "find"),
    _plot("ablation", "Heads that are missed", "How much the loss rises with each head silenced: "
          "the test that maps alone cannot give.", "--kind", "ablation"),
    _profile("sessions", "Sessions of one customer", "Small multiples on one scale.",
             f"show {CUSTOMER} --sessions sessions.png", _sessions),
    _profile("drift_bands", "Interests over time", "One customer after each session, beside the "
             "middle 80 % of all customers.",
             f"drift {CUSTOMER} --bands bands.png", _bands),
    _profile("shop", "A shop", "Segments, interests, what sells; whether what is said of "
             "return, cancellation and spend comes true.",
             "shop-card --plot shop.png", _shop),
]  # fmt: skip
ENTRIES = [entry for entry, _ in PICTURES]
DRAWINGS: dict[str, Drawing] = {entry.name: drawing for entry, drawing in PICTURES}
