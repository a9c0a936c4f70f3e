"""Every pair and every layer of the toolkit, with inputs on which to try it."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

import attention as A
from attention import fast

YARN = A.RotaryScaling("yarn", 4.0, original_length=16, low=1, high=4)

PAIRS = {
    "plain": (A.attention_forward, A.attention_backward),
    "tiled": (A.tiled_attention_forward, A.tiled_attention_backward),
    "fast": (fast.attention_forward, fast.attention_backward),
}


class Case(NamedTuple):
    name: str
    target: Any  # (forward, backward) or a layer in float64
    inputs: tuple[Any, ...]
    options: dict[str, Any]
    complex_step: bool = True


def _pair(name: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    return getattr(A, f"{name}_forward"), getattr(A, f"{name}_backward")


def pair_cases(seed: int = 0) -> list[Case]:
    """One case or more for each pair of `attention.ops`; float64."""
    rng = np.random.default_rng(seed)
    draw = partial(_draw, rng)
    x = draw(2, 3, 6)
    cases = [
        Case("softmax", _pair("softmax"), (x,), {}),
        Case("softmax over axis 1", _pair("softmax"), (x,), {"axis": 1}),
        Case("log_softmax", _pair("log_softmax"), (x,), {}),
        Case("log_softmax over axis 0", _pair("log_softmax"), (x,), {"axis": 0}),
        Case("relu", _pair("relu"), (x + 0.01 * np.sign(x),), {}),
        Case("gelu", _pair("gelu"), (x,), {}),
        Case("gelu by tanh", _pair("gelu"), (x,), {"approximate": "tanh"}),
        Case("silu", _pair("silu"), (x,), {}),
        Case("swiglu", _pair("swiglu"), (x, draw(2, 3, 6)), {}),
        Case("geglu", _pair("geglu"), (x, draw(2, 3, 6)), {}),
        Case("geglu by tanh", _pair("geglu"), (x, draw(2, 3, 6)), {"approximate": "tanh"}),
        Case("linear", _pair("linear"), (x, draw(6, 4), draw(4)), {}),
        Case("linear without bias", _pair("linear"), (x, draw(6, 4)), {}),
        Case("layer_norm", _pair("layer_norm"), (x, draw(6), draw(6)), {}),
        Case("rms_norm", _pair("rms_norm"), (x, draw(6)), {}),
        Case("dropout", _pair("dropout"), (x,), {"p": 0.4, "rng": 3}),
        Case("embedding", _pair("embedding"), (rng.integers(0, 5, (2, 7)), draw(5, 3)), {}),
        Case("rotary interleaved", _pair("rotary"), (x, np.array([0, 2, 9])), {}),
        Case("rotary half", _pair("rotary"), (x, np.array([0, 2, 9])), {"pairing": "half"}),
        Case(
            "rotary, NTK",
            _pair("rotary"),
            (x, np.array([0, 2, 9])),
            {"scaling": A.RotaryScaling("ntk", 4.0)},
        ),
        Case("rotary, YaRN", _pair("rotary"), (x, np.array([0, 2, 9])), {"scaling": YARN}),
        Case("cross_entropy", _pair("cross_entropy"), (x, rng.integers(0, 6, (2, 3))), {}),
        Case(
            "cross_entropy smoothed, some ignored",
            _pair("cross_entropy"),
            (x, np.array([[0, -1, 5], [2, 2, -1]])),
            {"ignore_index": -1, "label_smoothing": 0.2},
        ),
    ]
    keyed = draw(2, 4, 5), draw(2, 4, 5), draw(2, 4, 3)
    experts = {"experts": np.array([[0, 5], [1, 0], [0, 2]])}
    cases += [
        Case("linear attention", _pair("linear_attention"), keyed, {}),
        Case("linear attention, causal", _pair("linear_attention"), keyed, {"is_causal": True}),
        Case("info_nce", _pair("info_nce"), (draw(4, 3), draw(4, 3)), {"temperature": 0.3}),
        Case("info_nce both ways", _pair("info_nce"), (draw(4, 3), draw(4, 3)),
             {"temperature": 0.5, "symmetric": True}),
        Case("dpo", _pair("dpo"), tuple(3 * draw(4, 5)), {"beta": 0.7}),
        Case("top_k_routing", _pair("top_k_routing"), (x[0],), {"k": 2}),
        Case("balance_loss", _pair("balance_loss"), (x[0],), experts),
        Case("z_loss", _pair("z_loss"), (x[0],), {}),
    ]  # fmt: skip
    rows = draw(6, 3), draw(9, 3)
    ids = np.array([0, 8, 3, 3, 5, 1]), np.array([2, 3, 3, 7, 0])
    counts = {"log_expected": draw(5)}
    cases += [
        Case("sampled_softmax", _pair("sampled_softmax"), (*rows, draw(9), *ids), counts),
        Case("sampled_softmax without bias", _pair("sampled_softmax"), (*rows, None, *ids), {}),
        Case(
            "sampled_softmax of a mixed sample",
            _pair("sampled_softmax"),
            (*rows, rows[1][:, 0], ids[0], np.array([0, 1, 3, 5, 8])),
            counts,
        ),
    ]
    for name, inputs, options in attention_variants(seed):
        cases.append(Case(f"attention, {name}", _pair("attention"), inputs, options))
        tiled = {**options, "tile": 3}
        cases.append(Case(f"tiled attention, {name}", _pair("tiled_attention"), inputs, tiled))
    dropped = {"dropout_p": 0.3, "rng": 5, "is_causal": True}
    heads = draw(2, 4, 5, 3), draw(2, 2, 5, 3), draw(2, 2, 5, 6)
    cases.append(Case("attention, weights dropped", _pair("attention"), heads, dropped))
    return cases


def twin_cases(seed: int = 0) -> list[Case]:
    """The tuned twins, on the inputs of their plain pairs."""
    cases = []
    for case in pair_cases(seed):
        forward, backward = case.target
        twins = getattr(fast, forward.__name__, forward), getattr(fast, backward.__name__, backward)
        if twins != case.target:
            cases.append(case._replace(name=f"fast {case.name}", target=twins, complex_step=False))
    return cases


def attention_variants(seed: int = 0) -> list[tuple[str, tuple[np.ndarray, ...], dict[str, Any]]]:
    """(name, (q, k, v), options) for every option that plain and tiled attention share."""
    rng = np.random.default_rng(seed)
    draw = partial(_draw, rng)
    q, k, v = draw(2, 4, 5, 3), draw(2, 4, 7, 3), draw(2, 4, 7, 6)
    grouped = q, k[:, :2], v[:, :2]
    one_head = draw(5, 3), draw(7, 3), draw(7, 2)
    seen = rng.random((2, 1, 5, 7)) < 0.6
    seen[0, 0, 2] = False
    bias = draw(4, 5, 7)
    forbidding = np.where(rng.random((5, 7)) < 0.3, -np.inf, draw(5, 7))
    return [
        ("plain", (q, k, v), {}),
        ("two axes only", one_head, {}),
        ("causal", (q, k, v), {"is_causal": True}),
        ("causal after a cache", (q, k, v), {"is_causal": True, "offset": 2}),
        ("grouped heads", grouped, {}),
        ("one key head", (q, k[:, :1], v[:, :1]), {"is_causal": True}),
        ("own scale", (q, k, v), {"scale": 0.7}),
        ("capped, causal", grouped, {"softcap": 1.5, "is_causal": True}),
        ("window to both sides", (q, k, v), {"window": 1}),
        ("causal window of three", (q, k, v), {"window": (2, 0), "offset": 2}),
        ("boolean mask, one row empty", grouped, {"attn_mask": seen}),
        ("mask of one key axis", (q, k, v), {"attn_mask": seen[0, 0, 0]}),
        ("additive mask", (q, k, v), {"attn_mask": bias}),
        ("additive mask with −inf", (q, k, v), {"attn_mask": forbidding, "softcap": 2.0}),
        ("no keys", (q, k[:, :, :0], v[:, :, :0]), {}),
        ("no queries", (q[:, :, :0], k, v), {}),
        ("empty batch", (q[:0], k[:0], v[:0]), {"is_causal": True}),
        ("one of everything", (draw(1, 1, 1, 1), draw(1, 1, 1, 1), draw(1, 1, 1, 1)), {}),
    ]


def layer_cases(seed: int = 0) -> list[Case]:
    """One case or more for each layer; float64, weights and biases away from their start."""
    rng = np.random.default_rng(seed)
    draw = partial(_draw, rng)
    how: dict[str, Any] = {"rng": rng, "dtype": np.float64}
    x, memory = draw(2, 4, 8), draw(2, 3, 8)
    memory_mask = np.array([[True, True, False], [False, False, False]])[:, None, None, :]
    ids = rng.integers(0, 5, (2, 4))
    causal = {"is_causal": True}
    cases = [
        Case("Linear", A.Linear(8, 3, **how), (x,), {}),
        Case("Linear without bias", A.Linear(8, 3, bias=False, **how), (x,), {}),
        Case("Embedding", A.Embedding(5, 3, **how), (ids,), {}),
        Case("LayerNorm", A.LayerNorm(8, dtype=np.float64), (x,), {}),
        Case("RMSNorm", A.RMSNorm(8, dtype=np.float64), (x,), {}),
        Case("AttentionPool", A.AttentionPool(8, **how), (x, np.arange(4) < [[4], [0]]), {}),
    ]
    for activation in ("relu", "gelu", "gelu_tanh", "silu"):
        cases.append(Case(f"MLP {activation}", A.MLP(8, 6, activation=activation, **how), (x,), {}))
    for activation in ("swiglu", "geglu", "geglu_tanh"):
        gated = A.GatedMLP(8, 6, activation=activation, **how)
        cases.append(Case(f"GatedMLP {activation}", gated, (x,), {}))
    adapter = A.LoRA(A.Linear(8, 3, **how), 2, alpha=6, rng=rng)
    adapter.up.data[...] = draw(2, 3)
    cases += [
        Case("LoRA", adapter, (x,), {}),
        Case("MixtureOfExperts", A.MixtureOfExperts(8, 5, 2, 6, balance=0, z=0, **how), (x,), {}),
        Case("MixtureOfExperts full", A.MixtureOfExperts(8, 3, 2, 6, capacity=0.8, balance=0, z=0,
             activation="swiglu", **how), (x,), {}),
    ]  # fmt: skip
    for name, options in {
        "plain": {},
        "grouped": {"num_kv_heads": 2},
        "rotary interleaved, one key head": {"rotary": "interleaved", "num_kv_heads": 1},
        "rotary half, window, capped": {
            "rotary": A.Rotary("half", 100.0, A.RotaryScaling("linear", 2.0)),
            "scores": A.ScoreOptions(window=1, softcap=2.0),
        },
        "no bias, tiled": {"bias": False, "tiled": True},
        "dropout": {"dropout": 0.3},
        "wide heads, normed, half of the biases": {
            "head_dim": 6,
            "qk_norm": 1e-5,
            "rotary": "half",
            "proj_bias": (False, True),
            "num_kv_heads": 2,
        },
    }.items():
        layer = A.MultiHeadAttention(8, 4, **options, **how)
        mode = {"rng": 7} if "dropout" in options else causal
        cases.append(Case(f"MultiHeadAttention {name}", layer, (x,), mode))
    cross = A.MultiHeadAttention(8, 2, **how)
    masked = {"attn_mask": memory_mask}
    cases += [
        Case("MultiHeadAttention of memory", cross, (x, memory), masked),
        Case("MultiHeadAttention of keys and values", cross, (x, memory, draw(2, 3, 8)), {}),
        Case("EncoderBlock pre-norm", A.EncoderBlock(8, 2, 6, **how), (x,), causal),
        Case("EncoderBlock post-norm", A.EncoderBlock(8, 2, 6, norm_first=False, **how), (x,), {}),
        Case(
            "EncoderBlock with dropout",
            A.EncoderBlock(8, 2, 6, norm="rms", dropout=0.2, **how),
            (x,),
            {"rng": 11},
        ),
        Case("EncoderBlock gated", A.EncoderBlock(8, 2, 6, activation="swiglu", **how), (x,), {}),
        Case("Encoder", A.Encoder(2, 8, 2, 6, **how), (x,), {}),
        Case("Encoder post-norm", A.Encoder(2, 8, 2, 6, norm_first=False, **how), (x,), causal),
        Case(
            "DecoderBlock",
            A.DecoderBlock(8, 2, 6, **how),
            (x, memory),
            {"memory_mask": memory_mask, **causal},
        ),
        Case(
            "DecoderBlock post-norm",
            A.DecoderBlock(8, 2, 6, norm_first=False, dropout=0.2, **how),
            (x, memory),
            {"rng": 2},
        ),
        Case("Decoder", A.Decoder(2, 8, 2, 6, **how), (x, memory), {"memory_mask": memory_mask}),
        Case(
            "CrossAttention", A.CrossAttention(8, 2, rng=0, dtype=np.float64), (x, memory), masked
        ),
    ]
    for case in cases:
        for name, p in case.target.named_parameters().items():
            if name.endswith(("bias", "gain")):
                p.data[...] += 0.3 * rng.normal(size=p.shape)
    return cases


def _draw(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.normal(size=shape)


def by_name(case: Case) -> str:
    return case.name
