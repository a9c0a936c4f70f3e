"""Where the time of a training step goes: the share of each kind of work."""

import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from types import ModuleType
from typing import Any
from unittest import mock

import numpy as np

import attention as A
from attention.decoding import model
from attention.layers import embedding, linear, mlp, multi_head, norms
from attention.parallel.process import single_threaded_blas

from .our_step import our_step
from .report import Section, milliseconds
from .settings import SETTINGS, Setting

COMMAND = "python -m tests.benchmarks shares"
WORK: dict[str, list[tuple[ModuleType | type, str]]] = {
    "linear maps": [
        (module, name)
        for module in (linear, model)
        for name in ("linear_forward", "linear_backward")
    ],
    "attention": [(multi_head, "attention_forward"), (multi_head, "attention_backward")],
    "GELU": [(mlp, "gelu_forward"), (mlp, "gelu_backward")],
    "layer norm": [(norms, "layer_norm_forward"), (norms, "layer_norm_backward")],
    "loss": [(model, "cross_entropy_forward"), (model, "cross_entropy_backward")],
    "embedding": [(embedding.Embedding, "forward"), (embedding.Embedding, "backward")],
    "clipping, Adam": [(A, "clip_grad_norm"), (A.Adam, "step")],
}


def section(quick: bool) -> Section:
    rows = []
    for setting in SETTINGS:
        whole, parts = _measure(setting._replace(batch=setting.batch // 2), 3 if quick else 30)
        shares = [f"{parts[kind] / whole:.0%}" for kind in WORK]
        rest = f"{1 - sum(parts.values()) / whole:.0%}"
        rows.append([setting.name, milliseconds(whole), *shares, rest])
    return Section(
        "Where the time goes",
        COMMAND,
        "Shares of a training step as each of two workers sees it: half the batch, the BLAS held "
        "to one thread. Of the quickest of several steps. The rest are residual sums, adding up "
        "gradients, and Python between the calls.",
        ["setting", "ms", *WORK, "rest"],
        rows,
    )


def _measure(setting: Setting, steps: int) -> tuple[float, dict[str, float]]:
    """Seconds of the quickest step, and of each kind of work in it."""
    rng = np.random.default_rng(0)
    ids, targets = rng.integers(0, setting.vocabulary, (2, setting.batch, setting.length))
    taken: defaultdict[str, float] = defaultdict(float)
    quickest = np.inf, {}
    with ExitStack() as stack:
        stack.enter_context(single_threaded_blas)
        workers = stack.enter_context(A.Workers(1))
        for kind, places in WORK.items():
            for place, name in places:
                timed = _timed(getattr(place, name), kind, taken)
                stack.enter_context(mock.patch.object(place, name, timed))
        step = our_step(setting, ids, targets, workers)
        for _ in range(steps):
            taken.clear()
            start = time.perf_counter()
            step()
            quickest = min(quickest, (time.perf_counter() - start, dict(taken)), key=lambda q: q[0])
    return quickest


def _timed(function: Callable[..., Any], kind: str, taken: dict[str, float]) -> Callable[..., Any]:
    def timed(*arguments: Any, **options: Any) -> Any:
        start = time.perf_counter()
        try:
            return function(*arguments, **options)
        finally:
            taken[kind] += time.perf_counter() - start

    return timed
