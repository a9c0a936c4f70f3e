"""Text: a character tokenizer, a causal language model, training and generation."""

from ..decoding import CausalLM, CausalLMSaved, TransformerModel, generate, generate_text, sample
from .settings import TextSettings
from .shipped import load_packed_model
from .tokenizer import CharTokenizer
from .train import load_text_model, train_text

__all__ = [
    "CausalLM",
    "CausalLMSaved",
    "CharTokenizer",
    "TextSettings",
    "TransformerModel",
    "generate",
    "generate_text",
    "load_packed_model",
    "load_text_model",
    "sample",
    "train_text",
]
