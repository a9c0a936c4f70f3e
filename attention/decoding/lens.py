"""The logit lens: what would the model say, were it to stop after this block?

nostalgebraist 2020. The residual stream after each block goes through the last norm and the output
map, as if the blocks above were not there.
"""

from typing import Any

import numpy as np

from .model import CausalLM


def logit_lens(model: CausalLM, ids: Any) -> np.ndarray:
    """ids (B, T) -> (L + 1, B, T, V): logits of the embeddings, then after each of L blocks.

    The last are those of `model.forward`.
    """
    return np.stack([model.read_out(state) for state in model.states(ids)])
