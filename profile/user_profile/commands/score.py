"""score: a folder of histories in Parquet to a folder of scores, on all cores."""

import argparse
from pathlib import Path
from typing import Any

from attention.parallel import Workers

from ..dates import begin_of, time_of
from ..errors import DataError
from ..model.saved import load_model
from ..serving.scoring.histories import arrow
from ..serving.scoring.parquet import PLAN, ROWS, files_in, make_plan, score_files
from ..serving.scoring.plan import Plan, fingerprint_of
from .answers import check_positive
from .asking import add_date_option
from .model_options import add_model_option


def add_command(commands: Any) -> None:
    score = commands.add_parser("score")
    score.set_defaults(run=run_score)
    score.add_argument("histories", help="a Parquet file or a folder of them, a customer a row")
    score.add_argument("--out", required=True, help="the folder of scores, a file for each file")
    score.add_argument("--top", type=int, default=10, help="items a customer; default: 10")
    score.add_argument(
        "--rows", type=int, default=ROWS, help=f"customers in memory at once; default: {ROWS}"
    )
    score.add_argument("--workers", type=int, help="default: one a core")
    add_date_option(score)
    add_model_option(score)


def run_score(options: argparse.Namespace) -> int:
    check_positive("--top", options.top)
    check_positive("--rows", options.rows)
    arrow()
    trained = load_model(options.model)
    folder, out = Path(options.histories), Path(options.out)
    files = files_in(folder)
    if out.resolve() in {folder.resolve(), files[0].parent.resolve()}:
        raise DataError(f"--out {out} is where the histories are; name another folder.")
    if out.exists() and not out.is_dir():
        raise DataError(f"--out {out} is a file; name a folder.")
    moment = None if options.date is None else begin_of(options.date, "--date")
    with Workers(options.workers) as workers:
        plan = _plan(options, files, out, trained, moment, workers)
        print(f"{len(files):,} files of histories, looked at from {time_of(plan.moment)}")
        count = score_files(files, out, trained, plan, workers, print, options.rows)
    print(f"{count:,} customers scored to {out}")
    return 0


def _plan(
    options: argparse.Namespace, files: list[Path], out: Path, trained: Any, moment: int | None,
    workers: Workers,
) -> Plan:  # fmt: skip
    """That of the run that began, or a new one."""
    path = out / PLAN
    if not path.exists():
        plan = make_plan(files, trained, moment, options.top, workers, options.rows)
        plan.save(path)
        return plan
    plan = Plan.load(path)
    at = plan.moment if moment is None else moment
    plan.check(plan._replace(model=fingerprint_of(trained), top=options.top, moment=at), str(path))
    return plan
