"""What the codes of a model stand for, and what scales its features: saved with the model."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from . import context as context_features
from . import past_items as pair_features
from . import season as season_features
from .labels import Thresholds
from .scaling import Scaling
from .year_before import NO_MISSES, Misses

PLACES, GAPS = 12, 16
HINT, AGE, HELD = 1, 3, 2  # widths of what `_hint`, `_age` and `_held` make


@dataclass(frozen=True)
class FeatureSpec:
    """What the codes of a model stand for, and the constants its features are scaled by."""

    items: tuple[str, ...]
    kinds: tuple[str, ...]
    category: np.ndarray  # (I,) code into category_names
    category_names: tuple[str, ...]
    side: dict[str, tuple[str, ...]]  # side features and their values
    thresholds: Thresholds
    context: Scaling
    outlook: Scaling
    pair: Scaling
    season: Scaling
    item_side: np.ndarray  # (I, K) float32
    buying: np.ndarray  # (4,) r, α, a, b of BG/NBD; empty where they are not used
    misses: Misses = NO_MISSES  # of returns, by date; none where they are not used
    without: tuple[str, ...] = ()  # of item_side.PARTS, what the model does without


def widths(spec: FeatureSpec) -> dict[str, int]:
    """The widths of features and tables, by the names of `Sizes`."""
    return {
        "items": len(spec.items),
        "categories": len(spec.category_names),
        "kinds": len(spec.kinds),
        "item_side": spec.item_side.shape[1],
        "context": len(context_features.NAMES),
        "outlook": len(context_features.OUTLOOK_NAMES),
        "hint": HINT,
        "age": AGE,
        "held": HELD,
        "pair": len(pair_features.NAMES),
        "season": len(season_features.NAMES),
        "places": PLACES,
        "gaps": GAPS,
    }


def side_codes(
    known: Mapping[str, tuple[str, ...]], given: Mapping[str, tuple[str, ...]], users: int
) -> np.ndarray:
    """Codes (U, J); a value that training did not meet is the last code."""
    columns = []
    for name, values in known.items():
        code_of = {value: code for code, value in enumerate(values)}
        column = given.get(name, ("",) * users)
        columns.append([code_of.get(value, len(values)) for value in column])
    return np.array(columns, np.int64).reshape(len(known), users).T
