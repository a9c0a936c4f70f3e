"""Private training: every step is a noisy mean of clipped gradients of a sample of customers.

**Covered.** The parameters, at every step, for adding or removing one customer with their whole
history: (ε, δ) by `accountant`. Early stopping would look at data too, so the number of epochs is
fixed, the last parameters are kept, and no loss is reported.

**Not covered**: what is computed from everybody's log before the first step, and treated as public:
the catalogue with its prices and categories, the daily sales per item that the season's features
read, the means and spreads of features, the thresholds of levels and bands, and the number of
customers. So is the choice of settings, if it was made by looking at results on the same data. And
a profile shown of a customer is made from that customer's own log: the guarantee is about what the
*model* tells of others.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import numpy as np

from attention import Adam, warmup_cosine
from attention.training.settings import setting

from ..features.batch import Batch
from ..features.featurizer import Featurizer
from ..features.history import read_history
from ..features.moments import training_moments
from ..features.spec import FeatureSpec
from ..log.categories import Categories
from ..log.events import CANCELLATION
from ..log.sessions import Sessions
from ..log.split import Split
from ..model.decisions import OUTLOOK, Decisions
from ..model.loss import Loss
from ..model.settings import Settings
from ..model.trained import Trained, new_model
from ..training.augment import augment
from ..training.facts import SpecOptions
from ..training.questions import fit_spec, training_batches, training_targets
from .accountant import Spent, epsilon_spent
from .alone import split_customers
from .clipping import customer_gradients, noisy_mean, sample_customers


@dataclass(frozen=True)
class Privacy:
    """What decides the guarantee, together with the number of epochs if `steps` is None.

    `noise_seed` None draws sampling, noise and dropout from the operating system's entropy. A
    seed repeats a run, and whoever knows it can subtract the noise: for study on public data.
    """

    noise_multiplier: float = setting(1.0, "deviation of the noise over the clip")
    clip: float = setting(1.0, "of a customer's gradient, its L2 norm")
    sample_rate: float = setting(0.1, "chance of a customer to take part in a step")
    steps: int | None = setting(None, "default: epochs / sample rate")
    delta: float | None = setting(None, "default: 1 / (10 · customers)")
    noise_seed: int | None = setting(
        None, "repeatable noise, for study: who knows it can subtract it"
    )

    def __post_init__(self) -> None:
        """Raises ValueError for what would give no guarantee or no training."""
        if not 0 <= self.noise_multiplier < math.inf:
            raise ValueError(f"noise_multiplier must be 0 or more, not {self.noise_multiplier}.")
        if not 0 < self.clip < math.inf:
            raise ValueError(f"clip must be positive, not {self.clip}.")
        if not 0 < self.sample_rate <= 1:
            raise ValueError(f"sample_rate must be above 0 and at most 1, not {self.sample_rate}.")
        if self.steps is not None and self.steps < 1:
            raise ValueError(f"steps must be 1 or more, not {self.steps}.")
        if self.delta is not None and not 0 < self.delta < 1:
            raise ValueError(f"delta must be between 0 and 1, not {self.delta}.")

    def total_steps(self, epochs: int) -> int:
        return max(1, round(epochs / self.sample_rate)) if self.steps is None else self.steps

    def spent(self, steps: int, customers: int) -> Spent:
        """(ε, δ) after `steps`. Raises ValueError as `delta_of`."""
        return epsilon_spent(
            self.noise_multiplier, self.sample_rate, steps, self.delta_of(customers)
        )

    def delta_of(self, customers: int) -> float:
        """δ. Raises ValueError from 1 / customers on: giving one away whole would be allowed."""
        delta = 1 / (10 * customers) if self.delta is None else self.delta
        if delta >= 1 / customers:
            raise ValueError(
                f"delta must be below 1 / {customers:,}, the customers, not {delta:g}: it "
                "would let one of them be given away whole."
            )
        return delta


class Customers(NamedTuple):
    """What private training reads: public constants, and one batch a customer."""

    spec: FeatureSpec
    batches: list[Batch]


def read_customers(
    sessions: Sessions,
    split: Split,
    categories: Categories,
    settings: Settings,
    options: SpecOptions = SpecOptions(),  # noqa: B008 (immutable)
) -> Customers:
    """From the sessions of `split.train`. Everything that is treated as public is made here."""
    history = read_history(sessions)
    side = dict(sessions.events.user_features)
    targets = training_targets(history, split.train, settings.most_per_customer)
    spec = fit_spec(history, targets, categories, side, options, with_buying=False)
    featurizer, moments = Featurizer(history, spec, side), training_moments(history)
    together = training_batches(featurizer, targets, settings, moments)
    return Customers(spec, list(chain.from_iterable(map(split_customers, together))))


def train_private(
    customers: Customers,
    settings: Settings,
    privacy: Privacy,
    *,
    on_step: Callable[[int, int], None] | None = None,
) -> Trained:
    """Train for a fixed number of steps; the log of the result holds what they have cost.

    `patience` and `max_norm` of the settings have no part in it. `on_step` is told the step
    and of how many. Raises FloatingPointError if a gradient is not finite.
    """
    spec, batches = customers
    privacy.delta_of(len(batches))  # fails now rather than after the training
    model = new_model(spec, settings)
    loss = Loss(model)
    optimizer = Adam(loss.parameters(), settings.lr, weight_decay=settings.weight_decay)
    buffer = optimizer.buffer
    # All that is random after the first parameters is secret, dropout too: were its masks known,
    # one customer more would shift those of the others.
    secret = np.random.default_rng(privacy.noise_seed)
    chances = {name: getattr(settings, name) for name in ("mask", "reorder", "crop")}
    count, total = len(batches), privacy.total_steps(settings.epochs)
    begin = time.perf_counter()
    for step in range(1, total + 1):
        chosen = sample_customers(count, privacy.sample_rate, secret)
        taking_part = (augment(batches[i], secret, **chances) for i in chosen)
        buffer.grad[:] = noisy_mean(
            customer_gradients(loss, buffer, taking_part, secret),
            buffer.grad.size,
            clip=privacy.clip,
            noise_multiplier=privacy.noise_multiplier,
            divisor=privacy.sample_rate * count,
            rng=secret,
        )
        optimizer.lr = warmup_cosine(step, int(settings.warmup * total), total, settings.lr)
        optimizer.step()
        if on_step is not None:
            on_step(step, total)
    spent = privacy.spent(total, count)
    cost = {
        "epsilon": spent.epsilon,
        "delta": spent.delta,
        "noise_multiplier": privacy.noise_multiplier,
        "clip": privacy.clip,
        "sample_rate": privacy.sample_rate,
        "steps": total,
        "customers": count,
        "seconds": time.perf_counter() - begin,
    }
    # By the feature spec alone, which is public: what came true is not.
    taught = [x for x in OUTLOOK if x != "cancelled" or CANCELLATION in spec.kinds]
    return Trained(model, spec, settings, Decisions(taught=tuple(taught)), [cost])


def guarantee(trained: Trained) -> str | None:
    """What a model's training promises, in a sentence; None if it was not private."""
    if not trained.log or "epsilon" not in trained.log[-1]:
        return None
    last = trained.log[-1]
    how = (
        f"noise multiplier {last['noise_multiplier']:g}, clip {last['clip']:g}, sample rate "
        f"{last['sample_rate']:g}, {last['steps']:.0f} steps, {last['customers']:,.0f} customers"
    )
    if math.isinf(last["epsilon"]):
        return f"no privacy guarantee: there was no noise ({how})"
    return (
        f"({last['epsilon']:.2f}, {last['delta']:.1e})-differentially private for adding or "
        f"removing one customer ({how}); what is treated as public: docs/privacy.md"
    )
