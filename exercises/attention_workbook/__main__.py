"""``attention-workbook COMMAND``: the workbook without pytest, whose flags are the same."""

import argparse
import io
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

from grader.home import require_home
from grader.language import choose, said, told

from attention_workbook.commands import COMMANDS, HOMELESS
from attention_workbook.place import Place

PROGRAM = "attention-workbook"
FLAGS = {"give-up": {"yes": "do not ask"}, "explain": {"json": "for a program"}}
CHECK = "grade exercises now, by default the one at hand"
DESCRIPTION = "Lays out, grades and remembers the workbook in a folder of your own."


def main(arguments: list[str] | None = None) -> int:
    """Run a command: status 0, or 1 if an answer checked has not passed.

    What cannot be done is said in a sentence, with status 2.
    """
    for stream in (sys.stdout, sys.stderr):  # a pipe may know fewer characters
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        choose(_language().parse_known_args(arguments)[0].lang)
        parsed = _parser().parse_args(arguments)
        text, status = _run(parsed)
        text = said(text)
        print(text, end="\n" * bool(text))
        sys.stdout.flush()
    except (ValueError, OSError) as problem:
        if isinstance(problem, BrokenPipeError):  # `attention-workbook list | head -1`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        print(f"{PROGRAM}: {told(problem)}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, EOFError):
        print(said("\nStopped."), file=sys.stderr)
        return 130
    return status


def _run(parsed: argparse.Namespace) -> tuple[str, int]:
    if parsed.command == "grade":
        from attention_workbook.classroom import grade_class

        return grade_class(parsed), 0
    here = Path.cwd()
    home = here if parsed.command in HOMELESS else require_home(here)
    place = Place(home, home, here, typed)
    if parsed.command == "check":
        from attention_workbook.checking import check

        text, passed = check(place, parsed.argument)
        return text, int(not passed)
    command = next(c for c in COMMANDS if c.name == parsed.command)
    flags = [f"--{flag}" for flag in FLAGS.get(command.name, {}) if getattr(parsed, flag)]
    return command.run(place, " ".join([parsed.argument or "", *flags])), 0


def typed(command: str, argument: str) -> str:
    """How a command is typed at this door."""
    return " ".join(filter(None, (PROGRAM, command, argument)))


class _Parser(argparse.ArgumentParser):
    """argparse's own words in the language chosen."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how, add_help=False)
        self.add_argument("-h", "--help", action="help", help=said("show this help and end"))

    def format_help(self) -> str:
        return _headed(super().format_help())

    def format_usage(self) -> str:
        return _headed(super().format_usage())

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.format_usage()}{said(f'{self.prog}: error: {message}')}\n")


class _Version(argparse.Action):
    """Asks for the version only where it is wanted, which takes a while."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from attention_workbook.lay_out import version

        print(f"{PROGRAM} {version()}")
        parser.exit()


def _headed(text: str) -> str:
    """Help with argparse's headings in the language chosen; names of commands stay."""
    for words in ("usage:", "positional arguments:", "options:"):
        text = text.replace(words, said(words), 1)
    return text


def _language(**default: Any) -> argparse.ArgumentParser:
    """What is read first, since the help of the rest is shown in it."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument(
        "--lang", metavar="LANG", help=said("en or zh 中文; else the system's language"), **default
    )
    return parser


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog=PROGRAM, description=said(DESCRIPTION), parents=[_language()])
    parser.add_argument("--version", action=_Version, nargs=0, help=said("the version installed"))
    last = {"parents": [_language(default=argparse.SUPPRESS)]}  # after the command as well
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    check = commands.add_parser(
        "check", help=said(CHECK), description=said(f"{CHECK}; status 1 unless all pass"), **last
    )
    check.add_argument("argument", nargs="*", metavar="exNN")
    says = said("grade a class: a folder of students' folders")
    grade = commands.add_parser("grade", help=says, description=says, **last)
    grade.add_argument("submissions", metavar="SUBMISSIONS", type=Path)
    grade.add_argument("--csv", metavar="FILE", type=Path, required=True, help=said("the marks"))
    grade.add_argument(
        "--seed", type=int, help=said("of the inputs; random, kept beside the marks")
    )
    for command in COMMANDS:
        made = commands.add_parser(
            command.name, help=said(command.says), description=said(command.says), **last
        )
        optional = command.argument.startswith("[") or not command.argument
        for flag, says in FLAGS.get(command.name, {}).items():
            made.add_argument(f"--{flag}", action="store_true", help=said(says))
        if command.argument:
            made.add_argument(
                "argument", metavar=command.argument.strip("[]"), nargs="?" if optional else None
            )
        else:
            made.set_defaults(argument="")
    return parser


if __name__ == "__main__":
    sys.exit(main())
