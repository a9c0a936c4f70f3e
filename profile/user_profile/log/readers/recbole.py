"""RecBole's atomic files: ``name.inter`` with typed headers, ``.user`` and ``.item`` beside it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from ...errors import DataError
from ..events import EVENT, Events, factorise
from ..sources import Source, open_source
from .assemble import MAX_BAD, TextColumns, assemble
from .report import ReadReport
from .rows import first_lines, read_delimited, readable, sibling

# Our column, and the names under which RecBole's own data sets hold it.
_NAMES = {
    "user": ("user_id", "user", "uid"),
    "item": ("item_id", "item", "iid", "venue_id", "artist_id", "tracks_id", "product_id"),
    "time": ("timestamp", "time"),
    "session": ("session_id",),
    "kind": ("behavior_type", "event_type", "action_type"),
    "quantity": ("rating", "weight", "count"),
    "price": ("price",),
}


def matches(path: Source, lines: list[str]) -> bool:
    return ":token" in lines[0] and "\t" in lines[0]


def read(path: Source, report: ReadReport, *, max_bad: float = MAX_BAD) -> Events:
    """One event a row of .inter; without a timestamp column the order of the rows counts."""
    header = _typed_header(path)
    wanted: dict[str, str] = {}
    for ours, names in _NAMES.items():
        found = [header[name] for name in names if name in header]
        if found:
            wanted[ours] = found[0]
    for ours in ("user", "item"):
        if ours not in wanted:
            raise DataError(
                f"{path} has no {ours} column; found {list(header)[:20]}, "
                f"expected one of {list(_NAMES[ours])}."
            )
    table = read_delimited(path, report, delimiter="\t", wanted=wanted, quoted=False)
    columns: dict[str, Any] = {
        "time": None,
        "kind": "rating" if "quantity" in wanted else EVENT,
    }
    events = assemble(report, table.lines, TextColumns(**columns | table.columns), max_bad)
    return _with_user_file(_with_item_file(events, path.path), path.path)


def _typed_header(path: Source | Path) -> dict[str, str]:
    """The columns of an atomic file: name without its type, to name with it."""
    line = (first_lines(path, 1) or [""])[0]
    return {column.split(":")[0].strip(): column.strip() for column in line.split("\t")}


def _side_file(path: Path, suffix: str) -> dict[str, list[str]] | None:
    """The columns of the atomic file beside ``path``, the id first; None if there is none."""
    found = sibling(path, path.name.split(".inter")[0] + suffix)
    if found is None:
        return None
    table = read_delimited(
        found,
        ReadReport(open_source(found)),
        delimiter="\t",
        wanted=_typed_header(found),
        quoted=False,
    )
    return {name: readable(values) for name, values in table.columns.items()}


def _with_item_file(events: Events, path: Path) -> Events:
    """All that .item says of an item, as the text of each event."""
    columns = _side_file(path, ".item")
    if columns is None:
        return events
    ids, *rest = columns.values()
    text_of = dict(zip(ids, (" ".join(fields) for fields in zip(*rest))))
    codes, texts = factorise(text_of.get(item, "") for item in events.items)
    return replace(events, text=codes[events.item], texts=texts)


def _with_user_file(events: Events, path: Path) -> Events:
    """Each column of .user as a user feature."""
    columns = _side_file(path, ".user")
    if columns is None:
        return events
    (_, ids), *rest = columns.items()
    features = {}
    for name, values in rest:
        value_of = dict(zip(ids, values))
        features[name] = tuple(value_of.get(user, "") for user in events.users)
    return replace(events, user_features=features)
