"""What places kept for new items cost a list, and what they bring: `recommend --new-at-least`.

python -m tests.benchmarks.new_places [MODEL]

The last sessions of the shipped log's customers, all items ranked; NDCG@10 of all that was bought
and of what was new, each beside the best rival of that column, by paired 95 % intervals.
"""

import sys
from typing import Self

import numpy as np
from user_profile.baselines.lineup import rivals_of_sessions
from user_profile.judging.compare import Comparison, Result, compare
from user_profile.judging.old_and_new import had_before, told_apart
from user_profile.log.prepare import prepare
from user_profile.log.sessions import Sessions
from user_profile.model.saved import load_model
from user_profile.serving.places import with_new
from user_profile.serving.profiler import Profiler
from user_profile.tables import table

TOP, PLACES = 10, (0, 1, 2, 3, 4, 5, 6)


class Keeping:
    """A model whose first TOP keep so many places for what is new."""

    def __init__(self, profiler: Profiler, places: int) -> None:
        self.profiler, self.places, self.name = profiler, places, str(places)

    def fit(self, history: Sessions) -> Self:
        self.sessions = history
        return self

    def score(self, users: np.ndarray, as_of: np.ndarray | None = None) -> np.ndarray:
        scores = self.profiler.score(users, as_of)
        new = np.ones(scores.shape, bool)
        new[had_before(self.sessions, users, as_of)] = False
        ranked = np.empty(scores.shape)
        for row, order in enumerate(np.argsort(-scores, axis=1, kind="stable")):
            fresh = order[new[row, order]][: self.places]
            first = with_new(order[:TOP], fresh, new[row])
            rest = order[~np.isin(order, first)]
            ranked[row, np.concatenate([first, rest])] = -np.arange(len(order))
        return ranked


def against(found: Comparison, places: int, rivals: list[Result]) -> tuple[float, str]:
    """NDCG, and the difference from the best of `rivals`."""
    best = max(rivals, key=lambda result: result.mean(found.metric))
    gain, low, high = found.difference(str(places), best.name, found.metric)
    word = "won" if low > 0 else "lost" if high < 0 else "tie"
    return found[str(places)].mean(found.metric), f"{gain:+.4f} ({low:+.4f} to {high:+.4f}), {word}"


def main(path: str = "runs/profile.npz") -> None:
    log = prepare(keep=True)
    profiler, split = Profiler(load_model(path), log.sessions), log.split()
    rivals = rivals_of_sessions()
    lineup = [*rivals, *(Keeping(profiler, places) for places in PLACES)]
    for title, targets in (("validation", split.validation), ("test", split.test)):
        _, new = told_apart(log.purchases, targets)
        tables = [compare(lineup, log.purchases, asked, k=TOP) for asked in (targets, new)]
        best = [
            max(found.results[: len(rivals)], key=lambda r: r.mean(found.metric)).name
            for found in tables
        ]
        rows = []
        for places in PLACES:
            row: list[int | float | str] = [places]
            for found in tables:
                row += against(found, places, list(found.results[: len(rivals)]))
            rows.append(row)
        header = ("places", "all bought", f"against {best[0]}", "new", f"against {best[1]}")
        what = (
            f"NDCG@{TOP}, {title}: {len(targets):,} sessions, {len(new):,} of them with new items"
        )
        print(table(header, rows, title=what), end="\n\n", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
