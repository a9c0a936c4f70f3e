"""Holds the toolkit against a dictionary of PyTorch's values; returns the largest differences."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import attention as A

Values = Mapping[str, np.ndarray]

PAIRS: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {
    "attention": ("attention", ("q", "k", "v"), {}),
    "attention causal": ("attention", ("q", "k", "v"), {"is_causal": True}),
    "attention scaled": ("attention", ("q", "k", "v"), {"scale": 0.3}),
    "attention grouped": ("attention", ("q", "k", "v"), {}),
    "attention masked": ("attention", ("q", "k", "v"), {}),
    "attention biased": ("attention", ("q", "k", "v"), {}),
    "layer_norm": ("layer_norm", ("x", "gain", "bias"), {}),
    "rms_norm": ("rms_norm", ("x", "gain"), {}),
    "gelu": ("gelu", ("x",), {}),
    "gelu tanh": ("gelu", ("x",), {"approximate": "tanh"}),
    "silu": ("silu", ("x",), {}),
    "relu": ("relu", ("x",), {}),
    "softmax": ("softmax", ("x",), {}),
    "log_softmax": ("log_softmax", ("x",), {}),
    "cross_entropy": ("cross_entropy", ("logits", "targets"), {"ignore_index": -100}),
    "cross_entropy smoothed": (
        "cross_entropy",
        ("logits", "targets"),
        {"ignore_index": -100, "label_smoothing": 0.1},
    ),
}

MODULES: dict[str, Callable[[], A.Layer]] = {
    "MultiheadAttention": lambda: A.MultiHeadAttention(8, 2, dtype=np.float64),
    "EncoderLayer pre": lambda: A.EncoderBlock(8, 2, 6, dtype=np.float64),
    "EncoderLayer post": lambda: A.EncoderBlock(8, 2, 6, norm_first=False, dtype=np.float64),
    "DecoderLayer pre": lambda: A.DecoderBlock(8, 2, 6, dtype=np.float64),
    "DecoderLayer post": lambda: A.DecoderBlock(8, 2, 6, norm_first=False, dtype=np.float64),
}

OPTIMISERS: dict[str, Callable[[list[A.Parameter]], Any]] = {
    "adam": lambda p: A.Adam(p, 0.01, betas=(0.8, 0.95), eps=1e-6),
    "adamw": lambda p: A.Adam(p, 0.01, betas=(0.9, 0.99), weight_decay=0.1),
    "sgd": lambda p: A.SGD(p, 0.1, momentum=0.9),
    "nesterov": lambda p: A.SGD(p, 0.1, momentum=0.9, nesterov=True),
}

CLIPPING = {"clipping": 1.5, "clipping idle": 100.0}


def compare_pair(case: str, values: Values, tiled: bool = False) -> float:
    """The largest difference of output and gradients."""
    name, arguments, options = PAIRS[case]
    if f"{case}/attn_mask" in values:
        options = {**options, "attn_mask": values[f"{case}/attn_mask"]}
    if tiled:
        name, options = f"tiled_{name}", {**options, "tile": 3}
    inputs = [values[f"{case}/{argument}"] for argument in arguments]
    out, saved = getattr(A, f"{name}_forward")(*inputs, **options)
    dout = values[f"{case}/dout"]
    gradients = getattr(A, f"{name}_backward")(dout if dout.ndim else float(dout), saved)
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    differences = [_difference(out, values[f"{case}/out"])]
    for argument, gradient in zip(arguments, gradients, strict=False):
        differences.append(_difference(gradient, values[f"{case}/d{argument}"]))
    return max(differences)


def compare_module(case: str, values: Values) -> float:
    """Output, gradients of inputs, and gradients of all parameters under torch's names."""
    layer = MODULES[case]()
    prefix = f"{case}/state "
    state = {n.removeprefix(prefix): a for n, a in values.items() if n.startswith(prefix)}
    layer.load_state_dict(A.from_torch(state))
    inputs = [values[f"{case}/{n}"] for n in ("x", "memory") if f"{case}/{n}" in values]
    out, saved = layer.forward(*inputs)
    gradients = layer.backward(values[f"{case}/dout"], saved)
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    differences = [_difference(out, values[f"{case}/out"])]
    for name, gradient in zip(("x", "memory"), gradients, strict=False):
        differences.append(_difference(gradient, values[f"{case}/d{name}"]))
    parameters = A.to_torch({n: p.grad for n, p in layer.named_parameters().items()})
    for name, gradient in parameters.items():
        differences.append(_difference(gradient, values[f"{case}/dstate {name}"]))
    return max(differences)


def compare_optimiser(case: str, values: Values) -> float:
    """The largest difference along the whole trajectory."""
    parameters = {name: A.Parameter(values[f"optimisers/start {name}"]) for name in ("w", "b")}
    optimizer = OPTIMISERS[case](list(parameters.values()))
    differences = []
    for step in range(len(values[f"{case}/w"])):
        for name, p in parameters.items():
            p.grad[...] = values[f"optimisers/grads {name}"][step]
        optimizer.step()
        for name, p in parameters.items():
            differences.append(_difference(p.data, values[f"{case}/{name}"][step]))
    return max(differences)


def compare_clipping(case: str, values: Values) -> float:
    parameters = []
    for i in (0, 1):
        p = A.Parameter(np.zeros_like(values[f"{case}/before {i}"]))
        p.grad[...] = values[f"{case}/before {i}"]
        parameters.append(p)
    norm = A.clip_grad_norm(parameters, CLIPPING[case])
    differences = [abs(norm - float(values[f"{case}/norm"]))]
    for i, p in enumerate(parameters):
        differences.append(_difference(p.grad, values[f"{case}/after {i}"]))
    return max(differences)


def _difference(got: Any, want: np.ndarray) -> float:
    assert np.shape(got) == want.shape
    return float(np.max(np.abs(got - want), initial=0.0))
