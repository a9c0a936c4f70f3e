"""What each part of the profile model brings: python -m tests.benchmarks.profile_ablations [PART …]

Trains the default and one variant a row, by one seed, and prints validation and test NDCG@10 with
the paired 95 % interval of the difference from the default.
"""

import sys
import time
from typing import Any

from user_profile.judging.compare import Comparison, compare
from user_profile.judging.evaluate import mean_ndcg
from user_profile.log.prepare import prepare
from user_profile.model.settings import Settings
from user_profile.serving.profiler import Profiler
from user_profile.training.facts import SpecOptions
from user_profile.training.loop import train

VARIANTS: dict[str, dict[str, Any]] = {
    "without country": {"without": ["country"]},
    "without text": {"without": ["text"]},
    "without price": {"without": ["price"]},
    "behaviour alone": {"without": ["country", "text", "price"]},
    "10 % of items masked": {"mask": 0.1},
    "10 % of sessions reordered": {"reorder": 0.1},
    "30 % of histories cropped": {"crop": 0.3},
}
METRIC = "ndcg@10"


def main() -> None:
    log = prepare(None)
    split, categories = log.split(), log.categories()
    print("| variant | validation | test | test, difference from the default | seconds |")
    print("|---|---|---|---|---|")

    def judged(name: str, options: dict[str, Any]) -> tuple[Profiler, float, float]:
        start = time.perf_counter()
        options = dict(options)
        without = options.pop("without", ())
        trained = train(
            log.sessions,
            split,
            categories,
            Settings(**options),
            score=mean_ndcg,
            options=SpecOptions(without=without),
        )
        profiler = Profiler(trained, log.sessions)
        profiler.name = name  # type: ignore[misc]
        best = max(end["validation"] for end in trained.log)
        return profiler, best, time.perf_counter() - start

    default, best, seconds = judged("default", {})
    (base,) = compare([default], log.purchases, split.test).results
    print(f"| default | {best:.4f} | {base.mean(METRIC):.4f} | | {seconds:.0f} |", flush=True)
    for name in sys.argv[1:] or VARIANTS:
        profiler, best, seconds = judged(name, VARIANTS[name])
        (own,) = compare([profiler], log.purchases, split.test).results
        both = Comparison("", (base, own))
        gain, low, high = both.difference(name, "default", METRIC)
        print(
            f"| {name} | {best:.4f} | {own.mean(METRIC):.4f} "
            f"| {gain:+.4f} ({low:+.4f} to {high:+.4f}) | {seconds:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
