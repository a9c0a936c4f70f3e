"""Draws tensors, and records what torch makes of them, forward and backward."""

from collections.abc import Mapping

import numpy as np
import torch

Values = dict[str, np.ndarray]


def draw(rng: np.random.Generator, *shape: int) -> torch.Tensor:
    return torch.tensor(rng.normal(size=shape), requires_grad=True)


def record(
    case: str,
    out: torch.Tensor,
    inputs: Mapping[str, torch.Tensor],
    rng: np.random.Generator,
    beside: torch.Tensor | None = None,
) -> Values:
    """Inputs, output, a random upstream gradient, and the gradient of each input.

    `beside`, a scalar, is added to what is differentiated: a loss that a layer brings along.
    """
    dout = torch.tensor(rng.normal(size=tuple(out.shape)))
    total = (out * dout).sum() if beside is None else (out * dout).sum() + beside
    gradients = torch.autograd.grad(total, list(inputs.values()), retain_graph=True)
    values = {f"{case}/{name}": x.detach().numpy() for name, x in inputs.items()}
    values |= {f"{case}/d{name}": g.numpy() for name, g in zip(inputs, gradients, strict=True)}
    return values | {f"{case}/out": out.detach().numpy(), f"{case}/dout": dout.numpy()}
