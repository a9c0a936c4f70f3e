"""Tiled attention against the plain one, from 256 to 16,384 tokens: time, memory, growth."""

from .report import Section
from .rounds import exponent
from .tiled_memory import measure

COMMAND = "python -m tests.benchmarks tiled"
TOKENS = {"plain": (256, 1024, 4096), "tiled": (256, 1024, 4096, 16384)}


def section(quick: bool) -> Section:
    taken = {
        kind: {n: measure(kind, n) for n in tokens if not (quick and n > 1024)}
        for kind, tokens in TOKENS.items()
    }
    rows = []
    for tokens in taken["tiled"]:
        row = [f"{tokens:,}"]
        for kind in TOKENS:
            seconds, megabytes = taken[kind].get(tokens, (None, None))
            row += ["—", "—"] if seconds is None else [f"{seconds:.3f}", f"{megabytes:.0f}"]
        rows.append(row)
    grown = []
    for kind, measured in taken.items():
        last = list(measured)[-2:]
        seconds, memory = zip(*(measured[n] for n in last), strict=True)
        slopes = exponent(last, seconds), exponent(last, memory)
        grown.append("{} {:.2f} in time and {:.2f} in memory".format(kind, *slopes))
    return Section(
        "Tiled attention",
        COMMAND,
        "Causal, one head of width 64, forward and backward in float32; each figure from a process "
        "of its own, peak memory with Python and numpy in it. The plain pair at 16,384 tokens "
        "would need several arrays of 1 GiB.",
        ["tokens", "plain, s", "plain, MB", "tiled, s", "tiled, MB"],
        rows,
        f"Exponents between the last two lengths of each: {'; '.join(grown)}.",
    )
