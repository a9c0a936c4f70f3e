"""The text models of the figures: the one in the box, and a small one trained for its history."""

from functools import cache
from pathlib import Path

import numpy as np

from attention.text import (
    CausalLM,
    CharTokenizer,
    TextSettings,
    load_packed_model,
    train_text,
)
from attention.text.corpus import read_corpus
from attention.training import read_checkpoint

SETTINGS = TextSettings(layers=2, width=64, steps=1500, batch=16, warmup=50)
MODEL = Path(__file__).parents[2] / "runs" / "figures-text.npz"


@cache
def box_model() -> tuple[CausalLM, CharTokenizer, str]:
    """The model in the box, its tokenizer, and the text it learned from."""
    model, tokenizer, *_ = load_packed_model()
    return model, tokenizer, read_corpus()


@cache
def training_history() -> np.ndarray:
    """Loss, rate and gradient norm of each step, (steps, 3); the run is kept in runs/."""
    if not MODEL.exists():
        train_text(read_corpus(), SETTINGS, checkpoint=MODEL)
    history: np.ndarray = read_checkpoint(MODEL)[""]["history"]
    return history
