"""A folder of Parquet files as the parts of a log: each rank opens its own files and no other."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from attention.parallel.ranks import Ranks

from ..errors import DataError
from ..log.sessions import Sessions, single_event_sessions
from ..log.split import split_last_sessions
from ..serving.scoring.histories import NEEDED, OPTIONAL, arrow, check_columns, read_batch
from ..serving.scoring.parquet import each_once, user_numbers
from .parts import Part, Parts


def read_parts(folder: Path, workers: int, ranks: Ranks) -> Parts:
    """Histories as `score` takes them, dealt out to the workers file by file.

    Raises DataError for fewer files than workers, and for a user in two files.
    """
    names = ranks.agree(sorted(path.name for path in folder.glob("*.parquet")))
    if len(names) < workers:
        raise DataError(
            f"{folder} holds {len(names)} Parquet files for {workers} workers; give a file or more "
            "for each: cut it into more files, or take fewer --workers."
        )
    tables = {
        number: [(folder / name, _table(folder / name)) for name in names[number::workers]]
        for number in range(ranks.rank, workers, ranks.size)
    }
    users = [
        (path, user_numbers(table.column("user").to_pylist()))
        for some in tables.values()
        for path, table in some
    ]
    each_once(*zip(*sorted(ranks.gather(users), key=lambda one: one[0].name)))
    own = {number: _together(some) for number, some in tables.items()}
    named = sorted(ranks.gather([(number, _items(sessions)) for number, sessions in own.items()]))
    items = tuple(dict.fromkeys(item for _, names in named for item in names))
    code_of = {item: code for code, item in enumerate(items)}
    parts = {number: _part(sessions, items, code_of) for number, sessions in own.items()}
    return Parts(parts, workers, items, ranks)


def _table(path: Path) -> Any:
    """What is read of a file: its columns of histories, whatever others it has."""
    from pyarrow import parquet

    pa = arrow()
    try:
        names = parquet.read_schema(path).names
        columns = check_columns([n for n in names if n in (*NEEDED, *OPTIONAL)], str(path))
        return parquet.read_table(path, columns=columns)
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            f"{path} cannot be read as Parquet: {str(error).splitlines()[0]}."
        ) from None


def _together(tables: Sequence[tuple[Path, Any]]) -> Sessions | None:
    """The users of some files, None if they have none."""
    whole = arrow().concat_tables([one for _, one in tables], promote_options="default")
    first, *others = [str(path) for path, _ in tables]
    where = f"{first} and {len(others)} more" if others else first
    batches = whole.combine_chunks().to_batches()
    return read_batch(batches[0], where) if batches else None


def _items(sessions: Sessions | None) -> tuple[str, ...]:
    return () if sessions is None else sessions.events.items


def _part(sessions: Sessions | None, items: tuple[str, ...], code_of: Mapping[str, int]) -> Part:
    """In the codes of all ranks, one event a session, and each user's last two held out."""
    if sessions is None:
        return Part(None, None, None)
    own = sessions.events
    codes = np.array([code_of[item] for item in own.items], np.int32)
    single = single_event_sessions(replace(own, item=codes[own.item], items=items))
    try:
        split = split_last_sessions(single)
    except DataError:  # nobody here has three events: they only train
        return Part(single, None, None)
    return Part(single, split.validation, split.test)
