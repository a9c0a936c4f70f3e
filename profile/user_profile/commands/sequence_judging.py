"""sequences evaluate: a saved model beside the baselines, in full and against sampled items."""

import argparse
from collections.abc import Callable

import numpy as np

from ..baselines.lineup import rivals_of_rows
from ..judging.compare import Comparison
from ..judging.leave_one_out import compare_leave_one_out
from ..log.events import Events
from ..log.sessions import single_event_sessions
from ..log.split import Targets
from ..sequences.recommender import ReadingOnce, Trained
from ..sequences.saved import load_model
from .sequence_inputs import (
    may_repeat,
    read_log,
    split_log,
    tell_unknown,
)
from .waiting import Waiting


def run_evaluate(options: argparse.Namespace) -> int:
    trained = load_model(options.model)
    events = read_log(options)
    _, split = split_log(options, events)
    tell_unknown(trained.items, events.items)
    targets = split.validation if options.validation else split.test
    print_tables(options, events, targets, trained)
    return 0


def print_tables(
    options: argparse.Namespace, events: Events, targets: Targets, trained: Trained
) -> None:
    """Full ranking, and apart from it the one against sampled items, which flatters."""
    sessions, waiting = single_event_sessions(events), Waiting()
    repeat = may_repeat(options, trained.settings)
    read: dict[bytes, np.ndarray] = {}
    print_each(options, trained, lambda negatives: compare_leave_one_out(
        [*rivals_of_rows(), *ours(trained, read)],
        sessions, targets, filter_seen=not repeat, negatives=negatives, on_block=waiting,
    ))  # fmt: skip


def ours(trained: Trained, read: dict[bytes, np.ndarray]) -> list[ReadingOnce]:
    """The model, and where rules help it, its network alone."""
    alone = [ReadingOnce(trained, read, rules=False)] if trained.rules.weight else []
    return [ReadingOnce(trained, read), *alone]


def print_each(
    options: argparse.Namespace, trained: Trained, compare: Callable[[int | None], Comparison]
) -> None:
    names = [scorer.name for scorer in ours(trained, {})]
    for negatives in [None, options.sampled] if options.sampled else [None]:
        table = compare(negatives)
        print()
        print(table)
        print(table.verdict(*names))
