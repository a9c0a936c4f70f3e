"""The whole network, forward and backward: one batch of customers to the answers of every head."""

from typing import Any, NamedTuple

import numpy as np

from attention import Layer
from attention.ops import sum_by_id

from ..features.batch import Batch, held_by_questions
from .behaviours import BehaviourEmbedding, BehaviourSaved
from .customers import CustomerEncoder, CustomerSaved
from .interests import InterestDecoder, InterestSaved
from .next_purchase import NextPurchase, NextPurchaseSaved
from .outlook import Outlook, OutlookHead, OutlookSaved
from .sessions import SessionEncoder, SessionSaved
from .sizes import Sizes


class Outputs(NamedTuple):
    """Logits; also the form of their gradients."""

    items: np.ndarray  # (q, I)
    levels: np.ndarray  # (q, C, 3)
    outlook: Outlook  # of m moments


class HeadsSaved(NamedTuple):
    states_shape: tuple[int, int, int]  # (u, 1 + T, E)
    question_row: np.ndarray  # (q,) row of states.reshape(-1, E) that each question reads
    moment_row: np.ndarray  # (m,) the same of each moment
    customer: np.ndarray  # (q,)
    next_purchase: NextPurchaseSaved
    interests: InterestSaved
    outlook: OutlookSaved


class ModelSaved(NamedTuple):
    behaviours: BehaviourSaved
    sessions: SessionSaved
    customers: CustomerSaved
    heads: HeadsSaved


class ProfileModel(Layer):
    """Behaviours → sessions → states → next purchases, interest levels, outlook."""

    def __init__(self, sizes: Sizes, *, rng: Any = None, dtype: Any = np.float32) -> None:
        rng = np.random.default_rng(rng)
        E, heads = sizes.embed_dim, sizes.num_heads
        common: dict[str, Any] = {"dropout": sizes.dropout, "rng": rng, "dtype": dtype}
        self.behaviours = BehaviourEmbedding(
            sizes.items,
            sizes.item_side,
            sizes.kinds,
            E,
            places=sizes.places,
            gaps=sizes.gaps,
            **common,
        )
        self.sessions = SessionEncoder(sizes.session_layers, E, heads, **common)
        self.customers = CustomerEncoder(
            sizes.customer_layers, E, heads, side_sizes=sizes.side, **common
        )
        self.interests = InterestDecoder(sizes, rng=rng, dtype=dtype)
        self.next_purchase = NextPurchase(
            sizes.items, E, sizes.context, sizes.pair, sizes.season, **common
        )
        self.outlook = OutlookHead(E, sizes.outlook, rng=rng, dtype=dtype)

    def encode(
        self, batch: Batch, *, rng: Any = None
    ) -> tuple[np.ndarray, tuple[BehaviourSaved, SessionSaved, CustomerSaved]]:
        """-> states (u, 1 + T, E) of all customers of the batch."""
        x, saved1 = self.behaviours.forward(batch.behaviours, rng=rng)
        sessions, saved2 = self.sessions.forward(x, batch.groups, rng=rng)
        states, saved3 = self.customers.forward(
            sessions, batch.sequence, batch.real, batch.side, rng=rng
        )
        return states, (saved1, saved2, saved3)

    def answer(
        self, states: np.ndarray, batch: Batch, *, rng: Any = None
    ) -> tuple[Outputs, HeadsSaved]:
        """What every head says of states (u, 1 + T, E), fresh from `encode` or kept from before."""
        _, places, E = states.shape
        flat = states.reshape(-1, E)
        question, moment = batch.question, batch.moment
        question_row = question.customer * places + question.known
        moment_row = moment.customer * places + moment.known
        scores, saved_next = self.next_purchase.forward(
            flat[question_row], question, batch.season[question.day], self._item_vectors(), rng=rng
        )
        levels, saved_interests = self._levels(states, batch, rng)
        outlook, saved_outlook = self.outlook.forward(flat[moment_row], moment.context)
        saved = HeadsSaved(
            states.shape,
            question_row,
            moment_row,
            question.customer,
            saved_next,
            saved_interests,
            saved_outlook,
        )
        return Outputs(scores, levels, outlook), saved

    def evidence(self, batch: Batch, saved: HeadsSaved) -> np.ndarray:
        """What each session added to each interest of each question, (q, C, 1 + T)."""
        return self.interests.contributions(saved.interests, held_by_questions(batch))

    def answer_backward(self, dout: Outputs, saved: HeadsSaved) -> np.ndarray:
        """Gradients of the logits -> dstates (u, 1 + T, E)."""
        E = saved.states_shape[2]
        dstates = np.zeros(saved.states_shape, dout.items.dtype)
        dflat = dstates.reshape(-1, E)
        dmoment = self.outlook.backward(dout.outlook, saved.outlook)
        _add_rows(dflat, saved.moment_row, dmoment)
        dmemory = self.interests.backward(dout.levels, saved.interests)
        _add_rows(dstates.reshape(len(dstates), -1), saved.customer, _flat_rows(dmemory))
        dstate, ditems = self.next_purchase.backward(dout.items, saved.next_purchase)
        self.behaviours.item.table.accumulate(ditems, slice(0, -1))
        _add_rows(dflat, saved.question_row, dstate)
        return dstates

    def forward(self, batch: Batch, *, rng: Any = None) -> tuple[Outputs, ModelSaved]:
        """A batch -> logits of every head. Dropout acts if an `rng` is given."""
        rng = None if rng is None else np.random.default_rng(rng)
        states, saved_encoders = self.encode(batch, rng=rng)
        outputs, saved_heads = self.answer(states, batch, rng=rng)
        return outputs, ModelSaved(*saved_encoders, saved_heads)

    def backward(self, dout: Outputs, saved: ModelSaved) -> None:
        """Gradients of the logits -> None: what the log says has no gradient."""
        dstates = self.answer_backward(dout, saved.heads)
        dsessions = self.customers.backward(dstates, saved.customers)
        dx = self.sessions.backward(dsessions, saved.sessions)
        self.behaviours.backward(dx, saved.behaviours)

    def score_items(self, batch: Batch, states: np.ndarray) -> np.ndarray:
        """Inference of the next-purchase head alone, from what `encode` gave -> (q, I)."""
        question = batch.question
        state = states[question.customer, question.known]
        days = np.unique(question.day)  # of one day, all share its table
        season = batch.season[days if len(days) == 1 else question.day]
        return self.next_purchase.forward(state, question, season, self._item_vectors())[0]

    def say_levels(self, batch: Batch, states: np.ndarray) -> np.ndarray:
        """Inference of the interests alone, from what `encode` gave -> (q, C, 3)."""
        return self._levels(states, batch)[0]

    def _levels(
        self, states: np.ndarray, batch: Batch, rng: Any = None
    ) -> tuple[np.ndarray, InterestSaved]:
        question = batch.question
        return self.interests.forward(
            question.hint,
            question.context,
            states[question.customer],
            question.age,
            held_by_questions(batch),
            np.arange(states.shape[1]) <= question.known[:, None],  # (q, 1 + T)
            rng=rng,
        )

    def _item_vectors(self) -> np.ndarray:
        """The embeddings of the known items, shared with the input, (I, E)."""
        return self.behaviours.item.table.data[:-1]


def _flat_rows(x: np.ndarray) -> np.ndarray:
    return x.reshape(len(x), -1)


def _add_rows(total: np.ndarray, rows: np.ndarray, values: np.ndarray) -> None:
    """total[rows] += values, where a row may be met several times."""
    distinct, sums = sum_by_id(rows, values)
    total[distinct] += sums
