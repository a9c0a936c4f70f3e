"""python -m tests.benchmarks [PART ...] [--quick] [--write docs/benchmarks.md]

Measures and prints tables. Without PART, all of them, in this order. With torch installed, the
same network in PyTorch eager takes its turns; without it, the floor and growth remain.
"""

import argparse
from pathlib import Path

from . import (
    companion,
    embedding,
    generation,
    growth,
    items,
    pictures,
    pretrained,
    shares,
    startup,
    tiled,
    training_step,
    users,
    workers,
)
from .plot import draw
from .report import Section, environment, load

PARTS = {
    "steps": training_step.section,
    "shares": shares.section,
    "workers": workers.section,
    "generation": generation.section,
    "pretrained": pretrained.section,
    "tiled": tiled.section,
    "embedding": embedding.section,
    "items": items.section,
    "pictures": pictures.section,
    "growth": growth.section,
    "users": users.section,
    "startup": startup.section,
    "companion": companion.section,
}
FIGURE = "benchmarks.png"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="few rounds: to see that it runs")
    parser.add_argument("--write", type=Path, metavar="FILE", help="the page; its plot beside it")
    arguments = parser.parse_args()
    unknown = set(arguments.parts) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}; choose of {', '.join(PARTS)}")
    before = load()
    print(environment(), flush=True)
    sections: dict[str, Section] = {}
    for name in arguments.parts or PARTS:
        sections[name] = PARTS[name](arguments.quick)
        print("\n" + sections[name].markdown(), flush=True)
        if arguments.write is not None:
            _write(arguments.write, sections, before)  # each time: an interrupted run leaves a page


def _write(path: Path, sections: dict[str, Section], load_before: str) -> None:
    page = [
        "# Benchmarks",
        "",
        "Made by `python -m tests.benchmarks --write docs/benchmarks.md`, and written as it came "
        "out.",
        "",
        f"{environment()}. Load of the machine before: {load_before}, after: {load()}.",
        "",
    ]
    if "steps" in sections:
        draw(sections["steps"], path.with_name(FIGURE))
        page += [f"![Milliseconds of a training step, ours, torch's and the floor]({FIGURE})", ""]
    page += [section.markdown() for section in sections.values()]
    path.write_text("\n".join(page), encoding="utf-8")


if __name__ == "__main__":
    main()
