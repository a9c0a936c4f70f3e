"""Text: a character tokenizer, a causal language model, training and generation.

corpus     the shipped Shakespeare, or any text file
tokenizer  every distinct character is a token
reading    windows of ids, of memory or of a file
settings   what decides a run; train: the run
shipped    the model in the box
writing    the command that generates
"""

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
