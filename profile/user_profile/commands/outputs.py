"""Files that commands write: none replaces another unasked, and none ever replaces an input.

A command declares its outputs with its options; `check_outputs` looks at them before any work.
"""

import argparse
import csv
import glob
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attention.files import keep_existing, writable, written_whole
from attention.training.console import Outliving

from ..errors import DataError
from ..log.readers.online_retail import SHIPPED
from ..serving.report import to_json

TABLE = (".csv", ".json")
STDOUT = "-"  # in place of a table's file
PICTURE = (".png", ".svg", ".pdf")
_INPUTS = (
    "data", "file", "user_features", "categories", "category_names", "item_vectors", "items",
    "model",
)  # fmt: skip


def add_output(
    parser: argparse.ArgumentParser, option: str, endings: Sequence[str], what: str, **more: Any
) -> None:
    """An option that names a file to write, and once for all of them --overwrite."""
    said = f"{what}: {' or '.join(filter(None, (', '.join(endings[:-1]), endings[-1])))}"
    said += "; -: as CSV to standard output" if endings == TABLE else ""
    parser.add_argument(option, help=said, **more)
    outputs = parser.get_default("outputs") or {}
    if not outputs:
        parser.add_argument("--overwrite", action="store_true", help="replace files written before")
    parser.set_defaults(outputs={**outputs, option: tuple(endings)})


def check_outputs(options: argparse.Namespace) -> None:
    """Raises DataError or OSError for an output that could not, or must not, be written."""
    named: dict[str, str] = {}  # the option of each file
    for option, endings in getattr(options, "outputs", {}).items():
        path = getattr(options, option.removeprefix("--"))
        if path is None:
            continue
        other = named.setdefault(os.path.realpath(path), option)
        if other != option:
            raise DataError(f"{other} and {option} name one file, {path}; give each its own.")
        if path == STDOUT and endings == TABLE:
            continue
        if Path(path).suffix.lower() not in endings:
            raise DataError(f"{path} must end in {' or '.join(endings)}, which names its format.")
        if not Path(path).absolute().parent.is_dir():
            raise DataError(f"The folder of {path} does not exist; make it, or name another.")
        check_output(options, path, option)


def fills_stdout(options: argparse.Namespace) -> bool:
    """Whether standard output is for rows, and what is said to a person goes elsewhere."""
    outputs = getattr(options, "outputs", {})
    return any(getattr(options, name.removeprefix("--")) == STDOUT for name in outputs)


def check_output(
    options: argparse.Namespace, path: str | Path, option: str, inputs: Sequence[str] = _INPUTS
) -> None:
    """One output, which may be named by more than an option. Raises as `check_outputs`."""
    for name, given in _inputs(options, inputs):
        if _is_within(path, given):
            raise DataError(
                f"{path} is, or lies in, what {name} names to be read, which is never replaced; "
                f"name another file with {option}."
            )
    keep_existing(path, options.overwrite, option)
    writable(path)


def never_an_input(options: argparse.Namespace, path: str | Path, option: str) -> None:
    """Raises DataError for a model that would be written over what it is trained on."""
    check = argparse.Namespace(**{**vars(options), "overwrite": True})
    check_output(check, path, option, [name for name in _INPUTS if name != "model"])


def write_rows(path: str | Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows as .csv or .json, as the name says; as CSV to standard output."""
    if path == STDOUT:
        with open(1, "w", encoding="utf-8", newline="", closefd=False) as out:
            said = Outliving(out)  # whose reader may leave, as `head` does
            _write_csv(said, rows)
            said.flush()
        return
    with written_whole(path) as file:
        text = io.TextIOWrapper(file, "utf-8", newline="")
        if Path(path).suffix.lower() == ".json":
            _write_json(text, rows)
        else:
            _write_csv(text, rows)
        text.flush()
        text.detach()


def _write_csv(file: io.TextIOWrapper | Outliving, rows: Sequence[Mapping[str, Any]]) -> None:
    writer = csv.DictWriter(file, list(rows[0]) if rows else ["customer"])
    writer.writeheader()
    writer.writerows(rows)


def _write_json(file: io.TextIOWrapper, rows: Sequence[Mapping[str, Any]]) -> None:
    """`to_json` of all rows, a row at a time."""
    before = "["
    for row in rows:
        told = to_json([row]).removeprefix("[").removesuffix("\n]\n")
        file.write(before + told)
        before = ","
    file.write("\n]\n" if rows else "[]\n")


def save_figure(path: str | Path, figure: Any) -> None:
    with written_whole(path) as file:
        figure.savefig(file, format=Path(path).suffix.lower().lstrip("."), dpi=130)


def _inputs(options: argparse.Namespace, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What is read: the option and each file or folder, globs opened; the shipped log always."""
    yield "the package", str(SHIPPED)
    for name in names:
        given = getattr(options, name, None)
        for pattern in [given] if isinstance(given, str) else given or ():
            shown = name.upper() if name == "file" else "--" + name.replace("_", "-")
            yield from ((shown, path) for path in [pattern, *glob.glob(pattern)])


def _is_within(path: str | Path, given: str) -> bool:
    """Whether they are one file, links resolved, or ``given`` is a folder that holds ``path``."""
    if os.path.exists(path) and os.path.exists(given) and os.path.samefile(path, given):
        return True
    target, source = Path(os.path.realpath(path)), Path(os.path.realpath(given))
    return target == source or (source.is_dir() and source in target.parents)
