"""What is compared with PyTorch: the pairs with their arguments, the layers, the optimisers."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import attention as A

Values = Mapping[str, np.ndarray]
F64: dict[str, Any] = {"dtype": np.float64}
EXPERTS = 5
SCALINGS = {
    "linear": A.RotaryScaling("linear", 4.0),
    "ntk": A.RotaryScaling("ntk", 4.0),
    "llama3": A.RotaryScaling("llama3", 8.0, 32, 1.0, 4.0),
    "yarn": A.RotaryScaling("yarn", 4.0, 32),
}

QKV = ("q", "k", "v")
PAIRS: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {
    "attention": ("attention", QKV, {}),
    "attention causal": ("attention", QKV, {"is_causal": True}),
    "attention scaled": ("attention", QKV, {"scale": 0.3}),
    "attention grouped": ("attention", QKV, {}),
    "attention masked": ("attention", QKV, {}),
    "attention biased": ("attention", QKV, {}),
    "attention with ALiBi": (
        "attention",
        QKV,
        {"attn_mask": A.alibi_bias(6, 5, 5, **F64), "is_causal": True},
    ),
    "layer_norm": ("layer_norm", ("x", "gain", "bias"), {}),
    "rms_norm": ("rms_norm", ("x", "gain"), {}),
    "gelu": ("gelu", ("x",), {}),
    "gelu tanh": ("gelu", ("x",), {"approximate": "tanh"}),
    "silu": ("silu", ("x",), {}),
    "relu": ("relu", ("x",), {}),
    "swiglu": ("swiglu", ("gate", "up"), {}),
    "geglu": ("geglu", ("gate", "up"), {}),
    "geglu tanh": ("geglu", ("gate", "up"), {"approximate": "tanh"}),
    "softmax": ("softmax", ("x",), {}),
    "log_softmax": ("log_softmax", ("x",), {}),
    "rotary": ("rotary", ("x", "positions"), {"pairing": "half"}),
    **{
        f"rotary {name}": ("rotary", ("x", "positions"), {"pairing": "half", "scaling": scaling})
        for name, scaling in SCALINGS.items()
    },
    "linear_attention": ("linear_attention", QKV, {}),
    "linear_attention causal": ("linear_attention", QKV, {"is_causal": True}),
    "int8_linear": ("int8_linear", ("x", "weight"), {}),
    "cross_entropy": ("cross_entropy", ("logits", "targets"), {"ignore_index": -100}),
    "cross_entropy smoothed": (
        "cross_entropy",
        ("logits", "targets"),
        {"ignore_index": -100, "label_smoothing": 0.1},
    ),
    "info_nce": ("info_nce", ("a", "b"), {"temperature": 0.3}),
    "info_nce both ways": ("info_nce", ("a", "b"), {"temperature": 0.3, "symmetric": True}),
    "dpo": (
        "dpo",
        ("chosen", "rejected", "reference_chosen", "reference_rejected"),
        {"beta": 0.4},
    ),
    "top_k_routing": ("top_k_routing", ("logits",), {"k": 2}),
    "balance_loss": ("balance_loss", ("logits", "experts"), {}),
    "z_loss": ("z_loss", ("logits",), {}),
}

# With the weights under torch's own names.
MODULES: dict[str, Callable[[], A.Layer]] = {
    "MultiheadAttention": lambda: A.MultiHeadAttention(8, 2, **F64),
    "EncoderLayer pre": lambda: A.EncoderBlock(8, 2, 6, **F64),
    "EncoderLayer post": lambda: A.EncoderBlock(8, 2, 6, norm_first=False, **F64),
    "DecoderLayer pre": lambda: A.DecoderBlock(8, 2, 6, **F64),
    "DecoderLayer post": lambda: A.DecoderBlock(8, 2, 6, norm_first=False, **F64),
}


def _adapter(values: Values) -> A.LoRA:
    linear = A.Linear(8, 3, **F64)
    linear.load_state_dict({n: values[f"LoRA/frozen {n}"] for n in ("weight", "bias")})
    return A.LoRA(linear, 2, alpha=6.0)


# What torch has no module for, written there with its functions; the names are ours.
LAYERS: dict[str, Callable[[Values], A.Layer]] = {
    "GatedMLP swiglu": lambda _: A.GatedMLP(8, 6, **F64),
    "GatedMLP geglu": lambda _: A.GatedMLP(8, 6, activation="geglu", **F64),
    "LoRA": _adapter,
    "MixtureOfExperts": lambda _: A.MixtureOfExperts(
        8, EXPERTS, 2, 6, balance=0.5, z=0.25, activation="silu", **F64
    ),
    "MultiHeadAttention with QK-norm, rotary": lambda _: A.MultiHeadAttention(
        8, 4, bias=False, num_kv_heads=2, rotary="half", qk_norm=1e-5, **F64
    ),
}

OPTIMISERS: dict[str, Callable[[list[A.Parameter]], Any]] = {
    "adam": lambda p: A.Adam(p, 0.01, betas=(0.8, 0.95), eps=1e-6),
    "adamw": lambda p: A.Adam(p, 0.01, betas=(0.9, 0.99), weight_decay=0.1),
    "sgd": lambda p: A.SGD(p, 0.1, momentum=0.9),
    "nesterov": lambda p: A.SGD(p, 0.1, momentum=0.9, nesterov=True),
}

CLIPPING = {"clipping": 1.5, "clipping idle": 100.0}
