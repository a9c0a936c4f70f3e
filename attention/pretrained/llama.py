"""Llama 2 and 3, Mistral, Qwen 2 and 3: rotary positions, RMS norms, SwiGLU, shared key heads.

Touvron et al. 2023; Jiang et al. 2023; Yang et al. 2024, 2025. One block, told apart by its
configuration: biases, QK-norm, width of a head, windows. Matrices are stored (out, in).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ..ops.rotary import Rotary
from ..ops.rotary_scaling import RotaryScaling
from .plan import Fields, Plan, Source

SILU = {"silu": "silu", "swish": "silu"}


class Family(NamedTuple):
    """What a family's configuration leaves unsaid."""

    kv_heads: int | None = None  # None: as many as heads
    head_dim: int | None = None  # None: E / H
    qkv_bias: bool | None = None  # None: the field attention_bias says it
    qk_norm: bool = False
    window: int | None = None


FAMILIES = {
    "llama": Family(),
    "mistral": Family(kv_heads=8, qkv_bias=False, window=4096),
    "qwen2": Family(kv_heads=32, qkv_bias=True, window=4096),
    "qwen3": Family(kv_heads=32, head_dim=128, qk_norm=True, window=4096),
}


def plan(config: dict[str, Any], path: Path) -> Plan:
    """Raises ValueError for a field that is not honoured."""
    kind = config["model_type"]
    family = FAMILIES[kind]
    fields = Fields(config, str(path))
    V, T, E = (fields.size(n) for n in ("vocab_size", "max_position_embeddings", "hidden_size"))
    layers, heads = fields.size("num_hidden_layers"), fields.size("num_attention_heads")
    F = fields.size("intermediate_size")
    kv_heads = fields.size("num_key_value_heads", family.kv_heads or heads)
    if heads % kv_heads:
        raise fields.refuse(f"has {heads} heads, which {kv_heads} key heads do not divide")
    if "head_dim" not in config and family.head_dim is None and E % heads:
        raise fields.refuse(f"has hidden_size {E}, which {heads} heads do not divide")
    D = fields.size("head_dim", family.head_dim or E // heads)
    if D % 2:
        raise fields.refuse(f"has head_dim {D}; rotary positions need an even one")
    in_bias, out_bias = family.qkv_bias or False, False
    if family.qkv_bias is None:
        in_bias = out_bias = fields.flag("attention_bias", False)
    mlp_bias = fields.flag("mlp_bias", False) if kind == "llama" else False
    tied = fields.flag("tie_word_embeddings", False)
    fields.only("hidden_act", SILU, "silu")
    for name in ("use_mrope", "rope_interleaved"):  # written by some releases, always off
        fields.only(name, {False: False}, False)
    rotary = _rotary(fields, T)
    eps = fields.number("rms_norm_eps", 1e-6)
    windows = _windows(fields, kind, family, layers)
    fields.end()
    options = {
        "positions": "rotary", "rotary": rotary, "num_kv_heads": kv_heads, "head_dim": D,
        "qk_norm": eps if family.qk_norm else None,
        "norm": "rms", "eps": eps, "activation": "swiglu", "output": "tied" if tied else "linear",
        "bias": mlp_bias, "proj_bias": (in_bias, out_bias),
    }  # fmt: skip
    sources = [
        Source("model.embed_tokens.weight", (V, E), "tokens.table"),
        Source("model.norm.weight", (E,), "encoder.norm.gain"),
    ]
    if not tied:
        sources.append(Source("lm_head.weight", (V, E), "head.weight", transposed=True))
    for i in range(layers):
        theirs, ours = f"model.layers.{i}", f"encoder.blocks.{i}"
        for name, norm in (("input_layernorm", "norm1"), ("post_attention_layernorm", "norm2")):
            sources.append(Source(f"{theirs}.{name}.weight", (E,), f"{ours}.{norm}.gain"))
        if family.qk_norm:
            for name in ("q_norm", "k_norm"):
                where = f"self_attn.{name}"
                sources.append(Source(f"{theirs}.{where}.weight", (D,), f"{ours}.{where}.gain"))
        q, kv = heads * D, kv_heads * D
        parts = [("self_attn.q_proj", q), ("self_attn.k_proj", kv), ("self_attn.v_proj", kv)]
        sources += _side_by_side(theirs, parts, E, f"{ours}.self_attn.in_proj", in_bias)
        parts = [("self_attn.o_proj", E)]
        sources += _side_by_side(theirs, parts, q, f"{ours}.self_attn.out_proj", out_bias)
        parts = [("mlp.gate_proj", F), ("mlp.up_proj", F)]
        sources += _side_by_side(theirs, parts, E, f"{ours}.mlp.linear1", mlp_bias)
        sources += _side_by_side(theirs, [("mlp.down_proj", E)], F, f"{ours}.mlp.linear2", mlp_bias)
    again = ("model.embed_tokens.weight", "lm_head.weight") if tied else None
    sizes = V, T, layers, E, heads, F
    return Plan(sizes, options, windows, tuple(sources), ("*rotary_emb.inv_freq",), again, "model.")


def _side_by_side(
    theirs: str, parts: list[tuple[str, int]], into: int, ours: str, bias: bool
) -> Iterator[Source]:
    """Several of their maps (out, in) as the columns of one of ours."""
    end = 0
    for name, out in parts:
        columns = slice(end, end + out)
        end += out
        weight = f"{theirs}.{name}.weight"
        yield Source(weight, (out, into), f"{ours}.weight", columns, transposed=True)
        if bias:
            yield Source(f"{theirs}.{name}.bias", (out,), f"{ours}.bias", columns)


def _windows(fields: Fields, kind: str, family: Family, layers: int) -> tuple[int | None, ...]:
    """The keys that each block may look back to, itself not counted; None: all."""
    if family.window is None:
        return (None,) * layers
    absent = None if fields.has("sliding_window") else family.window
    size = fields.take("sliding_window", absent)
    if kind == "mistral":
        slides = [size is not None] * layers
    else:
        on = fields.flag("use_sliding_window", False)
        first = fields.take("max_window_layers", 28)
        if type(first) is not int:
            raise fields.refuse(f"has max_window_layers {first!r}; expected a whole number")
        slides = [on and size is not None and i >= first for i in range(layers)]
        kinds = {"full_attention": False, "sliding_attention": on}
        given = fields.take("layer_types", None)
        if given is not None and (
            not isinstance(given, list) or [kinds.get(str(layer)) for layer in given] != slides
        ):
            raise fields.refuse("has layer_types that its sliding windows do not agree with")
    if size is not None and (type(size) is not int or size < 1):
        raise fields.refuse(f"has sliding_window {size!r}; expected a whole number above 0")
    return tuple(size - 1 if slide and size else None for slide in slides)


def _rotary(fields: Fields, T: int) -> Rotary:
    """By halves, of which base, and how the frequencies are scaled."""
    base = fields.number("rope_theta", 10000.0)
    given = fields.take("rope_parameters", None) or fields.take("rope_scaling", None)
    fields.take("rope_scaling")
    if given is None:
        return Rotary("half", base)
    if not isinstance(given, dict):
        raise fields.refuse(f"has rotary scaling {given!r}; expected an object")
    rope = fields.inner("rope_parameters or rope_scaling", given)
    base = rope.number("rope_theta", base)
    kind = rope.take("rope_type", rope.take("type", "default"))
    rope.take("type")
    scaling = None
    if kind == "default":
        pass
    elif kind == "dynamic":
        rope.number("factor")  # NTK by the length read, which acts beyond the model's own only
    elif kind == "linear":
        scaling = RotaryScaling("linear", rope.number("factor"))
    elif kind == "llama3":
        scaling = RotaryScaling(
            "llama3",
            rope.number("factor"),
            rope.size("original_max_position_embeddings"),
            rope.number("low_freq_factor"),
            rope.number("high_freq_factor"),
        )
    elif kind == "yarn":
        length = rope.size("original_max_position_embeddings", T)
        scaling = RotaryScaling(
            "yarn",
            rope.number("factor", T / length),
            length,
            rope.number("beta_slow", 1.0),
            rope.number("beta_fast", 32.0),
            rope.number("attention_factor", 0.0) or None,
        )
    else:
        raise rope.refuse(
            f"is of type {kind!r}; honoured are default, linear, dynamic, llama3 and yarn"
        )
    rope.end()
    return Rotary("half", base, scaling)
