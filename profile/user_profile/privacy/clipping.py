"""One customer's gradient at a time: clipped, summed, noised once, divided by a public number.

Abadi et al. 2016, "Deep learning with differential privacy", algorithm 1, with a whole customer as
the unit: all of a customer's questions make one loss, so one gradient, and removing a customer
moves the sum by at most the clip. The workbook's ex25 asks for the same on a plain matrix.
"""

import math
from collections.abc import Iterable, Iterator

import numpy as np

from attention.layers.parameter import ParameterBuffer

from ..features.batch import Batch
from ..model.loss import Loss


def sample_customers(customers: int, rate: float, rng: np.random.Generator) -> np.ndarray:
    """Codes of a Poisson sample: each customer takes part with probability `rate` on their own.

    The accountant's formula is for this sampling; batches of a fixed size would need another.
    """
    return np.flatnonzero(rng.random(customers) < rate)


def customer_gradients(
    loss: Loss, buffer: ParameterBuffer, batches: Iterable[Batch], rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """The gradient (N,) of each batch's loss; a batch must be all of one customer and no other.

    Yields the buffer's own array, overwritten by the next.
    """
    for batch in batches:
        if len(batch.users) != 1:
            raise ValueError(
                f"a batch of {len(batch.users)} customers has no gradient of one customer; "
                "make batches of one"
            )
        buffer.zero_grad()
        _, saved = loss.forward(batch, rng=rng)
        loss.backward(1.0, saved)
        yield buffer.grad


def noisy_mean(
    gradients: Iterable[np.ndarray],
    size: int,
    *,
    clip: float,
    noise_multiplier: float,
    divisor: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """(Σ clipped + N(0, (noise_multiplier · clip)²)) / divisor, float64 (N,), N = `size`.

    `divisor` must be public: the expected number of customers, not the number that came, which
    one customer changes. With no gradient at all the answer is noise alone. Raises
    FloatingPointError for a gradient that is not finite.
    """
    total = np.zeros(size)
    for gradient in gradients:
        norm = float(np.linalg.norm(gradient.astype(np.float64)))
        if not math.isfinite(norm):
            raise FloatingPointError(
                f"the norm of a customer's gradient is {norm}; lower the learning rate"
            )
        total += gradient * min(1.0, clip / max(norm, clip))
    return (total + noise_multiplier * clip * rng.standard_normal(size)) / divisor
