"""Logs in databases: SQLite by the standard library, Parquet and SQL servers by extras.

Every value becomes text, so that one place parses dates and numbers, wherever they come from.
"""

import re
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from ...errors import DataError
from .source import NamedTable, Source

_SQLITE, _PARQUET = b"SQLite format 3\0", b"PAR1"


def open_table(name: str, table: str | None, query: str | None) -> Source | None:
    """The source of a database or a Parquet file; None if ``name`` is neither."""
    if table is not None and query is not None:
        raise DataError("--table and --query say the same; give one of them.")
    if name.startswith("sqlite:///"):
        rest, _, options = name.removeprefix("sqlite:///").partition("?")
        path = Path(unquote(rest))
        table = table or parse_qs(options).get("table", [None])[0]
        return Source(str(path), path, table=lambda: _sqlite(path, table, query))
    if "://" in name:
        shown = re.sub(r"://[^@/]*@", "://…@", name)  # no password in a message
        return Source(shown, Path(shown), table=lambda: _server(name, shown, table, query))
    path = Path(name)
    try:
        with open(path, "rb") as file:
            head = file.read(len(_SQLITE))
    except OSError:
        return None
    if head == _SQLITE:
        return Source(name, path, table=lambda: _sqlite(path, table, query))
    if head.startswith(_PARQUET):
        return Source(name, path, table=lambda: _parquet(path))
    return None


def _sqlite(path: Path, table: str | None, query: str | None) -> NamedTable:
    if not path.is_file():
        raise DataError(f"There is no file {path}; check the path.")
    try:
        database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            found = [name for (name,) in database.execute(
                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name"
            ) if not name.startswith("sqlite_")]  # fmt: skip
            rows = database.execute(_select(str(path), found, table, query))
            return _as_text([column[0] for column in rows.description or ()], rows)
        finally:
            database.close()
    except sqlite3.Error as error:
        raise DataError(f"{path} cannot be read as a SQLite database: {error}.") from None


def _server(url: str, shown: str, table: str | None, query: str | None) -> NamedTable:
    try:
        import sqlalchemy
    except ImportError:
        raise DataError(
            f"{shown} needs SQLAlchemy: pip install 'attention-from-scratch[sql]'."
        ) from None
    try:
        engine = sqlalchemy.create_engine(
            url, poolclass=sqlalchemy.NullPool
        )  # one question, then closed
        with engine.connect() as connection:
            found = (
                sorted(sqlalchemy.inspect(connection).get_table_names()) if query is None else []
            )
            statement = query if query is not None else _select(shown, found, table, None)
            rows = connection.execution_options(stream_results=True).execute(
                sqlalchemy.text(statement)
            )
            return _as_text(list(rows.keys()), rows)
    except (sqlalchemy.exc.SQLAlchemyError, ImportError) as error:
        first = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise DataError(f"{shown} cannot be read: {first}.") from None


def _select(shown: str, found: Sequence[str], table: str | None, query: str | None) -> str:
    if query is not None:
        return query
    if table is None and len(found) == 1:
        table = found[0]
    if table is None or table not in found:
        wrong = "has several tables" if table is None else f"has no table {table!r}"
        names = ", ".join(found[:20]) or "none"
        raise DataError(f"{shown} {wrong}; name one with --table, of: {names}.")
    quoted = table.replace('"', '""')
    return f'SELECT * FROM "{quoted}"'


def _parquet(path: Path) -> NamedTable:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise DataError(
            f"{path} is a Parquet file and needs pyarrow: pip install "
            "'attention-from-scratch[parquet]'."
        ) from None
    try:
        table = parquet.read_table(path)
    except (ArrowException, OSError) as error:
        raise DataError(
            f"{path} cannot be read as Parquet: {str(error).splitlines()[0]}."
        ) from None
    columns = {
        name: [_text(value) for value in column.to_pylist()]
        for name, column in zip(table.column_names, table.columns)
    }
    return NamedTable(columns)


def _as_text(names: list[str], rows: Iterable[Sequence[Any]]) -> NamedTable:
    columns: list[list[str]] = [[] for _ in names]
    for row in rows:
        for column, value in zip(columns, row):
            column.append(_text(value))
    return NamedTable(dict(zip(names, columns)))


def _text(value: Any) -> str:
    """A value as text; NaN, which stands for none, is left to `is_missing`."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return str(value)
