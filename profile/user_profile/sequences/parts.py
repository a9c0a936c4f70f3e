"""A log in parts, some files each: every rank reads its own, and counts are brought together.

Part p belongs to worker p, and so to rank p mod ranks. As many parts as workers give the same bits,
however many ranks share them; no process needs the whole log.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from attention.files import fingerprint
from attention.parallel.ranks import Ranks
from attention.training import batches_by_length

from ..errors import DataError
from ..judging.compare import before, compare_leave_one_out
from ..log.sessions import Sessions
from ..log.split import Targets
from .data import Histories, Windows, draw_windows, read_histories
from .objective import Share
from .order import EpochBatches
from .recommender import ReadingOnce, Trained
from .settings import Settings


class Part(NamedTuple):
    """Some users: each has all their events here. None where nobody is."""

    sessions: Sessions | None
    validation: Targets | None
    test: Targets | None


class Parts:
    """Those of this rank, by number, of `count` in all. `own` are their training histories."""

    def __init__(self, own: Mapping[int, Part], count: int, items: Sequence[str], ranks: Ranks):
        self.parts, self.count, self.items, self.ranks = own, count, tuple(items), ranks
        empty = Histories(np.zeros(0, np.int32), np.zeros(1, np.int64))
        self.past = {number: _past(part) or empty for number, part in own.items()}
        self.first_row, self.first_user, rows, users = {}, {}, 0, 0
        for number, past in self.past.items():
            self.first_row[number], self.first_user[number] = rows, users
            rows, users = rows + len(past.item), users + len(past.lengths)
        lengths = np.concatenate([past.lengths for past in self.past.values()])
        self.own = Histories(
            np.concatenate([past.item for past in self.past.values()]),
            np.concatenate([[0], np.cumsum(lengths)]),
        )

    def of_each(self, ask: Callable[[int], Any]) -> list[Any]:
        """`ask(number)` of every part, whichever rank has it, in their order, on all ranks."""
        found = self.ranks.gather([(number, ask(number)) for number in self.parts])
        return [answer for _, answer in sorted(found, key=lambda one: one[0])]

    def sum(self, count: Callable[[Histories], Any]) -> Any:
        """Σ of what is counted in each part, added in their order."""
        first, *others = self.of_each(lambda number: count(self.past[number]))
        for other in others:
            first = first + other
        return first

    @property
    def mark(self) -> str:
        own = self.of_each(lambda number: fingerprint(self.past[number], self.parts[number]))
        return fingerprint(own, self.items)

    def judge(self, asked: str, filter_seen: bool, most: int) -> Callable[..., list[float]]:
        """NDCG@10 of models, of at most `most` of the users that a part's `asked` names."""

        def values(number: int, models: Sequence[Trained]) -> list[np.ndarray]:
            part = self.parts[number]
            targets: Targets | None = getattr(part, asked)
            if part.sessions is None or targets is None:
                return [np.zeros(0) for _ in models]
            if len(targets) > most // self.count:
                draw = np.random.default_rng(number)
                chosen = draw.choice(len(targets), max(1, most // self.count), replace=False)
                targets = targets.take(np.sort(chosen))
            read: dict[bytes, np.ndarray] = {}
            scorers = [ReadingOnce(trained, read) for trained in models]
            try:
                table = compare_leave_one_out(
                    scorers, part.sessions, targets, filter_seen=filter_seen
                )
            except DataError:  # all was seen before by these few: none can be found
                return [np.zeros(len(targets)) for _ in models]
            return [result.metrics["ndcg@10"] for result in table.results]

        def judge(*models: Trained) -> list[float]:
            found = self.of_each(lambda number: values(number, models))
            return [float(np.concatenate(one).mean()) for one in zip(*found)]

        return judge


class PartBatches(EpochBatches):
    """Each step one batch of each part, on its worker; as `Trainer` draws them.

    An epoch is as long as that of the longest part; the others then sit out.
    """

    def __init__(self, parts: Parts, settings: Settings) -> None:
        self.parts, self.settings = parts, settings
        self._draw()

    @property
    def count(self) -> int:
        return len(self._asked)

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

    def shards(self, batch: int, workers: int, rng: Any) -> tuple[list[tuple], list[float] | None]:
        """A share for each part, None for one of another rank or without a batch."""
        shares: list[tuple] = [(None,)] * self.parts.count
        for number, batches in self._batches.items():
            if batch < len(batches):
                begin = self.settings.seed, self.epoch, batch, number
                draw = np.random.default_rng(begin)
                shares[number] = (Share(batches[batch], 1 / self.weight(batch), draw),)
        return shares, [1.0] * self.parts.count

    def weight(self, batch: int) -> float:
        return float(self._asked[batch])

    def _draw(self) -> None:
        self._batches = {number: self._of(number) for number in self.parts.parts}
        asked = self.parts.of_each(
            lambda number: [int(one.targets.sum()) for one in self._batches[number]]
        )
        self._asked = np.zeros(max(map(len, asked)), np.int64)
        for own in asked:
            self._asked[: len(own)] += np.array(own, np.int64)

    def _of(self, number: int) -> list[Windows]:
        """The batches of a part that ask for something, in rows and users of `Parts.own`."""
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
        return [one for one in found if one.targets.sum()]


def _past(part: Part) -> Histories | None:
    if part.sessions is None:
        return None
    if part.validation is None:
        return read_histories(part.sessions)
    return read_histories(part.sessions.take(before(part.sessions, part.validation)))
