"""A folder of Parquet files, scored on all cores; each file of histories gives one of scores.

Memory: a batch of customers a core, the season, eight bytes a customer to find one in two files.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from attention.files import written_whole
from attention.parallel import Workers

from ...errors import DataError
from ...features.season import Sales, days_between
from ...model.trained import Trained
from ..profiler import check_known
from .histories import arrow, check_columns, moments
from .plan import Plan, add_sales, fingerprint_of, no_sales
from .scorer import Scorer, schema

PLAN = "plan.npz"
ROWS = 8192  # customers a batch


def files_in(folder: Path) -> list[Path]:
    """Those to score. Raises DataError if there is none."""
    files = [folder] if folder.is_file() else sorted(folder.glob("*.parquet"))
    if not files:
        raise DataError(f"{folder} holds no .parquet file; name a folder of histories.")
    return files


def batches(path: Path, side: tuple[str, ...], rows: int) -> Iterator[Any]:
    """Record batches of a file, the columns that are read. Raises DataError."""
    pa = arrow()
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            columns = check_columns(file.schema_arrow.names, str(path), side)
            yield from file.iter_batches(rows, columns=columns)
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            f"{path} cannot be read as Parquet: {str(error).splitlines()[0]}."
        ) from None


def make_plan(
    files: Sequence[Path], trained: Trained, moment: int | None, top: int, workers: Workers,
    rows: int = ROWS, tell: Callable[[str], None] = print,
) -> Plan:  # fmt: skip
    """Two passes over the files: when things happened and to whom, then what was sold.

    Raises DataError for a customer in two files, and where the model knows next to no item.
    """
    side = tuple(trained.spec.side)
    spans = workers.map(_Span(side, rows), [(path,) for path in files])
    each_once(files, [hashes for _, _, hashes in spans])
    known = [(first, last) for first, last, _ in spans if first is not None]
    if not known:
        raise DataError(f"{files[0].parent} holds no event; there is nobody to score.")
    first, last = min(moment for moment, _ in known), max(moment for _, moment in known)
    days = days_between(first, last, len(trained.spec.items))
    sales, counts = no_sales(days, len(trained.spec.items)), np.zeros(2, np.int64)
    for begin in range(0, len(files), workers.count):  # so many tables at once, not one a file
        some = files[begin : begin + workers.count]
        for part, *counted in workers.map(_Count(trained, days, rows), [(path,) for path in some]):
            for table, more in zip(sales, part):
                table += more
            counts += counted
    happened, known_items = counts.tolist()
    check_known(known_items / happened)
    if known_items < happened:
        tell(
            f"{happened - known_items:,} of {happened:,} behaviours are of items not known to the "
            "model, read as unknown"
        )
    at = last + 1 if moment is None else moment
    return Plan(at, top, fingerprint_of(trained), days, sales)


def score_files(
    files: Sequence[Path], out: Path, trained: Trained, plan: Plan, workers: Workers,
    tell: Callable[[str], None], rows: int = ROWS,
) -> int:  # fmt: skip
    """Score the files that are not finished; returns the customers scored. Raises DataError.

    A fault in a file is raised when the others are finished.
    """
    left = [path for path in files if not (out / path.name).exists()]
    if len(left) < len(files):
        tell(f"{len(files) - len(left):,} of {len(files):,} files are finished already")
    counts = workers.map(_Score(Scorer(trained, plan), out, rows), [(path,) for path in left])
    return sum(counts)


class _Span:
    """The first and last second of a file, and a number for each customer."""

    def __init__(self, side: tuple[str, ...], rows: int) -> None:
        self.side, self.rows = side, rows

    def __call__(self, path: Path) -> tuple[int | None, int | None, np.ndarray]:
        first: int | None = None
        last: int | None = None
        numbers = [np.zeros(0, np.uint64)]
        for batch in batches(path, self.side, self.rows):
            numbers.append(user_numbers(batch.column("user").to_pylist()))
            times = moments(batch, str(path))
            if len(times):
                low, high = int(times.min()), int(times.max())
                first = low if first is None else min(first, low)
                last = high if last is None else max(last, high)
        return first, last, np.concatenate(numbers)


class _Count:
    def __init__(self, trained: Trained, days: Any, rows: int) -> None:
        self.trained, self.days, self.rows = trained, days, rows

    def __call__(self, path: Path) -> tuple[Sales, int, int]:
        spec = self.trained.spec
        sales, happened, known = no_sales(self.days, len(spec.items)), 0, 0
        for batch in batches(path, tuple(spec.side), self.rows):
            more, known_part = add_sales(sales, batch, self.trained, self.days, str(path))
            happened, known = happened + more, known + known_part
        return sales, happened, known


class _Score:
    def __init__(self, scorer: Scorer, out: Path, rows: int) -> None:
        self.scorer, self.out, self.rows = scorer, out, rows

    def __call__(self, path: Path) -> int:
        try:
            return self._write(path)
        except (OSError, arrow().ArrowException) as error:
            why = getattr(error, "strerror", None) or str(error).splitlines()[0]
            raise DataError(
                f"{self.out / path.name} cannot be written ({why}); what is finished is kept: make "
                "room and run it again"
            ) from None

    def _write(self, path: Path) -> int:
        from pyarrow import parquet

        count = 0
        with (
            written_whole(self.out / path.name) as stream,
            parquet.ParquetWriter(stream, schema()) as writer,
        ):
            for batch in batches(path, self.scorer.side, self.rows):
                scores = self.scorer(batch, str(path))
                writer.write_batch(scores)
                count += scores.num_rows
        return count


def user_numbers(users: Sequence[Any]) -> np.ndarray:
    """A number for each, (U,), which two hardly ever share."""
    digests = [hashlib.blake2b(str(user).encode(), digest_size=8).digest() for user in users]
    return np.frombuffer(b"".join(digests), np.uint64)


def each_once(files: Sequence[Path], hashes: Sequence[np.ndarray]) -> None:
    """Raises DataError for a customer in two files, or twice in one."""
    everybody = np.concatenate([np.zeros(0, np.uint64), *hashes])
    ordered = np.sort(everybody)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    if len(twice):
        places = [
            path for path, users in zip(files, hashes) for _ in range((users == twice[0]).sum())
        ]
        raise DataError(
            f"{len(twice):,} customers have several rows, one of them in {places[0]} and "
            f"{places[1]}; give each customer one row, all their events in it."
        )
