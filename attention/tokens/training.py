"""Learn merges from text: again and again, the commonest pair becomes a token.

Sennrich et al. 2016, algorithm 1. Pieces are counted once; a merge then touches only the pieces
that hold its pair, and a heap gives the next one, so the work follows the text and not text times
merges.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ..ops.checks import count
from .added import AddedToken
from .bpe import BYTE_CHARACTERS, ByteBPE
from .merging import Pair
from .pieces import GPT2, piece_pattern


def train_bpe(
    texts: str | Iterable[str],
    vocab_size: int,
    *,
    special_tokens: Sequence[str] = (),
    min_count: int = 2,
    pattern: str = GPT2,
) -> ByteBPE:
    """Merges are learned until there are `vocab_size` tokens or no pair occurs `min_count` times.

    Special tokens come first, then the 256 bytes, then what was merged. Among pairs of one count
    that of the lowest ids is taken. Raises ValueError if `vocab_size` has no room for the bytes.
    """
    specials = list(dict.fromkeys(special_tokens))
    count("vocab_size", vocab_size, len(specials) + 256)
    texts = [texts] if isinstance(texts, str) else texts
    find = piece_pattern(pattern).findall
    pieces: Counter[str] = Counter()
    for text in texts:
        pieces.update(find(text))

    tokens = [*specials, *sorted(BYTE_CHARACTERS)]
    byte_ids = [tokens.index(c, len(specials)) for c in BYTE_CHARACTERS]
    words = [[byte_ids[b] for b in piece.encode()] for piece in pieces]
    learned = _learn(words, list(pieces.values()), tokens, vocab_size, min_count)
    return ByteBPE(
        {token: i for i, token in enumerate(tokens)},
        learned,
        {i: AddedToken(content) for i, content in enumerate(specials)},
        pattern=pattern,
    )


def _learn(
    words: list[list[int]], counts: list[int], tokens: list[str], vocab_size: int, least: int
) -> list[tuple[str, str]]:
    """The merges; `words` are merged in place, and `tokens` grows by what was learned."""
    pairs: Counter[Pair] = Counter()
    where: dict[Pair, set[int]] = defaultdict(set)  # the words in which a pair may stand
    for w, word in enumerate(words):
        for pair in pairwise(word):
            pairs[pair] += counts[w]
            where[pair].add(w)
    waiting = [(-n, pair) for pair, n in pairs.items()]
    heapq.heapify(waiting)
    ids = {token: i for i, token in enumerate(tokens)}
    learned = []
    while waiting and len(tokens) < vocab_size:
        negative, pair = heapq.heappop(waiting)
        now = pairs[pair]
        if now != -negative:  # its count fell since it was put here
            if now:
                heapq.heappush(waiting, (-now, pair))
            continue
        if now < max(least, 1):
            break
        a, b = pair
        learned.append((tokens[a], tokens[b]))
        new = ids.setdefault(tokens[a] + tokens[b], len(tokens))
        if new == len(tokens):
            tokens.append(tokens[a] + tokens[b])
        risen: set[Pair] = set()
        for w in where.pop(pair):
            _replace(words[w], pair, new, counts[w], pairs, risen)
            for neighbours in pairwise(words[w]):
                if new in neighbours:
                    where[neighbours].add(w)
        del pairs[pair]
        for pair in risen:
            heapq.heappush(waiting, (-pairs[pair], pair))
    return learned


def _replace(
    word: list[int], pair: Pair, new: int, times: int, pairs: Counter[Pair], risen: set[Pair]
) -> None:
    """Merge a pair in one word, and bring the counts of its neighbours up to date."""
    a, b = pair
    i = 0
    while i < len(word) - 1:
        if word[i] != a or word[i + 1] != b:
            i += 1
            continue
        if i:
            pairs[word[i - 1], a] -= times
            pairs[word[i - 1], new] += times
            risen.add((word[i - 1], new))
        if i + 2 < len(word):
            pairs[b, word[i + 2]] -= times
            pairs[new, word[i + 2]] += times
            risen.add((new, word[i + 2]))
        word[i : i + 2] = [new]
        i += 1
