"""The page of benchmarks: parts measured anew take the place of what it said of them before."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from .plot import draw
from .report import Section

FIGURE = "benchmarks.png"
PART = re.compile(r"^Alone: `python -m tests\.benchmarks (\w+)`", re.M)


def write_page(path: Path, sections: Mapping[str, Section], order: Iterable[str]) -> None:
    """Put `sections` into the page in the order of all parts; the others stay as they stand."""
    texts = _standing(path) | {name: one.markdown() for name, one in sections.items()}
    if "steps" in sections:
        draw(sections["steps"], path.with_name(FIGURE))
    page = [
        "# Benchmarks",
        "",
        "Made by `python -m tests.benchmarks --write docs/benchmarks.md`, whole or part by part, "
        "and written as it came out.",
        "",
        f"![Milliseconds of a training step, ours, torch's and the floor]({FIGURE})",
        "",
        *(texts[name] for name in order if name in texts),
    ]
    path.write_text("\n".join(page), encoding="utf-8")


def _standing(path: Path) -> dict[str, str]:
    """The sections of a page by the part that measures each."""
    if not path.exists():
        return {}
    texts = {}
    for text in path.read_text(encoding="utf-8").split("\n## ")[1:]:
        if part := PART.search(text):
            texts[part[1]] = f"## {text.rstrip()}\n"
    return texts
