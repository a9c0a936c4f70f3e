"""What decides a training run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Everything that decides a run; the same settings and log give the same bits."""

    epochs: int = 4
    patience: int = 2  # epochs without a better validation before training ends
    lr: float = 4e-3
    warmup: float = 0.05  # share of all steps
    weight_decay: float = 0.02
    max_norm: float = 1.0
    questions: int = 48  # a batch; a step takes one batch on each of two workers
    most_per_customer: int = 48  # questions of one customer, the latest; history is never cut
    embed_dim: int = 32
    num_heads: int = 2
    session_layers: int = 1
    customer_layers: int = 1
    interest_layers: int = 1
    dropout: float = 0.2
    mask: float = 0.0  # augmentation: chance of an item to be hidden,
    reorder: float = 0.0  # of a session to be shuffled,
    crop: float = 0.0  # of a history to begin later
    seed: int = 0
