"""TextSettings: the defaults are nanoGPT's CPU setting, but rotary positions."""

import dataclasses

from ..decoding import CausalLM
from ..ops.checks import in_range
from ..training.settings import check_settings, setting


@dataclasses.dataclass(frozen=True)
class TextSettings:
    """Everything that decides a run; the same settings, text and workers give the same bits."""

    block: int = setting(64, "tokens that the model sees at once")
    batch: int = setting(12, "blocks a step")
    layers: int = setting(4, "blocks of the network")
    heads: int = setting(4, "of each attention; they divide the width")
    width: int = setting(128, "of a token inside the network")
    positions: str = setting("rotary", "rotary or learned")
    dropout: float = setting(0.0, "share of activations dropped in training")
    steps: int = setting(2000, "in all")
    lr: float = setting(1e-3, "the highest rate")
    min_lr: float = setting(1e-4, "the rate at the end")
    warmup: int = setting(100, "steps to the highest rate")
    betas: tuple[float, float] = (0.9, 0.99)  # no option
    weight_decay: float = setting(0.1, "of matrices and tables")
    max_norm: float = setting(1.0, "gradients are clipped to")
    train_share: float = setting(0.9, "of the text; the rest is for validation")
    seed: int = setting(1337, "of weights, batches and dropout")
    workers: int = setting(0, "0: one a core; bits depend on their number")

    def __post_init__(self) -> None:
        """Raises ValueError for what no run can have."""
        check_settings(
            self, from_1="block batch layers heads width", above_0="lr max_norm", share="dropout",
            from_0="steps warmup seed workers min_lr weight_decay",
        )  # fmt: skip
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
