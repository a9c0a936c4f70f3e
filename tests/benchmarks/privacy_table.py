"""Prints what privacy costs: ε beside how well the model does, for several noise multipliers.

python -m tests.benchmarks.privacy_table [--noise 0 0.5 1 2] [--seed 0] [--validation]

All rows are models of one size on the shipped log and read the same public tables; the ordinary one
is trained for one epoch. The seed also seeds the noise, so the table repeats to the bit on one
machine; a model that is to keep a secret needs noise nobody can repeat.
"""

import argparse
import time
from dataclasses import replace

from user_profile.baselines import PersonalFrequency, Popularity
from user_profile.judging.compare import compare
from user_profile.judging.evaluate import mean_ndcg
from user_profile.judging.interests import judge_interests
from user_profile.judging.metrics import bootstrap_interval
from user_profile.judging.table import Table
from user_profile.log.prepare import prepare
from user_profile.model.settings import Settings
from user_profile.model.trained import Trained, new_model
from user_profile.privacy.loop import Privacy, read_customers, train_private
from user_profile.serving.profiler import Profiler
from user_profile.training.loop import train

HEAD = (
    "| training | noise multiplier | ε | NDCG@10 | 95 % interval | interest accuracy | macro F1 "
    "| minutes |\n|---|---|---|---|---|---|---|---|"
)


def main() -> None:
    options = _options()
    log = prepare()
    split, categories = log.split(), log.categories()
    targets = split.validation if options.validation else split.test
    sizes = {"embed_dim": 16, "most_per_customer": 8, "seed": options.seed}
    settings = Settings(lr=options.lr, dropout=0.0, **sizes)

    def row(name: str, noise: str, epsilon: str, trained: Trained, begin: float) -> Table:
        profiler = Profiler(trained, log.sessions)
        minutes = (time.perf_counter() - begin) / 60
        ndcg = compare([profiler], log.purchases, targets).results[0].metrics["ndcg@10"]
        low, high = bootstrap_interval(ndcg, 0)
        judged = judge_interests(profiler, targets, split.train, split.validation)
        accuracy = judged["profile model, for accuracy"]["accuracy"]
        f1 = judged["profile model, for macro F1"]["macro F1"]
        print(
            f"| {name} | {noise} | {epsilon} | {ndcg.mean():.4f} | {low:.4f}–{high:.4f} | "
            f"{accuracy:.4f} | {f1:.4f} | {minutes:.1f} |",
            flush=True,
        )
        return judged

    customers = read_customers(log.sessions, split, categories, settings)
    count = len(customers.batches)
    some = Privacy(sample_rate=options.sample_rate, clip=options.clip, steps=options.steps)
    delta = some.spent(options.steps, count).delta
    print(
        f"{count:,} customers, {options.steps} steps of {some.sample_rate * count:.0f} on "
        f"average, clip {some.clip:g}, δ = {delta:.2e}, lr {options.lr:g}, "
        f"seed {options.seed}, {'validation' if options.validation else 'test'}\n\n{HEAD}",
        flush=True,
    )
    for scorer in (Popularity(), PersonalFrequency()):
        result = compare([scorer], log.purchases, targets).results[0]
        low, high = bootstrap_interval(result.metrics["ndcg@10"], 0)
        print(
            f"| {scorer.name}, no training | | | {result.mean('ndcg@10'):.4f} | "
            f"{low:.4f}–{high:.4f} | | | |"
        )
    begin = time.perf_counter()
    untrained = Trained(new_model(customers.spec, settings), customers.spec, settings)
    judged = row("none: the model as it begins", "", "0", untrained, begin)
    for name in ("majority of each category", "level of the last session"):
        one = judged[name]
        print(f"| {name}, no training | | | | | {one['accuracy']:.4f} | {one['macro F1']:.4f} | |")
    if not options.only_private:
        begin = time.perf_counter()
        ordinary = Settings(epochs=1, **sizes)
        row(
            "ordinary",
            "",
            "∞",
            train(log.sessions, split, categories, ordinary, score=mean_ndcg),
            begin,
        )
    for noise in sorted(options.noise):
        begin = time.perf_counter()
        privacy = replace(some, noise_multiplier=noise, noise_seed=options.seed)
        trained = train_private(customers, settings, privacy)
        name = "private" if noise else "clipped, no noise"
        epsilon = f"{trained.log[-1]['epsilon']:.2f}" if noise else "∞"
        row(name, f"{noise:g}", epsilon, trained, begin)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--noise", type=float, nargs="+", default=[0, 0.5, 1, 2])
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--sample-rate", type=float, default=0.01)
    parser.add_argument("--clip", type=float, default=1.0)
    parser.add_argument("--lr", type=float, default=0.02, help="of private training")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--validation", action="store_true", help="judge on validation, to tune")
    parser.add_argument("--only-private", action="store_true", help="leave the ordinary row out")
    return parser.parse_args()


if __name__ == "__main__":
    main()
