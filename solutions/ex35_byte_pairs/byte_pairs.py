"""Reference of ex35."""

from collections import Counter
from itertools import pairwise

Pair = tuple[int, int]


def train(text: str, merges: int) -> list[Pair]:
    """Count all pairs, merge the commonest, and so on."""
    ids, pairs = list(text.encode("utf-8")), []
    for new in range(256, 256 + merges):
        counts = Counter(pairwise(ids))
        best = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
        if counts[best] < 2:  # a Counter counts 0 of None
            break
        ids = _merged(ids, best, new)
        pairs.append(best)
    return pairs


def encode(text: str, pairs: list[Pair]) -> list[int]:
    """Play the merges again, one after another."""
    ids = list(text.encode("utf-8"))
    for j, pair in enumerate(pairs):
        ids = _merged(ids, pair, 256 + j)
    return ids


def decode(ids: list[int], pairs: list[Pair]) -> str:
    """Spell every id in bytes; join them before decoding, as a character may span tokens."""
    spelled = [bytes([byte]) for byte in range(256)]
    for left, right in pairs:
        spelled.append(spelled[left] + spelled[right])
    return b"".join(spelled[i] for i in ids).decode("utf-8")


def _merged(ids: list[int], pair: Pair, new: int) -> list[int]:
    """From the left; what was merged just now is no part of the pair, so nothing is used twice."""
    out: list[int] = []
    for one in ids:
        if out and (out[-1], one) == pair:
            out[-1] = new
        else:
            out.append(one)
    return out
