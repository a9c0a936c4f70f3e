"""CharTokenizer: every distinct character of a text is a token."""

from collections.abc import Callable, Iterable

import numpy as np


class CharTokenizer:
    """Characters in code-point order, so that the same text always gives the same ids."""

    def __init__(self, characters: Iterable[str]) -> None:
        self.characters = "".join(sorted(set("".join(characters))))
        self._ids = {c: i for i, c in enumerate(self.characters)}

    @property
    def vocab_size(self) -> int:
        return len(self.characters)

    def encode(self, text: str) -> np.ndarray:
        """text -> ids (T,). Raises ValueError naming the characters it does not know."""
        unknown = sorted(set(text) - set(self._ids))
        if unknown:
            raise ValueError(
                f"the text holds {len(unknown)} characters that the model was not trained on: "
                f"{''.join(unknown[:20])!r}; leave them out"
            )
        return np.array([self._ids[c] for c in text], dtype=np.int64)

    def decode(self, ids: Iterable[int]) -> str:
        """ids -> text. Raises ValueError for an id outside the vocabulary."""
        ids = [int(i) for i in ids]
        if ids and not 0 <= min(ids) <= max(ids) < len(self.characters):
            raise ValueError(
                f"ids must lie in 0 … {len(self.characters) - 1}, got {min(ids)} … {max(ids)}"
            )
        return "".join(self.characters[i] for i in ids)

    def stream(self) -> Callable[[int], str]:
        """What each next id adds to the text."""
        return lambda token: self.decode([token])

    def is_end(self, token: int) -> bool:
        """Whether the text ends there: no character says so."""
        return False
