"""How much more an audience holds than as many customers drawn at random: gain and lift."""

from typing import Any, NamedTuple

import numpy as np

SHARES = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)


class Lift(NamedTuple):
    """Of the first ``share`` of customers, the best scored first, D points."""

    share: np.ndarray  # (D,) of all customers
    customers: np.ndarray  # (D,) how many that is
    precision: np.ndarray  # (D,) buyers among them
    reached: np.ndarray  # (D,) of all buyers, those among them: the gain
    lift: np.ndarray  # (D,) precision, times that of all

    def rows(self) -> list[dict[str, Any]]:
        """Plain values, for a table, a CSV file, JSON or a picture."""
        return [
            {
                "share": round(share, 4),
                "customers": customers,
                "precision": round(precision, 4),
                "reached": round(reached, 4),
                "lift": round(lift, 3),
            }
            for share, customers, precision, reached, lift in zip(*(c.tolist() for c in self))
        ]


def lift_curve(score: np.ndarray, buys: np.ndarray, shares: tuple[float, ...] = SHARES) -> Lift:
    """Customers (U,) in the order of ``score``; ``buys`` (U,) is what came true, or its chance.

    With chances the curve is the expected one.
    """
    share = np.array(shares)
    found = np.cumsum(buys[np.argsort(-score, kind="stable")], dtype=np.float64)
    customers = np.maximum(1, np.rint(share * len(score))).astype(np.int64)
    among = found[customers - 1]
    total = max(float(found[-1]), 1e-12)
    precision = among / customers
    return Lift(share, customers, precision, among / total, precision * len(score) / total)
