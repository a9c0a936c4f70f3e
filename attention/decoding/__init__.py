"""Decoding: a causal language model, and the ways to draw text from one."""

from .batch import generate_batch
from .beam import Hypothesis, beam_search
from .generation import TextCodec, generate, generate_text
from .lens import logit_lens
from .model import CausalLM, CausalLMSaved, TransformerModel
from .sampling import choices, penalise_repetition, probabilities, sample
from .speculative import Speculated, speculate

__all__ = [
    "CausalLM",
    "CausalLMSaved",
    "Hypothesis",
    "Speculated",
    "TextCodec",
    "TransformerModel",
    "beam_search",
    "choices",
    "generate",
    "generate_batch",
    "generate_text",
    "logit_lens",
    "penalise_repetition",
    "probabilities",
    "sample",
    "speculate",
]
