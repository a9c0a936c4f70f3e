"""What decides a training run, and is kept with the model that it made."""

from dataclasses import dataclass

from attention.ops.checks import in_range
from attention.training.settings import check_settings, setting


def check_heads(embed_dim: int, num_heads: int, pairs: bool = True) -> None:
    """Raises ValueError for a width that heads cannot share out; rotary ones turn `pairs`."""
    each = 2 if pairs else 1
    if embed_dim % (num_heads * each):
        fitting = [n for n in range(1, embed_dim // each + 1) if embed_dim % (n * each) == 0]
        ways = f"num_heads one of {', '.join(map(str, fitting))}, or " if fitting else ""
        below = max(1, embed_dim // (num_heads * each)) * num_heads * each
        raise ValueError(
            f"num_heads {num_heads} cannot share out embed_dim {embed_dim}, which must be a "
            f"multiple of {'twice ' * pairs}num_heads; make {ways}embed_dim {below}"
        )


@dataclass(frozen=True)
class Settings:
    """Everything that decides a run; the same settings and log give the same bits."""

    epochs: int = setting(4, "passes over the training sessions, at most")
    patience: int = setting(3, "epochs in a row without a better validation that end training")
    lr: float = setting(4e-3, "the highest learning rate")
    warmup: float = setting(0.05, "share of all steps in which the rate rises")
    weight_decay: float = setting(0.02, "of Adam, decoupled")
    max_norm: float = setting(1.0, "gradients are clipped to this norm")
    questions: int = setting(48, "a batch; a step takes one batch on each of two workers")
    most_per_customer: int = setting(48, "questions of one customer, the latest; no history is cut")
    embed_dim: int = setting(32, "width of items and sessions")
    num_heads: int = setting(2, "attention heads of each layer")
    session_layers: int = setting(1, "encoder layers within a session")
    customer_layers: int = setting(1, "encoder layers over a customer's sessions")
    interest_layers: int = setting(1, "decoder layers from interests to sessions")
    dropout: float = setting(0.2, "of weights and residual paths, in training")
    mask: float = setting(0.0, "augmentation: chance of an item to be hidden")
    reorder: float = setting(0.0, "augmentation: chance of a session to be shuffled")
    crop: float = setting(0.0, "augmentation: chance of a history to begin later")
    seed: int = setting(0, "of weights, order and dropout")

    def __post_init__(self) -> None:
        """Raises ValueError for what no run can have."""
        check_settings(
            self, above_0="lr max_norm", share="dropout",
            from_1="epochs patience questions most_per_customer embed_dim num_heads",
            from_0="session_layers customer_layers interest_layers weight_decay seed",
        )  # fmt: skip
        check_heads(self.embed_dim, self.num_heads)
        for name in ("warmup", "mask", "reorder", "crop"):
            in_range(name, getattr(self, name), 0, 1, "[]")
