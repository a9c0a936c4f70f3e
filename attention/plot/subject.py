"""What the command looks at: a text and the model that reads it, the one in the box by default."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..decoding import CausalLM, TextCodec
from ..pretrained import is_decoder, load_decoder, look
from ..text import load_packed_model
from ..text.corpus import read_corpus

TEXTS, LENGTH = 16, 64  # of a corpus: how many, and tokens of each at most


class Subject(NamedTuple):
    """A text of T tokens as a model reads it; of an encoder, what it attends to alone."""

    tokens: list[str]  # T
    weights: list[np.ndarray]  # (H, T, T) of each layer
    ids: np.ndarray  # (T,), none of an encoder
    model: CausalLM | None
    name: Callable[[int], str]  # of an id
    codec: TextCodec | None


def read_subject(folder: str | Path | None, text: str) -> Subject:
    """The text read by the model in ``folder``; None is the character model in the box.

    Raises FileNotFoundError, or ValueError for a text without a token or longer than the model.
    """
    codec: TextCodec
    name: Callable[[int], str]
    if folder is not None and not is_decoder(folder):
        tokens, weights = look(folder, text)
        return Subject(tokens, weights, np.zeros(0, np.int64), None, str, None)
    if folder is None:
        model, characters, _, _ = load_packed_model()
        codec, name = characters, lambda i: characters.decode([i])
    else:
        model, pieces = load_decoder(folder)
        codec, name = pieces, lambda i: pieces.decode([i])
    ids = codec.encode(text)
    if not 1 <= len(ids) <= model.max_length:
        raise ValueError(
            f"the text has {len(ids)} tokens; this model takes 1 to {model.max_length}"
        )
    _, saved = model.forward(ids[None])
    weights = [layer[0] for layer in saved.weights]
    return Subject([name(int(i)) for i in ids], weights, ids, model, name, codec)


def needs_decoder(subject: Subject, kind: str) -> tuple[CausalLM, TextCodec]:
    """The model and its tokenizer. Raises ValueError for an encoder, which predicts nothing."""
    if subject.model is None or subject.codec is None:
        raise ValueError(f"--kind {kind} needs a model that writes text; --model is an encoder.")
    return subject.model, subject.codec


def read_texts(subject: Subject, path: str | Path | None, kind: str) -> np.ndarray:
    """(TEXTS, L) ids of pieces from the end of a file, or of the shipped plays. Raises ValueError
    for a file too short for two tokens a piece."""
    model, codec = needs_decoder(subject, kind)
    text = read_corpus(path)[-TEXTS * LENGTH * 8 :]
    ids = codec.encode(text)
    length = min(LENGTH, model.max_length, len(ids) // TEXTS)
    if length < 2:
        raise ValueError(f"--corpus has {len(ids)} tokens; {2 * TEXTS} or more are needed.")
    return ids[-TEXTS * length :].reshape(TEXTS, length)
