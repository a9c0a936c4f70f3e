"""Customers as Arrow has them: a row each, their events as lists of one length.

Columns: `user`, `items`, `times` (timestamps, or whole seconds since 1970); if there, `prices` of
one piece, `kinds`, `quantities`, `sessions` (else a pause of half an hour parts them), and a column
for each side feature that the model knows. `texts` are read in training alone.
"""

from typing import Any

import numpy as np

from ...errors import DataError
from ...log.events import MISSING, PURCHASE, Events
from ...log.readers.kinds import by_meaning
from ...log.sessions import Sessions, group_sessions

NEEDED = ("user", "items", "times")
OPTIONAL = ("prices", "kinds", "quantities", "sessions")
TEXTS = "texts"  # what is said of each item: read in training, for categories
MOST_EVENTS = 100_000  # of one customer: a crawler or a till, and the square of it is memory


def arrow() -> Any:
    """pyarrow. Raises DataError, in a sentence, where it is not installed."""
    try:
        import pyarrow
    except ImportError:
        raise DataError(
            "Scoring reads and writes Arrow and needs pyarrow: pip install "
            "'attention-from-scratch[parquet]'."
        ) from None
    return pyarrow


def check_columns(names: list[str], where: str, side: tuple[str, ...] = ()) -> list[str]:
    """Those to read. Raises DataError for one that is missing, or that nothing is known of."""
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise DataError(
            f"{where} has no column {missing[0]!r}; it has {', '.join(names)}, and needs "
            f"{', '.join(NEEDED)}."
        )
    known = (*NEEDED, *OPTIONAL, *side)
    others = [name for name in names if name not in (*known, TEXTS)]
    if others:
        raise DataError(
            f"{where} has a column {others[0]!r} that is not read; leave it out or rename it: the "
            f"columns are {', '.join(known)}."
        )
    return [name for name in known if name in names]


def read_batch(batch: Any, where: str, side: tuple[str, ...] = ()) -> Sessions | None:
    """A record batch as sessions; None if it has no event. Raises DataError."""
    pa = arrow()
    check_columns(batch.schema.names, where, side)
    users = _texts(batch.column("user"), "user", where)
    if len(set(users)) < len(users):
        twice = next(user for user in users if users.count(user) > 1)
        raise DataError(f"{where} holds customer {twice!r} twice; give each one row.")
    lengths = _lengths(batch, "items", users, where)
    if lengths.max(initial=0) > MOST_EVENTS:
        user = users[int(lengths.argmax())]
        raise DataError(
            f"Customer {user!r} in {where} has {lengths.max():,} events, more than "
            f"{MOST_EVENTS:,}; leave them out, or keep their latest."
        )
    if not lengths.sum():
        return None
    flat = {"items": batch.column("items").flatten()}
    for name in ("times", *OPTIONAL, TEXTS):
        if name not in batch.schema.names:
            continue
        given = _lengths(batch, name, users, where)
        if (given != lengths).any():
            row = int(np.flatnonzero(given != lengths)[0])
            raise DataError(
                f"Customer {users[row]!r} in {where} has {lengths[row]:,} items and {given[row]:,} "
                f"{name}; give one for each event."
            )
        flat[name] = batch.column(name).flatten()
    if flat["items"].null_count or flat["times"].null_count:
        raise DataError(f"{where} has an event without an item or a time; leave it out.")
    item, items = _coded(flat["items"], pa)
    time, micro = _moments(flat["times"], where, pa)
    count = len(item)
    kinds: tuple[str, ...] = (PURCHASE,)
    sessions: tuple[str, ...] = ()
    kind, session = np.zeros(count, np.int64), np.full(count, MISSING)
    if "kinds" in flat:
        kind, kinds = by_meaning(*_coded(flat["kinds"].fill_null(PURCHASE), pa))
    if "sessions" in flat:
        session, sessions = _coded(flat["sessions"].cast(pa.string()).fill_null(""), pa)
        if "" in sessions:
            session = np.where(session == sessions.index(""), MISSING, session)
    texts: tuple[str, ...] = ()
    text = np.full(count, MISSING)
    if TEXTS in flat:
        text, texts = _coded(flat[TEXTS].fill_null(""), pa)
    return group_sessions(
        Events(
            user=np.repeat(np.arange(len(users), dtype=np.int32), lengths),
            item=item.astype(np.int32),
            time=time,
            session=session.astype(np.int32),
            kind=kind.astype(np.int8),
            quantity=_numbers(flat.get("quantities"), count, 1.0, "quantities", where, pa),
            price=_numbers(flat.get("prices"), count, np.nan, "prices", where, pa),
            text=text.astype(np.int32),
            users=tuple(users),
            items=items,
            sessions=sessions,
            kinds=kinds,
            texts=texts,
            user_features={
                name: tuple(_texts(batch.column(name), name, where, "")) for name in side
                if name in batch.schema.names
            },
            micro=micro,
        )
    )  # fmt: skip


def moments(batch: Any, where: str) -> np.ndarray:
    """The seconds of all events of a record batch."""
    users = _texts(batch.column("user"), "user", where)
    _lengths(batch, "times", users, where)
    flat = batch.column("times").flatten()
    if flat.null_count:
        raise DataError(f"{where} has an event without a time; leave it out.")
    return _moments(flat, where, arrow())[0]


def as_batch(sessions: Sessions) -> Any:
    """A log as the record batch of its customers, in their order."""
    pa = arrow()
    events = sessions.events
    ends = sessions.offsets[sessions.user_offsets].astype(np.int32)
    offsets = pa.array(ends)

    def lists(values: Any) -> Any:
        return pa.ListArray.from_arrays(offsets, values)

    def words(codes: np.ndarray, names: tuple[str, ...]) -> Any:
        return pa.array(np.array(names, object)).cast(pa.string()).take(pa.array(codes))

    times = pa.array(events.time * 1_000_000 + events.micro).cast(pa.timestamp("us"))
    columns = {
        "user": pa.array(events.users, pa.string()),
        "items": lists(words(events.item, events.items)),
        "times": lists(times),
        "prices": lists(pa.array(events.price, from_pandas=True)),
        "kinds": lists(words(events.kind, events.kinds)),
        "quantities": lists(pa.array(events.quantity)),
        "sessions": lists(pa.array(sessions.session_of_row()).cast(pa.string())),
        **{name: pa.array(values) for name, values in events.user_features.items()},
    }
    return pa.RecordBatch.from_pydict(columns)


def _lengths(batch: Any, name: str, users: list[str], where: str) -> np.ndarray:
    pa = arrow()
    column = batch.column(name)
    if not (pa.types.is_list(column.type) or pa.types.is_large_list(column.type)):
        raise DataError(f"Column {name!r} of {where} must be a list, not {column.type}.")
    if column.null_count:
        row = column.is_null().to_pylist().index(True)
        raise DataError(f"Customer {users[row]!r} in {where} has no {name}; give an empty list.")
    return column.value_lengths().to_numpy(zero_copy_only=False).astype(np.int64)


def _texts(column: Any, name: str, where: str, missing: str | None = None) -> list[str]:
    if column.null_count and missing is None:
        raise DataError(f"{where} has a row without a {name}; every row needs one.")
    return [missing if text is None else str(text) for text in column.to_pylist()]  # type: ignore[misc]


def _coded(values: Any, pa: Any) -> tuple[np.ndarray, tuple[str, ...]]:
    coded = values.cast(pa.string()).dictionary_encode()
    codes = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, tuple(coded.dictionary.to_pylist())


def _moments(values: Any, where: str, pa: Any) -> tuple[np.ndarray, np.ndarray]:
    """Seconds (N,) and microseconds after them (N,)."""
    if pa.types.is_timestamp(values.type):
        micro = values.cast(pa.timestamp("us"), safe=False).cast(pa.int64()).to_numpy()
        return micro // 1_000_000, (micro % 1_000_000).astype(np.int32)
    if not pa.types.is_integer(values.type):
        raise DataError(
            f"Column 'times' of {where} must hold timestamps or whole seconds, not {values.type}."
        )
    seconds = values.cast(pa.int64()).to_numpy()
    return seconds, np.zeros(len(seconds), np.int32)


def _numbers(values: Any, count: int, missing: float, name: str, where: str, pa: Any) -> np.ndarray:
    if values is None:
        return np.full(count, missing)
    try:
        floats = values.cast(pa.float64())
    except pa.ArrowException as error:
        raise DataError(f"Column {name!r} of {where} must hold numbers: {error}.") from None
    out = floats.to_numpy(zero_copy_only=False).copy()
    out[floats.is_null().to_numpy(zero_copy_only=False)] = missing
    return out
