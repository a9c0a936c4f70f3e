"""A log of rows of items in parts: what is counted in all of them, what is judged, what is met.

Part p belongs to worker p, and so to rank p mod ranks; no process needs the whole log.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from attention.files import fingerprint
from attention.parallel.ranks import Ranks
from attention.parallel.workers import Shard
from attention.training import batches_by_length

from ..judging.compare import Comparison, OnBlock, Scorer
from ..judging.leave_one_out import LeftOut, before, compare_parts_left_out
from ..log.parts import LogParts
from ..log.sessions import Sessions
from ..log.split import Targets
from .data import Histories, Windows, draw_windows, read_histories
from .features import UserFeatures, learn_features
from .objective import Share
from .order import EpochBatches
from .settings import Settings

Rival = Any  # a baseline that counts what it takes of everybody: `baselines.Baseline`


class Part(NamedTuple):
    """Some users: each has all their events here."""

    sessions: Sessions
    validation: Targets
    test: Targets


class Parts(LogParts[Part]):
    """Those of this rank; `histories` are what they train on, one part after the other."""

    def __init__(self, local: Mapping[int, Part], count: int, items: Sequence[str], ranks: Ranks):
        super().__init__(local, count, ranks)
        self.items = tuple(items)
        empty = Histories(np.zeros(0, np.int32), np.zeros(1, np.int64))
        self.past = {number: _past(part) for number, part in local.items()}
        self.first_row, self.first_user, rows, users = {}, {}, 0, 0
        for number, past in self.past.items():
            self.first_row[number], self.first_user[number] = rows, users
            rows, users = rows + len(past.item), users + len(past.lengths)
        every = [empty, *self.past.values()]
        ends = np.cumsum(np.concatenate([past.lengths for past in every]))
        self.histories = Histories(
            np.concatenate([past.item for past in every]), np.concatenate([[0], ends])
        )

    def counted(self, count: Callable[[Histories], Any]) -> Any:
        """Σ of what is counted in the histories of each part, added in their order."""
        return self.added(lambda number: count(self.past[number]))

    def features(self) -> tuple[UserFeatures, np.ndarray]:
        """What is known of users, and the codes (U, K) of those of `histories`."""
        given = {n: part.sessions.events.user_features for n, part in self.local.items()}
        learned = learn_features(self.like(given))
        none = np.zeros((0, len(learned.columns)), np.int64)
        codes = [learned.codes(given[n], len(past.lengths)) for n, past in self.past.items()]
        return learned, np.concatenate([none, *codes])

    @property
    def mark(self) -> str:
        prints = self.of_each(lambda number: fingerprint(self.past[number], self.local[number]))
        return fingerprint(prints, self.items)

    def left_out(self, name: str, filter_seen: bool, most: int) -> LogParts[LeftOut]:
        """The questions that a part's `name` holds, at most `most` of all parts."""
        found = {}
        for number, part in self.local.items():
            targets: Targets = getattr(part, name)
            if len(targets) > most // self.count:
                draw = np.random.default_rng(number)
                chosen = draw.choice(len(targets), max(1, most // self.count), replace=False)
                targets = targets.take(np.sort(chosen))
            found[number] = LeftOut(part.sessions, targets, filter_seen)
        return self.like(found)

    def compare(
        self,
        questions: LogParts[LeftOut],
        make: Callable[[int], Sequence[Scorer]],
        rivals: Callable[[], Sequence[Rival]] = tuple,
        negatives: int | None = None,
        on_block: OnBlock | None = None,
    ) -> Comparison:
        """The table of scorers that `make` makes for a part, and of baselines that count
        everybody."""
        others = {number: rivals() for number in questions.local}
        for place in range(len(rivals())):
            for number, left in questions.local.items():
                others[number][place].fit(left.history)
            everybody = _added(questions.of_each(lambda n, at=place: others[n][at].counted()))  # type: ignore[misc]
            for scorers in others.values():
                scorers[place].among(everybody)
        fitted = {
            number: [*others[number], *(scorer.fit(left.history) for scorer in make(number))]
            for number, left in questions.local.items()
        }
        count = questions.of_first(lambda number: len(fitted[number]))
        lines = [{number: fitted[number][place] for number in fitted} for place in range(count)]
        return compare_parts_left_out(lines, questions, negatives=negatives, on_block=on_block)


class PartBatches(EpochBatches):
    """Each step one batch of each part, on its worker; as `Trainer` draws them.

    An epoch is as long as that of the longest part; the others then sit out.
    """

    def __init__(self, parts: Parts, settings: Settings) -> None:
        self.parts, self.settings = parts, settings
        self._draw()

    @property
    def count(self) -> int:
        return len(self._targets)

    @property
    def left(self) -> int:
        return self.count - self.position

    @property
    def decided(self) -> dict[str, Any]:
        return {"seed": self.settings.seed, "parts": self.parts.count}

    def __next__(self) -> int:
        """The number of the batch."""
        if not self.left:
            self.epoch, self.position = self.epoch + 1, 0
            self._draw()
        self.position += 1
        return self.position - 1

    def shards(self, batch: int, workers: int, rng: Any) -> tuple[list[Shard], list[float] | None]:
        """A share for each part, None for one of another rank or without a batch."""
        shares: list[Shard] = [(None,)] * self.parts.count
        for number, batches in self._batches.items():
            if batch < len(batches):
                begin = self.settings.seed, self.epoch, batch, number
                draw = np.random.default_rng(begin)
                shares[number] = (Share(batches[batch], 1 / self.weight(batch), draw),)
        return shares, [1.0] * self.parts.count

    def weight(self, batch: int) -> float:
        return float(self._targets[batch])

    def _draw(self) -> None:
        self._batches = {number: self._of(number) for number in self.parts.local}
        counts = self.parts.of_each(
            lambda number: [int(batch.targets.sum()) for batch in self._batches[number]]
        )
        self._targets = np.zeros(max(map(len, counts)), np.int64)
        for of_part in counts:
            self._targets[: len(of_part)] += np.array(of_part, np.int64)

    def _of(self, number: int) -> list[Windows]:
        """The batches of a part that ask for something, in rows and users of `Parts.histories`."""
        settings = self.settings
        rng = np.random.default_rng([settings.seed, self.epoch, number])
        drawn = draw_windows(self.parts.past[number], settings.max_length, rng)
        row = self.parts.first_row[number]
        windows = Windows(
            drawn.user + self.parts.first_user[number], drawn.start + row, drawn.stop + row,
            drawn.first,
        )  # fmt: skip
        tokens = max(1, (settings.tokens or 1) // self.parts.count)
        batches = batches_by_length(windows.lengths, tokens, rng)
        found = [windows.take(batch) for batch in batches]
        return [batch for batch in found if batch.targets.sum()]


def _past(part: Part) -> Histories:
    return read_histories(part.sessions.take(before(part.sessions, part.validation)))


def _added(counts: Sequence[Shard]) -> tuple[Any, ...]:
    """Σ over the parts, in their order."""
    first, *others = counts
    for other in others:
        first = tuple(total + more for total, more in zip(first, other))
    return first
