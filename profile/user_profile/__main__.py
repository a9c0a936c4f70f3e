"""python -m user_profile COMMAND: from an event log to customer profiles and their uses."""

import argparse
import sys
import warnings
from collections.abc import Sequence
from contextlib import redirect_stdout
from difflib import get_close_matches
from importlib import import_module
from typing import Any, TextIO, cast

COMMANDS = {
    "demo": "train on the shipped log, judge, show one customer",
    "train": "train a model on a log and save it",
    "evaluate": "a saved model on the test sessions",
    "show": "the profile of one customer, and why",
    "drift": "how the interests of one customer changed",
    "recommend": "next purchases of a customer, or of all",
    "shop-card": "the shop as a whole: segments, what sells, whether forecasts hold",
    "target": "the audience of an advertisement",
    "segments": "a handful of groups of customers who buy alike",
    "risk": "the chance that a customer cancels within 90 days",
    "retention": "the chance that a customer returns within 90 days",
    "update": "add a session to a profile, without training",
    "export-profiles": "all profiles as levels and chances, without raw events",
    "score": "next purchases, interests and chances of histories in Parquet files",
    "baselines": "the table a model has to beat, on any log",
    "sequences": "next items on any log of items in order",
}
_TOGETHER = {"risk": "outlook", "retention": "outlook"}  # commands that share a file


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; 0 if it went well, 2 after a mistake, which is told in one sentence."""
    argv = sys.argv[1:] if argv is None else argv
    parser = _parser(argv[0] if argv else "")
    if argv and argv[0] not in COMMANDS and (near := get_close_matches(argv[0], COMMANDS, 1)):
        every = ", ".join(map(repr, COMMANDS))
        parser.error(f"no command {argv[0]!r}: did you mean {near[0]!r}? (choose from {every})")
    options = parser.parse_args(argv)
    from attention.parallel.process import single_threaded_blas
    from attention.parallel.ranks import begin
    from attention.training.console import Outliving, hold_streams, run_command

    from .commands.outputs import check_outputs, fills_stdout

    hold_streams()

    def run() -> int:
        with single_threaded_blas:  # many small products: splitting each costs more than it brings
            begin(getattr(options, "exact", None))
            check_outputs(options)
            return options.run(options)

    said = Outliving(sys.stderr if fills_stdout(options) else sys.stdout)
    with redirect_stdout(cast(TextIO, said)), warnings.catch_warnings():
        warnings.showwarning = _note
        status = run_command(run, "user_profile", argv, "stopped; nothing was written")
        said.flush()
    return status


def _parser(name_given: str) -> argparse.ArgumentParser:
    """All commands, by name; `name_given` and those added with it have their options too."""
    parser = argparse.ArgumentParser("python -m user_profile", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, text in COMMANDS.items():
        if _home(name) != _home(name_given):
            commands.add_parser(name, help=text)
    if name_given in COMMANDS:  # its file takes up to a second to load, and waits until needed
        import_module(_home(name_given)).add_command(commands)
        for name, command in commands.choices.items():
            command.description = command.description or COMMANDS[name]
    return parser


def _note(message: Warning | str, *_: Any, **__: Any) -> None:
    """A warning as a sentence, without the place in the code."""
    print(f"note: {message}", file=sys.stderr)


def _home(name: str) -> str:
    """The module of a command."""
    return "user_profile.commands." + _TOGETHER.get(name, name).replace("-", "_")


if __name__ == "__main__":
    sys.exit(main())
