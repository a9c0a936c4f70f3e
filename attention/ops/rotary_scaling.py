"""How rotary frequencies are changed to read longer than was trained.

"linear": all positions closer together (Chen et al. 2023, Position Interpolation). "ntk": a larger
base, so that the fastest pair keeps its pace and the slowest is slowed by the whole factor (bloc97
2023; YaRN, equation 16). "llama3": only the slow pairs, with a passage between (Llama 3.1's rule).
"yarn": the same by the number of turns within the trained length, and larger queries and keys (Peng
et al. 2023, arXiv:2309.00071, sections 3.2 to 3.4).
"""

import math
from typing import Literal, NamedTuple

import numpy as np


class RotaryScaling(NamedTuple):
    """`original_length` is the length trained on; `low` and `high` bound the passage, in turns.

    Pairs that turn less than `low` times within it are slowed by `factor`, those that turn more
    than `high` times are left alone. "linear" and "ntk" need `factor` only. `amplitude`
    multiplies both q and k; by default 1, for YaRN 1 + ln(factor) / 10.
    """

    kind: Literal["linear", "ntk", "llama3", "yarn"]
    factor: float
    original_length: int = 0
    low: float = 1.0
    high: float = 32.0
    amplitude: float | None = None


def slowed_frequencies(
    frequencies: np.ndarray, D: int, base: float, scaling: RotaryScaling
) -> tuple[np.ndarray, float]:
    """(D/2,) -> (D/2,), and the amplitude. Raises ValueError for a bad rule."""
    kind, factor, length, low, high, amplitude = scaling
    if kind not in ("linear", "ntk", "llama3", "yarn"):
        raise ValueError(f'scaling must be "linear", "ntk", "llama3" or "yarn", got {kind!r}')
    by_length = kind in ("llama3", "yarn")
    if not factor > 0 or (by_length and not (length > 0 and 0 < low < high)):
        raise ValueError(
            f"scaling needs factor > 0, and for llama3 and yarn original_length > 0 and "
            f"0 < low < high, got {tuple(scaling)}"
        )
    slowed = frequencies / factor
    if kind == "linear":
        return slowed, amplitude or 1.0
    if kind == "ntk":  # base · factor^(D / (D − 2)), whose last frequency is the slowed one
        return frequencies * factor ** (-np.arange(0, D, 2) / max(D - 2, 1)), amplitude or 1.0
    if kind == "llama3":
        turns = length * frequencies / (2 * math.pi)
        kept = np.clip((turns - low) / (high - low), 0, 1)  # (D/2,)
        amplitude = amplitude or 1.0
    else:
        kept = _yarn_kept(D, base, length, low, high)
        amplitude = amplitude or (0.1 * math.log(factor) + 1 if factor > 1 else 1.0)
    return slowed * (1 - kept) + frequencies * kept, amplitude


def _yarn_kept(D: int, base: float, length: int, low: float, high: float) -> np.ndarray:
    """(D/2,): 1 where a pair is left alone, falling to 0; the passage is linear in the pair."""

    def pair_of(turns: float) -> float:
        return D * math.log(length / (turns * 2 * math.pi)) / (2 * math.log(base))

    first = max(math.floor(pair_of(high)), 0)
    last = min(math.ceil(pair_of(low)), D - 1)
    last_apart = last + 0.001 if first == last else last
    return 1 - np.clip((np.arange(D // 2) - first) / (last_apart - first), 0, 1)
