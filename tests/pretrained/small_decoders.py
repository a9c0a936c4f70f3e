"""Small decoders with random weights, in the files of their families; each a few kilobytes."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from attention.tokens import train_bpe, write_tokenizer

from .conftest import write_safetensors

VOCAB_SIZE = 272
GPT2 = {
    "model_type": "gpt2", "vocab_size": VOCAB_SIZE, "n_positions": 48, "n_embd": 16, "n_layer": 2,
    "n_head": 4,
}  # fmt: skip
LLAMA = {
    "model_type": "llama", "vocab_size": VOCAB_SIZE, "max_position_embeddings": 64,
    "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "rms_norm_eps": 1e-5,
}  # fmt: skip
LLAMA3 = {
    "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 16,
}  # fmt: skip
YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16}
CONFIGS: dict[str, dict[str, Any]] = {
    "gpt2": GPT2,
    "gpt2, own width": {**GPT2, "n_inner": 40, "layer_norm_epsilon": 1e-3},
    "llama 2": {**LLAMA, "num_key_value_heads": 4, "rope_theta": 500.0},
    "llama with biases": {**LLAMA, "attention_bias": True, "mlp_bias": True},
    "llama 3, tied": {**LLAMA, "rope_scaling": LLAMA3, "tie_word_embeddings": True},
    "llama, linear": {**LLAMA, "rope_scaling": {"rope_type": "linear", "factor": 2.0}},
    "llama, dynamic": {**LLAMA, "rope_scaling": {"rope_type": "dynamic", "factor": 2.0}},
    "mistral": {**LLAMA, "model_type": "mistral", "sliding_window": 5, "head_dim": 6},
    "qwen2": {**LLAMA, "model_type": "qwen2", "use_sliding_window": True, "sliding_window": 4,
              "max_window_layers": 1},
    "qwen2, YaRN": {**LLAMA, "model_type": "qwen2", "rope_scaling": YARN},
    "qwen3": {**LLAMA, "model_type": "qwen3", "head_dim": 8, "tie_word_embeddings": True},
}  # fmt: skip


def tensors_of(config: dict[str, Any]) -> dict[str, np.ndarray]:
    """Random float32 tensors under the names and shapes that the family's library gives them."""
    rng = np.random.default_rng(5)
    shapes = gpt2_shapes(config) if config["model_type"] == "gpt2" else llama_shapes(config)
    tensors = {}
    for name, shape in shapes.items():
        drawn = rng.standard_normal(shape).astype(np.float32)
        if len(shape) == 1:  # gains lie around 1, biases around 0
            tensors[name] = 0.3 * drawn + (0 if name.endswith("bias") else 1)
        else:
            tensors[name] = 0.5 * drawn
    return {name: np.float32(tensor) for name, tensor in tensors.items()}


def write_decoder(folder: Path, config: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    write_safetensors(folder / "model.safetensors", tensors_of(config))
    (folder / "config.json").write_text(json.dumps(config))
    text = "To be, or not to be, that is the question: whether it is nobler in the mind to suffer"
    tokenizer = train_bpe(text, VOCAB_SIZE, special_tokens=["<|endoftext|>"])
    write_tokenizer(tokenizer, folder)
    return folder


def gpt2_shapes(config: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    E, F = config["n_embd"], config.get("n_inner", 4 * config["n_embd"])
    shapes: dict[str, tuple[int, ...]] = {
        "transformer.wte.weight": (config["vocab_size"], E),
        "transformer.wpe.weight": (config["n_positions"], E),
        "transformer.ln_f.weight": (E,),
        "transformer.ln_f.bias": (E,),
    }
    for i in range(config["n_layer"]):
        block = f"transformer.h.{i}"
        for name, shape in {
            "attn.c_attn": (E, 3 * E), "attn.c_proj": (E, E),
            "mlp.c_fc": (E, F), "mlp.c_proj": (F, E),
        }.items():  # fmt: skip
            shapes |= {f"{block}.{name}.weight": shape, f"{block}.{name}.bias": shape[1:]}
        for name in ("ln_1", "ln_2"):
            shapes |= {f"{block}.{name}.weight": (E,), f"{block}.{name}.bias": (E,)}
    return shapes


def llama_shapes(config: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    V, E, F = (config[n] for n in ("vocab_size", "hidden_size", "intermediate_size"))
    H, Hkv = config["num_attention_heads"], config["num_key_value_heads"]
    D = config.get("head_dim", E // H)
    shapes: dict[str, tuple[int, ...]] = {
        "model.embed_tokens.weight": (V, E),
        "model.norm.weight": (E,),
    }
    if not config.get("tie_word_embeddings"):
        shapes["lm_head.weight"] = V, E
    qkv_bias = config["model_type"] == "qwen2" or config.get("attention_bias", False)
    for i in range(config["num_hidden_layers"]):
        block = f"model.layers.{i}"
        for name, shape, bias in (
            ("self_attn.q_proj", (H * D, E), qkv_bias),
            ("self_attn.k_proj", (Hkv * D, E), qkv_bias),
            ("self_attn.v_proj", (Hkv * D, E), qkv_bias),
            ("self_attn.o_proj", (E, H * D), config.get("attention_bias", False)),
            ("mlp.gate_proj", (F, E), config.get("mlp_bias", False)),
            ("mlp.up_proj", (F, E), config.get("mlp_bias", False)),
            ("mlp.down_proj", (E, F), config.get("mlp_bias", False)),
        ):
            shapes[f"{block}.{name}.weight"] = shape
            if bias:
                shapes[f"{block}.{name}.bias"] = shape[:1]
        for name in ("input_layernorm", "post_attention_layernorm"):
            shapes[f"{block}.{name}.weight"] = (E,)
        if config["model_type"] == "qwen3":
            for name in ("q_norm", "k_norm"):
                shapes[f"{block}.self_attn.{name}.weight"] = (D,)
    return shapes
