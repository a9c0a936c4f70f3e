"""Learning a model from a log: what is asked, in which batches, for how long, and when to stop."""

import dataclasses
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from attention import Adam, clip_grad_norm, warmup_cosine

from .categories import Categories
from .features.context import read_context
from .features.history import History, ranges, read_history
from .features.item_side import item_side
from .features.labels import (
    Thresholds,
    category_counts,
    high_thresholds,
    interest_levels,
    outlook_labels,
    spend_band,
    spend_thresholds,
)
from .features.moments import training_moments
from .features.past_items import read_past_items
from .features.reader import Asked, HistoryReader, Vocabulary, widths
from .features.scaling import fit_scaling
from .features.season import read_season
from .metrics import ranking_metrics
from .model import ProfileModel, Sizes
from .model.batch import Batch, Labels
from .model.loss import Loss
from .sequences.replicas import Replicas, one_blas_thread
from .sessions import Sessions
from .split import Split, Targets

_WORKERS = 2  # always: the result must not hang on how many cores there are
_SCALED_ON = 3000  # questions that the scaling constants are taken from


@dataclass(frozen=True)
class Settings:
    """Everything that decides a run; the same settings and log give the same bits."""

    epochs: int = 4
    patience: int = 2  # epochs without a better validation before training ends
    lr: float = 4e-3
    warmup: float = 0.05  # share of all steps
    weight_decay: float = 0.02
    max_norm: float = 1.0
    questions: int = 48  # a batch; a step takes one batch on each of two workers
    most_per_customer: int = 48  # questions of one customer, the latest; history is never cut
    embed_dim: int = 32
    num_heads: int = 2
    session_layers: int = 1
    customer_layers: int = 1
    interest_layers: int = 1
    dropout: float = 0.2
    seed: int = 0


@dataclass
class Trained:
    """A model with all that is needed to read a log for it."""

    model: ProfileModel
    vocabulary: Vocabulary
    settings: Settings
    log: list[dict[str, float]] = field(default_factory=list)  # of each epoch


@dataclass(frozen=True)
class EpochEnd:
    """What is known after an epoch, for a status line."""

    epoch: int
    loss: float
    validation: float
    seconds: float


def training_targets(history: History, train: np.ndarray, most: int) -> Targets:
    """The purchase sessions of ``train`` (S,) bool as questions, at most ``most`` a customer."""
    chosen = np.flatnonzero(train & history.purchase)
    user = history.user[chosen]
    place = np.arange(len(chosen)) - np.searchsorted(user, user)
    count = np.bincount(user, minlength=len(history.users))[user]
    chosen = chosen[place >= count - most]
    begin = history.offsets[chosen]
    question, row = ranges(begin, history.offsets[chosen + 1] - begin)
    keep = history.bought[row] & (history.item[row] < len(history.items))
    counts = np.bincount(question[keep], minlength=len(chosen))
    return Targets(
        history.user[chosen],
        history.start[chosen],
        chosen,
        history.item[row[keep]],
        np.concatenate([[0], np.cumsum(counts)]),
    )


def fit_vocabulary(
    history: History,
    targets: Targets,
    categories: Categories,
    side: dict[str, tuple[str, ...]],
    vectors: np.ndarray | None = None,
    without: Sequence[str] = (),
) -> Vocabulary:
    """Codes and constants, from the training sessions alone.

    ``vectors`` (I, V) describe the items; ``without`` names parts (of `item_side.PARTS`) that are
    to be left out.
    """
    rng = np.random.default_rng(0)
    sample = np.sort(rng.permutation(len(targets))[:_SCALED_ON])
    user, moment = targets.user[sample], targets.time[sample]
    known = history.known_sessions(user, moment)
    season = read_season(history)
    counts = category_counts(history, categories.of_item, len(categories), targets.session)
    moments = training_moments(history)
    met = np.sort(rng.permutation(len(moments.user))[:_SCALED_ON])
    spend = outlook_labels(history, *moments).spend
    return Vocabulary(
        items=history.items,
        kinds=history.kinds,
        category=categories.of_item.astype(np.int64),
        category_names=categories.names,
        side={
            name: tuple(sorted(set(values))) for name, values in side.items() if name not in without
        },
        thresholds=Thresholds(high_thresholds(counts), spend_thresholds(spend)),
        context=fit_scaling(read_context(history, user, moment, known)),
        outlook=fit_scaling(
            read_context(
                history,
                moments.user[met],
                moments.time[met],
                history.known_sessions(moments.user[met], moments.time[met]),
            )
        ),
        pair=fit_scaling(read_past_items(history, season, user, moment, known).features),
        season=fit_scaling(season.features[np.unique(season.day(moment))]),
        item_side=item_side(history, categories.of_item, len(categories), vectors, without),
        without=tuple(without),
    )


def training_batches(reader: HistoryReader, targets: Targets, settings: Settings) -> list[Batch]:
    """Customers of similar length together, with all that is asked about them."""
    history, vocabulary = reader.history, reader.vocabulary
    moments = training_moments(history)
    outlook = outlook_labels(history, *moments)
    levels = interest_levels(
        category_counts(
            history, vocabulary.category, len(vocabulary.category_names), targets.session
        ),
        vocabulary.thresholds.high,
    )
    bands = spend_band(outlook.spend, vocabulary.thresholds.spend)
    users = np.union1d(targets.user, moments.user)
    length = np.diff(history.offsets[history.user_offsets])[users]  # behaviours
    asked = np.bincount(targets.user, minlength=len(history.users))[users]
    rng = np.random.default_rng(settings.seed)
    order = np.argsort(length * rng.uniform(0.8, 1.25, len(users)))
    batches = []
    for members in _pack(order, asked, length, settings.questions):
        chosen = np.sort(users[members])
        questions = np.flatnonzero(np.isin(targets.user, chosen))
        met = np.flatnonzero(np.isin(moments.user, chosen))
        part = targets.take(questions)
        labels = Labels(
            np.repeat(np.arange(len(part)), np.diff(part.offsets)),
            part.item.astype(np.int64),
            levels[questions],
            outlook.returned[met],
            outlook.cancelled[met],
            bands[met],
        )
        ask = Asked(part.user, part.time, moments.user[met], moments.time[met])
        batches.append(reader.batch(chosen, ask, labels))
    return batches


def _pack(
    order: np.ndarray, questions: np.ndarray, length: np.ndarray, most: int
) -> list[list[int]]:
    """Customers in this order, up to ``most`` questions and 16,000 behaviours together."""
    packs: list[list[int]] = [[]]
    asked = behaviours = 0
    for member in order:
        asked, behaviours = asked + questions[member], behaviours + length[member]
        if packs[-1] and (asked > most or behaviours > 16_000):
            packs.append([])
            asked, behaviours = questions[member], length[member]
        packs[-1].append(member)
    return packs


def ask(reader: HistoryReader, users: np.ndarray, as_of: np.ndarray, size: int = 128):
    """Questions (Q,) about ``users``, in batches: yields (rows, batch), short histories first."""
    history = reader.history
    length = np.diff(history.offsets[history.user_offsets])[users]
    order = np.lexsort((users, length))
    nobody = np.zeros(0, np.int64)
    for begin in range(0, len(order), size):
        rows = order[begin : begin + size]
        distinct = np.unique(users[rows])
        yield rows, reader.batch(distinct, Asked(users[rows], as_of[rows], nobody, nobody))


def score_items(
    model: ProfileModel, reader: HistoryReader, users: np.ndarray, as_of: np.ndarray
) -> np.ndarray:
    """Scores (Q, I) of every item for a session of each of ``users`` that begins at ``as_of``."""
    scores = np.empty((len(users), len(reader.vocabulary.items)), np.float32)
    for rows, batch in ask(reader, users, as_of):
        states, _ = model.encode(batch)
        scores[rows] = model.score_items(batch, states)
    return scores


def validate(model: ProfileModel, reader: HistoryReader, targets: Targets) -> float:
    """Mean NDCG@10 of the questions."""
    scores = score_items(model, reader, targets.user, targets.time)
    return float(ranking_metrics(scores, targets.item, targets.offsets)["ndcg@10"].mean())


def train(
    sessions: Sessions,
    split: Split,
    categories: Categories,
    settings: Settings | None = None,
    *,
    item_vectors: np.ndarray | None = None,
    without: Sequence[str] = (),
    on_step: Callable[[int, int, float], None] | None = None,
    on_epoch: Callable[[EpochEnd], None] | None = None,
) -> Trained:
    """Train on the sessions of ``split.train``, keep the epoch that is best on validation.

    ``item_vectors`` and ``without`` as in `fit_vocabulary`. ``on_step`` is told the step, of how
    many, and the mean loss of the epoch so far.
    Raises FloatingPointError if the loss is not finite.
    """
    settings = settings or Settings()
    history = read_history(sessions)
    side = dict(sessions.events.user_features)
    targets = training_targets(history, split.train, settings.most_per_customer)
    vocabulary = fit_vocabulary(history, targets, categories, side, item_vectors, without)
    reader = HistoryReader(history, vocabulary, side)
    model = new_model(vocabulary, settings)
    loss = Loss(model)
    optimizer = Adam(loss.parameters(), settings.lr, weight_decay=settings.weight_decay)
    batches = training_batches(reader, targets, settings)
    rng = np.random.default_rng([settings.seed, 1])
    steps = -(-len(batches) // _WORKERS)
    total = settings.epochs * steps
    trained = Trained(model, vocabulary, settings)
    best, best_state, since_best, step = -1.0, model.state_dict(), 0, 0
    with one_blas_thread(), Replicas(loss, optimizer.buffer, _WORKERS) as replicas:
        for epoch in range(1, settings.epochs + 1):
            begin, losses = time.perf_counter(), []
            order = rng.permutation(len(batches))
            for place in range(0, len(order), _WORKERS):
                chosen = order[place : place + _WORKERS]
                shares = [
                    _Share(batches[index], 1 / len(chosen), [settings.seed, epoch, int(index)])
                    for index in chosen
                ]
                optimizer.zero_grad()
                losses.append(sum(replicas.add_gradients(_learn, shares)))
                clip_grad_norm(optimizer.buffer.parameters, settings.max_norm)
                step += 1
                optimizer.lr = warmup_cosine(step, int(settings.warmup * total), total, settings.lr)
                optimizer.step()
                if on_step is not None:
                    on_step(step, total, float(np.mean(losses)))
            end = EpochEnd(
                epoch,
                float(np.mean(losses)),
                validate(model, reader, split.validation),
                time.perf_counter() - begin,
            )
            trained.log.append(dataclasses.asdict(end))
            if on_epoch is not None:
                on_epoch(end)
            since_best += 1
            if end.validation > best:
                best, best_state, since_best = end.validation, model.state_dict(), 0
            if since_best > settings.patience:
                break
    model.load_state_dict(best_state)
    return trained


class _Share(NamedTuple):
    """What one worker does in a step."""

    batch: Batch
    weight: float  # of its loss in that of the step
    seed: list[int]  # of its dropout, so that it does not hang on who is first


def _learn(loss: Loss, share: _Share) -> float:
    value, saved = loss.forward(share.batch, rng=np.random.default_rng(share.seed))
    loss.backward(share.weight, saved)
    return float(value) * share.weight


def new_model(vocabulary: Vocabulary, settings: Settings) -> ProfileModel:
    """An untrained model of the right sizes."""
    side = tuple(len(values) + 1 for values in vocabulary.side.values())
    own = ("embed_dim", "num_heads", "session_layers", "customer_layers", "interest_layers")
    chosen = {name: getattr(settings, name) for name in (*own, "dropout")}
    sizes = Sizes(**widths(vocabulary), side=side, **chosen)
    return ProfileModel(sizes, rng=settings.seed)
