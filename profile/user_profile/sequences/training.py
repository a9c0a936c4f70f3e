"""Learning to expect the next item: what a step is, how long a run lasts, which weights are kept."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from attention import Adam, clip_grad_norm
from attention.training import batches_by_length

from ..errors import DataError
from ..metrics import leave_one_out_metrics
from ..sessions import Sessions
from ..split import Targets
from .data import Histories, Windows, draw_windows, histories, latest, pad
from .loss import linear_cross_entropy_backward, linear_cross_entropy_forward
from .model import SequenceModel, Sizes
from .replicas import Replicas, one_blas_thread

_QUESTIONS = 256  # users read at a time


@dataclass(frozen=True)
class Settings:
    """Everything that decides a run. 0 epochs, or a negative dropout: by the size of the log."""

    minutes: float = 30.0
    epochs: int = 0
    patience: int = 10
    lr: float = 2e-3
    warmup: int = 200
    weight_decay: float = 0.01
    max_norm: float = 1.0
    tokens: int = 4096
    dropout: float = 0.2
    label_smoothing: float = 0.0
    negatives: int = -1
    average: float = 1.0
    embed_dim: int = 64
    num_layers: int = 2
    num_heads: int = 2
    hidden_dim: int = 256
    max_length: int = 200
    positions: str = "rotary"
    workers: int = 2
    seed: int = 0
    recent_only: bool = False


def train(sessions, validation, settings, on_epoch=None):
    past = histories(sessions, validation)
    sizes = Sizes(
        len(sessions.events.items),
        0,
        settings.embed_dim,
        settings.num_layers,
        settings.num_heads,
        settings.hidden_dim,
        settings.max_length,
        settings.positions,
    )
    model = SequenceModel(sizes, dropout=settings.dropout, rng=settings.seed)
    opt = Adam(model.parameters(), lr=0.0, betas=(0.9, 0.98), weight_decay=settings.weight_decay)
    best, best_state, since = -1, None, 0
    ema = opt.buffer.data.copy()
    progress = 0.0
    step = 0
    epochs = settings.epochs
    start = time.perf_counter()
    with one_blas_thread(), Replicas(model, opt.buffer, settings.workers) as reps:
        for epoch in range(epochs):
            rng = np.random.default_rng([settings.seed, epoch])
            if settings.recent_only:
                w = latest(past, np.flatnonzero(past.lengths > 0), settings.max_length)
            else:
                w = draw_windows(past, settings.max_length, rng)
            batches = batches_by_length(w.lengths, settings.tokens, rng)
            decay = 1 - 1 / (settings.average * len(batches)) if settings.average else 0
            losses = []
            t0 = time.perf_counter()
            c0 = time.process_time()
            for i, batch in enumerate(batches):
                left = (epochs - epoch) * len(batches) - i
                progress += (1 - progress) / left
                opt.lr = (
                    settings.lr
                    * min(1, (step + 1) / settings.warmup)
                    * 0.5
                    * (1 + math.cos(math.pi * progress))
                )
                shares = [batch[k :: settings.workers] for k in range(settings.workers)]
                shares = [s for s in shares if len(s)]
                count = w.lengths[batch].sum()
                opt.zero_grad()

                def compute(m, job):
                    rows, r = job
                    items, lengths = pad([past.item[w.start[j] : w.stop[j]] for j in rows])
                    hidden, saved = m.forward(items[:, :-1], rng=r)
                    valid = np.arange(hidden.shape[1]) < lengths[:, None]
                    valid[:, 0] &= w.first[rows]
                    if not valid.any():
                        return 0.0
                    loss, ls = linear_cross_entropy_forward(
                        hidden[valid],
                        m.item.table.data,
                        m.bias.data,
                        items[valid],
                        label_smoothing=settings.label_smoothing,
                    )
                    dh, dt, db = linear_cross_entropy_backward(np.float32(valid.sum() / count), ls)
                    m.item.table.accumulate(dt)
                    m.bias.accumulate(db)
                    dhidden = np.zeros_like(hidden)
                    dhidden[valid] = dh
                    m.backward(dhidden, saved)
                    return float(loss) * valid.sum() / count

                losses.append(
                    sum(
                        reps.add_gradients(
                            compute,
                            [
                                (s, np.random.default_rng([settings.seed, step, k]))
                                for k, s in enumerate(shares)
                            ],
                        )
                    )
                )
                clip_grad_norm(opt.buffer.parameters, settings.max_norm)
                opt.step()
                step += 1
                d = min(decay, (1 + step) / (10 + step))
                ema += (1 - d) * (opt.buffer.data - ema)
            keep = opt.buffer.data.copy()
            t1 = time.perf_counter()
            c1 = time.process_time()
            raw = validate(model, past, validation)["ndcg@10"].mean()
            opt.buffer.data[:] = ema
            m = validate(model, past, validation)
            v = m["ndcg@10"].mean()
            if v > best:
                best, best_state, since, bm = v, ema.copy(), 0, m
            else:
                since += 1
            opt.buffer.data[:] = keep
            print(
                f"{epoch + 1:3} lr {opt.lr:.5f} loss {np.mean(losses):.4f} raw {raw:.4f} ema {v:.4f} hit {m['hit@10'].mean():.4f} mrr {m['mrr'].mean():.4f} {t1 - t0:.1f}s cpu {c1 - c0:.1f} {len(batches)} steps",
                flush=True,
            )
            if since >= settings.patience:
                break
    opt.buffer.data[:] = best_state
    return model, bm


def validate(model, past, targets):
    out = {}
    for a in range(0, len(targets), _QUESTIONS):
        users = targets.user[a : a + _QUESTIONS]
        w = latest(past, users, model.sizes.max_length)
        items, lengths = pad([past.item[s:e] for s, e in zip(w.start, w.stop)])
        scores = model.scores(model.read(items, lengths))
        right = targets.item[targets.offsets[a : a + len(users)]]
        kept = scores[np.arange(len(users)), right]
        for r, u in enumerate(users):
            scores[r, past.of(u)] = -np.inf
        new = [i not in past.of(u) for i, u in zip(right, users)]
        scores[np.arange(len(users)), right] = np.where(new, kept, -np.inf)
        for n, x in leave_one_out_metrics(scores, right).items():
            out.setdefault(n, []).append(x)
    return {n: np.concatenate(x) for n, x in out.items()}
