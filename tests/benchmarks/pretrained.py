"""GPT-2-small's shape with random weights: loading, tokens a second; and byte-pair encoding.

Torch with transformers, and tokenizers, take their turns where they are installed.
"""

import copy
import functools
import json
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from attention.decoding import generate
from attention.pretrained import load_decoder
from attention.text.corpus import read_corpus
from attention.tokens import ByteBPE, read_tokenizer, train_bpe, write_tokenizer
from tests.pretrained.conftest import write_safetensors
from tests.pretrained.small_decoders import gpt2_shapes

from .report import Section
from .rounds import Task, in_turns

COMMAND = "python -m tests.benchmarks pretrained"
CONFIG = {
    "model_type": "gpt2", "vocab_size": 50257, "n_positions": 1024, "n_embd": 768, "n_layer": 12,
    "n_head": 12,
}  # fmt: skip
LOAD = """
import re, sys, time
from attention.pretrained import load_decoder
status = "/proc/self/status"  # Linux; getrusage would tell the peak of whoever started this process
peak = lambda: 1024 * int(re.search(r"VmHWM:\\s+(\\d+)", open(status).read())[1])
before, start = peak(), time.perf_counter()
model, _ = load_decoder(sys.argv[1])
seconds = time.perf_counter() - start
print(seconds, (peak() - before) / sum(p.data.nbytes for p in model.parameters()))
"""
PROMPT = list(range(1, 65))


def section(quick: bool) -> Section:
    rounds: dict[str, Any] = {"rounds": 2 if quick else 5, "seconds": 0.2}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = read_corpus()
        _write_gpt2(folder, train_bpe(text, 2000 if quick else 8000))
        load = [sys.executable, "-c", LOAD, name]
        printed = subprocess.run(load, capture_output=True, text=True, check=True).stdout
        seconds, memory = map(float, printed.split())
        rows = [
            ["load, s", f"{seconds:.1f}", "—", "—"],
            ["memory at its peak / weights", f"{memory:.2f}", "—", "—"],
            _tokens_a_second(folder, 12 if quick else 48, rounds),
            _encoding(folder, text, rounds),
        ]
    return Section(
        "Pretrained decoders",
        COMMAND,
        "GPT-2-small's shape (124 M parameters, random). Tokens a second: greedy, with cache, "
        "after a prompt of 64, against transformers on PyTorch eager. BPE encoding: the plays, "
        "one core; ours remembers no piece from the round before, tokenizers does.",
        ["measure", "ours", "theirs", "ours / theirs"],
        rows,
    )


def _write_gpt2(folder: Path, tokenizer: ByteBPE) -> None:
    rng = np.random.default_rng(0)
    tensors = {}
    for name, shape in gpt2_shapes(CONFIG).items():
        gain = len(shape) == 1 and name.endswith("weight")
        drawn = rng.standard_normal(shape, dtype=np.float32)
        tensors[name] = np.float32(0.02) * drawn + np.float32(gain)
    write_safetensors(folder / "model.safetensors", tensors)
    (folder / "config.json").write_text(json.dumps(CONFIG))
    write_tokenizer(tokenizer, folder)


def _tokens_a_second(folder: Path, tokens: int, rounds: dict[str, Any]) -> list[str]:
    model, _ = load_decoder(folder)
    tasks: dict[str, Task] = {"ours": lambda: generate(model, PROMPT, tokens, temperature=0)}
    if find_spec("transformers"):
        import torch
        from transformers import AutoModelForCausalLM

        theirs = AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.float32, attn_implementation="eager"
        ).eval()
        ids = torch.tensor([PROMPT])
        options = {"max_new_tokens": tokens, "do_sample": False, "pad_token_id": 0}
        tasks["theirs"] = functools.partial(theirs.generate, ids, eos_token_id=None, **options)
        if tasks["ours"]() != theirs.generate(ids, eos_token_id=None, **options)[0].tolist():
            raise RuntimeError("the two models write different texts")
    taken = in_turns(tasks, **rounds)
    return _row("tokens a second", {name: tokens / s for name, s in taken.items()})


def _encoding(folder: Path, text: str, rounds: dict[str, Any]) -> list[str]:
    lines = text.split("\n")
    tokenizer = read_tokenizer(folder)

    def ours() -> list[list[int]]:
        cold = copy.copy(tokenizer)
        cold._known = {}
        return [cold.encode(line).tolist() for line in lines]

    tasks: dict[str, Task] = {"ours": ours}
    if find_spec("tokenizers"):
        os.environ["TOKENIZERS_PARALLELISM"] = "false"
        from tokenizers import Tokenizer

        featurizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tasks["theirs"] = lambda: [featurizer.encode(line).ids for line in lines]
        if tasks["theirs"]() != ours():
            raise RuntimeError("the two tokenizers give different ids")
    taken = in_turns(tasks, **rounds)
    speeds = {name: len(text) / s / 1e6 for name, s in taken.items()}
    return _row("million characters a second", speeds)


def _row(measure: str, speeds: dict[str, float]) -> list[str]:
    ours, theirs = speeds["ours"], speeds.get("theirs")
    if theirs is None:
        return [measure, f"{ours:.2f}", "—", "—"]
    return [measure, f"{ours:.2f}", f"{theirs:.2f}", f"{ours / theirs:.2f}"]
