"""What PyTorch says of today's pairs and layers, each written in its own functions, by the paper.

Scaled rotary frequencies are those of transformers, where it is installed, in its float32.
"""

from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from .cases import EXPERTS, SCALINGS
from .recording import Values, draw, record


def _gated(rng: np.random.Generator) -> Values:
    gate, up = draw(rng, 2, 3, 6), draw(rng, 2, 3, 6)
    values: Values = {}
    for case, bend in {
        "swiglu": F.silu,
        "geglu": F.gelu,
        "geglu tanh": lambda z: F.gelu(z, approximate="tanh"),
    }.items():
        values |= record(case, bend(gate) * up, {"gate": gate, "up": up}, rng)
    return values


def _alibi(rng: np.random.Generator) -> Values:
    """Six heads: the four slopes of four, then two of those that eight would have."""
    q, k, v = draw(rng, 2, 6, 5, 3), draw(rng, 2, 6, 5, 3), draw(rng, 2, 6, 5, 4)
    slopes = torch.tensor([2.0**-e for e in (2, 4, 6, 8, 1, 3)], dtype=torch.float64)
    at = torch.arange(5)
    bias = slopes[:, None, None] * (at - at[:, None]).abs().neg()
    bias = bias.masked_fill(at > at[:, None], -torch.inf)
    out = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
    return record("attention with ALiBi", out, {"q": q, "k": k, "v": v}, rng)


def _rotary(rng: np.random.Generator) -> Values:
    x, positions = draw(rng, 2, 4, 12), np.array([0, 3, 17, 60])
    values: Values = {}
    plain = 10000.0 ** -(torch.arange(0, 12, 2, dtype=torch.float64) / 12)
    frequencies = {"rotary": (plain, 1.0)}
    if find_spec("transformers"):
        frequencies |= {f"rotary {name}": _scaled(name) for name in SCALINGS}
    for case, (each, amplitude) in frequencies.items():
        out = _turn(x, torch.tensor(positions)[:, None] * each) * amplitude
        values |= record(case, out, {"x": x}, rng)
        values[f"{case}/positions"] = positions
    return values


def _scaled(name: str) -> tuple[torch.Tensor, float]:
    from transformers import LlamaConfig
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    kind, factor, length, low, high, _ = SCALINGS[name]
    rope: dict[str, Any] = {"rope_theta": 10000.0, "factor": factor}
    longest, read = int(factor * length), None
    if kind == "llama3":
        rope |= {"low_freq_factor": low, "high_freq_factor": high}
    if kind == "ntk":  # their dynamic rule, at the length where its base is that of `factor`
        longest, read = 32, 32 * 2
        rope["factor"], kind = factor - 1, "dynamic"
    if length:
        rope["original_max_position_embeddings"] = length
    config = LlamaConfig(
        hidden_size=12, num_attention_heads=1, max_position_embeddings=longest or 128,
        rope_parameters={"rope_type": kind, **rope},
    )  # fmt: skip
    each, amplitude = ROPE_INIT_FUNCTIONS[kind](config, "cpu", seq_len=read)
    return each.double(), float(amplitude)


def _turn(x: torch.Tensor, angles: torch.Tensor) -> torch.Tensor:
    """Feature i and i + D/2 as one complex number."""
    a, b = x.chunk(2, -1)
    turned = torch.complex(a, b) * torch.polar(torch.ones_like(angles), angles)
    return torch.cat([turned.real, turned.imag], -1)


def _linear_attention(rng: np.random.Generator) -> Values:
    inputs = {"q": draw(rng, 2, 5, 3), "k": draw(rng, 2, 5, 3), "v": draw(rng, 2, 5, 4)}
    q, k, v = inputs.values()
    weights = (F.elu(q) + 1) @ (F.elu(k) + 1).mT  # (B, T, S), never made by ours
    values: Values = {}
    for case, seen in {
        "linear_attention": weights,
        "linear_attention causal": weights.tril(),
    }.items():
        values |= record(case, seen / seen.sum(-1, keepdim=True) @ v, inputs, rng)
    return values


def _int8(rng: np.random.Generator) -> Values:
    x, weight = draw(rng, 2, 3, 6), torch.tensor(rng.normal(size=(6, 4)))
    scale = weight.abs().amax(0) / 127
    levels = (weight / scale).round().to(torch.int8)
    values = record("int8_linear", F.linear(x, (levels * scale).T), {"x": x}, rng)
    return values | {"int8_linear/weight": weight.numpy()}


def _losses(rng: np.random.Generator) -> Values:
    a, b = draw(rng, 5, 4), draw(rng, 5, 4)
    cosines = F.normalize(a, dim=-1) @ F.normalize(b, dim=-1).T / 0.3
    partner = torch.arange(5)
    one, other = F.cross_entropy(cosines, partner), F.cross_entropy(cosines.T, partner)
    values = record("info_nce", one, {"a": a, "b": b}, rng)
    values |= record("info_nce both ways", (one + other) / 2, {"a": a, "b": b}, rng)
    names = "chosen", "rejected", "reference_chosen", "reference_rejected"
    logs = {name: draw(rng, 6) for name in names}
    won, lost, won_before, lost_before = logs.values()
    margin = (won - won_before) - (lost - lost_before)
    return values | record("dpo", -F.logsigmoid(0.4 * margin).mean(), logs, rng)


def _routing(rng: np.random.Generator) -> Values:
    logits = draw(rng, 7, EXPERTS)
    top = logits.topk(2)
    values = record("top_k_routing", top.values.softmax(-1), {"logits": logits}, rng)
    values |= record("balance_loss", _balance(logits, top.indices), {"logits": logits}, rng)
    values["balance_loss/experts"] = top.indices.numpy()
    return values | record("z_loss", logits.logsumexp(-1).square().mean(), {"logits": logits}, rng)


def _balance(logits: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    shares = F.one_hot(chosen, EXPERTS).double().mean((0, 1))
    return EXPERTS * (shares * logits.softmax(-1).mean(0)).sum()


def _layers(rng: np.random.Generator) -> Values:
    values: Values = {}
    x = draw(rng, 2, 5, 8)
    for case, bend in {"GatedMLP swiglu": F.silu, "GatedMLP geglu": F.gelu}.items():
        state = {
            "linear1.weight": draw(rng, 8, 12), "linear1.bias": draw(rng, 12),
            "linear2.weight": draw(rng, 6, 8), "linear2.bias": draw(rng, 8),
        }  # fmt: skip
        w1, b1, w2, b2 = state.values()
        gate, up = F.linear(x, w1.T, b1).chunk(2, -1)
        values |= _layer(case, F.linear(bend(gate) * up, w2.T, b2), x, state, rng)
    frozen = {"weight": draw(rng, 8, 3), "bias": draw(rng, 3)}
    state = {"down": draw(rng, 8, 2), "up": draw(rng, 2, 3)}
    whole = frozen["weight"] + 3 * state["down"] @ state["up"]  # merged; ours keeps them apart
    values |= _layer("LoRA", F.linear(x, whole.T, frozen["bias"]), x, state, rng)
    values |= {f"LoRA/frozen {name}": w.detach().numpy() for name, w in frozen.items()}
    return values | _experts(x, rng) | _normed_attention(x, rng)


def _experts(x: torch.Tensor, rng: np.random.Generator) -> Values:
    """Every expert reads every token; the gates of those not chosen are zero."""
    state = {"router.weight": draw(rng, 8, EXPERTS)}
    for i in range(EXPERTS):
        for name, (into, out) in {"linear1": (8, 6), "linear2": (6, 8)}.items():
            state[f"experts.{i}.{name}.weight"] = draw(rng, into, out)
            state[f"experts.{i}.{name}.bias"] = draw(rng, out)
    logits = x.reshape(-1, 8) @ state["router.weight"]
    top = logits.topk(2)
    gates = torch.zeros_like(logits).scatter(-1, top.indices, top.values.softmax(-1))
    mixed = torch.zeros(10, 8, dtype=torch.float64)
    for i in range(EXPERTS):
        w1, b1, w2, b2 = list(state.values())[1 + 4 * i : 5 + 4 * i]
        hidden = F.silu(F.linear(x.reshape(-1, 8), w1.T, b1))
        mixed = mixed + gates[:, i, None] * F.linear(hidden, w2.T, b2)
    losses = 0.5 * _balance(logits, top.indices) + 0.25 * logits.logsumexp(-1).square().mean()
    return _layer("MixtureOfExperts", mixed.reshape(2, 5, 8), x, state, rng, losses)


def _normed_attention(x: torch.Tensor, rng: np.random.Generator) -> Values:
    state = {
        "in_proj.weight": draw(rng, 8, 16), "out_proj.weight": draw(rng, 8, 8),
        "q_norm.gain": draw(rng, 2), "k_norm.gain": draw(rng, 2),
    }  # fmt: skip
    w_in, w_out, q_gain, k_gain = state.values()
    q, k, v = (
        part.unflatten(-1, (-1, 2)).transpose(1, 2) for part in (x @ w_in).split([8, 4, 4], -1)
    )
    angles = torch.arange(5.0, dtype=torch.float64)[:, None]  # D = 2: one pair, one radian a step
    q = _turn(F.rms_norm(q, (2,), q_gain, 1e-5), angles)
    k = _turn(F.rms_norm(k, (2,), k_gain, 1e-5), angles)
    heads = F.scaled_dot_product_attention(q, k, v, enable_gqa=True)
    out = heads.transpose(1, 2).flatten(2) @ w_out
    return _layer("MultiHeadAttention with QK-norm, rotary", out, x, state, rng)


def _layer(
    case: str,
    out: torch.Tensor,
    x: torch.Tensor,
    state: dict[str, torch.Tensor],
    rng: np.random.Generator,
    beside: torch.Tensor | None = None,
) -> Values:
    both = {"x": x, **{f"state {name}": p for name, p in state.items()}}
    return record(case, out, both, rng, beside)


MODERN = (_gated, _alibi, _rotary, _linear_attention, _int8, _losses, _routing, _layers)
