"""What do gaps and the moment of a question bring the sequence model? With and without, on a log.

python -m tests.benchmarks.times FILE [EPOCHS]

Leave one out; the same settings and seed but for `times`, each beside the rules chosen for it and
alone, and paired intervals of the differences.
"""

import sys

from user_profile.judging.leave_one_out import compare_leave_one_out
from user_profile.log.events import MISSING
from user_profile.log.readers import read_events
from user_profile.log.sessions import single_event_sessions
from user_profile.log.split import split_last_sessions
from user_profile.sequences import Recommender, Settings, train


def main(path: str, epochs: int = 12) -> None:
    events, report = read_events(path)
    print(report)
    sessions = single_event_sessions(events.take(events.user != MISSING).compact())
    split = split_last_sessions(sessions)
    scorers = []
    for times, name in ((0, "order alone"), (1, "with times")):
        settings = Settings(epochs=epochs, minutes=240, times=times)
        trained = train(sessions, split.validation, settings)
        best = max(epoch["validation"] for epoch in trained.log)
        print(
            f"{name}: {len(trained.log)} epochs, {trained.log[-1]['spent']:.0f} s, validation "
            f"NDCG@10 {best:.4f}, rules of weight {trained.rules.weight:g}",
            flush=True,
        )
        for rules in (True, False):
            scorer = Recommender(trained, rules=rules)
            scorer.name = name if rules else f"{name}, network alone"
            scorers.append(scorer)
    table = compare_leave_one_out(scorers, sessions, split.test)
    print(table)
    for suffix in ("", ", network alone"):
        for metric in ("ndcg@10", "hit@10", "mrr"):
            gain, low, high = table.difference(
                f"with times{suffix}", f"order alone{suffix}", metric
            )
            print(f"times{suffix}: {gain:+.4f} {metric} ({low:+.4f} to {high:+.4f})")


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        raise SystemExit(__doc__)
    main(sys.argv[1], *map(int, sys.argv[2:]))
