"""Layers: parameters, and the pairs of `ops` that use them.

`out, saved = layer.forward(inputs)` and `dinputs = layer.backward(dout, saved)`. Gradients of
parameters add up in `parameter.grad`. No layer keeps activations on itself, so one layer may stand
twice in a graph and serve several threads. Dropout acts where an `rng` is handed to forward, and
nowhere else: without one, forward is evaluation.
"""

from .attention_pool import AttentionPool
from .decoder import Decoder, DecoderBlock
from .embedding import Embedding
from .encoder import Encoder, EncoderBlock
from .experts import MixtureOfExperts
from .gated_mlp import GatedMLP
from .kv_cache import KVCache
from .layer import Layer
from .linear import Linear
from .lora import LoRA
from .mlp import MLP
from .multi_head import CrossAttention, MultiHeadAttention
from .norms import LayerNorm, RMSNorm
from .parameter import Parameter, ParameterBuffer
from .sink_cache import SinkCache
from .stored import check_claims, read_parameters
from .torch_names import from_torch, to_torch

__all__ = [
    "AttentionPool",
    "CrossAttention",
    "Decoder",
    "DecoderBlock",
    "Embedding",
    "Encoder",
    "EncoderBlock",
    "GatedMLP",
    "KVCache",
    "Layer",
    "LayerNorm",
    "Linear",
    "LoRA",
    "MLP",
    "MixtureOfExperts",
    "MultiHeadAttention",
    "Parameter",
    "ParameterBuffer",
    "RMSNorm",
    "SinkCache",
    "check_claims",
    "from_torch",
    "read_parameters",
    "to_torch",
]
