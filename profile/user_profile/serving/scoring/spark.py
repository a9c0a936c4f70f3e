"""Spark: functions for `DataFrame.mapInArrow`, iterators of record batches in and out.

    python -m user_profile.serving.scoring.spark EVENTS OUT --model runs/profile.npz

is the whole of it: raw events in Parquet -> histories, by Spark's shuffle -> scores in Parquet.
Events have columns user, item, time and, if there, price, kind, quantity, session, position.
Any other engine that hands over record batches (Ray, Dask) calls `Scorer` as `score` does.
"""

import argparse
import functools
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import DataError
from ...features.season import Days, Sales, days_between
from ...model.saved import load_model
from ..profiler import check_known
from .histories import OPTIONAL, arrow
from .plan import Plan, add_sales, fingerprint_of, no_sales
from .scorer import Scorer

SCORES = (
    "user string, sessions bigint, next array<struct<item:string,share:double>>, "
    "interests array<struct<category:string,level:string,chance:double>>, "
    "returns double, cancels double, spend string, state array<float>"
)
_MET = -1  # the cell of how much happened, and how much of it with known items
CELLS = "cell bigint, sold double, repeats double, price double"
_ONE = ("price", "kind", "quantity", "session")  # as events name each of OPTIONAL
Door = Callable[[Iterable[Any]], Iterator[Any]]


def score(model: str, plan: str) -> Door:
    """For `mapInArrow(score(model, plan), SCORES)`: two paths that every executor can read."""

    def scores(batches: Iterable[Any]) -> Iterator[Any]:
        scorer = _scorer(model, plan)
        for batch in batches:
            yield scorer(batch, "a partition")

    return scores


def count(model: str, days: Days) -> Door:
    """For `mapInArrow(count(model, days), CELLS)`: sales of a day and item, to be summed."""

    def cells(batches: Iterable[Any]) -> Iterator[Any]:
        trained = _model(model)
        sales = no_sales(days, len(trained.spec.items))
        happened = np.zeros(2)
        for batch in batches:
            happened += add_sales(sales, batch, trained, days, "a partition")
        cell = np.flatnonzero(sales.sold)
        tables = {name: table.ravel()[cell] for name, table in sales._asdict().items()}
        yield arrow().RecordBatch.from_pydict(
            {"cell": [_MET], "sold": happened[:1], "repeats": happened[1:], "price": [0.0]}
        )
        yield arrow().RecordBatch.from_pydict({"cell": cell, **tables})

    return cells


def read_events(session: Any, *paths: str) -> Any:
    """Raw events of Parquet files as a DataFrame; `position` is the place of each in the log.

    Files count in the order of their names, for a shuffle forgets in which order rows came.
    """
    from pyspark.sql import functions as F

    place = F.struct("_metadata.file_path", "_metadata.row_index").alias("position")
    return session.read.parquet(*paths).select("*", place)


def histories(events: Any) -> Any:
    """A DataFrame of events, grouped: a row a customer, in the order of time.

    Events of one time are in the order of `position`, as `read_events` gives it; without it, of
    what they hold. Further columns are side features of the customer, the first value counts.
    """
    from pyspark.sql import functions as F

    missing = [name for name in ("user", "item", "time") if name not in events.columns]
    if missing:
        raise DataError(
            f"The events have no column {missing[0]!r}; they have {', '.join(events.columns)}."
        )
    known = {"time": "times", "item": "items", **dict(zip(_ONE, OPTIONAL))}
    names = [name for name in known if name in events.columns]
    order = ["time", *(name for name in ("position",) if name in events.columns)]
    side = [name for name in events.columns if name not in ("user", *order, *names)]
    rows = F.struct(*order, *(name for name in names if name != "time"))
    grouped = events.groupBy("user").agg(
        F.sort_array(F.collect_list(rows)).alias("row"),
        *(F.min_by(name, order[-1]).alias(name) for name in side),
    )
    lists = [F.col(f"row.{name}").alias(known[name]) for name in names]
    return grouped.select(F.col("user").cast("string").alias("user"), *lists, *side)


def plan_of(customers: Any, model: str, top: int = 10) -> Plan:
    """The plan of a DataFrame of histories, counted where they are."""
    from pyspark.sql import functions as F

    trained = _model(model)
    seconds = F.transform("times", lambda time: time.cast("bigint"))
    first, last = customers.select(
        F.min(F.array_min(seconds)), F.max(F.array_max(seconds))
    ).first()  # fmt: skip
    if first is None:
        raise DataError("There are no events; there is nobody to score.")
    items = len(trained.spec.items)
    days = days_between(first, last, items)
    sums = [F.sum(name).alias(name) for name in Sales._fields]
    sales = no_sales(days, items)
    for row in customers.mapInArrow(count(model, days), CELLS).groupBy("cell").agg(*sums).collect():
        if row["cell"] == _MET:
            check_known(row["repeats"] / row["sold"])
            continue
        for name, table in sales._asdict().items():
            table.flat[row["cell"]] = row[name]
    return Plan(last + 1, top, fingerprint_of(trained), days, sales)


def main() -> int:
    """EVENTS to OUT; 0 if it went well, 2 after a mistake, which is told in one sentence."""
    parser = argparse.ArgumentParser("python -m user_profile.serving.scoring.spark")
    parser.add_argument("events", help="Parquet: a row an event")
    parser.add_argument("out", help="the folder of scores, which must not exist")
    parser.add_argument("--model", default="runs/profile.npz")
    options = parser.parse_args()
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        print("error: This needs pyspark: pip install 'attention-from-scratch[scale]'.")
        return 2
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    plan = str(Path(f"{options.out}.plan.npz").absolute())
    model = str(Path(options.model).absolute())
    spark = SparkSession.builder.appName("scores").getOrCreate()
    try:
        customers = histories(read_events(spark, options.events)).cache()
        plan_of(customers, model).save(plan)
        customers.mapInArrow(score(model, plan), SCORES).write.parquet(options.out)
    except (ValueError, OSError, PySparkException) as error:
        print(f"error: {_sentence(error)}", file=sys.stderr)
        return 2
    finally:
        spark.stop()
    return 0


def _sentence(error: Exception) -> str:
    """What an executor has raised comes with its whole way here, several times over."""
    lines = str(error).splitlines() or [repr(error)]
    told = [line.partition("DataError: ")[2] for line in lines if "DataError: " in line]
    return told[0] if told else lines[0]


@functools.cache
def _model(path: str) -> Any:
    return load_model(path)


@functools.cache
def _scorer(model: str, plan: str) -> Scorer:
    """Once a process, and Spark keeps its Python processes."""
    found = Plan.load(plan)
    trained = _model(model)
    found.check(found._replace(model=fingerprint_of(trained)), plan)
    return Scorer(trained, found)


if __name__ == "__main__":  # under its own name: functions of __main__ are unknown elsewhere
    from user_profile.serving.scoring import spark

    sys.exit(spark.main())
