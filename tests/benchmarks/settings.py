"""The sizes at which a training step is measured, and the network that both sides build."""

from typing import NamedTuple

VOCABULARY = 65


class Setting(NamedTuple):
    """A causal language model: pre-norm blocks, GELU, learned positions, tied output."""

    name: str
    batch: int
    length: int
    width: int
    heads: int
    layers: int
    vocabulary: int = VOCABULARY

    @property
    def size(self) -> str:
        numbers = (self.batch, self.length, self.width, self.heads, self.layers)
        return "×".join(map(str, numbers))


SETTINGS = [
    Setting("tiny", 32, 20, 32, 2, 2),
    Setting("profile", 64, 50, 64, 4, 2),
    Setting("SASRec", 128, 200, 50, 1, 2),
    Setting("nanoGPT-CPU", 12, 64, 128, 4, 4),
    Setting("mid", 8, 256, 256, 4, 4),
]
