"""What is trained on: questions with their answers, codes and constants, batches."""

from collections.abc import Sequence

import numpy as np

from ..features.batch import Batch, Labels
from ..features.context import fit_buying, read_context, read_outlook_context
from ..features.featurizer import Asked, FeatureSpec, Featurizer
from ..features.history import History, ranges
from ..features.item_side import item_side
from ..features.labels import (
    Thresholds,
    category_counts,
    high_thresholds,
    interest_levels,
    outlook_labels,
    spend_band,
    spend_thresholds,
)
from ..features.moments import NO_MOMENTS, Moments, training_moments
from ..features.past_items import read_past_items
from ..features.scaling import fit_scaling
from ..features.season import read_season
from ..log.categories import Categories
from ..log.split import Targets
from ..model.settings import Settings

_BEHAVIOURS = 16_000  # of a batch: bounds its memory, whatever the histories; a longer one is alone
_SCALED_ON = 3000  # questions that the scaling constants are taken from


def training_targets(history: History, train: np.ndarray, most: int) -> Targets:
    """The purchase sessions of `train` (S,) bool as questions, at most `most` a customer."""
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


def fit_spec(
    history: History,
    targets: Targets,
    categories: Categories,
    side: dict[str, tuple[str, ...]],
    vectors: np.ndarray | None = None,
    without: Sequence[str] = (),
    *,
    whole: History | None = None,
    to_the_end: bool = False,
    with_buying: bool = True,
) -> FeatureSpec:
    """Codes and constants, from the training sessions, which `history` holds alone.

    What the outlook asks is split by date: its constants are those of `whole`, all sessions, at
    dates before the one it is tested at (`training_moments`). `vectors` (I, V) describe the
    items; `without` names parts (of `item_side.PARTS`) that are to be left out. Not `with_buying`:
    nothing is fitted to how often customers buy.
    """
    whole = history if whole is None else whole
    rng = np.random.default_rng(0)
    sample = np.sort(rng.permutation(len(targets))[:_SCALED_ON])
    user, moment = targets.user[sample], targets.time[sample]
    known = history.known_sessions(user, moment)
    season = read_season(history)
    counts = category_counts(history, categories.of_item, len(categories), targets.session)
    moments = training_moments(whole, to_the_end)
    met = np.sort(rng.permutation(len(moments.user))[:_SCALED_ON])
    some = Moments(moments.user[met], moments.time[met])
    buying = fit_buying(whole, moments if with_buying else NO_MOMENTS)
    spend = outlook_labels(whole, *moments).spend
    return FeatureSpec(
        items=history.items,
        kinds=history.kinds,
        category=categories.of_item.astype(np.int64),
        category_names=categories.names,
        side={
            name: tuple(sorted(set(values))) for name, values in side.items() if name not in without
        },
        thresholds=Thresholds(high_thresholds(counts), spend_thresholds(spend)),
        context=fit_scaling(read_context(history, user, moment, known)),
        outlook=fit_scaling(read_outlook_context(whole, some, whole.known_sessions(*some), buying)),
        buying=buying,
        pair=fit_scaling(read_past_items(history, season, user, moment, known).features),
        season=fit_scaling(season.features(np.unique(season.day(moment)))),
        item_side=item_side(history, categories.of_item, len(categories), vectors, without),
        without=tuple(without),
    )


def training_batches(
    featurizer: Featurizer, targets: Targets, settings: Settings, moments: Moments = NO_MOMENTS
) -> list[Batch]:
    """Customers of similar length together, with all that is asked about them."""
    history, spec = featurizer.history, featurizer.spec
    outlook = outlook_labels(history, *moments)
    levels = interest_levels(
        category_counts(history, spec.category, len(spec.category_names), targets.session),
        spec.thresholds.high,
    )
    bands = spend_band(outlook.spend, spec.thresholds.spend) - 1  # -1: did not return
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
        batches.append(featurizer.batch(chosen, ask, labels))
    return batches


def _pack(
    order: np.ndarray, questions: np.ndarray, length: np.ndarray, most: int
) -> list[list[int]]:
    """Customers in this order, up to `most` questions and _BEHAVIOURS together."""
    packs: list[list[int]] = [[]]
    asked = behaviours = 0
    for member in order:
        asked, behaviours = asked + questions[member], behaviours + length[member]
        if packs[-1] and (asked > most or behaviours > _BEHAVIOURS):
            packs.append([])
            asked, behaviours = questions[member], length[member]
        packs[-1].append(member)
    return packs
