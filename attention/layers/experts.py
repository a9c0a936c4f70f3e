"""Mixture of experts: many MLPs, of which each token uses k.

Shazeer et al. 2017 (arXiv:1701.06538); gates as in Mixtral, capacity as in the Switch Transformer
(arXiv:2101.03961, equation 3): an expert takes so many tokens and no more, first come first
served, and a token that none takes passes with zeros, so that the residual alone carries it.

With y_x what expert x says of token n and g its gate, out_n = Σ_x g_nx y_x. So expert x gets
g_nx dout_n, the gate dout_n · y_x, and the choice, which is no smooth function, nothing; the two
losses reach the router beside.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from ..ops.checks import count, floats, in_range
from ..ops.linear import LinearSaved
from ..ops.routing import (
    BalanceSaved,
    RoutingSaved,
    ZLossSaved,
    balance_loss_backward,
    balance_loss_forward,
    top_k_routing_backward,
    top_k_routing_forward,
    z_loss_backward,
    z_loss_forward,
)
from .gated_mlp import any_mlp
from .layer import Layer
from .linear import Linear


class Taken(NamedTuple):
    """What one expert took: its tokens, which of their k choices it was, its output."""

    tokens: np.ndarray  # (n,), rows of the flattened input
    choices: np.ndarray  # (n,), 0 … k − 1
    out: np.ndarray  # (n, E)
    saved: Any  # of the expert's MLP


class ExpertsSaved(NamedTuple):
    shape: tuple[int, ...]
    router: LinearSaved
    routing: RoutingSaved
    taken: list[Taken | None]  # None for an expert that nobody chose
    dropped: int  # choices beyond an expert's capacity
    balance: BalanceSaved
    z: ZLossSaved
    losses: tuple[float, float]  # balance and z, as they stand


class MixtureOfExperts(Layer):
    """A router and `experts` MLPs; `capacity` × the even share is what an expert takes, None: all.

    Backward adds the gradients of `balance` × the balance loss and `z` × the z loss; their values
    are in `saved.losses`, to be reported beside the loss. `saved.dropped` counts the choices beyond
    the capacity. `activation` is one of MLP's or GatedMLP's.
    """

    def __init__(
        self,
        embed_dim: int,
        experts: int,
        k: int = 2,
        hidden_dim: int | None = None,
        *,
        capacity: float | None = None,
        balance: float = 0.01,
        z: float = 0.001,
        activation: str = "silu",
        rng: Any = None,
        dtype: Any = np.float32,
    ) -> None:
        rng = np.random.default_rng(rng)
        self.k = count("k", k, 1)
        if self.k > count("experts", experts, 1):
            raise ValueError(f"k must be at most the number of experts, {experts}, got {k}")
        self.capacity = (
            None if capacity is None else in_range("capacity", capacity, 0, math.inf, "()")
        )
        self.weights = in_range("balance", balance, 0, math.inf), in_range("z", z, 0, math.inf)
        self.router = Linear(embed_dim, experts, bias=False, rng=rng, dtype=dtype)
        self.experts = [
            any_mlp(embed_dim, hidden_dim, activation, rng=rng, dtype=dtype) for _ in range(experts)
        ]

    def forward(self, x: np.ndarray) -> tuple[np.ndarray, ExpertsSaved]:
        """x (..., E) -> out (..., E)."""
        (x,) = floats(x=x)
        flat = x.reshape(-1, x.shape[-1])
        logits, router = self.router.forward(flat)
        gates, routing = top_k_routing_forward(logits, self.k)
        room = self._room(len(flat))
        out = np.zeros_like(flat)
        taken: list[Taken | None] = []
        dropped = 0
        for e, expert in enumerate(self.experts):
            choices, tokens = np.nonzero(np.equal(routing.experts.T, e))  # first choices come first
            dropped += max(0, len(tokens) - room)
            tokens, choices = tokens[:room], choices[:room]
            if not len(tokens):
                taken.append(None)
                continue
            answer, saved = expert.forward(flat[tokens])
            out[tokens] += gates[tokens, choices, None] * answer  # a token once for each expert
            taken.append(Taken(tokens, choices, answer, saved))
        balance, balance_saved = balance_loss_forward(logits, routing.experts)
        z, z_saved = z_loss_forward(logits)
        losses = float(balance.real), float(z.real)
        return out.reshape(x.shape), ExpertsSaved(
            x.shape, router, routing, taken, dropped, balance_saved, z_saved, losses
        )

    def backward(self, dout: np.ndarray, saved: ExpertsSaved) -> np.ndarray:
        """dout (..., E) -> dx (..., E)."""
        flat = dout.reshape(-1, dout.shape[-1])
        gates = saved.routing.gates
        dgates = np.zeros_like(gates)
        dx = np.zeros_like(flat)
        for expert, share in zip(self.experts, saved.taken, strict=True):
            if share is None:
                continue
            dtoken = flat[share.tokens]
            dgates[share.tokens, share.choices] = (dtoken * share.out).sum(-1)
            danswer = gates[share.tokens, share.choices, None] * dtoken
            dx[share.tokens] += expert.backward(danswer, share.saved)
        dlogits = top_k_routing_backward(dgates, saved.routing)
        balance, z = map(dlogits.dtype.type, self.weights)
        if balance:
            dlogits += balance_loss_backward(balance, saved.balance)
        if z:
            dlogits += z_loss_backward(z, saved.z)
        return (dx + self.router.backward(dlogits, saved.router)).reshape(dout.shape)

    def _room(self, tokens: int) -> int:
        if self.capacity is None:
            return tokens
        return math.ceil(self.capacity * tokens * self.k / len(self.experts))
