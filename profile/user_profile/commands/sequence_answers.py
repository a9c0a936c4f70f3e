"""sequences recommend | export: what a saved model says of users and items."""

import argparse
from typing import Any

from ..errors import DataError
from ..sequences.export import TABLES, export_tables, write_npz
from ..sequences.recommender import Recommendation, Recommender
from ..sequences.saved import load_model
from .answers import give
from .named_ids import ids_of, known_ids
from .outputs import write_rows
from .sequence_inputs import (
    known_features,
    known_log,
    may_repeat,
    one_user,
)
from .waiting import Waiting


def run_recommend(options: argparse.Namespace) -> int:
    recommender = Recommender(load_model(options.model))
    repeat = may_repeat(options, recommender.trained.settings)
    if options.items is not None:
        if options.file is not None:
            raise DataError("Give FILE or --items, not both.")
        given = ids_of(options.items)
        known = known_ids(given, recommender.trained.items, "--items") if given else {}
        answer = recommender.recommend(
            [known[item] for item in given if item in known],
            options.top,
            features=known_features(options, recommender),
            repeat=repeat,
        )
        rows = _rows(None, answer)
    else:
        if options.features is not None:
            raise DataError("--features are those of the user of --items; a FILE brings its own.")
        events = known_log(options, recommender)
        users = range(len(events.users)) if options.user is None else [one_user(options, events)]
        answers = list(recommender.recommend_users(users, options.top, repeat=repeat))
        short = sum(len(answer.items) < options.top for answer in answers)
        if short and not repeat:
            print(
                f"{short:,} of {len(answers):,} users get fewer than {options.top} items: what "
                "they had is left out (--repeat leaves it in)"
            )
        named = zip((events.users[user] for user in users), answers)
        rows = [row for user, answer in named for row in _rows(user, answer)]
    return give(options, rows)


def run_export(options: argparse.Namespace) -> int:
    recommender = Recommender(load_model(options.model))
    events = known_log(options, recommender)
    whole = options.out.lower().endswith(".npz")
    asked = TABLES if whole else (options.which,)
    tables = export_tables(recommender, events, asked, on_block=Waiting())
    if whole:
        write_npz(options.out, tables)
        print(", ".join(f"{len(ids):,} {name}" for name, (ids, _) in tables.items()))
    else:
        ids, vectors = tables[options.which]
        columns = [f"e{i}" for i in range(vectors.shape[1])]
        write_rows(
            options.out,
            [{"id": key, **dict(zip(columns, row))} for key, row in zip(ids, vectors.tolist())],
        )
        print(f"{len(ids):,} {options.which}")
    print(f"written to {options.out}")
    return 0


def _rows(user: str | None, answer: Recommendation) -> list[dict[str, Any]]:
    named = {} if user is None else {"user": user}
    return [
        {**named, "rank": rank, "item": item, "probability": probability}
        for rank, (item, probability) in enumerate(zip(answer.items, answer.probabilities), start=1)
    ]
