"""python -m user_profile sequences train | evaluate | recommend | export"""

import argparse
from typing import Any

from attention.training.settings import add_settings

from ..log.readers import FORMATS
from ..sequences.export import TABLES
from ..sequences.settings import Settings
from .log_options import Joined, add_reading_options
from .model_options import add_run_options
from .outputs import TABLE, add_output
from .sequence_answers import run_export, run_recommend
from .sequence_inputs import (
    Files,
)
from .sequence_judging import run_evaluate
from .sequence_training import run_train

MODEL = "runs/sequences.npz"
_FILE = "logs of any format, a folder, a 'glob'; train: also a folder of Parquet histories"


def add_command(commands: Any) -> None:
    """Add `sequences` and its own commands to the subparsers of `python -m user_profile`."""
    sequences = commands.add_parser("sequences", help="next items on any log of items in order")
    actions = sequences.add_subparsers(required=True, metavar="ACTION")

    learn = actions.add_parser("train", help="train on a log, save the model, judge it")
    learn.set_defaults(run=run_train)
    add_run_options(learn)
    add_settings(learn, Settings, open_is="by the log")

    judge = actions.add_parser("evaluate", help="a saved model beside the baselines")
    judge.set_defaults(run=run_evaluate)
    judge.add_argument(
        "--validation", action="store_true", help="ask for the items before the last"
    )
    for command in (learn, judge):
        command.add_argument(
            "--sampled", type=_whole, default=100, metavar="N",
            help="rank against N sampled items too; 0: do not; default: 100",
        )  # fmt: skip

    suggest = actions.add_parser("recommend", help="next items of users, or after given items")
    suggest.set_defaults(run=run_recommend)
    which = suggest.add_mutually_exclusive_group()
    which.add_argument("--user", help="one user of FILE; default: all")
    which.add_argument(
        "--items", action=Joined, metavar="ITEM,…|FILE",
        help="a sequence of item ids, oldest first: 12,7,31, or a file, an id a line",
    )  # fmt: skip
    suggest.add_argument(
        "--features", action=Joined, help="what is known of the user of --items: age=24,…"
    )
    suggest.add_argument("--top", type=int, default=10, help="items a user; default: 10")
    add_output(suggest, "--out", TABLE, "write all rows")

    give = actions.add_parser("export", help="embeddings of users, items and sessions")
    give.set_defaults(run=run_export)
    add_output(give, "--out", (".npz", ".csv"), "all three tables, or one of them", required=True)
    give.add_argument(
        "--table", dest="which", choices=TABLES, default="users", help="of a .csv; default: users"
    )

    for command in (learn, judge, suggest, give):
        several = "*" if command is suggest else "+"
        command.add_argument("file", metavar="FILE", nargs=several, action=Files, help=_FILE)
        command.add_argument("--model", default=MODEL, help=f"the saved model; default: {MODEL}")
        command.add_argument("--format", choices=FORMATS, help="recognised if left out")
        add_reading_options(command, table=command is not give)
        if command in (judge, suggest):
            command.add_argument(
                "--repeat",
                action=argparse.BooleanOptionalAction,
                help="items that a user had may come again; default: as in training",
            )


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"must be a whole number, 0 or more, not {text!r}")
    return int(text)
