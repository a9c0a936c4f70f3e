"""load_decoder: a folder of a published causal language model becomes our CausalLM.

The folder holds `config.json`, `model.safetensors` (or its shards and their index) and a
vocabulary. A configuration may ask for nothing that is not honoured: it is refused by name.
"""

from pathlib import Path
from typing import Any

import numpy as np

from ..decoding import CausalLM
from ..files import read_json
from ..layers.unfilled import Unfilled
from ..tokens import ByteBPE, SentencePieceBPE, read_tokenizer
from . import gpt2, llama
from .plan import Plan
from .shards import find_model_tensors, load_into

FAMILIES = {"gpt2": gpt2.plan, **dict.fromkeys(("llama", "mistral", "qwen2", "qwen3"), llama.plan)}


def load_decoder(
    folder: str | Path, *, dtype: Any = np.float32
) -> tuple[CausalLM, ByteBPE | SentencePieceBPE]:
    """-> the model and its tokenizer.

    Families: GPT-2, Llama 2 and 3, Mistral, Qwen 2 and 3. Weights in F32, F16 or BF16 are read
    block by block into parameters of `dtype`, so memory stays at about that of the model. Raises
    FileNotFoundError or ValueError in one sentence.
    """
    folder = Path(folder)
    path = folder / "config.json"
    if not path.is_file():
        raise FileNotFoundError(
            f"{folder} has no config.json; a model folder holds config.json, model.safetensors "
            f"and tokenizer.json (or tokenizer.model)"
        )
    plan = _plan(read_json(path), path)
    tensors = plan.renamed(find_model_tensors(folder))
    tokenizer = read_tokenizer(folder)
    plan.check_tensors(tensors, folder)
    if tokenizer.vocab_size > plan.vocab_size:
        raise ValueError(
            f"the vocabulary in {folder} has ids up to {tokenizer.vocab_size - 1}, but the model's "
            f"table has {plan.vocab_size} rows"
        )
    model = CausalLM(*plan.sizes, rng=Unfilled(), dtype=dtype, **plan.options)
    for block, window in zip(model.encoder.blocks, plan.windows, strict=True):
        attention = block.self_attn
        attention.scores = attention.scores._replace(window=window)
    load_into(model, plan, tensors)
    return model, tokenizer


def _plan(config: dict[str, Any], path: Path) -> Plan:
    kind = config.get("model_type")
    if not isinstance(kind, str) or kind not in FAMILIES:
        raise ValueError(f"{path} is of type {kind!r}; readable are {', '.join(FAMILIES)}")
    return FAMILIES[kind](config, path)
