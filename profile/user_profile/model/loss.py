"""What training makes small: how unlikely the model found what came true, over all heads."""

from typing import Any, NamedTuple

import numpy as np

from attention import Layer
from attention.ops import (
    CrossEntropySaved,
    LogSoftmaxSaved,
    cross_entropy_backward,
    cross_entropy_forward,
    log_softmax_backward,
    log_softmax_forward,
)

from ..features.batch import Batch
from .outlook import Outlook
from .profile_model import ModelSaved, Outputs, ProfileModel

POWER = 0.5
# The ranking is what a run is judged by; the other heads must not cost it anything.
WEIGHTS = {"items": 1.0, "levels": 0.5, "outlook": 0.2}


class BasketSaved(NamedTuple):
    log_softmax: LogSoftmaxSaved
    question: np.ndarray  # (t,)
    item: np.ndarray  # (t,)
    share: np.ndarray  # (t,), of each target in its question's loss
    power: float


def basket_cross_entropy_forward(
    scores: np.ndarray, question: np.ndarray, item: np.ndarray, power: float = POWER
) -> tuple[np.floating, BasketSaved]:
    """scores (q, I); targets (t,), each question having some -> loss, a scalar.

    −log of the power mean of the targets' probabilities, (mean pᵃ)^(1/a) with a = `power`,
    averaged over questions. a → 0 is cross-entropy with the mass spread evenly; a = 1 asks that
    some target be likely, no matter which. A ranking is judged by its top, so between the two is
    best: targets within reach count more.
    """
    log_p, saved = log_softmax_forward(scores)
    Q = len(scores)
    weight = 1 / np.bincount(question, minlength=Q)[question]
    raised = power * log_p[question, item]
    top = np.full(Q, -np.inf, scores.dtype)
    np.maximum.at(top, question, raised)
    mass = np.exp(np.maximum(raised - top[question], -80)) * weight.astype(scores.dtype)
    total = np.bincount(question, mass, Q).astype(scores.dtype)
    loss = -(np.log(total) + top).mean() / power
    share = mass / total[question]
    return loss, BasketSaved(saved, question, item, share.astype(scores.dtype), power)


def basket_cross_entropy_backward(dloss: Any, saved: BasketSaved) -> np.ndarray:
    """dloss, a scalar -> dscores (q, I)."""
    dlog_p = np.zeros_like(saved.log_softmax.log_y)
    dlog_p[saved.question, saved.item] = -saved.share * (dloss / len(dlog_p))
    return log_softmax_backward(dlog_p, saved.log_softmax)


class LossSaved(NamedTuple):
    model: ModelSaved
    basket: BasketSaved | None
    levels: CrossEntropySaved
    outlook: tuple[CrossEntropySaved, ...]  # of each answer
    shape: tuple[int, int]  # (q, I)
    moments: int


class Loss(Layer):
    """The weighted sum of the losses of all heads; the model is its only part."""

    def __init__(self, model: ProfileModel) -> None:
        self.model = model

    def forward(self, batch: Batch, *, rng: Any = None) -> tuple[np.floating, LossSaved]:
        """A batch with labels -> loss, a scalar."""
        outputs, saved_model = self.model.forward(batch, rng=rng)
        labels = batch.labels
        total = outputs.items.dtype.type(0)
        saved_basket = None
        if len(labels.item):
            loss, saved_basket = basket_cross_entropy_forward(
                outputs.items, labels.question, labels.item
            )
            total += loss * WEIGHTS["items"]
        loss, saved_levels = cross_entropy_forward(outputs.levels, labels.levels, ignore_index=-1)
        total += loss * WEIGHTS["levels"]
        saved_outlook = []
        answers = (labels.returned, labels.cancelled, labels.spend)
        for logits, answer in zip(outputs.outlook[:3], answers, strict=True):
            loss, saved = cross_entropy_forward(logits, answer, ignore_index=-1)
            total += loss * WEIGHTS["outlook"]
            saved_outlook.append(saved)
        shape = outputs.items.shape
        return total, LossSaved(
            saved_model, saved_basket, saved_levels, tuple(saved_outlook), shape, len(labels.spend)
        )

    def backward(self, dloss: Any, saved: LossSaved) -> None:
        """dloss, a scalar -> None; gradients add up in the model's parameters."""
        dlevels = cross_entropy_backward(dloss * WEIGHTS["levels"], saved.levels)
        returned, cancelled, spend = (
            cross_entropy_backward(dloss * WEIGHTS["outlook"], part) for part in saved.outlook
        )
        amount = np.zeros((saved.moments, 1), dlevels.dtype)  # it is fitted apart
        doutlook = Outlook(returned, cancelled, spend, amount)
        if saved.basket is None:
            ditems = np.zeros(saved.shape, dlevels.dtype)
        else:
            ditems = basket_cross_entropy_backward(dloss * WEIGHTS["items"], saved.basket)
        self.model.backward(Outputs(ditems, dlevels, doutlook), saved.model)
