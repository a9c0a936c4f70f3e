"""Look at attention: maps, lines, heads, entropy, rollout, patterns, animation, training.

Every function takes arrays of weights or what a forward pass saved, draws on the ``ax=`` or
``fig=`` it is given (or on a new figure), passes style keywords on and returns the artists.
None shows, saves, or changes any setting.

The pictures show where weight goes. That is not yet why the model answers as it does:
attention is not explanation (Jain & Wallace 2019, arXiv:1902.10186).
"""

from .animate import animate_attention
from .lines import plot_lines
from .maps import plot_attention, plot_heads
from .patterns import (
    HeadPatterns,
    attention_entropy,
    head_patterns,
    plot_entropy,
    plot_pattern_summary,
)
from .rollout import attention_rollout, plot_rollout
from .training import plot_training
from .weights import find_weights

__all__ = [
    "HeadPatterns",
    "animate_attention",
    "attention_entropy",
    "attention_rollout",
    "find_weights",
    "head_patterns",
    "plot_attention",
    "plot_entropy",
    "plot_heads",
    "plot_lines",
    "plot_pattern_summary",
    "plot_rollout",
    "plot_training",
]
