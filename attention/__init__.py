"""Attention from scratch: forward and backward, written by hand in NumPy.

    ops         pure functions in forward/backward pairs, one lesson a file
    fast        their tuned twins, which the layers use
    layers      parameters and the pairs: attention, MLP, norms, encoder and decoder blocks
    training    Adam, clipping, schedules, the loop, checkpoints
    text        a character tokenizer, a causal language model, generation
    pretrained  encoders of the BERT type, read from safetensors
    plot        views of attention in matplotlib
    gradcheck   proves every pair

The one rule everywhere: `out, saved = X.forward(inputs)`, `dinputs = X.backward(dout, saved)`.
"""

from . import layers as _layers
from . import ops as _ops
from . import training as _training
from .gradcheck import GradientError, GradientReport, check_gradients
from .layers import *
from .ops import *
from .training import *

__all__ = [
    *_ops.__all__,
    *_layers.__all__,
    *_training.__all__,
    "GradientError",
    "GradientReport",
    "check_gradients",
]
