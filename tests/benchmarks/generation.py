"""Tokens a second of greedy generation with cached keys and values, one text at a time."""

from attention.text import generate

from .our_step import our_model
from .report import Section, find_torch
from .rounds import in_turns
from .settings import SETTINGS

COMMAND = "python -m tests.benchmarks generation"


def section(quick: bool) -> Section:
    rows = []
    for setting in SETTINGS:
        if setting.name in ("nanoGPT-CPU", "mid"):
            tokens = setting.length - 1
            model = our_model(setting)
            tasks = {"ours": lambda m=model, n=tokens: generate(m, [0], n, temperature=0)}
            if find_torch() is not None:
                from .torch_step import torch_generation

                tasks["torch"] = torch_generation(setting, tokens)
            taken = in_turns(tasks, rounds=3 if quick else 9, seconds=0.2 if quick else 0.6)
            speeds = {name: tokens / seconds for name, seconds in taken.items()}
            torch = speeds.get("torch")
            rows.append(
                [
                    setting.name,
                    f"{tokens}",
                    f"{speeds['ours']:,.0f}",
                    "—" if torch is None else f"{torch:,.0f}",
                    "—" if torch is None else f"{speeds['ours'] / torch:.2f}",
                ]
            )
    return Section(
        "Generation",
        COMMAND,
        "Tokens a second, greedy, one text from its first token until the model's length is full. "
        "Torch runs under `inference_mode`, with a cache of the same kind, filled in place.",
        ["setting", "tokens", "ours", "torch", "ours / torch"],
        rows,
    )
