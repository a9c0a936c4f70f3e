"""The network of `settings` in this library, and the bare products that it cannot do without."""

from collections.abc import Callable
from functools import partial

import numpy as np

import attention as A
from attention.text import CausalLM

from .settings import Setting


def our_model(setting: Setting) -> CausalLM:
    sizes = setting.vocabulary, setting.length, setting.layers, setting.width, setting.heads
    return CausalLM(*sizes, rng=0)


def our_step(
    setting: Setting, ids: np.ndarray, targets: np.ndarray, workers: A.Workers
) -> Callable[[], float]:
    """-> a function that takes one whole step, as a training loop would, and returns the loss."""
    model = our_model(setting)
    optimizer = A.Adam(model.parameters(), 1e-3, betas=(0.9, 0.99), weight_decay=0.1)
    shards = [(rows,) for rows in np.array_split(np.arange(setting.batch), workers.count)]
    shares = [len(rows) / setting.batch for (rows,) in shards]

    def shard_loss(rows: np.ndarray) -> float:
        loss, saved = model.loss_forward(ids[rows], targets[rows])
        model.loss_backward(1.0, saved)
        return float(loss)

    def step() -> float:
        optimizer.zero_grad()
        loss = workers.add_gradients(optimizer.buffer, shard_loss, shards, shares)
        A.clip_grad_norm(optimizer.buffer, 1.0)
        optimizer.step(workers)
        return loss

    return step


def floor_step(setting: Setting, workers: A.Workers) -> Callable[[], None]:
    """-> a function that does all matrix products of one step, into memory that is there."""
    _, B, T, E, H, layers, V = setting
    rng = np.random.default_rng(0)
    N, D = B * T // workers.count, E // H
    heads = B * H // workers.count

    def products() -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        draw = partial(rng.standard_normal, dtype=np.float32)
        x = {width: draw((N, width)) for width in (E, 3 * E, 4 * E, V)}
        work = []
        for a, b in layers * [(E, 3 * E), (E, E), (E, 4 * E), (4 * E, E)] + [(E, V)]:
            w, out = draw((a, b)), np.empty((N, b), np.float32)
            work += [(x[a], w, out), (x[a].T, x[b], np.empty_like(w))]
            work += [(x[b], w.T, np.empty((N, a), np.float32))]
        q, weights = draw((heads, T, D)), draw((heads, T, T))
        k, turned = q.swapaxes(1, 2), weights.swapaxes(1, 2)
        square, slim = np.empty_like(weights), np.empty_like(q)
        work += 2 * layers * [(q, k, square)]  # scores; gradient of the weights
        work += 2 * layers * [(weights, q, slim), (turned, q, slim)]  # out, dq; dk, dv
        return work

    shards = [products() for _ in range(workers.count)]

    def multiply(shard: int) -> None:
        for a, b, out in shards[shard]:
            np.matmul(a, b, out=out)

    numbers = [(shard,) for shard in range(workers.count)]
    return lambda: workers.map(multiply, numbers) and None
