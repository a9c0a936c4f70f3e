"""demo: the whole way on the shipped log, from raw events to one customer's card."""

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np

from ..baselines.lineup import rivals_of_the_demo
from ..baselines.outlook import forecasters
from ..judging.compare import Scorer, compare
from ..judging.interests import judge_interests
from ..judging.outlook import judge_outlook
from ..log.prepare import prepare
from ..log.split import Split
from ..model.saved import save_model
from ..model.settings import Settings
from ..serving.profile import Profile
from ..serving.profiler import Profiler
from ..serving.report import describe_profile
from .asking import item_texts
from .evaluate import title_of
from .outputs import check_output, save_figure
from .train import train_with_progress

DEMO = {"epochs": 3}  # keeps the demo well under two minutes on two cores
REDUCED = {"epochs": 1, "embed_dim": 16, "most_per_customer": 4}
_SHOWN_SESSIONS = 12  # the demo's customer has about so many


def add_command(commands: Any) -> None:
    demo = commands.add_parser("demo")
    demo.set_defaults(run=run_demo)
    demo.add_argument("--out", default="runs", help="folder of model and picture; default: runs")
    demo.add_argument("--reduced", action="store_true", help="a small, quick run that proves less")
    demo.add_argument("--overwrite", action="store_true", help="replace an earlier model and card")
    demo.add_argument("--seed", type=int, default=0)


def run_demo(options: argparse.Namespace) -> int:
    start = time.perf_counter()
    model, picture = (Path(options.out) / name for name in ("profile.npz", "profile-card.png"))
    for path in (model, picture):
        check_output(options, path, "--out")
    log = prepare(keep=True)
    print(log.cleaned)
    categories = log.categories()
    print(f"\n{len(categories)} interest categories found in the descriptions")
    split = log.split()
    settings = Settings(seed=options.seed, **(REDUCED if options.reduced else DEMO))
    trained = train_with_progress(log, split, categories, settings)
    save_model(model, trained)

    profiler = Profiler(trained, log.sessions)
    print()
    scorers: list[Scorer] = [*rivals_of_the_demo(), profiler]
    table = compare(scorers, log.purchases, split.test, title=title_of(split.test))
    print(table)
    print(table.verdict(Profiler.name))
    print()
    print(judge_interests(profiler, split.test, split.train, split.validation))
    for other in judge_outlook(profiler, forecasters(profiler.history)):
        print()
        print(other)

    question = _shown_question(profiler, split)
    user, moment = int(split.test.user[question]), int(split.test.time[question])
    bought = split.test.take(np.array([question])).item.tolist()
    profile, texts = profiler.profile(user, moment), item_texts(log, profiler)
    print()
    print(describe_profile(profiler.history, profile, texts, bought))
    _draw(picture, profiler, profile, texts, bought)
    print(f"\n{picture} shows what the profile attended to; {model} holds the model.")
    print(f"Next: python -m user_profile show {profiler.history.users[user]} --model {model}")
    print(f"{time.perf_counter() - start:.0f} seconds in all")
    return 0


def _draw(
    path: Path, profiler: Profiler, profile: Profile, texts: list[str], bought: list[int]
) -> None:
    from ..serving.card import plot_card  # matplotlib takes a second to import

    save_figure(path, plot_card(profiler, profile, texts, bought=bought))


def _shown_question(profiler: Profiler, split: Split) -> int:
    """A tested customer with a middling history, the one whose last session came last."""
    known = profiler.history.known_sessions(split.test.user, split.test.time)
    return int(np.lexsort((-split.test.time, np.abs(known - _SHOWN_SESSIONS)))[0])
