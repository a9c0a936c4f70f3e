"""The options that name a model and the run that makes it, and where its checkpoint stands."""

import argparse
from pathlib import Path

from attention.files import keep_existing, writable
from attention.parallel.ranks import world
from attention.training.checkpoint import Checkpoint

from .outputs import never_an_input

MODEL = "runs/profile.npz"


def add_model_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", default=MODEL, help=f"the saved model; default: {MODEL}")


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Of a command that trains and can be stopped."""
    parser.add_argument("--overwrite", action="store_true", help="replace a saved model")
    parser.add_argument("--resume", action="store_true", help="go on with a run that was stopped")
    parser.add_argument(
        "--exact", action="store_true", help="under mpiexec: the bits of one process"
    )


def place_of_run(options: argparse.Namespace, epochs: int | None) -> Path:
    """Where the checkpoint of a run stands, beside its model, until that is written.

    Says so if a run goes on for other epochs than it began with. Raises OSError before any work if
    a file is in the way or cannot be written, FileFormatError for a damaged checkpoint.
    """
    checkpoint = Path(options.model).with_suffix(".training.npz")
    for path in (options.model, checkpoint):
        never_an_input(options, path, "--model")
    goes_on = options.resume and checkpoint.exists()
    keep_existing(options.model, options.overwrite or goes_on, "--model")
    go_on = "--resume to go on with it"
    keep_existing(checkpoint, options.overwrite or options.resume, "--model", go_on)
    writable(options.model)
    if options.resume and not goes_on:
        print(f"No stopped run lies at {checkpoint}: a new one begins.")
    if goes_on:
        began = Checkpoint(checkpoint).run.get("epochs", epochs)
        if began != epochs:
            was, now = (f"--epochs {e}" if e else "no --epochs" for e in (began, epochs))
            print(
                f"The run began with {was} and goes on with {now}: from here its learning rate "
                "falls by the new number."
            )
    return checkpoint


def end_run(checkpoint: Path) -> None:
    """The model is written, by rank 0: its checkpoint goes."""
    if world().rank == 0:
        checkpoint.unlink(missing_ok=True)
