"""Decoding: a causal language model, and the ways to draw text from one.

model              each position predicts the next token
transformer_model  the same under the names of Keras's examples
sampling           from logits to a token
generation         a token after the other
batch, beam, speculative   several texts at once; the likeliest; a small model drafts
watching, lens     what it attends to while it writes, and would say after each block
"""

from .batch import generate_batch
from .beam import Hypothesis, beam_search
from .generation import Step, TextCodec, generate, generate_text
from .lens import logit_lens
from .model import CausalLM, CausalLMSaved
from .sampling import choices, penalise_repetition, probabilities, sample
from .speculative import Speculated, speculate
from .transformer_model import TransformerModel
from .watching import Watched, join_rows, watch

__all__ = [
    "CausalLM",
    "CausalLMSaved",
    "Hypothesis",
    "Speculated",
    "Step",
    "TextCodec",
    "TransformerModel",
    "Watched",
    "beam_search",
    "choices",
    "generate",
    "generate_batch",
    "generate_text",
    "join_rows",
    "logit_lens",
    "penalise_repetition",
    "probabilities",
    "sample",
    "speculate",
    "watch",
]
