"""What PyTorch says, in float64: the one place where torch is asked. Keys are "case/name"."""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from .modern_oracle import MODERN
from .recording import Values, draw, record

STEPS = 20


def all_values(seed: int) -> Values:
    rng = np.random.default_rng(seed)
    values: Values = {}
    makers = (_attention, _pointwise, _cross_entropy, _optimisers, _clipping, _modules)
    for make in (*makers, *MODERN):
        for name, array in make(rng).items():
            values[name] = np.asarray(array)
    return values


def _attention(rng: np.random.Generator) -> Values:
    values: Values = {}
    mask = rng.random((2, 1, 5, 7)) < 0.7
    mask[..., 0] = True
    for case, heads, keys, options in [
        ("attention", 4, 4, {}),
        ("attention causal", 4, 4, {"is_causal": True}),
        ("attention scaled", 4, 4, {"scale": 0.3}),
        ("attention grouped", 4, 2, {"enable_gqa": True}),
        ("attention masked", 4, 4, {"attn_mask": torch.tensor(mask)}),
        ("attention biased", 4, 4, {"attn_mask": torch.tensor(rng.normal(size=(4, 5, 7)))}),
    ]:
        inputs = {
            "q": draw(rng, 2, heads, 5, 3),
            "k": draw(rng, 2, keys, 7, 3),
            "v": draw(rng, 2, keys, 7, 6),
        }
        out = F.scaled_dot_product_attention(*inputs.values(), **options)
        values |= record(case, out, inputs, rng)
        if "attn_mask" in options:
            values[f"{case}/attn_mask"] = options["attn_mask"].numpy()
    return values


def _pointwise(rng: np.random.Generator) -> Values:
    x, gain, bias = draw(rng, 3, 4, 6), draw(rng, 6), draw(rng, 6)
    normed = F.layer_norm(x, (6,), gain, bias, 1e-5)
    values = record("layer_norm", normed, {"x": x, "gain": gain, "bias": bias}, rng)
    normed = F.rms_norm(x, (6,), gain, 1e-5)
    values |= record("rms_norm", normed, {"x": x, "gain": gain}, rng)
    for case, out in {
        "gelu": F.gelu(x),
        "gelu tanh": F.gelu(x, approximate="tanh"),
        "silu": F.silu(x),
        "relu": F.relu(x),
        "softmax": F.softmax(x, -1),
        "log_softmax": F.log_softmax(x, -1),
    }.items():
        values |= record(case, out, {"x": x}, rng)
    return values


def _cross_entropy(rng: np.random.Generator) -> Values:
    values: Values = {}
    targets = rng.integers(0, 6, 8)
    targets[[1, 4]] = -100
    for case, options in {
        "cross_entropy": {"ignore_index": -100},
        "cross_entropy smoothed": {"ignore_index": -100, "label_smoothing": 0.1},
    }.items():
        logits = draw(rng, 8, 6)
        out = F.cross_entropy(logits, torch.tensor(targets), **options)
        values |= record(case, out, {"logits": logits}, rng)
        values[f"{case}/targets"] = targets
    return values


def _optimisers(rng: np.random.Generator) -> Values:
    """20 steps on given gradients; `w` decays, `b` does not."""
    values: Values = {}
    start = {"w": rng.normal(size=(3, 4)), "b": rng.normal(size=4)}
    grads = {name: rng.normal(size=(STEPS, *x.shape)) for name, x in start.items()}
    for case, kind, options in [
        ("adam", torch.optim.Adam, {"lr": 0.01, "betas": (0.8, 0.95), "eps": 1e-6}),
        ("adamw", torch.optim.AdamW, {"lr": 0.01, "betas": (0.9, 0.99), "weight_decay": 0.1}),
        ("sgd", torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}),
        ("nesterov", torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ]:
        tensors = {n: torch.tensor(x, requires_grad=True) for n, x in start.items()}
        decay: dict[str, Any] = {"weight_decay": 0.0} if "weight_decay" in options else {}
        groups = [{"params": [tensors["w"]]}, {"params": [tensors["b"]], **decay}]
        optimizer = kind(groups, **options)
        path: dict[str, list[np.ndarray]] = {"w": [], "b": []}
        for step in range(STEPS):
            for name, x in tensors.items():
                x.grad = torch.tensor(grads[name][step])
            optimizer.step()
            for name, x in tensors.items():
                path[name].append(x.detach().numpy().copy())
        values |= {f"{case}/{name}": np.array(points) for name, points in path.items()}
    for name in start:
        values[f"optimisers/start {name}"] = start[name]
        values[f"optimisers/grads {name}"] = grads[name]
    return values


def _clipping(rng: np.random.Generator) -> Values:
    values: Values = {}
    grads = [rng.normal(size=(3, 4)), rng.normal(size=5)]
    for case, max_norm in {"clipping": 1.5, "clipping idle": 100.0}.items():
        parameters = [torch.nn.Parameter(torch.zeros(g.shape, dtype=torch.float64)) for g in grads]
        for p, g in zip(parameters, grads, strict=True):
            p.grad = torch.tensor(g)
        norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm)
        values[f"{case}/norm"] = norm.numpy()
        for i, (p, g) in enumerate(zip(parameters, grads, strict=True)):
            values[f"{case}/before {i}"] = g
            values[f"{case}/after {i}"] = p.grad.numpy()  # type: ignore[union-attr]
    return values


def _modules(rng: np.random.Generator) -> Values:
    """Whole modules with their state under torch's own names, "case/state name"."""
    torch.manual_seed(int(rng.integers(1 << 30)))
    how: dict[str, Any] = {"batch_first": True, "dtype": torch.float64, "dropout": 0.0}
    block: dict[str, Any] = {"dim_feedforward": 6, "activation": "gelu", **how}
    x, memory = draw(rng, 2, 5, 8), draw(rng, 2, 3, 8)
    values: Values = {}
    for case, module, call in [
        (
            "MultiheadAttention",
            torch.nn.MultiheadAttention(8, 2, **how),
            lambda m: m(x, memory, memory)[0],
        ),
        (
            "EncoderLayer pre",
            torch.nn.TransformerEncoderLayer(8, 2, norm_first=True, **block),
            None,
        ),
        ("EncoderLayer post", torch.nn.TransformerEncoderLayer(8, 2, **block), None),
        (
            "DecoderLayer pre",
            torch.nn.TransformerDecoderLayer(8, 2, norm_first=True, **block),
            None,
        ),
        ("DecoderLayer post", torch.nn.TransformerDecoderLayer(8, 2, **block), None),
    ]:
        for p in module.parameters():
            p.data += 0.1 * torch.tensor(rng.normal(size=tuple(p.shape)))
        crossing = case.startswith(("Multi", "Decoder"))
        inputs = {"x": x, "memory": memory} if crossing else {"x": x}
        out = call(module) if call else module(*inputs.values())
        parameters = dict(module.named_parameters())
        both = {**inputs, **{f"state {name}": p for name, p in parameters.items()}}
        values |= record(case, out, both, rng)
    return values
