"""The options that say which log is read and how, and the log that they name."""

import argparse
from typing import Any

from ..errors import DataError
from ..log.prepare import prepare
from ..log.prepared import Prepared
from ..log.readers import Reading
from .named_ids import ids_of


class Joined(argparse.Action):
    """An option whose value is a list joined by commas: given again, it goes on."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option: Any = None) -> None:
        given = getattr(namespace, f"{self.dest} given", None)
        values = values if given is None else f"{given},{values}"
        setattr(namespace, self.dest, values)
        setattr(namespace, f"{self.dest} given", values)


def add_log_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        action="append",
        help="an event log: a file, a folder, a 'glob', an archive, a database, - for standard "
        "input; given again, a further file of it; default: the shipped Online Retail log",
    )
    parser.add_argument("--format", help="the format of --data, if it is not recognised")
    add_reading_options(parser)
    parser.add_argument(
        "--no-cache", action="store_true", help="read the log anew, and keep no prepared copy"
    )
    parser.add_argument("--user-features", help="a CSV file: customer, then side features")
    parser.add_argument(
        "--keep-duplicates",
        action="store_true",
        help="a line that repeats another in every column is a second purchase, as on receipts of "
        "tills that ring pieces one by one; else it is left out and counted",
    )
    parser.add_argument(
        "--charges",
        action=Joined,
        metavar="ITEM,…|FILE",
        help="items that are no goods, such as postage or deposits: set apart and counted, never "
        "recommended, in no revenue",
    )
    parser.add_argument(
        "--keep-charges",
        action="store_true",
        help="leave the shipped log's postage and other charges among the items, as published "
        "figures do",
    )


def add_reading_options(parser: argparse.ArgumentParser, table: bool = True) -> None:
    """How a log is read: its columns, encoding, dates, and its place in a database.

    Without ``table`` the command means something else by --table; --query names the place as well.
    """
    parser.add_argument(
        "--columns",
        action=Joined,
        help="where the columns are not recognised: user=…,item=…,time=… and, if there, "
        "session, kind, quantity, price or amount, text",
    )
    if table:
        parser.add_argument("--table", help="of a database; default: its only one")
    else:
        parser.set_defaults(table=None)
    parser.add_argument("--query", help="SQL that reads the log from a database")
    parser.add_argument("--encoding", help="of the text, such as gb18030; default: guessed")
    parser.add_argument(
        "--date-format",
        help="how times are written, if it is not seen: day-first, month-first, excel, yyyymmdd, "
        "s, ms, us, ns or a pattern such as %%d.%%m.%%Y",
    )


def reading_of(options: argparse.Namespace) -> Reading:
    """What `add_reading_options` was told."""
    return {
        "mapping": named_pairs("--columns", options.columns),
        "encoding": options.encoding,
        "date_format": options.date_format,
        "table": options.table,
        "query": options.query,
    }


def load_log(options: argparse.Namespace) -> Prepared:
    data = options.data
    return prepare(
        data[0] if data and len(data) == 1 else data,
        options.format,
        user_features=options.user_features,
        charges=ids_of(options.charges or ""),
        keep_charges=options.keep_charges,
        keep_duplicates=options.keep_duplicates,
        keep=not options.no_cache,
        **reading_of(options),
    )


def named_pairs(option: str, text: str | None, value: str = "column") -> dict[str, str] | None:
    """What an option such as --columns user=customer,item=sku says. Raises DataError if unclear."""
    if text is None:
        return None
    parts = [[part.strip() for part in pair.partition("=")] for pair in text.split(",")]
    if not all(all(part) for part in parts):
        raise DataError(f"{option} must be name={value} pairs joined by commas, not {text!r}.")
    names = [name for name, _, _ in parts]
    if len(set(names)) < len(names):
        raise DataError(f"{option} gives a name twice: {text!r}; give each once.")
    return {name: given for name, _, given in parts}
