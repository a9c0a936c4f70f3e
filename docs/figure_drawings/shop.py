"""The figure of the shop: what simple baselines reach on each customer's last session."""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

sys.path.insert(0, str(Path(__file__).parents[2] / "profile"))

from user_profile import clean_events, compare, group_sessions, read_events, split_last_sessions
from user_profile.baselines import (
    ItemNeighbours,
    LastBasket,
    Markov,
    PersonalFrequency,
    Popularity,
    TifuKnn,
)
from user_profile.judging.metrics import bootstrap_interval

from .page import DARK, LIGHT, MIDDLE, Drawing

KNOWS = {  # what a baseline looks at, in the words of the figure
    "popularity": ("everybody's past", LIGHT),
    "first-order Markov": ("what follows what", MIDDLE),
    "item-to-item neighbours": ("what follows what", MIDDLE),
    "last basket": ("the customer's own past", DARK),
    "personal frequency": ("the customer's own past", DARK),
    "TIFU-KNN": ("the customer's own past", DARK),
}


def baselines() -> Figure:
    events, _ = clean_events(read_events()[0], ())
    sessions = group_sessions(events.of_kind("purchase"))
    targets = split_last_sessions(sessions).test
    scorers = (
        Popularity(),
        Markov(),
        ItemNeighbours(),
        LastBasket(),
        PersonalFrequency(),
        TifuKnn(),
    )
    results = compare(scorers, sessions, targets).results
    fig, ax = plt.subplots(figsize=(6.2, 2.7))
    named = set()
    for row, result in enumerate(results):
        words, colour = KNOWS[result.name]
        mean = result.mean("ndcg@10")
        low, high = bootstrap_interval(result.metrics["ndcg@10"], 0)
        label = None if words in named else words
        named.add(words)
        ax.plot([low, high], [row, row], color=colour, linewidth=2.5)
        ax.plot(mean, row, "o", color=colour, markersize=6, label=label)
        ax.annotate(
            f"{mean:.3f}",
            (high, row),
            xytext=(6, -3),
            textcoords="offset points",
            color=colour,
        )
    ax.set_yticks(range(len(results)), [result.name for result in results])
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)
    ax.set(xlabel="NDCG@10, with 95 % interval", xlim=(0, 0.36))
    ax.legend(loc="upper right", fontsize=8)
    return fig


DRAWINGS: dict[str, Drawing] = {"baselines": baselines}
