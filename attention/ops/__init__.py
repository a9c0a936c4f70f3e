"""Pure functions in forward/backward pairs, one lesson a file.

The one rule, at every storey:

    out, saved = X_forward(inputs)
    dinputs = X_backward(dout, saved)

`saved` is exactly what backward needs to remember. Inputs are never changed in place. A gradient
is `d` and the name. Results have the dtype of the inputs, float32 or float64; complex128 passes
through too, so that derivatives can be checked by a complex step.

Axes: B batch, H heads, T queries, S keys, E model width, D width of a head, F hidden width,
V vocabulary.
"""

from .activations import (
    ReluSaved,
    gelu_backward,
    gelu_forward,
    relu_backward,
    relu_forward,
    silu_backward,
    silu_forward,
)
from .attention import AttentionSaved, attention_backward, attention_forward
from .cross_entropy import CrossEntropySaved, cross_entropy_backward, cross_entropy_forward
from .dropout import DropoutSaved, dropout_backward, dropout_forward
from .embedding import EmbeddingSaved, embedding_backward, embedding_forward, sum_by_id
from .heads import merge_heads, split_heads
from .layer_norm import layer_norm_backward, layer_norm_forward
from .linear import LinearSaved, linear_backward, linear_forward
from .masks import causal_mask, padding_mask, window_mask
from .positions import sinusoidal_positions
from .rms_norm import rms_norm_backward, rms_norm_forward
from .rotary import rotary_backward, rotary_forward
from .sampled_softmax import (
    sampled_softmax_backward,
    sampled_softmax_forward,
    sampled_softmax_row_gradients,
)
from .softmax import (
    LogSoftmaxSaved,
    log_softmax_backward,
    log_softmax_forward,
    softmax,
    softmax_backward,
    softmax_forward,
)
from .tiled import TiledAttentionSaved, tiled_attention_backward, tiled_attention_forward

__all__ = [
    "AttentionSaved",
    "CrossEntropySaved",
    "DropoutSaved",
    "EmbeddingSaved",
    "LinearSaved",
    "LogSoftmaxSaved",
    "ReluSaved",
    "TiledAttentionSaved",
    "attention_backward",
    "attention_forward",
    "causal_mask",
    "cross_entropy_backward",
    "cross_entropy_forward",
    "dropout_backward",
    "dropout_forward",
    "embedding_backward",
    "embedding_forward",
    "gelu_backward",
    "gelu_forward",
    "layer_norm_backward",
    "layer_norm_forward",
    "linear_backward",
    "linear_forward",
    "log_softmax_backward",
    "log_softmax_forward",
    "merge_heads",
    "padding_mask",
    "relu_backward",
    "relu_forward",
    "rms_norm_backward",
    "rms_norm_forward",
    "rotary_backward",
    "rotary_forward",
    "sampled_softmax_backward",
    "sampled_softmax_forward",
    "sampled_softmax_row_gradients",
    "silu_backward",
    "silu_forward",
    "sinusoidal_positions",
    "softmax",
    "softmax_backward",
    "softmax_forward",
    "split_heads",
    "sum_by_id",
    "tiled_attention_backward",
    "tiled_attention_forward",
    "window_mask",
]
