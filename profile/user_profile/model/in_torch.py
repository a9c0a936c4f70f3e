"""The profile model in PyTorch: the same forward of the same batches.

    module = to_torch(load_model("runs/profile.npz").model)
    outputs = module(batch)

Batches are those of `Featurizer.batch`; outputs are tensors. Its parameters have the names that
`attention.to_torch` gives. Needs torch ([parity]).
"""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from attention.layers.in_torch import Blocks, give_weights, linear, parameter, take_weights

from ..features.batch import Batch, each_array, held_by_questions
from .outlook import WIDTHS, Outlook
from .profile_model import Outputs, ProfileModel


class Fusion(nn.Module):
    """`GatedFusion`."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.gate, self.value = linear(layer.gate), linear(layer.value)

    def forward(self, x: Tensor, side: Tensor) -> Tensor:
        return x + self.gate(torch.cat([x, side], dim=-1)).sigmoid() * self.value(side)


class Behaviours(nn.Module):
    """`BehaviourEmbedding`: n behaviours -> (n, E)."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.fields = layer.FIELDS
        self.item, self.fusion = embedding(layer.item), Fusion(layer.fusion)
        for field in self.fields:
            setattr(self, field, embedding(getattr(layer, field)))
        self.numbers, self.dropout = linear(layer.numbers), nn.Dropout(layer.dropout)

    def forward(self, behaviours: Any) -> Tensor:
        out = self.fusion(self.item(behaviours.item), behaviours.side)
        out = out + self.numbers(behaviours.numbers)
        for field in self.fields:
            out = out + getattr(self, field)(getattr(behaviours, field))
        return self.dropout(out)


class Pool(nn.Module):
    """`AttentionPool`: x (B, T, E), real (B, T) -> (B, E)."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.query = parameter(layer.query)

    def forward(self, x: Tensor, real: Tensor) -> Tensor:
        query = self.query.expand(len(x), 1, -1)
        return F.scaled_dot_product_attention(query, x, x, attn_mask=real[:, None])[:, 0]


class Sessions(nn.Module):
    """`SessionEncoder`: behaviours (n, E) -> sessions (s, E)."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.encoder, self.pool = Blocks(layer.encoder), Pool(layer.pool)

    def forward(self, x: Tensor, groups: list[Any]) -> Tensor:
        count = sum(len(group.sequences) for group in groups)
        out = x.new_zeros(count, x.shape[1])
        for sequences, rows, real in groups:
            encoded = self.encoder(x[rows], mask=real[:, None, None])
            out = out.index_put((sequences,), self.pool(encoded, real))
        return out


class Customers(nn.Module):
    """`CustomerEncoder`: sessions (s, E) -> states (u, 1 + T, E)."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.start, self.encoder = parameter(layer.start), Blocks(layer.encoder)
        self.side = nn.ModuleList(embedding(table) for table in layer.side)
        self.fusion = None if layer.fusion is None else Fusion(layer.fusion)

    def forward(self, sessions: Tensor, batch: Any) -> Tensor:
        users, places = batch.sequence.shape
        rows = sessions.new_zeros(users, places, sessions.shape[1])
        if len(sessions):
            rows = torch.where(batch.real[..., None], sessions[batch.sequence], rows)
        start = self.start.expand(users, 1, -1)
        states = self.encoder(torch.cat([start, rows], dim=1), is_causal=True)
        if self.fusion is None:
            return states
        side = torch.cat([table(batch.side[:, j]) for j, table in enumerate(self.side)], dim=1)
        return self.fusion(states, side[:, None].expand(-1, states.shape[1], -1))


class Reading(nn.Module):
    """`EvidenceAttention`."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.num_heads = layer.num_heads
        self.query, self.key = linear(layer.query), linear(layer.key)

    def forward(
        self, x: Tensor, memory: Tensor, age: Tensor, held: Tensor, visible: Tensor
    ) -> Tensor:
        q = self._heads(self.query(x))  # (q, H, C, D)
        k = self._heads(self.key(torch.cat([memory, age], dim=2)))  # (q, H, S, D)
        scores = q @ k.transpose(2, 3) / math.sqrt(q.shape[3])
        weights = scores.masked_fill(~visible[:, None, None], -math.inf).softmax(dim=3)
        return torch.einsum("qhcs,qsck->qchk", weights, held).flatten(2)

    def _heads(self, x: Tensor) -> Tensor:
        return x.unflatten(2, (self.num_heads, -1)).transpose(1, 2)


class Interests(nn.Module):
    """`InterestDecoder`: logits (q, C, 3)."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.query = parameter(layer.query)
        self.hint, self.context = linear(layer.hint), linear(layer.context)
        self.decoder, self.reading = Blocks(layer.decoder), Reading(layer.reading)
        self.level = linear(layer.level)

    def forward(self, question: Any, memory: Tensor, held: Tensor, visible: Tensor) -> Tensor:
        query = self.query + self.hint(question.hint) + self.context(question.context)[:, None]
        x = self.decoder(query, memory, visible[:, None, None])
        read = self.reading(x, memory, question.age, held, visible)
        return self.level(torch.cat([x, read], dim=2))


class Next(nn.Module):
    """`NextPurchase`: scores (q, I)."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        for name in ("query", "key1", "key2", "taste", "gate"):
            setattr(self, name, linear(getattr(layer, name)))
        self.season, self.bias = parameter(layer.season), parameter(layer.bias)
        self.dropout = nn.Dropout(layer.dropout)

    def forward(self, state: Tensor, question: Any, season: Tensor, items: Tensor) -> Tensor:
        state = self.dropout(state)
        both = torch.cat([state, question.context], dim=1)
        query, key = self.query(both), self.key2(F.relu(self.key1(question.pair_features)))
        row, item = question.pair_question, question.pair_item
        copied = (query[row] * key).sum(1) / math.sqrt(query.shape[1])
        out = season @ self.season + self.bias + self.taste(state) @ items.T + self.gate(both)
        return out.index_put((row, item), torch.logaddexp(out[row, item], copied))


class TorchProfileModel(nn.Module):
    """forward(batch) -> `Outputs` of tensors, as `ProfileModel`."""

    def __init__(self, model: ProfileModel) -> None:
        super().__init__()
        self.behaviours = Behaviours(model.behaviours)
        self.sessions, self.customers = Sessions(model.sessions), Customers(model.customers)
        self.interests, self.next_purchase = Interests(model.interests), Next(model.next_purchase)
        self.outlook = nn.ModuleDict({"out": linear(model.outlook.out)})
        take_weights(self, model)

    def forward(self, batch: Batch) -> Outputs:
        device = self.customers.start.device
        batch = each_array(batch, lambda array: torch.from_numpy(array).to(device))
        question, moment = batch.question, batch.moment
        sessions = self.sessions(self.behaviours(batch.behaviours), batch.groups)
        states = self.customers(sessions, batch)
        places = torch.arange(states.shape[1], device=device)
        scores = self.next_purchase(
            states[question.customer, question.known],
            question,
            batch.season[question.day],
            self.behaviours.item.weight[:-1],
        )
        levels = self.interests(
            question,
            states[question.customer],
            held_by_questions(batch),
            places <= question.known[:, None],
        )
        state = states[moment.customer, moment.known]
        answers = self.outlook["out"](torch.cat([state, moment.context], dim=1))
        return Outputs(scores, levels, Outlook(*answers.split(WIDTHS, dim=1)))


def embedding(layer: Any) -> nn.Embedding:
    return nn.Embedding(*layer.table.shape)


def to_torch(model: ProfileModel) -> TorchProfileModel:
    """A module with the weights of ours, in evaluation mode: `train()` turns dropout on."""
    return TorchProfileModel(model).eval()


def from_torch(module: TorchProfileModel, model: ProfileModel) -> ProfileModel:
    """The module's weights into `model`, of the same sizes, which is returned."""
    give_weights(module, model)
    return model
