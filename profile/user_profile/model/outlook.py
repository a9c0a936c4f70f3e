"""The coming 90 days from a moment on: will the customer return, cancel, and how much spend?

The answers are linear in the customer's state and context: on little data nothing bent was found
to do better, and what is linear has one best fit. Spend is asked of those who return, so that
"nothing" is as likely as no return.
"""

from typing import Any, NamedTuple

import numpy as np

from attention import Layer, Linear, softmax
from attention.ops import LinearSaved

SPEND_BANDS = ("nothing", "low", "medium", "high")
WIDTHS = (2, 2, len(SPEND_BANDS) - 1, 1)


class Outlook(NamedTuple):
    """Logits of each answer, and the amount."""

    returned: np.ndarray  # (m, 2)
    cancelled: np.ndarray  # (m, 2)
    spend: np.ndarray  # (m, 3), bands low to high of who returns
    amount: np.ndarray  # (m, 1), expected log of the spend of who returns


class Chances(NamedTuple):
    """The answers as chances."""

    returned: np.ndarray  # (m,)
    cancelled: np.ndarray  # (m,)
    spend: np.ndarray  # (m, 4), of SPEND_BANDS
    expected_log: np.ndarray  # (m,), of the spend of who returns


def as_chances(answers: Outlook) -> Chances:
    """Spend "nothing" is as likely as no return; the other bands share the rest."""
    stays_away, returned = softmax(answers.returned).T
    bands = softmax(answers.spend) * returned[:, None]
    spend = np.concatenate([stays_away[:, None], bands], axis=1)
    return Chances(returned, softmax(answers.cancelled)[:, 1], spend, answers.amount[:, 0])


class OutlookSaved(NamedTuple):
    out: LinearSaved
    width: int


class OutlookHead(Layer):
    """One linear map of state and context to all answers."""

    def __init__(
        self, embed_dim: int, context_dim: int, *, rng: Any = None, dtype: Any = np.float32
    ) -> None:
        self.out = Linear(embed_dim + context_dim, sum(WIDTHS), rng=rng, dtype=dtype)

    def forward(self, state: np.ndarray, context: np.ndarray) -> tuple[Outlook, OutlookSaved]:
        """state (m, E), context (m, G) -> the answers."""
        logits, saved_out = self.out.forward(np.concatenate([state, context], axis=1))
        answers = Outlook(*np.split(logits, np.cumsum(WIDTHS)[:-1], axis=1))
        return answers, OutlookSaved(saved_out, state.shape[1])

    def backward(self, dout: Outlook, saved: OutlookSaved) -> np.ndarray:
        """dout, a gradient for each answer -> dstate (m, E)."""
        return self.out.backward(np.concatenate(dout, axis=1), saved.out)[:, : saved.width]
