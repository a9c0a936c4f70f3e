"""Checkpoints: all that a run needs to go on as if it had never stopped, and whose run it is."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ..files import ArrayFile, Field, FileFormatError, save_arrays
from ..layers.layer import Layer

VERSION = 2
WHAT = "a training checkpoint"


class Stateful(Protocol):
    """What can be saved and taken back; the arrays of its state have always the same shapes."""

    def state_dict(self) -> dict[str, np.ndarray]: ...
    def load_state_dict(self, state: Mapping[str, Any]) -> Any: ...


@dataclass(frozen=True)
class Checkpoints:
    """Where and when checkpoints are written, and what stands in them beside the trainer's own.

    They are written after each epoch, every `every` steps, each minute, and at the end; `notes`
    are arrays kept in them, `parts` further state. `run` says in JSON whose run it is: `resume`
    refuses a checkpoint in which any of it, or of what the trainer knows by itself, is another,
    unless it `may_change`.
    """

    path: str | Path | None = None
    every: int | None = 500
    notes: Mapping[str, np.ndarray] = field(default_factory=dict)
    run: Mapping[str, Any] = field(default_factory=dict)  # names to what JSON can hold
    may_change: Collection[str] = ()
    parts: Mapping[str, Stateful] = field(default_factory=dict)


def save_checkpoint(
    path: str | Path,
    parts: Mapping[str, Stateful],
    growing: Mapping[str, np.ndarray],
    texts: Mapping[str, Any],
    notes: Mapping[str, np.ndarray],
) -> None:
    """`parts` by name, arrays that grow (n, columns), what is kept as JSON, and notes."""
    arrays = {
        f"{part}/{name}": array
        for part, owner in parts.items()
        for name, array in owner.state_dict().items()
    }
    arrays |= growing
    arrays |= {name: np.array(json.dumps(value)) for name, value in texts.items()}
    arrays |= {f"notes/{name}": array for name, array in notes.items()}
    save_arrays(path, arrays | {"version": np.array(VERSION)})


class Checkpoint:
    """A checkpoint that is taken up: read whole and compared before anything changes.

    Raises FileNotFoundError, or FileFormatError for a damaged file, another version, another run.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        with open_checkpoint(path) as file:
            self.run = file.object("run")

    def expect_run(self, run: Mapping[str, Any], may_change: Collection[str]) -> None:
        """Refuse another run, by the first field that differs."""
        ours = json.loads(json.dumps(run))
        for name in sorted({*ours, *self.run} - set(may_change), key=_plain_first):
            if ours.get(name) != self.run.get(name):
                free = f"; only {', '.join(sorted(may_change))} may change" if may_change else ""
                raise FileFormatError(
                    f"{self.path} is of another run: {name} was {_short(self.run.get(name))}, "
                    f"is {_short(ours.get(name))}{free}; give it as it was, or start anew"
                )

    def restore(
        self, parts: Mapping[str, Stateful], growing: Mapping[str, int], texts: Collection[str]
    ) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Give `parts` their state back; returns the arrays that grow, by columns, and the rest."""
        arrays = {
            f"{part}/{name}": array
            for part, owner in parts.items()
            for name, array in owner.state_dict().items()
        }
        schema = {name: Field(array.dtype.str[1:], array.shape) for name, array in arrays.items()}
        rows = {name: Field("f", (None, columns)) for name, columns in growing.items()}
        with open_checkpoint(self.path) as file:
            file.what = "a checkpoint of this run"
            for part in parts:
                if more := set(file.section(f"{part}/")) - set(parts[part].state_dict()):
                    raise file.error(f"{part}/{min(more)} belongs to another model")
            found = file.read(schema | rows)
            said = {name: file.json(name) for name in ("run", *texts)}
            file.read({f"notes/{name}": _as_is(m) for name, m in file.section("notes/").items()})
            file.nothing_else()
        for part, owner in parts.items():
            names = owner.state_dict()
            try:
                owner.load_state_dict({name: found[f"{part}/{name}"] for name in names})
            except (ValueError, TypeError, KeyError) as error:
                raise FileFormatError(f"{self.path} does not fit this run: {error}") from error
        return {name: found[name] for name in growing}, said


def open_checkpoint(path: str | Path) -> ArrayFile:
    """An open checkpoint of this version, to be closed. Raises as `Checkpoint`."""
    file = ArrayFile(path, WHAT)
    try:
        if not {"version", "run", "rng", "history"} <= set(file.members):
            if "version" in file.members and "step" in file.members:
                file.check_version(VERSION)
            raise FileFormatError(f"{path} is not {WHAT}; name a file that train wrote")
        file.check_version(VERSION)
    except BaseException:
        file.__exit__()
        raise
    return file


def described(model: Any, name: str = "") -> dict[str, Any]:
    """What beside the parameters decides a model: heads, dropout, activations …, by dotted name."""
    if isinstance(model, bool | int | float | str | None):
        return {name: model}
    inner: dict[Any, Any] = {}
    if isinstance(model, Layer | dict):
        inner = vars(model) if isinstance(model, Layer) else model
    elif isinstance(model, list | tuple):
        inner = dict(enumerate(model))
    parts = [described(part, f"{name}.{key}") for key, part in inner.items()]
    return {key: value for part in parts for key, value in part.items()}


def read_checkpoint(path: str | Path) -> dict[str, dict[str, np.ndarray]]:
    """Sections of a checkpoint: "parameters", "optimizer", "batches", "notes", and "" for the rest.

    Raises FileNotFoundError, or FileFormatError for another version, another file, a damaged one.
    """
    sections: dict[str, dict[str, np.ndarray]] = {
        name: {} for name in ("parameters", "optimizer", "batches", "notes", "")
    }
    with open_checkpoint(path) as file:
        for name, array in file.read_all().items():
            section, _, rest = name.rpartition("/")
            sections.setdefault(section, {})[rest] = array
    return sections


def _as_is(member: Any) -> Field:
    return Field(member.dtype.str[1:], member.shape)


def _plain_first(name: str) -> tuple[bool, str]:
    """The caller's own words before those of the trainer, such as optimizer.betas."""
    return "." in name, name


def _short(value: Any) -> str:
    return text if len(text := json.dumps(value)) <= 60 else text[:57] + "…"
