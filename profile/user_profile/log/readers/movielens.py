"""MovieLens: ``ratings.csv`` (small, 10M and later), ``ratings.dat`` (1M), ``u.data`` (100K).

Titles and genres, ages and occupations are read too if their files lie beside the ratings.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from ..events import Events, factorise
from ..sources import Source, open_source
from .assemble import MAX_BAD, TextColumns, assemble
from .report import ReadReport
from .rows import first_lines, read_delimited, readable, sibling

_GENRES_100K = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary",
    "Drama", "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi",
    "Thriller", "War", "Western",
)  # fmt: skip


class _Shape(NamedTuple):
    """How one edition of MovieLens writes its files."""

    delimiter: str
    header: list[str] | None  # None: the file has a header line of its own
    films: str
    film_header: list[str] | None
    users: str = ""
    user_header: tuple[str, ...] = ()


_RATING = ["userId", "movieId", "rating", "timestamp"]
_FILM = ["movieId", "title", "genres"]
_EDITIONS = {
    "ratings.csv": _Shape(",", None, "movies.csv", None),
    "ratings.dat": _Shape(
        "::", _RATING, "movies.dat", _FILM,
        "users.dat", ("userId", "gender", "age", "occupation", "zip"),
    ),
    "u.data": _Shape(
        "\t", _RATING, "u.item", ["movieId", "title", "date", "video", "url", *_GENRES_100K],
        "u.user", ("userId", "age", "gender", "occupation", "zip"),
    ),
}  # fmt: skip


def matches(path: Source, lines: list[str]) -> bool:
    return _edition(path, lines[0]) is not None


def _edition(path: Source, line: str) -> str | None:
    if line.startswith("userId,movieId,rating"):
        return "ratings.csv"
    if len(line.split("::")) == 4:
        return "ratings.dat"
    fields = line.split("\t")
    if len(fields) == 4 and all(field.strip().isdigit() for field in fields):
        return "u.data"
    return None


def read(path: Source, report: ReadReport, *, max_bad: float = MAX_BAD) -> Events:
    """A rating is an event of kind "rating", its stars the quantity."""
    shape = _EDITIONS[_edition(path, (first_lines(path, 1) or [""])[0]) or "ratings.csv"]
    table = read_delimited(
        path,
        report,
        delimiter=shape.delimiter,
        header=shape.header,
        wanted={"user": "userId", "item": "movieId", "quantity": "rating", "time": "timestamp"},
        quoted=shape.header is None,
    )
    columns: dict[str, Any] = {"kind": "rating", **table.columns}
    events = assemble(report, table.lines, TextColumns(**columns), max_bad)
    return _with_users(_with_films(events, path.path, shape), path.path, shape)


def _with_films(events: Events, path: Path, shape: _Shape) -> Events:
    """Title and genres as the text of each event."""
    found = sibling(path, shape.films)
    if found is None:
        return events
    films = read_delimited(
        found,
        ReadReport(open_source(found)),
        delimiter="|" if shape.films == "u.item" else shape.delimiter,
        header=shape.film_header,
        quoted=shape.film_header is None,
        encoding="utf-8" if shape.film_header is None else "latin-1",
    ).columns
    if "genres" in films:
        genres = [text.replace("|", " ") for text in films["genres"]]
    else:
        flags = zip(*(films[name] for name in _GENRES_100K))
        genres = [
            " ".join(name for name, flag in zip(_GENRES_100K, row) if flag == "1") for row in flags
        ]
    text_of = {
        film: f"{title} {genre}"
        for film, title, genre in zip(films["movieId"], readable(films["title"]), readable(genres))
    }
    codes, texts = factorise(text_of.get(item, "") for item in events.items)
    return replace(events, text=codes[events.item], texts=texts)


def _with_users(events: Events, path: Path, shape: _Shape) -> Events:
    """Age, gender and occupation as user features."""
    found = sibling(path, shape.users) if shape.users else None
    if found is None:
        return events
    table = read_delimited(
        found,
        ReadReport(open_source(found)),
        delimiter="|" if shape.users == "u.user" else shape.delimiter,
        header=list(shape.user_header),
        quoted=False,
    ).columns
    features = {}
    for name in ("age", "gender", "occupation"):
        value_of = dict(zip(table["userId"], table[name]))
        features[name] = tuple(value_of.get(user, "") for user in events.users)
    return replace(events, user_features=features)
