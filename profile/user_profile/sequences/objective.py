"""What one step computes: windows in, loss out, gradients added up on the way."""

from functools import cached_property
from typing import NamedTuple

import numpy as np

from attention.fast import sampled_softmax_forward, sampled_softmax_row_gradients
from attention.fast.linear_cross_entropy import (
    linear_cross_entropy_backward,
    linear_cross_entropy_forward,
)

from .clock import Clock
from .data import Histories, Windows, pad
from .model import SequenceModel
from .settings import Settings

_FORGET = 0.1  # the share of user features hidden in training, so that "not known" means something


class Share(NamedTuple):
    """What one worker does in one step."""

    windows: Windows
    weight: float  # one over the targets of the whole batch
    rng: np.random.Generator


class Objective:
    """The mean cross-entropy of every item of every window, given those before it."""

    def __init__(
        self, past: Histories, features: np.ndarray, unknown: np.ndarray, settings: Settings,
        counted: np.ndarray | None = None, clock: Clock | None = None,
    ) -> None:  # fmt: skip
        """`features` (U, K) codes of each user, `unknown` (K,) those of nobody; `counted` (V,) how
        often each item occurs, where `past` is not all."""
        self.past, self.features, self.unknown, self.settings = past, features, unknown, settings
        self.clock = clock
        self.counted = np.bincount(past.item) if counted is None else counted

    def compute(self, model: SequenceModel, share: Share | None) -> float:
        """This share of the batch's loss; the gradients of the model's parameters add up.

        None is a share of nothing.
        """
        if share is None:
            return 0.0
        windows, weight, rng = share
        bounds = zip(windows.start, windows.stop)
        items, lengths = pad([self.past.item[start:stop] for start, stop in bounds])
        read = np.arange(items.shape[1]) < lengths[:, None]
        read[:, 0] &= windows.first
        targets = items[read]
        if not len(targets):
            return 0.0
        known = self.features[windows.user]
        known = np.where(rng.random(known.shape) < _FORGET, self.unknown, known)
        moments = self._moments(windows, rng)
        hidden, saved = model.forward(items[:, :-1], known, moments, rng=rng)  # (B, T, E)
        loss, dread = self._softmax(model, hidden[read], targets, len(targets) * weight, rng)
        dhidden = np.zeros_like(hidden)
        dhidden[read] = dread
        model.backward(dhidden, saved)
        return loss * len(targets) * weight

    def _moments(self, windows: Windows, rng: np.random.Generator) -> np.ndarray | None:
        """When each item of each window comes, (B, T, 2), of some windows not known."""
        if self.clock is None or self.past.time is None:
            return None
        bounds = zip(windows.start, windows.stop)
        times, _ = pad([self.past.time[start:stop] for start, stop in bounds])
        return self.clock.codes(times, rng.random(len(times)) >= _FORGET)

    def _softmax(
        self,
        model: SequenceModel,
        hidden: np.ndarray,
        targets: np.ndarray,
        scale: float,
        rng: np.random.Generator,
    ) -> tuple[float, np.ndarray]:
        table, bias, dloss = model.item.table, model.bias, hidden.dtype.type(scale)
        inputs = hidden, table.data, bias.data, targets
        smoothing = self.settings.label_smoothing
        if self.settings.negatives:
            sample = self._sample(targets, len(bias.data), rng)
            loss, sampled = sampled_softmax_forward(*inputs, *sample, label_smoothing=smoothing)
            dhidden, few = sampled_softmax_row_gradients(dloss, sampled)
            table.accumulate(few.table, few.rows)
            bias.accumulate(few.bias, few.rows)
        else:
            loss, saved = linear_cross_entropy_forward(*inputs, label_smoothing=smoothing)
            dhidden, dtable, dbias = linear_cross_entropy_backward(dloss, saved)
            table.accumulate(dtable)
            bias.accumulate(dbias)
        return float(loss), dhidden

    def _sample(
        self, targets: np.ndarray, items: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Codes, ascending, of the targets and of items drawn at random, and log of the chance of
        each to be here. Yang et al. 2020, mixed negative sampling.
        """
        draws = self.settings.negatives or 0
        chosen = np.union1d(targets, rng.integers(items, size=draws))
        share = np.zeros(len(chosen))
        known = chosen < len(self._share)
        share[known] = np.minimum(self._share[chosen[known]], 0.99)
        missed = len(targets) * np.log1p(-share) + draws * np.log1p(-1 / items)
        return chosen, np.log(-np.expm1(missed))

    @cached_property
    def _share(self) -> np.ndarray:
        """The share of all interactions that each item has."""
        return self.counted / self.counted.sum()
