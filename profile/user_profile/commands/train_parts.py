"""train, where --data is a folder of Parquet histories: each rank reads its own files alone."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from attention.parallel.ranks import world

from ..baselines.parts import CELLS, rivals_of_parts
from ..errors import DataError
from ..features.history import read_history
from ..features.item_side import read_item_vectors
from ..judging.compare import Comparison, Scorer, compare_sessions_of_parts
from ..judging.evaluate import each_ndcg
from ..log.categories import Categories, rename_categories
from ..log.parts import LogParts
from ..log.prepare import bounded, with_user_features
from ..log.prepared import choose_categories, purchases_of
from ..log.sessions import Sessions
from ..log.split import Split
from ..model.settings import Settings
from ..model.trained import Trained
from ..serving.profiler import Profiler
from ..serving.scoring.folder import holds_histories, read_folder, texts_of
from ..training.facts import SpecOptions, season_of_all
from ..training.loop import Sitting
from ..training.parts import split_parts, train_parts
from .waiting import Waiting

_TESTED = 100_000  # customers of whom the table is
_OF_ROWS = (
    "format",
    "columns",
    "table",
    "query",
    "encoding",
    "date_format",
    "charges",
    "keep_charges",
    "keep_duplicates",
)


def is_in_parts(options: argparse.Namespace) -> bool:
    data = options.data or []
    return len(data) == 1 and holds_histories(data[0], world())


def train_on_folder(
    options: argparse.Namespace,
    settings: Settings,
    without: list[str],
    sitting: Sitting,
) -> tuple[Trained, Callable[[], Comparison]]:
    """Read, say what was read, train; and what makes the table. Raises DataError."""
    for name in _OF_ROWS:
        if getattr(options, name):
            raise DataError(
                f"{options.data[0]} holds histories, which are read as they are; leave out "
                f"--{name.replace('_', '-')}."
            )
    workers = max(2, world().size) if options.workers is None else options.workers
    parts = _read(options, workers)
    splits = split_parts(parts)
    items = parts.of_first(lambda number: parts.local[number].events.items)
    print(_told(parts, len(items)), flush=True)
    categories = _categories(options, parts, items)
    print(categories)
    vectors = read_item_vectors(options.item_vectors, items) if options.item_vectors else None
    trained = train_parts(
        parts, splits, categories, settings, score=each_ndcg,
        options=SpecOptions(vectors, without), sitting=sitting,
    )  # fmt: skip
    return trained, lambda: judge_parts(parts, splits, trained)


def judge_parts(
    parts: LogParts[Sessions], splits: Mapping[int, Split], trained: Trained, most: int = _TESTED
) -> Comparison:
    """The table of the last sessions of at most `most` customers, drawn of each part alike."""
    items = len(trained.spec.items)
    most = max(parts.count, min(most, CELLS // items))
    tested = {}
    for number, split in splits.items():
        size, draw = len(split.test), np.random.default_rng(number)
        chosen = draw.permutation(size)[: most // parts.count]
        tested[number] = split.test.take(np.sort(chosen))
    targets, bought = parts.like(tested), {}
    for number, sessions in parts.local.items():
        if (visits := purchases_of(sessions)) is not None:
            bought[number] = visits
    histories = {number: read_history(sessions) for number, sessions in parts.local.items()}
    season = season_of_all(parts.like(histories))
    ours: dict[int, Scorer] = {
        n: Profiler(trained, sessions, season) for n, sessions in parts.local.items()
    }
    lines: list[Mapping[int, Scorer]] = [*rivals_of_parts(parts.like(bought), targets, items), ours]
    size = sum(targets.of_each(lambda number: len(tested[number])))
    title = f"Items of the last session of {size:,} customers, all items ranked"
    return compare_sessions_of_parts(lines, targets, items, title=title, on_block=Waiting())


def _read(options: argparse.Namespace, workers: int) -> LogParts[Sessions]:
    whole = read_folder(Path(options.data[0]), workers, world())
    notes: list[str] = []
    read = {number: bounded(sessions, notes) for number, sessions in whole.local.items()}
    for note in whole.ranks.gather(notes):
        print(note)
    if options.user_features:
        read = {
            number: replace(
                sessions, events=with_user_features(sessions.events, options.user_features)
            )
            for number, sessions in read.items()
        }
    return whole.like(read)


def _told(parts: LogParts[Sessions], items: int) -> str:
    def counts(number: int) -> tuple[int, int, int]:
        sessions = parts.local[number]
        return len(sessions.events.users), len(sessions), len(sessions.events)

    customers, sessions, events = map(sum, zip(*parts.of_each(counts)))
    features = parts.of_first(lambda number: tuple(parts.local[number].events.user_features))
    known = f"; of each customer: {', '.join(features)}" if features else ""
    return (
        f"{customers:,} customers in {parts.count} parts, {items:,} items, {sessions:,} sessions, "
        f"{events:,} behaviours{known}"
    )


def _categories(options: argparse.Namespace, parts: LogParts[Sessions], items: Any) -> Categories:
    found = choose_categories(items, texts_of(parts, items), options.categories)
    found = parts.ranks.agree(found)  # machines may differ in the last bit of a distance
    if options.category_names:
        found = rename_categories(found, options.category_names)
    return found
