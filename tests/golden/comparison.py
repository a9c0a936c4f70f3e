"""Holds the toolkit against a dictionary of PyTorch's values; returns the largest differences."""

from typing import Any

import numpy as np

import attention as A

from .cases import CLIPPING, LAYERS, MODULES, OPTIMISERS, PAIRS, SCALINGS, Values

CLOSE = 1e-12


def close(case: str) -> float:
    """What two float64 results may differ by; frequencies of transformers are float32."""
    return 1e-5 if case.removeprefix("rotary ") in SCALINGS else CLOSE


def compare_pair(case: str, values: Values, tiled: bool = False) -> float:
    """The largest difference of output and gradients."""
    name, arguments, options = PAIRS[case]
    if f"{case}/attn_mask" in values:
        options = {**options, "attn_mask": values[f"{case}/attn_mask"]}
    if tiled:
        name, options = f"tiled_{name}", {**options, "tile": 3}
    inputs = [values[f"{case}/{argument}"] for argument in arguments]
    if name == "int8_linear":
        inputs[1] = A.quantize_int8(inputs[1])
    out, saved = getattr(A, f"{name}_forward")(*inputs, **options)
    dout = values[f"{case}/dout"]
    gradients = getattr(A, f"{name}_backward")(dout if dout.ndim else float(dout), saved)
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    differences = [_difference(out, values[f"{case}/out"])]
    for argument, gradient in zip(arguments, gradients, strict=False):
        differences.append(_difference(gradient, values[f"{case}/d{argument}"]))
    return max(differences)


def compare_module(case: str, values: Values) -> float:
    """Output, gradients of inputs, and gradients of all parameters."""
    layer = MODULES[case]() if case in MODULES else LAYERS[case](values)
    prefix = f"{case}/state "
    state = {n.removeprefix(prefix): a for n, a in values.items() if n.startswith(prefix)}
    layer.load_state_dict(A.from_torch(state) if case in MODULES else state)
    inputs = [values[f"{case}/{n}"] for n in ("x", "memory") if f"{case}/{n}" in values]
    out, saved = layer.forward(*inputs)
    gradients = layer.backward(values[f"{case}/dout"], saved)
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    differences = [_difference(out, values[f"{case}/out"])]
    for name, gradient in zip(("x", "memory"), gradients, strict=False):
        differences.append(_difference(gradient, values[f"{case}/d{name}"]))
    parameters = {n: p.grad for n, p in layer.named_parameters().items()}
    named = A.to_torch(parameters) if case in MODULES else parameters
    for name, gradient in named.items():
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
