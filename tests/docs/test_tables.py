"""The tables of proof name every pair and layer that there is, in the order of their command."""

import re
from pathlib import Path

from tests.attention.cases import layer_cases, pair_cases
from tests.golden import comparison as C

PAGE = (Path(__file__).parents[2] / "docs" / "toolkit.md").read_text(encoding="utf-8")


def rows_of(heading: str) -> list[str]:
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| (.*?) \|", section, re.M)[1:]


def test_gradients() -> None:
    assert rows_of("Gradients") == [case.name for case in pair_cases() + layer_cases()]


def test_against_pytorch() -> None:
    assert rows_of("Against PyTorch") == [*C.PAIRS, *C.MODULES, *C.LAYERS, *C.OPTIMISERS]
