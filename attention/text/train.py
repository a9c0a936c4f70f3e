"""Train a causal character model; the defaults are nanoGPT's CPU setting, but rotary positions."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..training import Adam, FileFormatError, ShuffledBatches, Trainer, cores, read_checkpoint
from ..training.schedules import warmup_cosine
from .model import CausalLM
from .tokenizer import CharTokenizer


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


def split_text(ids: np.ndarray, settings: TextSettings) -> tuple[np.ndarray, np.ndarray]:
    """The first share for training, the rest for validation; each holds a block and one more."""
    n = int(settings.train_share * len(ids))
    train, validation = ids[:n], ids[n:]
    if min(len(train), len(validation)) <= settings.block:
        raise ValueError(
            f"the text has {len(ids)} characters, too few for blocks of {settings.block}; "
            f"take a longer text or a smaller block"
        )
    return train, validation


def train_text(
    text: str,
    settings: TextSettings | None = None,
    *,
    checkpoint: str | Path | None = None,
    resume: bool = False,
    checkpoint_every: int = 500,
    on_step: Callable[[Trainer], None] | None = None,
) -> tuple[CausalLM, CharTokenizer, Trainer]:
    """Train on the first part of `text`. With `resume`, go on from `checkpoint`.

    Raises ValueError for a text that is too short, FileFormatError for a checkpoint of another run.
    """
    settings = settings or TextSettings()
    settings = dataclasses.replace(settings, workers=settings.workers or cores())
    tokenizer = CharTokenizer(text)
    train, _ = split_text(tokenizer.encode(text), settings)
    model = settings.model(tokenizer.vocab_size)
    optimizer = Adam(
        model.parameters(),
        settings.lr,
        betas=settings.betas,
        weight_decay=settings.weight_decay,
    )
    reach = np.arange(settings.block + 1)

    def compute(starts: np.ndarray, rng: np.random.Generator) -> float:
        window = train[starts[:, None] + reach]  # (B, T + 1)
        loss, saved = model.loss_forward(window[:, :-1], window[:, 1:], rng=rng)
        model.loss_backward(1.0, saved)
        return float(loss)

    warmup = min(settings.warmup, settings.steps)

    def schedule(step: int) -> float:
        return warmup_cosine(step, warmup, settings.steps, settings.lr, settings.min_lr)

    trainer = Trainer(
        model,
        optimizer,
        ShuffledBatches(len(train) - settings.block, settings.batch, settings.seed),
        compute,
        schedule=schedule,
        max_norm=settings.max_norm,
        workers=settings.workers,
        rng=settings.seed,
        checkpoint=checkpoint,
        checkpoint_every=checkpoint_every,
        notes={
            "settings": np.array(json.dumps(dataclasses.asdict(settings))),
            "characters": np.array(tokenizer.characters),
        },
    )
    if resume and checkpoint is not None:
        trainer.resume(checkpoint)
    trainer.run(settings.steps, on_step)
    return model, tokenizer, trainer


def validation_loss(model: CausalLM, ids: np.ndarray, block: int, batch: int = 64) -> float:
    """Mean cross-entropy in nats a character over all whole blocks of `ids`, each met once."""
    starts = np.arange(0, len(ids) - block, block)
    total = 0.0
    for i in range(0, len(starts), batch):
        window = ids[starts[i : i + batch, None] + np.arange(block + 1)]
        loss, _ = model.loss_forward(window[:, :-1], window[:, 1:])
        total += float(loss) * len(window)
    return total / len(starts)


def load_text_model(path: str | Path) -> tuple[CausalLM, CharTokenizer, TextSettings]:
    """A trained model from its checkpoint. Raises FileNotFoundError or FileFormatError."""
    sections = read_checkpoint(path)
    try:
        stored = json.loads(str(sections["notes"]["settings"]))
        settings = TextSettings(**{**stored, "betas": tuple(stored["betas"])})
        tokenizer = CharTokenizer(str(sections["notes"]["characters"]))
        model = settings.model(tokenizer.vocab_size)
        model.load_state_dict(sections["parameters"])
    except (KeyError, TypeError, ValueError) as error:
        raise FileFormatError(f"{path} does not hold a text model ({error})") from error
    return model, tokenizer, settings
