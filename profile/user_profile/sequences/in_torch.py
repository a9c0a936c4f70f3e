"""The sequence model in PyTorch: the same forward, so that another engine may go on with it.

    module = to_torch(load_model("runs/sequences.npz").model)

Its parameters have the names that `attention.to_torch` gives. Needs torch ([parity]).
"""

import math

import torch
from torch import Tensor, nn

from attention.layers.in_torch import Blocks, give_weights, parameter, take_weights

from .clock import unknown_moments
from .model import SequenceModel


class TorchSequenceModel(nn.Module):
    """forward(items (B, T), features (B, K), moments (B, T + 1, 2)) -> hidden (B, T + 1, E), as
    `SequenceModel`."""

    def __init__(self, model: SequenceModel) -> None:
        super().__init__()
        sizes = model.sizes
        self.width = sizes.embed_dim
        self.item = nn.Embedding(sizes.items, sizes.embed_dim)
        self.bias = parameter(model.bias)
        self.begin = parameter(model.begin)
        self.feature = nn.Embedding(sizes.features, sizes.embed_dim) if sizes.features else None
        self.moment = nn.Embedding(sizes.moments, sizes.embed_dim) if sizes.moments else None
        self.position = None if model.position is None else parameter(model.position)
        self.dropout = nn.Dropout(model.dropout)
        self.encoder = Blocks(model.encoder)
        take_weights(self, model)

    def forward(
        self, items: Tensor, features: Tensor | None = None, moments: Tensor | None = None
    ) -> Tensor:
        """hidden[:, t] has read t items, padded at the right."""
        rows = self.item(items)
        first = self.begin.expand(len(rows), 1, self.width)
        if self.feature is not None:
            first = first + self.feature(features).sum(1, keepdim=True)
        x = torch.cat([first, rows], dim=1)
        if self.moment is not None:
            if moments is None:
                moments = torch.from_numpy(unknown_moments(*x.shape[:2])).to(x.device)
            x = x + self.moment(moments).sum(2)
        x = x * math.sqrt(self.width)
        if self.position is not None:
            x = x + math.sqrt(self.width) * self.position[: x.shape[1]]
        return self.encoder(self.dropout(x), is_causal=True)

    def scores(self, state: Tensor) -> Tensor:
        """state (..., E) -> a score of every item, (..., V)."""
        return state @ self.item.weight.T + self.bias


def to_torch(model: SequenceModel) -> TorchSequenceModel:
    """A module with the weights of ours, in evaluation mode: `train()` turns dropout on."""
    return TorchSequenceModel(model).eval()


def from_torch(module: TorchSequenceModel, model: SequenceModel) -> SequenceModel:
    """The module's weights into `model`, of the same sizes, which is returned."""
    give_weights(module, model)
    return model
