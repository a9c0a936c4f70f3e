"""python -m tests.benchmarks [PART ...] [--quick] [--write docs/benchmarks.md]

Measures and prints tables. Without PART, all of them, in this order. On a page, parts that are not
measured stay as they are. With torch installed, the same network in PyTorch eager takes its turns;
without it, the floor and growth remain.
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
from .page import write_page
from .report import conditions, load

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


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="few rounds: to see that it runs")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put them into the page")
    arguments = parser.parse_args()
    unknown = set(arguments.parts) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}; choose of {', '.join(PARTS)}")
    for name in arguments.parts or PARTS:
        before = load()
        section = PARTS[name](arguments.quick)
        section = section._replace(measured=conditions(before))
        print("\n" + section.markdown(), flush=True)
        if arguments.write is not None:
            write_page(arguments.write, {name: section}, PARTS)


if __name__ == "__main__":
    main()
