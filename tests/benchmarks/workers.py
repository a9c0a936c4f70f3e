"""What workers bring: copies of the process beside threads, and beside one worker."""

from unittest import mock

import numpy as np

import attention as A
from attention.parallel import copies

from .our_step import our_step
from .report import Section, milliseconds
from .rounds import in_turns
from .settings import SETTINGS, Setting

COMMAND = "python -m tests.benchmarks workers"


def section(quick: bool) -> Section:
    rows = []
    for setting in SETTINGS:
        alone, threads, copied = (
            milliseconds(seconds) for seconds in _measure(setting, quick).values()
        )
        rows.append([setting.name, setting.size, alone, threads, copied])
    return Section(
        "Workers",
        COMMAND,
        f"Milliseconds of the same training step of ours with one worker, whose products take all "
        f"{A.cores()} cores, and with {A.cores()} workers that share the batch. Threads of one "
        "interpreter hand its lock to each other around every array operation, which costs the "
        "more, the smaller the arrays; copies of the process share only the memory of parameters "
        "and gradients. Where the process cannot fork, workers are threads.",
        ["setting", "batch×length×width×heads×layers", "one worker", "threads", "copies"],
        rows,
    )


def _measure(setting: Setting, quick: bool) -> dict[str, float]:
    """Seconds of a step, each kind of worker in its turn."""
    rng = np.random.default_rng(0)
    ids, targets = rng.integers(0, setting.vocabulary, (2, setting.batch, setting.length))
    with A.Workers() as copied, A.Workers() as threads:
        copied_step = our_step(setting, ids, targets, copied)
        copied_step()  # makes the copies, which must come before any thread
        with mock.patch.object(copies, "can_be_made", return_value=False):
            threaded_step = our_step(setting, ids, targets, threads)
            threaded_step()
        sides = {"threads": threaded_step, "copies": copied_step}
        rounds, seconds = (1, 0.1) if quick else (7, 0.4)
        taken = in_turns(sides, rounds=rounds, seconds=seconds)
    with A.Workers(1) as alone:
        one = {"one worker": our_step(setting, ids, targets, alone)}
        return in_turns(one, rounds=rounds, seconds=seconds) | taken
