"""Tuned twins of pairs in `ops`: same arguments, same results to rounding, same one rule.

The plain pairs are the lesson; the layers use these. Three things make them faster: work in place
on own buffers, in blocks that stay in the cache; a reduction becomes a matrix product, or falls
away; forward keeps the derivative instead of what it would be computed from.
"""

from .attention import FastAttentionSaved, attention_backward, attention_forward
from .cross_entropy import (
    FastCrossEntropySaved,
    cross_entropy_backward,
    cross_entropy_forward,
)
from .decode import attend_last
from .embedding import embedding_backward, sum_by_id
from .gelu import FastGeluSaved, gelu_backward, gelu_forward
from .layer_norm import FastLayerNormSaved, layer_norm_backward, layer_norm_forward
from .rotary import FastRotarySaved, rotary_backward, rotary_forward
from .sampled_softmax import (
    FastSampledSoftmaxSaved,
    sampled_softmax_backward,
    sampled_softmax_forward,
    sampled_softmax_row_gradients,
)

__all__ = [
    "FastAttentionSaved",
    "FastCrossEntropySaved",
    "FastGeluSaved",
    "FastLayerNormSaved",
    "FastRotarySaved",
    "FastSampledSoftmaxSaved",
    "attend_last",
    "attention_backward",
    "attention_forward",
    "cross_entropy_backward",
    "cross_entropy_forward",
    "embedding_backward",
    "gelu_backward",
    "gelu_forward",
    "layer_norm_backward",
    "layer_norm_forward",
    "rotary_backward",
    "rotary_forward",
    "sampled_softmax_backward",
    "sampled_softmax_forward",
    "sampled_softmax_row_gradients",
    "sum_by_id",
]
