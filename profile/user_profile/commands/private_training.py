"""What `train --private` adds: its options, and the run."""

import argparse

from attention.training import Progress
from attention.training.settings import add_settings, given_settings

from ..errors import DataError
from ..log.categories import Categories
from ..log.prepared import Prepared
from ..model.settings import Settings
from ..model.trained import Trained
from ..privacy.loop import Privacy, read_customers, train_private
from ..training.facts import SpecOptions


def add_private_options(parser: argparse.ArgumentParser) -> None:
    """Options of `train`. Those beside --private take effect with it alone."""
    private = parser.add_argument_group("private training")
    private.add_argument(
        "--private", action="store_true", help="clip each customer, add noise, report (ε, δ)"
    )
    add_settings(private, Privacy, alone=False)


def privacy_of(options: argparse.Namespace) -> Privacy | None:
    """What was asked for, None without --private. Raises ValueError for what makes no sense."""
    given = given_settings(options, Privacy)
    if options.private:
        return Privacy(**given)
    if given:
        option = "--" + next(iter(given)).replace("_", "-")
        raise DataError(f"{option} takes effect with --private alone; add it, or leave this out.")
    return None


def train_privately(
    privacy: Privacy,
    log: Prepared,
    categories: Categories,
    settings: Settings,
    spec_options: SpecOptions,
) -> Trained:
    """Private training on a log, with a status line."""
    customers = read_customers(log.sessions, log.split(), categories, settings, spec_options)
    total = privacy.total_steps(settings.epochs)
    progress = Progress(total, every=-(-total // 20))
    return train_private(
        customers, settings, privacy, on_step=lambda step, _: progress.show(step, "private step")
    )
