"""Train a causal character model."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..decoding import CausalLM
from ..files import as_settings, fingerprint
from ..layers import check_claims, read_parameters
from ..parallel.ranks import world
from ..training import Adam, Checkpoints, ShuffledBatches, Trainer, warmup_cosine
from ..training.checkpoint import open_checkpoint
from .settings import TextSettings
from .tokenizer import CharTokenizer


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
    """Train on the first part of `text`. With `resume`, go on from `checkpoint`, if it is there.

    Text and settings must then be those of that run, but for `steps`: with more of them the rate
    falls anew. Raises ValueError for a text that is too short or for fewer steps than were taken,
    FileFormatError for a checkpoint of another run.
    """
    settings = settings or TextSettings()
    settings = dataclasses.replace(settings, workers=settings.workers or world().cores())
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
        checkpoints=Checkpoints(
            checkpoint,
            every=checkpoint_every,
            notes={
                "settings": np.array(json.dumps(dataclasses.asdict(settings))),
                "characters": np.array(tokenizer.characters),
            },
            run={**dataclasses.asdict(settings), "text": fingerprint(text)},
            may_change=("steps",),
        ),
    )
    if resume and checkpoint is not None and Path(checkpoint).exists():
        trainer.resume(checkpoint)
        if trainer.step > settings.steps:
            raise ValueError(
                f"{checkpoint} has taken {trainer.step} steps already; give as many or more"
            )
    elif checkpoint is not None and not settings.steps:
        trainer.save(checkpoint)  # the model as it is before the first step
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
    with open_checkpoint(path) as file:
        notes = {"notes/settings", "notes/characters"}
        if not notes <= set(file.members):
            raise file.error("it does not hold a text model")
        settings = as_settings(TextSettings, file.object("notes/settings"), str(path))
        tokenizer = CharTokenizer(file.text("notes/characters"))
        V, E, layers = tokenizer.vocab_size, settings.width, settings.layers
        last = f"encoder.blocks.{layers - 1}.mlp.linear1.weight"
        claims = {"tokens.table": (V, E), last: (E, 4 * E)}
        if settings.positions == "learned":
            claims["positions.table"] = (settings.block, E)
        check_claims(file, "parameters/", claims, layers)
        model = settings.model(V)
        read_parameters(file, "parameters/", model)
    return model, tokenizer, settings
