"""The coming 90 days from a moment on: will the customer return, cancel, and how much spend?"""

from typing import Any, NamedTuple

import numpy as np

from attention import Layer, Linear
from attention.ops import relu_backward, relu_forward

SPEND_BANDS = ("nothing", "low", "medium", "high")
_WIDTHS = (2, 2, len(SPEND_BANDS))


class Outlook(NamedTuple):
    """Logits of each answer."""

    returned: np.ndarray  # (m, 2)
    cancelled: np.ndarray  # (m, 2)
    spend: np.ndarray  # (m, 4)


class OutlookSaved(NamedTuple):
    hidden: Any
    relu: Any
    out: Any
    width: int


class OutlookHead(Layer):
    """One hidden layer on state and context, three answers."""

    def __init__(
        self,
        embed_dim: int,
        context_dim: int,
        hidden_dim: int = 32,
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ) -> None:
        rng = np.random.default_rng(rng)
        self.hidden = Linear(embed_dim + context_dim, hidden_dim, rng=rng, dtype=dtype)
        self.out = Linear(hidden_dim, sum(_WIDTHS), rng=rng, dtype=dtype)

    def forward(self, state: np.ndarray, context: np.ndarray) -> tuple[Outlook, OutlookSaved]:
        """state (m, E), context (m, G) -> logits of the three answers."""
        hidden, saved_hidden = self.hidden.forward(np.concatenate([state, context], axis=1))
        bent, saved_relu = relu_forward(hidden)
        logits, saved_out = self.out.forward(bent)
        answers = Outlook(*np.split(logits, np.cumsum(_WIDTHS)[:-1], axis=1))
        return answers, OutlookSaved(saved_hidden, saved_relu, saved_out, state.shape[1])

    def backward(self, dout: Outlook, saved: OutlookSaved) -> np.ndarray:
        """dout, a gradient for each answer -> dstate (m, E)."""
        dbent = self.out.backward(np.concatenate(dout, axis=1), saved.out)
        dboth = self.hidden.backward(relu_backward(dbent, saved.relu), saved.hidden)
        return dboth[:, : saved.width]
