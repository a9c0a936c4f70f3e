"""What is known of an item beside who bought it: its category, its price, vectors made elsewhere.

The category stands for the text it was found in. Vectors may come from anything: images, audio,
a language model. A gate decides how much of all this enters an item's embedding.
"""

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from attention.files import ArrayFile, Field, FileFormatError

from ..errors import DataError
from .history import History

_NEVER = np.iinfo(np.int64).max
PARTS = ("country", "text", "price", "vectors")  # what an ablation can leave out


def read_item_vectors(path: str | Path, items: Sequence[str]) -> np.ndarray:
    """Vectors (I, V) float32 of `items`, each scaled to unit variance; zeros where none is given.

    The file is an .npz with `ids` (N,) strings and `vectors` (N, V) numbers. Raises DataError
    if it is not, or has none of the items.
    """
    try:
        with ArrayFile(path, "a file of item vectors: ids (N,) and vectors (N, V)") as file:
            ids = file.read({"ids": Field("U", (None,))})["ids"]
            vectors = file.read({"vectors": Field("n", (len(ids), None))})["vectors"]
    except (FileNotFoundError, FileFormatError) as error:
        raise DataError(str(error)) from error
    row_of = {str(name): row for row, name in enumerate(ids.tolist())}
    rows = np.array([row_of.get(item, -1) for item in items])
    if (rows < 0).all():
        raise DataError(f"{path} has a vector for none of the items, such as {items[0]!r}.")
    known = vectors[rows[rows >= 0]].astype(np.float64)
    spread = known.std(0)
    spread[spread < 1e-9] = 1
    out = np.zeros((len(items), vectors.shape[1]), np.float32)
    out[rows >= 0] = (known - known.mean(0)) / spread
    return out


def first_sales(history: History) -> tuple[np.ndarray, np.ndarray]:
    """When each item was first sold (I,), seconds, and its price then (I,)."""
    in_time = np.argsort(history.end[history.session], kind="stable")
    in_time = in_time[history.item[in_time] < len(history.items)]
    sold, first = np.unique(history.item[in_time], return_index=True)
    moment, price = np.full(len(history.items), _NEVER), np.zeros(len(history.items))
    moment[sold] = history.end[history.session[in_time[first]]]
    price[sold] = history.price[in_time[first]]
    return moment, price


def item_side(
    sales: Sequence[tuple[np.ndarray, np.ndarray]],
    category: np.ndarray,
    categories: int,
    vectors: np.ndarray | None,
    without: Collection[str],
) -> np.ndarray:
    """Rows (I, K) float32: category as 0 and 1, first price, vectors.

    `sales` are the `first_sales` of each part of the log. What stands in `without` is zero, so that
    sizes stay as they are.
    """
    # The price of the first sale: at any later moment it is past.
    moments, prices = (np.array(column) for column in zip(*sales))
    price = np.take_along_axis(prices, moments.argmin(0)[None], axis=0)[0]
    hot = (category[:, None] == np.arange(categories)).astype(np.float32)
    centred = (price - price.mean()) / max(float(price.std()), 1e-9)
    parts = [hot * ("text" not in without), centred[:, None] * ("price" not in without)]
    if vectors is not None:
        parts.append(vectors * ("vectors" not in without))
    return np.concatenate(parts, axis=1).astype(np.float32)
