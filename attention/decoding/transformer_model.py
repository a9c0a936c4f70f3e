"""TransformerModel: a causal language model under the argument names that Keras's examples use."""

from typing import Any

import numpy as np

from .model import CausalLM


class TransformerModel(CausalLM):
    """A text generator under the usual Keras names; biases, post-norm blocks with ReLU, own output.

    TransformerModel(512, 2, 8, 2048, 5000, 1000) has 11,941,768 parameters.
    """

    def __init__(
        self,
        d_model: int,
        num_layers: int,
        num_heads: int,
        dff: int,
        input_vocab_size: int,
        maximum_position_encoding: int,
        *,
        dropout: float = 0.0,
        rng: Any = None,
        dtype: Any = np.float32,
    ) -> None:
        super().__init__(
            input_vocab_size,
            maximum_position_encoding,
            num_layers,
            d_model,
            num_heads,
            dff,
            dropout=dropout,
            output="biased",
            bias=True,
            norm_first=False,
            activation="relu",
            rng=rng,
            dtype=dtype,
        )
