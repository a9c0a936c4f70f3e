"""What to call a category: the commonest phrase of its items that sets it apart from the others."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

_TOKEN = re.compile(r"[^\W\d_](?:[\w'’-]*\w)?")
_HAN = re.compile(r"[\u3400-\u9fff]{2,}")
_LONGEST = 3  # words of a phrase; characters, less one, of a Chinese one
_LEAST = 0.3  # the share of the first phrase's items that a second must add
_EVERYWHERE = 0.8  # the share of all items that bear a word which sets nothing apart
# The share of a phrase's items, of one word or two, that a longer one must hold to take its place.
_HOLDS = {1: 0.3, 2: 0.8}


def name_categories(
    texts: Sequence[str], labels: np.ndarray, groups: int, dull: frozenset[str]
) -> list[str]:
    """A name for each of ``groups``, of one phrase or two; "" where no item has a word.

    ``texts`` (N,) are of the items, ``labels`` (N,) their groups. Phrases begin, end and hold no
    word of ``dull``, nor one that nearly all items bear. No two names are the same.
    """
    spread = Counter(word for text in texts for word in phrases(text, dull))
    dull |= {word for word, items in spread.items() if items > _EVERYWHERE * len(texts)}
    where: dict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        for phrase in phrases(text, dull):
            where[phrase].append(place)
    of_group: list[list[tuple[float, str]]] = [[] for _ in range(groups)]
    for phrase, places in where.items():
        for group, count in Counter(labels[places].tolist()).items():
            of_group[group].append((count * count / len(places), phrase))
    names: list[str] = []
    for group in range(groups):
        names.append(_named(of_group[group], where, labels == group, names))
    return names


def phrases(text: str, dull: frozenset[str]) -> set[str]:
    """Runs of up to three words that stand side by side, none of them dull."""
    found = set()
    words = [w if w not in dull and len(w) > 2 else "" for w in _TOKEN.findall(text.lower())]
    for length in range(1, _LONGEST + 1):
        for begin in range(len(words) - length + 1):
            run = words[begin : begin + length]
            if all(run) and not any(map(_HAN.search, run)):
                found.add(" ".join(run))
    for run in _HAN.findall(text):
        for length in range(2, _LONGEST + 2):
            found |= {run[begin : begin + length] for begin in range(len(run) - length + 1)}
    return found


def _named(
    ranked: list[tuple[float, str]], where: dict[str, list[int]], mine: np.ndarray, taken: list[str]
) -> str:
    """The best phrase, and the best beside it if that adds enough items."""
    ranked = sorted(ranked, key=lambda pair: (-pair[0], pair[1]))
    if not ranked:
        return ""

    def items(phrase: str) -> set[int]:
        return {place for place in where[phrase] if mine[place]}

    def longest(phrase: str) -> str:
        """A longer phrase in its place where that holds most of its items."""
        longer = [p for _, p in ranked if f" {phrase} " in f" {p} " and p != phrase]
        said = max(longer, key=lambda p: len(items(p)), default=phrase)
        least = _HOLDS.get(1 + phrase.count(" "), 1.1) * len(items(phrase))
        return longest(said) if said != phrase and len(items(said)) >= least else phrase

    first = ranked[0][1]
    held, best, second = items(first), 0.0, ""
    for worth, phrase in ranked[1:50]:
        with_phrase = items(phrase)
        added = len(with_phrase - held)
        if added >= _LEAST * len(held) and worth * added / len(with_phrase) > best:
            second, best = phrase, worth * added / len(with_phrase)
    name = ", ".join(longest(phrase) for phrase in (first, second) if phrase)
    while name in taken:
        name += " (more)"
    return name
