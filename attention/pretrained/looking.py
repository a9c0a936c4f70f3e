"""look: what any model that can be read attends to in a text."""

from pathlib import Path

import numpy as np

from ..files import read_json
from .decoder import FAMILIES, load_decoder
from .sentence_encoder import SentenceEncoder


def is_decoder(folder: str | Path) -> bool:
    """Whether `folder` holds a model of `load_decoder`; if not, an encoder, or nothing."""
    config = Path(folder) / "config.json"
    return config.is_file() and read_json(config).get("model_type", "bert") in FAMILIES


def look(folder: str | Path, text: str) -> tuple[list[str], list[np.ndarray]]:
    """text -> its tokens, and one (H, T, T) array of attention weights a layer.

    `folder` holds a BERT-type encoder or a decoder of `load_decoder`. Raises FileNotFoundError, or
    ValueError for a text without a token or longer than the model.
    """
    if not is_decoder(folder):
        return SentenceEncoder(folder).look(text)
    model, tokenizer = load_decoder(folder)
    ids = tokenizer.encode(text)
    if not 1 <= len(ids) <= model.max_length:
        raise ValueError(
            f"the text has {len(ids)} tokens; this model takes 1 to {model.max_length}"
        )
    _, saved = model.forward(ids[None])
    # a stream keeps the blank that begins a word, and says nothing for special tokens
    tokens = [tokenizer.stream()(i) or tokenizer.decode([i]) for i in ids]
    return tokens, [layer[0] for layer in saved.weights]
