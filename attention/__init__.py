"""Attention from scratch: forward and backward, written by hand in NumPy.

    files       written whole or not at all, and checked before they are believed
    ops         pure functions in forward/backward pairs, one lesson a file
    fast        their tuned twins, which the layers use
    layers      parameters and the pairs: attention, MLP, norms, encoder and decoder blocks
    parallel    workers: where the shards of a step are computed, how their gradients meet
    training    Adam, clipping, schedules, the loop, checkpoints
    tokens      byte-pair encoding: train it, or read other vocabularies
    decoding    a causal language model, and how text is drawn from one
    pretrained  encoders and decoders, read from safetensors
    text        a character tokenizer, training, the command
    plot        views of attention in matplotlib
    gradcheck   proves every pair

The one rule everywhere: `out, saved = X.forward(inputs)`, `dinputs = X.backward(dout, saved)`.
`saved` may hold the inputs themselves, so leave them alone until backward; `out` is yours.

All names of `ops`, `layers`, `training` and `gradcheck` stand here too. Each of these is loaded
when a name is first looked for in it, so that `import attention` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .gradcheck import *
    from .layers import *
    from .ops import *
    from .training import *

_NAMED_HERE = ("ops", "layers", "training", "gradcheck")
_MODULES = (
    *_NAMED_HERE,
    *("files", "fast", "parallel", "tokens", "decoding", "text", "pretrained", "plot"),
)


def _load(name: str) -> Any:
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    if name == "__all__":
        return [public for module in _NAMED_HERE for public in _load(module).__all__]
    if not name.startswith("_"):
        for module in _NAMED_HERE:
            if name in _load(module).__all__:
                return getattr(_load(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


if not TYPE_CHECKING:  # type checkers read the imports above, and so tell a wrong name

    def __getattr__(name: str) -> Any:
        globals()[name] = value = _load(name)  # the next look-up finds it at once
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES, *_load("__all__")})
