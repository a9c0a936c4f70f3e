"""The small text model that several figures look at, trained once and kept in runs/."""

from functools import cache
from pathlib import Path

from attention.text import CausalLM, CharTokenizer, TextSettings, load_text_model, train_text
from attention.text.corpus import read_corpus

SETTINGS = TextSettings(layers=2, width=64, steps=1500, batch=16, warmup=50)
MODEL = Path(__file__).parents[2] / "runs" / "figures-text.npz"


@cache
def trained_text_model() -> tuple[CausalLM, CharTokenizer, str]:
    """The model, its tokenizer, and the text it learned from."""
    text = read_corpus()
    if not MODEL.exists():
        train_text(text, SETTINGS, checkpoint=MODEL)
    model, tokenizer, _ = load_text_model(MODEL)
    return model, tokenizer, text
