"""How long a picture takes: 12 × 12 heads of 64 tokens drawn, and their page opened."""

import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

from tests.plot.browser import ABSENT, browser
from tests.plot.helpers import random_weights

from .report import Section

COMMAND = "python -m tests.benchmarks pictures"
LAYERS, HEADS, TOKENS = 12, 12, 64


def section(quick: bool) -> Section:
    import matplotlib

    matplotlib.use("agg")
    times = 2 if quick else 5
    layers = [random_weights(HEADS, TOKENS, TOKENS, causal=True, seed=i) for i in range(LAYERS)]
    naive, ours = [], []
    for _ in range(times):  # in turns
        ours.append(_seconds(lambda: _draw(layers)))
        if not quick:
            naive.append(_seconds(lambda: _panels(layers)))
    rows = [["all heads, `plot_heads` to PNG", f"{1e3 * median(ours):,.0f}"]]
    if naive:
        rows.append(["the same by `imshow`, in 144 axes", f"{1e3 * median(naive):,.0f}"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "heads.html"
        rows += _page(layers, path, times)
        kilobytes = path.stat().st_size / 1e3
    return Section(
        "Pictures",
        COMMAND,
        f"Milliseconds of the processor for {LAYERS} × {HEADS} heads of {TOKENS} tokens, medians "
        "in turns. The page is timed by the clock: opened in a headless Chromium, up to the end of "
        "its `load` event, all heads drawn.",
        ["what", "ms"],
        rows,
        f"The page has {kilobytes:,.0f} kB.",
    )


def _page(layers: list[np.ndarray], path: Path, times: int) -> list[list[str]]:
    from attention.plot import save_html

    written = [_seconds(lambda: save_html(layers, path)) for _ in range(times)]
    rows = [["`save_html`", f"{1e3 * median(written):,.0f}"]]
    if ABSENT:
        return [*rows, ["its page opened", "—"]]
    opened = []
    with browser() as one:
        for _ in range(times + 1):
            one.open(path.as_uri())
            opened.append(one.run("performance.getEntriesByType('navigation')[0].loadEventEnd"))
            if one.run("document.querySelectorAll('#heads canvas').length") != LAYERS * HEADS:
                raise RuntimeError("the page does not show all heads")
    return [*rows, ["its page opened", f"{median(opened[1:]):,.0f}"]]


def _draw(layers: list[np.ndarray]) -> None:
    import matplotlib.pyplot as plt

    from attention.plot import plot_heads

    (image,) = plot_heads(layers)
    _save(image.figure.figure)
    plt.close("all")


def _panels(layers: list[np.ndarray]) -> None:
    import matplotlib.pyplot as plt

    figure, grid = plt.subplots(LAYERS, HEADS, figsize=(11, 11))
    for row, layer in zip(grid, layers):
        for ax, head in zip(row, layer):
            ax.imshow(head)
    _save(figure)
    plt.close(figure)


def _save(figure: object) -> None:
    with tempfile.TemporaryFile() as file:
        figure.savefig(file, format="png")  # type: ignore[attr-defined]


def _seconds(work: object) -> float:
    start = time.process_time()  # of one thread: what else runs does not count
    work()  # type: ignore[operator]
    return time.process_time() - start
