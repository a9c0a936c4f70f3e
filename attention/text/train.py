"""Train a causal character model."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..decoding import CausalLM
from ..files import as_settings
from ..layers import check_claims, read_parameters
from ..parallel.ranks import world
from ..training import Adam, Checkpoints, ShuffledBatches, Trainer, warmup_cosine
from ..training.checkpoint import open_checkpoint
from .reading import Text, TextInMemory
from .settings import TextSettings
from .tokenizer import CharTokenizer


def split_text(size: int, settings: TextSettings) -> int:
    """Where validation begins in a text of `size` characters: the first share is for training.

    Raises ValueError where one of them does not hold a block and one more.
    """
    n = int(settings.train_share * size)
    if min(n, size - n) <= settings.block:
        raise ValueError(
            f"the text has {size} characters, too few for blocks of {settings.block}; "
            f"take a longer text or a smaller block"
        )
    return n


def train_text(
    text: str | Text,
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
    text = TextInMemory(text) if isinstance(text, str) else text
    tokenizer, size = text.tokenizer, split_text(len(text), settings)
    model = settings.model(tokenizer.vocab_size)
    optimizer = Adam(
        model.parameters(),
        settings.lr,
        betas=settings.betas,
        weight_decay=settings.weight_decay,
    )

    def compute(starts: np.ndarray, rng: np.random.Generator) -> float:
        window = text.windows(starts, settings.block + 1)  # (B, T + 1)
        loss, saved = model.loss_forward(window[:, :-1], window[:, 1:], rng=rng)
        model.loss_backward(1.0, saved)
        return float(loss)

    warmup = min(settings.warmup, settings.steps)

    def schedule(step: int) -> float:
        return warmup_cosine(step, warmup, settings.steps, settings.lr, settings.min_lr)

    trainer = Trainer(
        model,
        optimizer,
        ShuffledBatches(size - settings.block, settings.batch, settings.seed),
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
            run={**dataclasses.asdict(settings), "text": text.mark},
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


def validation_loss(model: CausalLM, text: Text, begin: int, block: int, batch: int = 64) -> float:
    """Mean cross-entropy in nats a character over all whole blocks of `text` from `begin` on.

    Each is met once; ranks share them out.
    """
    ranks = world()
    starts = np.arange(begin, len(text) - block, block)
    sums = []
    for i in range(ranks.rank * batch, len(starts), ranks.size * batch):
        window = text.windows(starts[i : i + batch], block + 1)
        loss, _ = model.loss_forward(window[:, :-1], window[:, 1:])
        sums.append((i, float(loss) * len(window)))
    return sum(loss for _, loss in sorted(ranks.gather(sums))) / len(starts)


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
