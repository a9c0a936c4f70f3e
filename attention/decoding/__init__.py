"""Decoding: a causal language model, and the ways to draw text from one."""

from .generation import TextCodec, generate, generate_text, sample
from .model import CausalLM, CausalLMSaved, TransformerModel

__all__ = [
    "CausalLM",
    "CausalLMSaved",
    "TextCodec",
    "TransformerModel",
    "generate",
    "generate_text",
    "sample",
]
