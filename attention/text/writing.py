"""python -m attention.text generate: a model writes, by any of the ways of `attention.decoding`."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..decoding import (
    CausalLM,
    TextCodec,
    beam_search,
    generate_batch,
    generate_text,
    speculate,
)
from ..ops.checks import count
from ..training.console import tell
from .shipped import load_packed_model
from .tokenizer import CharTokenizer
from .train import load_text_model

MODEL = "runs/text.npz"
LENGTH, TEMPERATURE = 500, 0.8
# The ways to write, and the options that mean nothing in them.
DRAWING = ("temperature", "top_k", "top_p", "min_p", "repetition_penalty", "seed")
WAYS = {
    "beams": (*DRAWING, "stop"),
    "draft": ("repetition_penalty", "stop"),
    "sinks": (),
    "several": ("stop",),
}
OF_A_WAY = {"length_penalty": "beams", "ahead": "draft", "window": "sinks"}


def add_generate(commands: Any) -> None:
    """The command and its options, to a parser's subcommands."""
    parser = commands.add_parser("generate", help="let a trained model write")
    parser.set_defaults(run=write)
    parser.add_argument(
        "--model",
        help=f"a model that train saved, or a folder with config.json, weights and tokenizer.json "
        f"of GPT-2, Llama, Mistral or Qwen; default: {MODEL} if it exists, else the shipped one",
    )
    parser.add_argument(
        "--prompt",
        action="append",
        help="the text to go on from; given several times, all are gone on from side by side",
    )
    parser.add_argument(
        "--length",
        type=int,
        help=f"tokens to write, characters for a model of train; default: {LENGTH}, or what "
        f"--beams, --draft and several prompts have room for",
    )
    parser.add_argument("--stop", help="end once this text has appeared")
    drawing = parser.add_argument_group("how a token is drawn")
    drawing.add_argument(
        "--temperature", type=float, help=f"0 takes the likeliest; default: {TEMPERATURE}"
    )
    drawing.add_argument("--top-k", type=int, help="keep the k likeliest")
    drawing.add_argument("--top-p", type=float, help="keep the likeliest that make up p")
    drawing.add_argument("--min-p", type=float, help="keep what is p times as likely as the best")
    drawing.add_argument("--repetition-penalty", type=float, help="above 1: less of it")
    drawing.add_argument("--seed", type=int, help="default: 0")
    ways = parser.add_argument_group("other ways to write, one at a time")
    ways.add_argument("--beams", type=int, help="the likeliest text, so many kept at a time")
    ways.add_argument("--length-penalty", type=float, help="of --beams; above 0 forgives length")
    ways.add_argument("--draft", metavar="MODEL", help="a small model that proposes tokens")
    ways.add_argument("--ahead", type=int, help="of --draft: tokens at a time; default: 4")
    ways.add_argument("--sinks", type=int, help="keep the first so many tokens in a cache for ever")
    ways.add_argument("--window", type=int, help="of --sinks: the last tokens that stay; else all")


def write(arguments: argparse.Namespace) -> int:
    prompts = arguments.prompt or ["\n"]
    way = _way(arguments, len(prompts))
    model, tokenizer = open_model(arguments.model)
    for prompt in prompts:
        _require_prompt(model, tokenizer, prompt, way == "sinks")
    options = _given(arguments, (*DRAWING, "stop", *OF_A_WAY))
    if way != "beams":
        seed = options.pop("seed", 0)
        options = {"temperature": TEMPERATURE, **options, "rng": seed}
    steps = count("--length", LENGTH if arguments.length is None else arguments.length)
    if arguments.length is None and way in ("beams", "draft", "several"):
        longest = max(len(tokenizer.encode(prompt)) for prompt in prompts)
        steps = max(1, min(steps, model.max_length - longest))
    if way == "several":
        _several(model, tokenizer, prompts, steps, options)
    elif way == "beams":
        width = count("--beams", arguments.beams, 1)
        _beams(model, tokenizer, prompts[0], steps, {"width": width, **options})
    elif way == "draft":
        draft, theirs = open_model(arguments.draft)
        _speculate(model, draft, tokenizer, theirs, prompts[0], steps, options)
    else:
        show = _printer(prompts[0])
        options["sinks"] = arguments.sinks
        generate_text(model, tokenizer, prompts[0], steps, on_text=show, **options)
        show("\n")
    return 0


def open_model(path: str | None) -> tuple[CausalLM, Any]:
    """A folder of other people's weights, a model of `train`, or the one in the box."""
    if path is None and not Path(MODEL).exists():
        return load_packed_model()[:2]
    path = MODEL if path is None else path
    if Path(path).suffix in (".safetensors", ".json") and Path(path).is_file():
        raise ValueError(f"{path} is one file of a model; give its folder, {Path(path).parent}")
    if not Path(path).is_dir():
        return load_text_model(path)[:2]
    from ..pretrained import load_decoder  # loaded for those who ask

    return load_decoder(path)


def _several(model: CausalLM, tokenizer: Any, prompts: list[str], steps: int, how: Any) -> None:
    ids = [tokenizer.encode(prompt) for prompt in prompts]
    for row, before, prompt in zip(generate_batch(model, ids, steps, **how), ids, prompts):
        print(prompt + _read(tokenizer, row[len(before) :]))


def _beams(model: CausalLM, tokenizer: Any, prompt: str, steps: int, how: Any) -> None:
    ids = tokenizer.encode(prompt)
    ends = [i for i in range(tokenizer.vocab_size) if tokenizer.is_end(i)]
    best = beam_search(model, ids, steps, ends=ends, **how)[0]
    print(prompt + _read(tokenizer, best.ids[len(ids) :]))
    tell(f"score {best.score:.3f}")


def _speculate(
    model: CausalLM, draft: CausalLM, ours: Any, theirs: Any, prompt: str, steps: int, how: Any
) -> None:
    ids = ours.encode(prompt)
    if ids.tolist() != theirs.encode(prompt).tolist():
        raise ValueError("--draft has another vocabulary than --model; both must share one")
    next_text, show = ours.stream(), _printer(prompt)
    out = speculate(model, draft, ids, steps, on_token=lambda i: show(next_text(i)), **how)
    show("\n")
    tell(f"kept {out.kept} of {out.drafted} drafted tokens")


def _read(tokenizer: TextCodec, ids: list[int]) -> str:
    """The text of new ids, up to one that ends it."""
    next_text, text = tokenizer.stream(), ""
    for token in ids:
        if tokenizer.is_end(token):
            break
        text += next_text(token)
    return text


def _printer(prompt: str) -> Callable[[str], None]:
    """Prints new text, the prompt before the first of it: a refusal leaves no half a line."""
    unprinted = [prompt]

    def show(text: str) -> None:
        print(unprinted.pop() + text if unprinted else text, end="", flush=True)

    return show


def _way(arguments: argparse.Namespace, prompts: int) -> str | None:
    """Which of WAYS is asked for. Raises ValueError for two, and for options of another."""
    chosen = list(_given(arguments, ("beams", "draft", "sinks")))
    chosen += ["several"] * (prompts > 1)
    named = [f"--{way}" if way != "several" else "several --prompt" for way in chosen]
    if len(chosen) > 1:
        raise ValueError(f"{' and '.join(named)} are ways to write of their own; choose one")
    way = chosen[0] if chosen else None
    for option, of in OF_A_WAY.items():
        if getattr(arguments, option) is not None and way != of:
            raise ValueError(f"--{option.replace('_', '-')} belongs to --{of}; give both")
    if way is not None:
        for option in _given(arguments, WAYS[way]):
            raise ValueError(f"--{option.replace('_', '-')} means nothing with {named[0]}")
    return way


def _given(arguments: argparse.Namespace, names: tuple[str, ...]) -> dict[str, Any]:
    values = {name: getattr(arguments, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _require_prompt(model: CausalLM, tokenizer: Any, prompt: str, endless: bool) -> None:
    try:
        prompt.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"--prompt is not UTF-8 at character {error.start + 1}") from None
    length = len(tokenizer.encode(prompt))
    if not length:
        raise ValueError("--prompt is empty; give a text to go on from")
    if length > model.max_length and not endless and not isinstance(tokenizer, CharTokenizer):
        raise ValueError(
            f"--prompt has {length} tokens; the model reads at most {model.max_length}, or more "
            f"with --sinks"
        )
