"""SentenceEncoder: a folder of a BERT-type encoder as model hubs hand it out; text to vectors."""

from pathlib import Path
from typing import Any

import numpy as np

from ..files import read_json
from .bert import Bert
from .safetensors import read_safetensors
from .wordpiece import WordPiece

ACTIVATIONS = {"gelu": "gelu", "gelu_new": "gelu_tanh", "relu": "relu", "silu": "silu"}

SIZES = (
    "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
    "max_position_embeddings", "type_vocab_size",
)  # fmt: skip

# ours: theirs. Their matrices are (out, in); ours (in, out).
EMBEDDING_NAMES = {
    "words.table": "embeddings.word_embeddings.weight",
    "positions.table": "embeddings.position_embeddings.weight",
    "segments.table": "embeddings.token_type_embeddings.weight",
    "norm.gain": "embeddings.LayerNorm.weight",
    "norm.bias": "embeddings.LayerNorm.bias",
}
BLOCK_NAMES = {
    "self_attn.out_proj": "attention.output.dense",
    "norm1": "attention.output.LayerNorm",
    "mlp.linear1": "intermediate.dense",
    "mlp.linear2": "output.dense",
    "norm2": "output.LayerNorm",
}


class SentenceEncoder:
    """A pretrained `Bert` and its tokenizer, from a directory: text in, vectors or attention out.

    The directory holds ``config.json``, ``model.safetensors`` and ``vocab.txt``, as model hubs
    hand them out. Raises ValueError or OSError in one sentence if one is missing or does not fit.
    """

    def __init__(self, directory: str | Path, *, dtype: Any = np.float32) -> None:
        directory = Path(directory)
        for name in ("config.json", "model.safetensors", "vocab.txt"):
            if not (directory / name).is_file():
                raise FileNotFoundError(
                    f"{directory} has no {name}; a model directory holds config.json, "
                    "model.safetensors and vocab.txt."
                )
        config = read_json(directory / "config.json")
        _check_config(config, f"config.json in {directory}")
        longest = _longest(directory / "sentence_bert_config.json", config)
        state = _translate(directory / "model.safetensors", config)
        self.bert = _build(config, dtype)
        self.bert.load_state_dict(state)
        self.tokenizer = WordPiece.from_directory(directory, max_length=longest)
        if len(self.tokenizer.vocabulary) > len(self.bert.words.table.data):
            raise ValueError(f"vocab.txt in {directory} has more words than the weights.")

    def embed(self, texts: list[str], *, batch_size: int = 32) -> np.ndarray:
        """texts -> (len(texts), E): the mean over each text's tokens, scaled to length 1.

        The dot product of two rows is the cosine similarity of the texts.
        """
        rows = [
            self._embed_batch(texts[i : i + batch_size]) for i in range(0, len(texts), batch_size)
        ]
        E = self.bert.words.table.shape[1]
        return np.concatenate(rows) if rows else np.zeros((0, E), self.bert.words.table.data.dtype)

    def look(self, text: str) -> tuple[list[str], list[np.ndarray]]:
        """text -> its tokens, and one (H, T, T) array of attention weights a layer."""
        ids, _ = self.tokenizer.encode([text])
        _, saved = self.bert.forward(ids)
        tokens = [self.tokenizer.vocabulary[i] for i in ids[0]]
        return tokens, [layer[0] for layer in saved.weights]

    def _embed_batch(self, texts: list[str]) -> np.ndarray:
        ids, lengths = self.tokenizer.encode(texts)
        out, _ = self.bert.forward(ids, lengths)  # (B, T, E)
        real = np.arange(ids.shape[1]) < lengths[:, None]  # (B, T)
        total = np.where(real[..., None], out, 0).sum(axis=1)  # (B, E)
        mean = total / lengths[:, None].astype(out.dtype)
        return mean / np.linalg.norm(mean, axis=-1, keepdims=True)


def _check_config(config: dict[str, Any], where: str) -> None:
    if config.get("model_type", "bert") != "bert":
        raise ValueError(f"{where} is of type {config['model_type']!r}; only 'bert' can be read.")
    if config.get("position_embedding_type", "absolute") != "absolute":
        raise ValueError(f"{where} has relative positions; only absolute ones can be read.")
    activation = config.get("hidden_act", "gelu")
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        raise ValueError(f"{where} has hidden_act {activation!r}; known: {', '.join(ACTIVATIONS)}.")
    for name in SIZES:
        if type(config.get(name)) is not int or config[name] < 1:
            raise ValueError(f"{where} has {name} {config.get(name)!r}; expected a whole number.")

    eps = config.get("layer_norm_eps", 1e-12)
    if type(eps) not in (int, float) or not 0 <= eps < 1:
        raise ValueError(f"{where} has layer_norm_eps {eps!r}; expected a number from 0 to 1.")


def _longest(path: Path, config: dict[str, Any]) -> int:
    """Tokens that the encoder was trained to read at once: at most as many as it has positions."""
    places = config["max_position_embeddings"]
    longest = read_json(path).get("max_seq_length") if path.exists() else None
    if longest is None:
        return places
    if type(longest) is not int or longest < 1:
        raise ValueError(f"{path} has max_seq_length {longest!r}; expected a whole number.")
    return min(longest, places)


def _build(config: dict[str, Any], dtype: Any) -> Bert:
    return Bert(
        *(config[name] for name in SIZES[:5]),
        max_length=config["max_position_embeddings"],
        num_segments=config["type_vocab_size"],
        activation=ACTIVATIONS[config.get("hidden_act", "gelu")],
        eps=config.get("layer_norm_eps", 1e-12),
        rng=0,
        dtype=dtype,
    )


def _translate(path: Path, config: dict[str, Any]) -> dict[str, np.ndarray]:
    """The file's tensors under our names; what the encoder does not use is left out.

    Sizes are compared with the config's here, before anyone allocates what a config claims.
    """
    tensors = read_safetensors(path)
    if "bert.embeddings.word_embeddings.weight" in tensors:  # saved with a head on top
        tensors = {name.removeprefix("bert."): t for name, t in tensors.items()}

    def take(name: str) -> np.ndarray:
        if name not in tensors:
            raise ValueError(f"{path} has no tensor {name!r}: it is not a BERT encoder's.")
        if tensors[name].dtype.kind != "f" or not np.isfinite(tensors[name]).all():
            raise ValueError(f"tensor {name!r} in {path} must hold finite floats.")
        return tensors[name]

    V, E, _, _, F, T, kinds = (config[name] for name in SIZES)
    claims = {
        "embeddings.word_embeddings.weight": (V, E),
        "embeddings.position_embeddings.weight": (T, E),
        "embeddings.token_type_embeddings.weight": (kinds, E),
        "encoder.layer.0.intermediate.dense.weight": (F, E),
    }
    for name, shape in claims.items():
        if take(name).shape != shape:
            raise ValueError(
                f"tensor {name!r} in {path} must be {shape} by config.json, got {take(name).shape}."
            )
    state = {ours: take(theirs) for ours, theirs in EMBEDDING_NAMES.items()}
    for i in range(config["num_hidden_layers"]):
        theirs = f"encoder.layer.{i}"
        ours = f"encoder.blocks.{i}"
        thirds = [f"{theirs}.attention.self.{name}" for name in ("query", "key", "value")]
        weights = [take(f"{name}.weight").T for name in thirds]
        state[f"{ours}.self_attn.in_proj.weight"] = np.concatenate(weights, axis=1)  # (E, 3E)
        state[f"{ours}.self_attn.in_proj.bias"] = np.concatenate(
            [take(f"{name}.bias") for name in thirds]
        )
        for part, name in BLOCK_NAMES.items():
            weight = take(f"{theirs}.{name}.weight")
            is_norm = part.startswith("norm")
            state[f"{ours}.{part}.{'gain' if is_norm else 'weight'}"] = weight.T
            state[f"{ours}.{part}.bias"] = take(f"{theirs}.{name}.bias")
    return state
