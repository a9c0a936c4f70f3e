"""Look at attention: maps, lines, heads, entropy, rollout, patterns, animation, training.

Every function takes arrays of weights or what a forward pass saved, draws on the ``ax=`` or
``fig=`` it is given (or on a new figure), passes style keywords on and returns the artists.
None shows, saves, or changes any setting. Names are imported when first used: matplotlib takes
longer to load than all the rest.

The pictures show where weight goes. That is not yet why the model answers as it does:
attention is not explanation (Jain & Wallace 2019, arXiv:1902.10186).
"""

from ..lazy import lazily

_HOMES = {
    "HeadPatterns": "patterns",
    "ablate_heads": "crowd",
    "animate_attention": "animate",
    "attention_entropy": "patterns",
    "attention_rollout": "rollout",
    "find_heads": "crowd",
    "find_weights": "weights",
    "head_similarity": "crowd",
    "plot_head_similarity": "crowd",
    "merge_words": "words",
    "plot_difference": "difference",
    "plot_score": "score",
    "take_apart": "score",
    "head_patterns": "patterns",
    "plot_attention": "maps",
    "plot_ablation": "crowd_pictures",
    "plot_choices": "choices",
    "plot_entropy": "patterns",
    "plot_found": "crowd_pictures",
    "plot_generation": "generation",
    "plot_heads": "maps",
    "plot_lens": "lens",
    "plot_lines": "lines",
    "plot_next_tokens": "choices",
    "plot_pattern_summary": "patterns",
    "plot_rollout": "rollout",
    "plot_training": "training",
    "save_html": "page",
}
__all__ = sorted(_HOMES)
__getattr__, __dir__ = lazily(__name__, _HOMES)
