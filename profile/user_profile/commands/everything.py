"""`evaluate --everything`: each table there is, for any log.

The saved model is asked about each customer's last session. What is split by date, the outlook and
a ranking by one clock for everybody, needs a model that knows nothing after the date: it is trained
here, on the log cut there, in the settings of the saved one.
"""

import dataclasses

import numpy as np

from ..baselines.outlook import forecasters
from ..baselines.value import judge_value
from ..dates import day_of
from ..features.moments import test_date
from ..judging.compare import Comparison, Scorer, compare
from ..judging.curves import audience_table, calibration_table
from ..judging.evaluate import mean_ndcg
from ..judging.faithfulness import judge_faithfulness
from ..judging.interests import judge_interests
from ..judging.old_and_new import compare_old_and_new
from ..judging.outlook import judge_outlook
from ..log.categories import Categories
from ..log.events import PURCHASE
from ..log.prepared import Prepared
from ..log.sessions import Sessions
from ..log.split import split_at, split_last_sessions
from ..model.trained import Trained
from ..serving.profiler import Profiler
from ..training.facts import SpecOptions
from ..training.loop import train
from .waiting import Waiting

NO_ITEMS = "The log names no items to tell apart: there is no ranking and no interest to judge."


def print_everything(log: Prepared, trained: Trained, scorers: list[Scorer]) -> None:
    """``scorers`` are the rivals of the ranking."""
    profiler, split = Profiler(trained, log.sessions), log.split()
    lineup = [*scorers, profiler]
    if not log.ranks:
        print(NO_ITEMS, end="\n\n")
        _by_date(log, trained, scorers)
        return
    title = f"Items of the last session of {len(split.test):,} customers, all items ranked"
    waiting = Waiting()
    _ranking(compare(lineup, log.purchases, split.test, title=title, on_block=waiting))
    for table in compare_old_and_new(lineup, log.purchases, split.test, on_block=waiting):
        _ranking(table)
    print(judge_interests(profiler, split.test, split.train, split.validation), end="\n\n")
    found = judge_faithfulness(trained, log.sessions, split.test.user, split.test.time)
    print(found, end="\n\n")
    _by_date(log, trained, scorers)


def _by_date(log: Prepared, trained: Trained, scorers: list[Scorer]) -> None:
    history = Profiler(trained, log.sessions).history
    date = test_date(history)
    kinds = log.sessions.events.kinds
    kind = PURCHASE if PURCHASE in kinds else None
    try:
        earlier = train_before(log.sessions, date, trained, kind)
        targets = split_at(log.purchases, date)
    except ValueError as error:
        print(f"Nothing is judged by date: {error}")
        return
    profiler = Profiler(earlier, log.sessions)
    title = (
        f"By one clock: the first session from {day_of(date)} on of {len(targets):,} customers, "
        "all items ranked by what is trained on sessions that ended before"
    )
    if log.ranks:
        lineup = [*scorers, profiler]
        _ranking(compare(lineup, log.purchases, targets, title=title, on_block=Waiting()))
    tables = judge_outlook(profiler, forecasters(profiler.history))
    curves = calibration_table(profiler), audience_table(profiler)
    for table in [*tables, *curves, *judge_value(profiler.history)]:
        if table is not None:
            print(table, end="\n\n")
    if not tables:
        print("The log is too short to judge an outlook: it needs two spans of 90 days and more.")


def train_before(sessions: Sessions, date: int, like: Trained, kind: str | None) -> Trained:
    """A model in the settings of another, from the sessions that ended before ``date``.

    Raises DataError if they are too few.
    """
    spec = like.spec
    code_of = {item: code for code, item in enumerate(spec.items)}
    other = np.append(spec.category, 0)
    codes = [code_of.get(item, len(spec.items)) for item in sessions.events.items]
    categories = Categories(other[codes].astype(np.int32), spec.category_names, {})
    kept = sessions.take(sessions.end < date)
    settings = dataclasses.replace(like.settings)
    without = [part for part in spec.without if part != "vectors"]
    split = split_last_sessions(kept, kind=kind)
    options = SpecOptions(without=without, to_the_end=True)
    return train(kept, split, categories, settings, score=mean_ndcg, options=options)


def _ranking(table: Comparison) -> None:
    print(table)
    print(table.verdict(Profiler.name), end="\n\n")
