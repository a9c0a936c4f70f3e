"""The function: a record batch of histories -> a record batch of scores, and nothing else changes.

The answers are those of `recommend`, `risk`, `retention` and `export-profiles`, digit for digit,
whatever batch a customer comes in.
Who had done nothing before the moment, or only cancelled, is left out, as there.
"""

from typing import Any

import numpy as np

from ...features.moments import acted_before
from ...model.decisions import decide, decide_band
from ...model.interests import LEVELS
from ...model.outlook import SPEND_BANDS
from ...model.trained import Trained
from ...training.scoring import ask
from ..applications import best_items, rounded
from ..profiler import Profiler
from .histories import arrow, read_batch
from .plan import Plan


class Scorer:
    """`scorer(batch)` for each batch. It holds the model and the season, and no customer."""

    def __init__(self, trained: Trained, plan: Plan) -> None:
        self.trained, self.plan = trained, plan
        self.side = tuple(trained.spec.side)
        self._profiler: Profiler | None = None  # made with the first batch

    def __call__(self, batch: Any, where: str = "the batch") -> Any:
        """Raises DataError, which names ``where``, for what is not a batch of histories."""
        sessions = read_batch(batch, where, self.side)
        if sessions is None:
            return _nobody()
        if self._profiler is None:
            self._profiler = Profiler(self.trained, sessions, self.plan.season)
        else:
            self._profiler = self._profiler.with_sessions(sessions)
        return self._scores(self._profiler)

    def _scores(self, profiler: Profiler) -> Any:
        pa = arrow()
        moment, spec = self.plan.moment, self.trained.spec
        users = acted_before(profiler.history, moment)
        if not len(users):
            return _nobody()
        as_of = np.full(len(users), moment)
        known = profiler.history.known_sessions(users, as_of)
        items, shares = best_items(profiler, users, moment, self.plan.top)
        chances = profiler.levels(users, as_of)  # (U, C, 3)
        levels = decide(chances, self.trained.decisions.levels[0])
        outlook, taught = profiler.outlook(users, as_of), self.trained.decisions.taught
        bands = decide_band(outlook.returned, outlook.spend, self.trained.decisions.spend[0])

        def lists(*columns: Any) -> Any:
            width = len(columns[0]) // len(users)
            offsets = pa.array(np.arange(len(users) + 1, dtype=np.int32) * width)
            values = columns[0]
            if len(columns) > 1:
                fields = [("item", "share"), ("category", "level", "chance")][len(columns) - 2]
                values = pa.StructArray.from_arrays(list(columns), names=list(fields))
            return pa.ListArray.from_arrays(offsets, values)

        def words(names: tuple[str, ...], codes: np.ndarray) -> Any:
            return pa.array(names, pa.string()).take(pa.array(codes.ravel()))

        def taught_only(name: str, values: Any) -> Any:
            return values if name in taught else pa.nulls(len(users), values.type)

        categories = np.tile(np.arange(len(spec.category_names)), len(users))
        columns = [
            pa.array([profiler.history.users[user] for user in users], pa.string()),
            pa.array(known.astype(np.int64)),
            lists(words(spec.items, items), pa.array(shares.ravel())),
            lists(
                words(spec.category_names, categories),
                words(LEVELS, levels),
                pa.array(rounded(1 - chances[:, :, 0]).ravel()),
            ),
            taught_only("returned", pa.array(rounded(outlook.returned))),
            taught_only("cancelled", pa.array(rounded(outlook.cancelled))),
            taught_only("spend", words(SPEND_BANDS, bands)),
            lists(pa.array(_states(profiler, users, as_of).ravel())),
        ]
        return pa.RecordBatch.from_arrays(columns, schema=schema())


def schema() -> Any:
    """The columns of scores; null where the log that a model was trained on taught none."""
    pa = arrow()
    item = pa.struct([("item", pa.string()), ("share", pa.float64())])
    interest = pa.struct(
        [("category", pa.string()), ("level", pa.string()), ("chance", pa.float64())]
    )
    return pa.schema(
        [
            ("user", pa.string()),
            ("sessions", pa.int64()),
            ("next", pa.list_(item)),
            ("interests", pa.list_(interest)),
            ("returns", pa.float64()),
            ("cancels", pa.float64()),
            ("spend", pa.string()),
            ("state", pa.list_(pa.float32())),
        ]
    )


def _nobody() -> Any:
    return arrow().RecordBatch.from_pylist([], schema=schema())


def _states(profiler: Profiler, users: np.ndarray, as_of: np.ndarray) -> np.ndarray:
    """What the model keeps of each customer at the moment, (U, E)."""
    width = profiler.model.customers.start.data.size
    states = np.empty((len(users), width), np.float32)
    for rows, batch in ask(profiler.featurizer, users, as_of):
        encoded, _ = profiler.model.encode(batch)
        states[rows] = encoded[batch.question.customer, batch.question.known]
    return states
