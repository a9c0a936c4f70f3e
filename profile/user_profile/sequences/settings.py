"""Everything that decides a run, and what is left to the size of the log."""

from dataclasses import dataclass, replace
from typing import Any

from attention.ops.checks import in_range
from attention.training.settings import check_settings, setting

from ..model.settings import check_heads
from .model import POSITIONS

STARTS = ("counted", "random")
FULL_UP_TO = 10_000  # items; above, a softmax over all of them costs more than it brings
SAMPLED = 1024
_LARGE = 500_000  # targets of an epoch from which little dropout is needed
_TARGETS = 3_000_000  # that a run on a small log sees, unless it is stopped before


@dataclass(frozen=True)
class Settings:
    """None: by the size of the log, see `fitted`. Same settings and log, and time enough for all
    epochs: same bits."""

    minutes: float = setting(25.0, "of training, after which the rate has come down to zero")
    epochs: int | None = setting(None, "passes over the log, at most")
    patience: int = setting(15, "epochs without a better validation before training ends")
    lr: float = setting(2e-3, "the highest learning rate")
    warmup: int = setting(100, "steps in which the rate rises")
    weight_decay: float = setting(0.01, "of Adam, decoupled")
    max_norm: float = setting(1.0, "gradients are clipped to this norm")
    average: float = setting(1.0, "epochs that the kept weights are an average of; 0: the last")
    tokens: int | None = setting(None, "positions a step")
    dropout: float | None = setting(None, "of embeddings and residual paths, in training")
    label_smoothing: float = setting(0.0, "share of a target that is spread over all items")
    negatives: int | None = setting(None, "items drawn for a step's softmax; 0: none, all are used")
    start: str = setting("counted", "the first item table: counted or random")
    rules: float | None = setting(None, "weight of the rules beside the network")
    embed_dim: int = setting(64, "width of items and states")
    num_layers: int = setting(2, "blocks of the encoder")
    num_heads: int = setting(2, "attention heads of each block")
    hidden_dim: int = setting(256, "width within a block's feed-forward part")
    max_length: int = setting(200, "items read, the latest")
    times: int = setting(0, "1: gaps and the moment of a question enter; 0: order alone")
    positions: str = setting("rotary", "how order enters: rotary or learned")
    workers: int = setting(2, "threads that share a step; another number gives other bits")
    seed: int = setting(0, "of weights, order, draws and dropout")
    repeat: bool = setting(False, "items that a user had may come again")

    def __post_init__(self) -> None:
        check_settings(
            self, above_0="minutes lr max_norm", share="dropout label_smoothing",
            from_0="weight_decay average negatives rules seed",
            from_1="epochs patience warmup tokens embed_dim num_layers num_heads hidden_dim "
                   "max_length workers",
        )  # fmt: skip
        if self.positions not in POSITIONS:
            known = ", ".join(POSITIONS)
            raise ValueError(f"positions must be one of {known}, not {self.positions!r}")
        check_heads(self.embed_dim, self.num_heads, self.positions == "rotary")
        in_range("times", self.times, 0, 1, "[]")
        if self.start not in STARTS:
            raise ValueError(f"start must be one of {', '.join(STARTS)}, not {self.start!r}")

    def fitted(self, items: int, targets: int) -> "Settings":
        """The same with nothing left open, for a log of so many items and targets an epoch."""
        large = targets >= _LARGE
        chosen: dict[str, Any] = {
            "epochs": 60 if large else min(max(_TARGETS // max(targets, 1), 30), 200),
            "tokens": min(max(targets // 100, 256), 4096),
            "dropout": 0.2 if large else 0.4,
            "negatives": 0 if items <= FULL_UP_TO else SAMPLED,
        }
        return replace(self, **{k: v for k, v in chosen.items() if getattr(self, k) is None})
