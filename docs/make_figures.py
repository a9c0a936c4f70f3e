"""Draws the figures of the book from real runs: python docs/make_figures.py [NAME …]

Without names, all of them. Most start from the model in the box; `training`, `experts`,
`gated_mlps` and `adapters` train small models (some minutes each), those of profiles the demo's,
which is kept in runs/.
"""

import argparse
import sys
import time
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from figure_drawings import attending, basics, gallery, learning, shop, today
from figure_drawings.page import PAGE, Drawing

FIGURES = Path(__file__).parent / "figures"
DRAWINGS: dict[str, Drawing] = {
    **basics.DRAWINGS,
    **attending.DRAWINGS,
    **learning.DRAWINGS,
    **shop.DRAWINGS,
    **gallery.DRAWINGS,
    **today.DRAWINGS,
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(DRAWINGS))
    names = parser.parse_args(arguments).names or list(DRAWINGS)
    unknown = sorted(set(names) - set(DRAWINGS))
    if unknown:
        parser.error(f"no figure is called {', '.join(unknown)}; there are {', '.join(DRAWINGS)}")
    FIGURES.mkdir(exist_ok=True)
    for name in names:
        start = time.perf_counter()
        path = FIGURES / f"{name}.png"
        with plt.rc_context(PAGE):
            figure = DRAWINGS[name]()
            figure.savefig(path, dpi=150, metadata={"Software": None})
            plt.close(figure)
        size, seconds = path.stat().st_size / 1024, time.perf_counter() - start
        print(f"{path.name}  {size:.0f} KiB  {seconds:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
