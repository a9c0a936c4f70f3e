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
    sigmoid,
    silu_backward,
    silu_forward,
)
from .alibi import alibi_bias, alibi_slopes
from .attention import AttentionSaved, ScoreOptions, attention_backward, attention_forward
from .cross_entropy import CrossEntropySaved, cross_entropy_backward, cross_entropy_forward
from .dropout import DropoutSaved, dropout_backward, dropout_forward
from .embedding import EmbeddingSaved, embedding_backward, embedding_forward, sum_by_id
from .gated import geglu_backward, geglu_forward, swiglu_backward, swiglu_forward
from .heads import merge_heads, split_heads
from .info_nce import info_nce_backward, info_nce_forward
from .int8 import (
    Int8Weight,
    dequantize_int8,
    int8_error_bound,
    int8_linear_backward,
    int8_linear_forward,
    quantize_int8,
)
from .layer_norm import layer_norm_backward, layer_norm_forward
from .linear import LinearSaved, linear_backward, linear_forward
from .linear_attention import (
    LinearAttentionState,
    linear_attention_backward,
    linear_attention_forward,
    linear_attention_step,
)
from .masks import causal_mask, padding_mask, window_mask
from .positions import sinusoidal_positions
from .preference import dpo_backward, dpo_forward
from .rms_norm import rms_norm_backward, rms_norm_forward
from .rotary import Rotary, rotary_backward, rotary_forward, rotary_frequencies
from .rotary_scaling import RotaryScaling
from .routing import (
    balance_loss_backward,
    balance_loss_forward,
    top_k_routing_backward,
    top_k_routing_forward,
    z_loss_backward,
    z_loss_forward,
)
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
    "alibi_bias",
    "alibi_slopes",
    "info_nce_backward",
    "info_nce_forward",
    "Int8Weight",
    "dequantize_int8",
    "int8_error_bound",
    "int8_linear_backward",
    "int8_linear_forward",
    "quantize_int8",
    "LinearAttentionState",
    "linear_attention_backward",
    "linear_attention_forward",
    "linear_attention_step",
    "dpo_backward",
    "dpo_forward",
    "balance_loss_backward",
    "balance_loss_forward",
    "top_k_routing_backward",
    "top_k_routing_forward",
    "z_loss_backward",
    "z_loss_forward",
    "AttentionSaved",
    "Rotary",
    "RotaryScaling",
    "ScoreOptions",
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
    "geglu_backward",
    "geglu_forward",
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
    "rotary_frequencies",
    "sampled_softmax_backward",
    "sampled_softmax_forward",
    "sampled_softmax_row_gradients",
    "sigmoid",
    "silu_backward",
    "silu_forward",
    "sinusoidal_positions",
    "softmax",
    "softmax_backward",
    "softmax_forward",
    "split_heads",
    "sum_by_id",
    "swiglu_backward",
    "swiglu_forward",
    "tiled_attention_backward",
    "tiled_attention_forward",
    "window_mask",
]
