"""Settings of a run: a frozen dataclass whose fields say what they mean, as options and back."""

import argparse
import dataclasses
import math
import typing
from typing import Any, TypeVar

from ..ops.checks import in_range

S = TypeVar("S")


def setting(default: Any, meaning: str) -> Any:
    """A field of a settings dataclass: its default, and what `--help` says of it."""
    return dataclasses.field(default=default, metadata={"help": meaning})


def check_settings(settings: Any, **names: str) -> None:
    """The settings of these names lie in their ranges; one that is None is left open.

    `names` are words: `above_0`, `from_0`, `from_1` and `share`, from 0 to below 1. Raises
    ValueError for what no run can have.
    """
    ranges = {"above_0": (0, math.inf, "()"), "from_0": (0, math.inf, "[)"),
              "from_1": (1, math.inf, "[)"), "share": (0, 1, "[)")}  # fmt: skip
    for kind, listed in names.items():
        for name in listed.split():
            if getattr(settings, name) is not None:
                in_range(name, getattr(settings, name), *ranges[kind])


def add_settings(parser: Any, kind: type, *, open_is: str = "", alone: bool = True) -> None:
    """An option for each `setting` of a dataclass, its help the field's own.

    `open_is` says what decides a setting that is None. Not `alone`: options that were left out
    are None, so that the command can tell whether they were given.
    """
    hints = typing.get_type_hints(kind)
    for field in fields_of(kind):
        hint = hints[field.name]
        meaning = field.metadata["help"]
        default = open_is if field.default is None else field.default
        parts = [meaning] if default == "" else [meaning, f"default: {default}"]
        said = "; ".join(part for part in parts if part)
        value = next((kind for kind in typing.get_args(hint) if kind is not type(None)), hint)
        switch: dict[str, Any] = {"action": argparse.BooleanOptionalAction}
        parser.add_argument(
            f"--{field.name.replace('_', '-')}",
            default=field.default if alone else None,
            help=said,
            **(switch if value is bool else {"type": value}),
        )


def settings_of(options: argparse.Namespace, kind: type[S]) -> S:
    """The settings that the options say. Raises ValueError for what no run can have."""
    return kind(**given_settings(options, kind))


def given_settings(options: argparse.Namespace, kind: type) -> dict[str, Any]:
    """What the options say of the fields of `kind`, those left open aside."""
    values = {f.name: getattr(options, f.name) for f in fields_of(kind)}
    return {name: value for name, value in values.items() if value is not None}


def fields_of(kind: type) -> list[dataclasses.Field[Any]]:
    """Those made by `setting`, which have an option each."""
    return [field for field in dataclasses.fields(kind) if "help" in field.metadata]
