"""python -m attention.text train | generate | pack: a model of your text, and its writing."""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from ..files import keep_existing, writable
from ..parallel.ranks import begin
from ..training import Progress, Trainer
from ..training.console import hold_streams, run_command
from ..training.settings import add_settings, fields_of, settings_of
from .reading import open_text
from .settings import TextSettings
from .shipped import pack_model
from .train import load_text_model, split_text, train_text, validation_loss
from .writing import MODEL, add_generate


def main(argv: list[str] | None = None) -> int:
    hold_streams()
    argv = sys.argv[1:] if argv is None else argv
    arguments = _parser().parse_args(argv)

    def run() -> int:
        begin(getattr(arguments, "exact", None))
        return arguments.run(arguments)

    return run_command(run, "attention.text", argv, "stopped")


def _train(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments, TextSettings)
    text = open_text(arguments.corpus)
    again = arguments.resume or arguments.overwrite
    keep_existing(arguments.model, again, "--model", "--resume to go on with it")
    writable(arguments.model)
    progress = Progress(settings.steps, every=max(1, settings.steps // 20))

    def show(trainer: Trainer) -> None:
        loss, rate, _ = trainer.history[-1]
        progress.show(trainer.step, f"loss {loss:.3f}  rate {rate:.1e}")

    start = time.perf_counter()
    model, _, _ = train_text(
        text, settings, checkpoint=arguments.model, resume=arguments.resume, on_step=show
    )
    seconds = time.perf_counter() - start
    loss = validation_loss(model, text, split_text(len(text), settings), settings.block)
    size = sum(p.data.size for p in model.parameters())
    print(f"{size:,} parameters, {settings.steps} steps in {seconds:.0f} s")
    print(f"validation loss {loss:.4f} nats a character, over the whole validation part")
    named = "" if arguments.model == MODEL else f" --model {arguments.model}"
    print(f"saved to {arguments.model}")
    print(f"next: python -m attention.text generate --prompt 'ROMEO:'{named}")
    return 0


def _pack(arguments: argparse.Namespace) -> int:
    model, tokenizer, settings = load_text_model(arguments.model)
    keep_existing(arguments.out, arguments.overwrite, "--out")
    for p in model.parameters():
        p.data[...] = p.data.astype(np.float16)  # the loss told is that of what is written
    text = open_text(arguments.corpus).read_by(tokenizer)
    loss = validation_loss(model, text, split_text(len(text), settings), settings.block)
    changed = [f" --{n.replace('_', '-')} {v}" for n, v in _given(settings).items()]
    command = f"python -m attention.text train{''.join(changed)}"
    made = f"{command}, seed {settings.seed}, validation loss {loss:.4f} nats a character"
    pack_model(arguments.out, model, tokenizer, settings, made)
    print(f"{made}\nwrote {arguments.out}, {Path(arguments.out).stat().st_size:,} bytes")
    return 0


def _given(settings: TextSettings) -> dict[str, Any]:
    """The settings that are not the default ones."""
    values = {field: getattr(settings, field.name) for field in fields_of(TextSettings)}
    return {field.name: value for field, value in values.items() if value != field.default}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m attention.text", description=__doc__)
    commands = parser.add_subparsers(required=True)

    train = commands.add_parser("train", help="train a character model on a text")
    train.set_defaults(run=_train)
    train.add_argument("--corpus", help="a UTF-8 text file, or .gz; default: the shipped plays")
    train.add_argument("--resume", action="store_true", help="go on from the saved model")
    train.add_argument("--overwrite", action="store_true", help="replace a saved model")
    train.add_argument("--exact", action="store_true", help="the same bits on any number of ranks")
    add_settings(train, TextSettings)

    add_generate(commands)

    pack = commands.add_parser("pack", help="write a trained model with halved weights")
    pack.set_defaults(run=_pack)
    pack.add_argument("--out", required=True, metavar="FILE", help="the .npz to write")
    pack.add_argument("--corpus", help="the text it was trained on; default: the shipped plays")
    pack.add_argument("--overwrite", action="store_true", help="replace --out")
    for command in (train, pack):
        command.add_argument("--model", default=MODEL, help=f"the saved model; default: {MODEL}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
