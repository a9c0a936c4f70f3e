"""evaluate: what a saved model is worth, beside what it has to beat."""

import argparse
from typing import Any

from ..baselines.lineup import rivals_of_sessions
from ..baselines.outlook import forecasters
from ..errors import DataError
from ..judging.compare import Scorer, compare
from ..judging.curves import audience_table, calibration_table
from ..judging.faithfulness import judge_faithfulness
from ..judging.interests import judge_interests
from ..judging.outlook import judge_outlook
from ..log.split import Targets
from ..model.saved import load_model
from ..serving.profiler import Profiler
from .asking import tell_unknown
from .everything import NO_ITEMS, print_everything
from .log_options import add_log_options, load_log
from .model_options import add_model_option
from .waiting import Waiting


def add_command(commands: Any) -> None:
    judge = commands.add_parser("evaluate")
    judge.set_defaults(run=run_evaluate)
    judge.add_argument(
        "--everything", action="store_true",
        help="each table there is; trains a second model for those that are split by date",
    )  # fmt: skip
    judge.add_argument("--validation", action="store_true", help="judge on validation instead")
    add_model_option(judge)
    add_log_options(judge)


def run_evaluate(options: argparse.Namespace) -> int:
    trained = load_model(options.model)
    log = load_log(options)
    split = log.split()
    targets = split.validation if options.validation else split.test
    profiler = Profiler(trained, log.sessions)
    tell_unknown(profiler)
    rivals: list[Scorer] = [*rivals_of_sessions()]
    if options.everything:
        if options.validation:
            raise DataError("--everything judges on the test sessions; leave --validation out.")
        print_everything(log, trained, rivals)
        return 0
    if log.ranks:
        scorers, title = [*rivals, profiler], title_of(targets)
        table = compare(scorers, log.purchases, targets, title=title, on_block=Waiting())
        print(table)
        print(table.verdict(Profiler.name), end="\n\n")
        print(judge_interests(profiler, targets, split.train, split.validation), end="\n\n")
    else:
        print(NO_ITEMS, end="\n\n")
    for other in judge_outlook(profiler, forecasters(profiler.history)):
        print(other, end="\n\n")
    for more in (calibration_table(profiler), audience_table(profiler)):
        if more is not None:
            print(more, end="\n\n")
    if log.ranks:
        print(judge_faithfulness(trained, log.sessions, targets.user, targets.time))
    return 0


def title_of(targets: Targets) -> str:
    return (
        f"Items of the last session of {len(targets):,} customers with three sessions or more, "
        "all items ranked"
    )
