"""The same network in PyTorch eager, written as one would write it there. Needs torch."""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .settings import Setting


class Block(nn.Module):
    def __init__(self, setting: Setting) -> None:
        super().__init__()
        E, self.heads = setting.width, setting.heads
        self.norm1, self.norm2 = nn.LayerNorm(E), nn.LayerNorm(E)
        self.in_proj = nn.Linear(E, 3 * E, bias=False)
        self.out_proj = nn.Linear(E, E, bias=False)
        self.linear1 = nn.Linear(E, 4 * E, bias=False)
        self.linear2 = nn.Linear(4 * E, E, bias=False)

    def forward(self, x, cache=None, before=0):
        B, T, E = x.shape
        qkv = self.in_proj(self.norm1(x)).view(B, T, 3, self.heads, E // self.heads)
        q, k, v = (part.transpose(1, 2) for part in qkv.unbind(2))
        if cache is not None:
            keys, values = cache
            keys[:, :, before : before + T], values[:, :, before : before + T] = k, v
            k, v = keys[:, :, : before + T], values[:, :, : before + T]
        heads = F.scaled_dot_product_attention(q, k, v, is_causal=T > 1)
        x = x + self.out_proj(heads.transpose(1, 2).reshape(B, T, E))
        return x + self.linear2(F.gelu(self.linear1(self.norm2(x))))


class Model(nn.Module):
    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self.tokens = nn.Embedding(setting.vocabulary, setting.width)
        self.positions = nn.Embedding(setting.length, setting.width)
        nn.init.normal_(self.tokens.weight, std=0.02)
        self.blocks = nn.ModuleList([Block(setting) for _ in range(setting.layers)])
        self.norm = nn.LayerNorm(setting.width)

    def forward(self, ids, caches=None, before=0):
        x = self.tokens(ids) + self.positions.weight[before : before + ids.shape[1]]
        for i, block in enumerate(self.blocks):
            x = block(x, None if caches is None else caches[i], before)
        return F.linear(self.norm(x), self.tokens.weight)


def torch_step(setting: Setting, ids: np.ndarray, targets: np.ndarray) -> Callable[[], float]:
    """-> a function that takes one whole step and returns the loss."""
    torch.manual_seed(0)
    model = Model(setting)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.99), weight_decay=0.1)
    x, y = torch.from_numpy(ids), torch.from_numpy(targets)

    def step() -> float:
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return loss.item()

    return step


def torch_generation(setting: Setting, tokens: int) -> Callable[[], list[int]]:
    """-> a function that writes `tokens` likeliest tokens after token 0, with cached keys."""
    torch.manual_seed(0)
    model = Model(setting).eval()
    shape = (2, 1, setting.heads, setting.length, setting.width // setting.heads)

    @torch.inference_mode()
    def generate() -> list[int]:
        caches = [torch.zeros(shape) for _ in model.blocks]
        ids = [0]
        for before in range(tokens):
            logits = model(torch.tensor([ids[-1:]]), caches, before)
            ids.append(int(logits[0, -1].argmax()))
        return ids

    return generate
