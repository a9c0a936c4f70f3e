"""Interest categories: found in the item descriptions, or given by the user's own file.

Found: bag of words, tf-idf, a few dozen latent directions (latent semantic analysis), k-means.
The number of categories is the one with the best silhouette among those tried.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import scipy  # its parts load when they are first used

from ..errors import DataError
from .category_names import name_categories
from .clusters import centres, nearest, silhouette
from .ids import matched
from .readers.report import ReadReport
from .readers.rows import first_lines, read_delimited
from .sources import open_source

OTHER = "other"
_WORD = re.compile(r"[^\W\d_]{3,}")
_HAN = re.compile(r"[\u3400-\u9fff]{2,}")  # Chinese is written without spaces: pairs are its words
# Words that join, count, size or colour, and so say nothing of what a thing is for.
_STOP_WORDS = frozenset((
    "and", "for", "from", "the", "with", "set", "pack", "assorted", "asstd", "design", "designs",
    "piece", "pieces", "small", "medium", "large", "mini", "big", "tall", "red", "blue", "green",
    "pink", "white", "black", "ivory", "cream", "gold", "silver", "yellow", "purple", "turquoise",
    "orange", "grey", "brown", "colour", "two", "three", "four", "six", "twelve",
))  # fmt: skip
_DIRECTIONS = 12  # more of them pull every category apart, and the silhouette has no peak
_MOST_TOLD, _BORNE_BY = 40, 10  # texts, and items of each on average: texts of groups, not items
_SAMPLE = 2000  # items the silhouette looks at; it compares all pairs


@dataclass(frozen=True)
class Categories:
    """A category for each of I items."""

    of_item: np.ndarray  # (I,) int32, code into names
    names: tuple[str, ...]
    silhouettes: dict[int, float]  # by the number of categories tried; empty if they were given

    def __len__(self) -> int:
        return len(self.names)

    def __str__(self) -> str:
        sizes = np.bincount(self.of_item, minlength=len(self)).tolist()
        lines = [f"{size:6,} items  {name}" for name, size in zip(self.names, sizes)]
        if self.silhouettes:
            tried = ", ".join(f"{k}: {score:.3f}" for k, score in self.silhouettes.items())
            lines.append(f"silhouette by number of categories: {tried}")
        return "\n".join(lines)


def told_categories(texts: Sequence[str]) -> Categories | None:
    """The texts themselves, where a few of them are borne by many items each; else None."""
    bare = [text.strip() for text in texts]
    count = Counter(filter(None, bare))
    if not 2 <= len(count) <= _MOST_TOLD or len(texts) < _BORNE_BY * len(count):
        return None
    names = [name for name, _ in count.most_common()]
    code_of = dict(zip(names, range(len(names)))) | {"": len(names)}
    of_item = np.array([code_of[text] for text in bare], np.int32)
    return Categories(of_item, (*names, *([OTHER] if "" in bare else [])), {})


def find_categories(
    texts: Sequence[str],
    sizes: Sequence[int] = (8, 10, 12, 14, 16),
    rng: np.random.Generator | int = 0,
) -> Categories:
    """Categories of I items from their ``texts``; items without a known word become "other".

    ``sizes`` are the numbers of categories tried; where the shared words make fewer groups, those
    are the categories. Raises DataError if the texts are too few or too much alike to be told
    apart.
    """
    rng = np.random.default_rng(rng)
    weights = _tf_idf(texts)
    known = np.flatnonzero(np.diff(weights.indptr))
    if len(known) == 0:
        raise DataError(
            "No word stands in the descriptions of three items, so no categories can be found; "
            "give a file of your own that maps items to categories (--categories)."
        )
    points = _latent(weights[known])
    distinct = len(np.unique(points.round(6), axis=0))
    if distinct < 2:
        raise DataError(
            f"The words that items share tell none of {len(texts)} apart, so no categories can be "
            "found; give a file of your own that maps items to categories (--categories)."
        )
    sizes = sorted({size for size in sizes if 2 <= size < distinct}) or [distinct]
    sample = rng.permutation(len(known))[:_SAMPLE]
    found = {size: nearest(points, centres(points, size, rng)) for size in sizes}
    scores = {size: silhouette(points[sample], found[size][sample]) for size in sizes}
    labels = found[max(scores, key=scores.__getitem__)]
    _, labels = np.unique(labels, return_inverse=True)

    told = [texts[place] for place in known.tolist()]
    names = name_categories(told, labels, int(labels.max()) + 1, _STOP_WORDS)
    of_item = np.full(len(texts), len(names), dtype=np.int32)
    of_item[known] = labels
    if len(known) < len(texts):
        names.append(OTHER)
    return Categories(of_item, tuple(names), scores)


def read_categories(path: str | Path, items: Sequence[str]) -> Categories:
    """Categories from a CSV file with the columns ``item`` and ``category``.

    Items that the file does not name become "other". Raises DataError if the file is unusable or
    names none of ``items``.
    """
    path = Path(path)
    report = ReadReport(open_source(path))
    if not first_lines(path):
        raise DataError(f"{path} is empty; give a CSV file with the columns item,category.")
    wanted = {"item": "item", "category": "category"}
    columns, _ = read_delimited(path, report, wanted=wanted)
    report.check(max_bad=0.05)
    as_known = matched(columns["item"], items)
    category_of = {
        as_known.get(item, item): category
        for item, category in zip(columns["item"], columns["category"])
    }
    given = [category_of.get(item) or OTHER for item in items]
    if all(category == OTHER for category in given):
        raise DataError(
            f"{path} gives a category to none of the {len(items):,} items of the log, such as "
            f"{items[0]!r}; its item column must hold the ids of the log."
        )
    names = sorted(set(given) - {OTHER}) + ([OTHER] if OTHER in given else [])
    code_of = {name: code for code, name in enumerate(names)}
    return Categories(np.array([code_of[name] for name in given], dtype=np.int32), tuple(names), {})


def rename_categories(categories: Categories, path: str | Path) -> Categories:
    """The same under names of one's own: a CSV file with the columns ``category`` and ``name``.

    Categories that the file leaves out keep theirs. Raises DataError for one that there is not.
    """
    report = ReadReport(open_source(Path(path)))
    columns, _ = read_delimited(Path(path), report, wanted={"category": "category", "name": "name"})
    report.check(max_bad=0.0)
    new = dict(zip(columns["category"], columns["name"]))
    unknown = [name for name in new if name not in categories.names]
    names = tuple(new.get(name) or name for name in categories.names)
    if unknown or len(set(names)) < len(names):
        wrong = f"there is no category {unknown[0]!r}" if unknown else "two have one name"
        raise DataError(f"{path}: {wrong}; the categories are {'; '.join(categories.names)}.")
    return replace(categories, names=names)


def _tf_idf(texts: Sequence[str]) -> "scipy.sparse.csr_array":
    """Unit rows of tf-idf weights (I, W), of the words that at least three items share."""
    bags = [sorted(_words(text)) for text in texts]
    spread = Counter(word for bag in bags for word in bag)
    words = sorted(word for word, items in spread.items() if items >= 3)
    code_of = {word: code for code, word in enumerate(words)}
    pairs = [
        (row, code_of[word]) for row, bag in enumerate(bags) for word in bag if word in code_of
    ]
    rows, columns = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    idf = np.log(len(texts) / np.array([spread[word] for word in words], dtype=np.float64))
    weights = scipy.sparse.csr_array((idf[columns], (rows, columns)), (len(texts), len(words)))
    length = np.sqrt(weights.power(2).sum(axis=1))
    return scipy.sparse.diags_array(1 / np.maximum(length, 1e-12)) @ weights


def _words(text: str) -> set[str]:
    found = {word for word in _WORD.findall(text.lower()) if not _HAN.search(word)} - _STOP_WORDS
    pairs = {run[i : i + 2] for run in _HAN.findall(text) for i in range(len(run) - 1)}
    return found | pairs


def _latent(weights: "scipy.sparse.csr_array") -> np.ndarray:
    """The rows in their strongest directions, (N, D) of unit length."""
    from scipy.sparse.linalg import svds

    directions = min(_DIRECTIONS, min(weights.shape) - 1)
    if directions < 1:
        points = weights.toarray()
    else:
        start = np.ones(min(weights.shape))  # a fixed start makes the solver deterministic
        left, strength, _ = svds(weights, k=directions, v0=start)
        points = left * strength
    return points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-12)
