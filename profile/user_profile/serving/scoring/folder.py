"""A folder of Parquet histories as the parts of a log: each rank opens its own files alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from attention.parallel.ranks import Ranks

from ...errors import DataError
from ...log.events import MISSING, PURCHASE, most_said
from ...log.parts import LogParts
from ...log.sessions import Sessions
from .histories import NEEDED, OPTIONAL, TEXTS, arrow, check_columns, read_batch
from .parquet import each_once, user_numbers

_PLAIN = ("string", "int", "float", "double", "bool", "dictionary", "date")  # what a feature may be


def holds_histories(path: str | Path | None, ranks: Ranks) -> bool:
    """Whether it is a folder of histories: rows of events, in Parquet too, are read by `log`."""
    return path is not None and bool(ranks.agree(ranks.rank == 0 and _looks_so(Path(path))))


def _looks_so(folder: Path) -> bool:
    files = sorted(folder.glob("*.parquet")) if folder.is_dir() else []
    if not files:
        return False
    try:
        from pyarrow import parquet, types

        schema = parquet.read_schema(files[0])
    except (ImportError, OSError, ValueError):
        return True  # which those who read it will tell of
    return "items" not in schema.names or types.is_nested(schema.field("items").type)


def read_folder(folder: Path, workers: int, ranks: Ranks) -> LogParts[Sessions]:
    """The files dealt out to the workers one by one, all in the codes of the whole log.

    Columns that are not of histories are features of the customers. Raises DataError for fewer
    files than workers, for a customer in two files, and for a folder without an event.
    """
    names = ranks.agree(sorted(path.name for path in folder.glob("*.parquet")))
    if len(names) < workers:
        raise DataError(
            f"{folder} holds {len(names)} Parquet files for {workers} workers; give a file or more "
            "for each: cut it into more files, or take fewer --workers."
        )
    mine = range(ranks.rank, workers, ranks.size)
    tables = {
        number: [(folder / name, _table(folder / name)) for name in names[number::workers]]
        for number in mine
    }
    named = [pair for some in tables.values() for pair in some]
    columns = {path.name: feature_columns(table, str(path)) for path, table in named}
    _each_once(ranks, named)
    features = _merged(ranks, names, columns)
    read = {number: _together(some, features) for number, some in tables.items()}
    whole = LogParts({n: part for n, part in read.items() if part is not None}, workers, ranks)
    if not ranks.any(bool(whole.local)):
        raise DataError(f"{folder} holds no event; there is nothing to learn from.")
    words = tuple(
        _merged(ranks, names, {
            path.name: _words(table, column, missing)
            for some in tables.values() for path, table in some
        })
        for column, missing in (("items", None), ("kinds", PURCHASE), (TEXTS, ""))
    )  # fmt: skip
    return LogParts(
        {n: _recoded(part, words, features) for n, part in whole.local.items()}, workers, ranks
    )


def texts_of(parts: LogParts[Sessions], items: Sequence[str]) -> list[str]:
    """What the whole log says of each item most often, "" where it says nothing."""
    counted: Counter[tuple[int, int]] = Counter()
    for counts in parts.of_each(lambda number: parts.local[number].events.texts_met()):
        counted.update(counts)
    return most_said(
        counted, parts.of_first(lambda number: parts.local[number].events.texts), len(items)
    )


def feature_columns(table: Any, where: str) -> tuple[str, ...]:
    """The columns that are of no event. Raises DataError for one that is not plain."""
    names = [n for n in table.schema.names if n not in (*NEEDED, *OPTIONAL, TEXTS)]
    for name in names:
        kind = str(table.schema.field(name).type)
        if not any(part in kind.split("<")[0] for part in _PLAIN) or kind.startswith("list"):
            raise DataError(
                f"Column {name!r} of {where} is {kind}: beside the events stand features of the "
                "customer, a word or a number each; leave it out."
            )
    return tuple(names)


def _each_once(ranks: Ranks, tables: Sequence[tuple[Path, Any]]) -> None:
    """Raises DataError for a customer in two files; each rank compares a share of all numbers."""
    numbered = [(path, user_numbers(table.column("user").to_pylist())) for path, table in tables]
    mine = []
    for root in range(ranks.size):
        for path, numbers in ranks.agree(numbered, root):
            mine.append((path, numbers[numbers % np.uint64(ranks.size) == ranks.rank]))
    each_once(*zip(*sorted(mine, key=lambda pair: pair[0].name)))


def _merged(
    ranks: Ranks, names: Sequence[str], local: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """What the files hold, each once, in their order: nothing hangs on who has read them."""
    found = dict(ranks.gather(list(local.items())))
    return tuple(dict.fromkeys(feature for name in names for feature in found[name]))


def _table(path: Path) -> Any:
    from pyarrow import parquet

    pa = arrow()
    try:
        table = parquet.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            f"{path} cannot be read as Parquet: {str(error).splitlines()[0]}."
        ) from None
    check_columns(table.schema.names, str(path), feature_columns(table, str(path)))
    return _in_microseconds(table)


def _in_microseconds(table: Any) -> Any:
    """The same with `times` as timestamps, if they are whole seconds: files may differ in it."""
    pa = arrow()
    place, column = table.schema.get_field_index("times"), table.column("times")
    if not pa.types.is_list(column.type) or not pa.types.is_integer(column.type.value_type):
        return table
    for unit in ("s", "us"):
        column = column.cast(pa.list_(pa.timestamp(unit)), safe=False)
    return table.set_column(place, "times", column)


def _words(table: Any, name: str, missing: str | None) -> tuple[str, ...]:
    """The different words of a column of lists, in the order of their first places."""
    from pyarrow import compute

    if name not in table.schema.names:
        return () if missing is None or not len(table) else (missing,)
    flat = compute.list_flatten(table.column(name)).cast(arrow().string())
    return tuple((flat if missing is None else flat.fill_null(missing)).unique().to_pylist())


def _together(tables: Sequence[tuple[Path, Any]], features: tuple[str, ...]) -> Sessions | None:
    """The users of some files, None if they have none."""
    pa = arrow()
    first, *others = [str(path) for path, _ in tables]
    where = f"{first} and {len(others)} more" if others else first
    try:
        whole = pa.concat_tables([table for _, table in tables], promote_options="permissive")
    except pa.ArrowException as error:
        raise DataError(
            f"The columns of {where} are of different types: {str(error).splitlines()[0]}"
        ) from None
    try:
        return _read(whole, where, features)
    except DataError:
        for path, table in tables if others else ():
            _read(table, str(path), features)  # one of them says which file it is
        raise


def _read(table: Any, where: str, features: tuple[str, ...]) -> Sessions | None:
    batches = table.combine_chunks().to_batches()
    return read_batch(batches[0], where, features) if batches else None


def _recoded(
    sessions: Sessions, words: tuple[tuple[str, ...], ...], features: tuple[str, ...]
) -> Sessions:
    """The same events in the codes of the whole log."""
    given, (items, kinds, texts) = sessions.events, words

    def again(column: np.ndarray, old: Sequence[str], new: Sequence[str]) -> np.ndarray:
        code_of = {name: code for code, name in enumerate(new)}
        table = np.array([*(code_of[name] for name in old), MISSING], column.dtype)
        return table[column]  # MISSING, -1, is the last

    missing = ("",) * len(given.users)
    events = replace(
        given,
        item=again(given.item, given.items, items),
        kind=again(given.kind, given.kinds, kinds),
        text=again(given.text, given.texts, texts),
        items=items,
        kinds=kinds,
        texts=texts,
        user_features={name: given.user_features.get(name, missing) for name in features},
    )
    return replace(sessions, events=events)
