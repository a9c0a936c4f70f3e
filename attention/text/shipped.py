"""The model in the box: a trained character model, its weights halved, beside its settings.

    python -m attention.text train --model runs/box.npz && python -m attention.text pack \\
        --model runs/box.npz --out attention/text/data/shakespeare.npz
"""

import dataclasses
import json
from importlib import resources
from pathlib import Path

import numpy as np

from ..decoding import CausalLM
from ..files import ArrayFile, Field, as_settings, save_arrays
from .settings import TextSettings
from .tokenizer import CharTokenizer

SHIPPED = Path(str(resources.files("attention.text").joinpath("data", "shakespeare.npz")))
VERSION = 1


def pack_model(
    path: str | Path, model: CausalLM, tokenizer: CharTokenizer, settings: TextSettings, made: str
) -> None:
    """Write float16 weights, settings, and `made`: how, and with what loss. Raises OSError."""
    halves = {f"parameters/{n}": p.astype(np.float16) for n, p in model.state_dict().items()}
    notes = {
        "version": np.array(VERSION),
        "settings": np.array(json.dumps(dataclasses.asdict(settings))),
        "characters": np.array(tokenizer.characters),
        "made": np.array(made),
    }
    save_arrays(path, {**notes, **halves})


def load_packed_model(
    path: str | Path = SHIPPED,
) -> tuple[CausalLM, CharTokenizer, TextSettings, str]:
    """The model, in float32, and how it was made. Raises FileNotFoundError or FileFormatError."""
    with ArrayFile(path, "a packed text model") as file:
        file.check_version(VERSION)
        settings = as_settings(TextSettings, file.object("settings"), str(path))
        tokenizer = CharTokenizer(file.text("characters"))
        made = file.text("made")
        held = file.section("parameters/")
        size = sum(int(np.prod(member.shape)) for member in held.values())
        if settings.layers > len(held) or settings.width > size:
            raise file.error("its settings ask for more than it holds")
        model = settings.model(tokenizer.vocab_size)
        parameters = model.named_parameters()
        state = file.read({f"parameters/{n}": Field("f2", p.shape) for n, p in parameters.items()})
        file.nothing_else()
        model.load_state_dict({n.removeprefix("parameters/"): a for n, a in state.items()})
    return model, tokenizer, settings, made
