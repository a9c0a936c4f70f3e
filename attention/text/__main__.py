"""python -m attention.text train | generate | pack: a model of your text, and its writing."""

import argparse
import dataclasses
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from ..decoding import CausalLM, TextCodec, generate_text
from ..files import keep_existing, writable
from ..parallel.ranks import world
from ..training import Progress, Trainer
from ..training.console import hold_streams, run_command
from .reading import open_text
from .settings import TextSettings
from .shipped import load_packed_model, pack_model
from .tokenizer import CharTokenizer
from .train import load_text_model, split_text, train_text, validation_loss

MODEL = "runs/text.npz"
SETTINGS = {f.name: f for f in dataclasses.fields(TextSettings) if f.name != "betas"}


def main(argv: list[str] | None = None) -> int:
    hold_streams()
    argv = sys.argv[1:] if argv is None else argv
    arguments = _parser().parse_args(argv)

    def run() -> int:
        world(getattr(arguments, "exact", False))
        return arguments.run(arguments)

    return run_command(run, "attention.text", argv, "stopped")


def _train(arguments: argparse.Namespace) -> int:
    settings = TextSettings(**{name: getattr(arguments, name) for name in SETTINGS})
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


def _generate(arguments: argparse.Namespace) -> int:
    model, tokenizer = _open_model(arguments.model)
    _require_prompt(model, tokenizer, arguments.prompt)
    print(arguments.prompt, end="", flush=True)
    generate_text(
        model,
        tokenizer,
        arguments.prompt,
        arguments.length,
        rng=arguments.seed,
        stop=arguments.stop,
        temperature=arguments.temperature,
        top_k=arguments.top_k,
        top_p=arguments.top_p,
        min_p=arguments.min_p,
        repetition_penalty=arguments.repetition_penalty,
        on_text=lambda piece: print(piece, end="", flush=True),
    )
    print()
    return 0


def _open_model(path: str | None) -> tuple[CausalLM, TextCodec]:
    """A folder of other people's weights, a model of `train`, or the one in the box."""
    if path is None and not Path(MODEL).exists():
        return load_packed_model()[:2]
    path = MODEL if path is None else path
    if not Path(path).is_dir():
        return load_text_model(path)[:2]
    from ..pretrained import load_decoder  # loaded for those who ask

    return load_decoder(path)


def _require_prompt(model: CausalLM, tokenizer: TextCodec, prompt: str) -> None:
    length = len(tokenizer.encode(prompt))
    if not length:
        raise ValueError("--prompt is empty; give a text to go on from")
    if length > model.max_length and not isinstance(tokenizer, CharTokenizer):
        raise ValueError(
            f"--prompt has {length} tokens; the model reads at most {model.max_length}"
        )


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
    values = {name: getattr(settings, name) for name in SETTINGS}
    return {name: v for name, v in values.items() if v != SETTINGS[name].default}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m attention.text", description=__doc__)
    commands = parser.add_subparsers(required=True)

    train = commands.add_parser("train", help="train a character model on a text")
    train.set_defaults(run=_train)
    train.add_argument("--corpus", help="a UTF-8 text file, or .gz; default: the shipped plays")
    train.add_argument("--resume", action="store_true", help="go on from the saved model")
    train.add_argument("--overwrite", action="store_true", help="replace a saved model")
    train.add_argument("--exact", action="store_true", help="the same bits on any number of ranks")
    for name, field in SETTINGS.items():
        train.add_argument(
            f"--{name.replace('_', '-')}",
            type=type(field.default),
            default=field.default,
            help=f"default: {field.default}",
        )

    generate = commands.add_parser("generate", help="let a trained model write")
    generate.set_defaults(run=_generate)
    generate.add_argument("--prompt", default="\n", help="the text to go on from")
    generate.add_argument("--length", type=int, default=500, help="characters to write")
    generate.add_argument("--temperature", type=float, default=0.8, help="0 takes the likeliest")
    generate.add_argument("--top-k", type=int)
    generate.add_argument("--top-p", type=float)
    generate.add_argument("--min-p", type=float, help="keep what is p times as likely as the best")
    generate.add_argument(
        "--repetition-penalty", type=float, default=1.0, help="above 1: less of it"
    )
    generate.add_argument("--stop", help="end once this text has appeared")
    generate.add_argument("--seed", type=int, default=0)

    generate.add_argument(
        "--model",
        help=f"a model that train saved, or a folder with config.json, weights and tokenizer.json "
        f"of GPT-2, Llama, Mistral or Qwen; default: {MODEL} if it exists, else the shipped one",
    )

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
