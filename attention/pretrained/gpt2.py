"""GPT-2 (Radford et al. 2019): learned positions, layer norm before each part, GELU, tied output.

Its matrices are stored (in, out), as ours are.
"""

from pathlib import Path
from typing import Any

from .plan import Fields, Plan, Source

ACTIVATIONS = {"gelu_new": "gelu_tanh", "gelu_pytorch_tanh": "gelu_tanh", "gelu": "gelu",
               "relu": "relu", "silu": "silu", "swish": "silu"}  # fmt: skip


def plan(config: dict[str, Any], path: Path) -> Plan:
    """Raises ValueError for a field that is not honoured."""
    fields = Fields(config, str(path))
    V, T, E = fields.size("vocab_size"), fields.size("n_positions"), fields.size("n_embd")
    layers, heads = fields.size("n_layer"), fields.size("n_head")
    F = fields.size("n_inner", 4 * E)
    if E % heads:
        raise fields.refuse(f"has n_embd {E}, which n_head {heads} does not divide")
    activation = fields.only("activation_function", ACTIVATIONS, "gelu_new")
    tied = fields.flag("tie_word_embeddings", True)
    fields.only("scale_attn_weights", {True: True}, True)
    for name in (
        "scale_attn_by_inverse_layer_idx", "reorder_and_upcast_attn", "add_cross_attention",
    ):  # fmt: skip
        fields.only(name, {False: False}, False)
    options = {
        "output": "tied" if tied else "linear", "bias": True, "activation": activation,
        "eps": fields.number("layer_norm_epsilon", 1e-5),
    }  # fmt: skip
    fields.end()
    top = "transformer."
    sources = [
        Source(f"{top}wte.weight", (V, E), "tokens.table"),
        Source(f"{top}wpe.weight", (T, E), "positions.table"),
        *_norm(f"{top}ln_f", E, "encoder.norm"),
    ]
    for i in range(layers):
        theirs, ours = f"{top}h.{i}", f"encoder.blocks.{i}"
        sources += [
            *_norm(f"{theirs}.ln_1", E, f"{ours}.norm1"),
            *_norm(f"{theirs}.ln_2", E, f"{ours}.norm2"),
            *_linear(f"{theirs}.attn.c_attn", E, 3 * E, f"{ours}.self_attn.in_proj"),
            *_linear(f"{theirs}.attn.c_proj", E, E, f"{ours}.self_attn.out_proj"),
            *_linear(f"{theirs}.mlp.c_fc", E, F, f"{ours}.mlp.linear1"),
            *_linear(f"{theirs}.mlp.c_proj", F, E, f"{ours}.mlp.linear2"),
        ]
    if not tied:
        sources.append(Source("lm_head.weight", (V, E), "head.weight", transposed=True))
    ignored = "*.attn.bias", "*.attn.masked_bias"  # a causal mask, in older files
    again = (f"{top}wte.weight", "lm_head.weight") if tied else None
    sizes = V, T, layers, E, heads, F
    return Plan(sizes, options, (None,) * layers, tuple(sources), ignored, again, top)


def _norm(theirs: str, E: int, ours: str) -> list[Source]:
    return [
        Source(f"{theirs}.weight", (E,), f"{ours}.gain"),
        Source(f"{theirs}.bias", (E,), f"{ours}.bias"),
    ]


def _linear(theirs: str, into: int, out: int, ours: str) -> list[Source]:
    return [
        Source(f"{theirs}.weight", (into, out), f"{ours}.weight"),
        Source(f"{theirs}.bias", (out,), f"{ours}.bias"),
    ]
