"""TextSettings: the defaults are nanoGPT's CPU setting, but rotary positions."""

import dataclasses
import math

from ..decoding import CausalLM
from ..ops.checks import in_range


@dataclasses.dataclass(frozen=True)
class TextSettings:
    """Everything that decides a run; the same settings, text and workers give the same bits."""

    block: int = 64
    batch: int = 12
    layers: int = 4
    heads: int = 4
    width: int = 128
    positions: str = "rotary"
    dropout: float = 0.0
    steps: int = 2000
    lr: float = 1e-3
    min_lr: float = 1e-4
    warmup: int = 100
    betas: tuple[float, float] = (0.9, 0.99)
    weight_decay: float = 0.1
    max_norm: float = 1.0
    train_share: float = 0.9
    seed: int = 1337
    workers: int = 0  # 0: one a core; bits depend on their number

    def __post_init__(self) -> None:
        """Raises ValueError for what no run can have."""
        for name in ("block", "batch", "layers", "heads", "width"):
            in_range(name, getattr(self, name), 1, math.inf, "[)")
        for name in ("steps", "warmup", "seed", "workers", "min_lr", "weight_decay"):
            in_range(name, getattr(self, name), 0, math.inf, "[)")
        for name in ("lr", "max_norm"):
            in_range(name, getattr(self, name), 0, math.inf, "()")
        in_range("dropout", self.dropout, 0, 1, "[)")
        in_range("train_share", self.train_share, 0, 1, "()")

    def model(self, vocab_size: int) -> CausalLM:
        return CausalLM(
            vocab_size,
            self.block,
            self.layers,
            self.width,
            self.heads,
            dropout=self.dropout,
            positions=self.positions,
            rng=self.seed,
        )
