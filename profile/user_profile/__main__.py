"""python -m user_profile COMMAND: from an event log to customer profiles and their uses."""

import argparse
import sys
from collections.abc import Sequence
from pkgutil import resolve_name

# What adds a command's options. It takes up to a second to load, and waits until it is needed.
LEARN = "user_profile.commands.learn:add_commands"
LOOK = "user_profile.commands.look:add_commands"
UPDATE = "user_profile.commands.update:add_commands"
EXPORT = "user_profile.commands.private:add_commands"
BASELINES = "user_profile.commands.baselines:add_commands"
SEQUENCES = "user_profile.commands.sequences:add_parser"

COMMANDS = {
    "demo": (LEARN, "train on the shipped log, judge, show one customer"),
    "train": (LEARN, "train a model on a log and save it"),
    "evaluate": (LEARN, "a saved model on the test sessions"),
    "show": (LOOK, "the profile of one customer, and why"),
    "drift": (LOOK, "how the interests of one customer changed"),
    "recommend": (LOOK, "next purchases of a customer, or of all"),
    "target": (LOOK, "the audience of an advertisement"),
    "risk": (LOOK, "the chance that a customer cancels within 90 days"),
    "retention": (LOOK, "the chance that a customer returns within 90 days"),
    "update": (UPDATE, "add a session to a profile, without training"),
    "export-profiles": (EXPORT, "all profiles as levels and chances, without raw events"),
    "baselines": (BASELINES, "the table a model has to beat, on any log"),
    "sequences": (SEQUENCES, "next items on any log of items in order"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; 0 if it went well, 2 after a mistake, which is told in one sentence."""
    argv = sys.argv[1:] if argv is None else argv
    options = _parser(argv[0] if argv else "").parse_args(argv)
    from attention.parallel import WorkerDied
    from attention.parallel.process import single_threaded_blas
    from attention.training import Interrupted
    from attention.training.console import hold_streams, tell, tell_stop

    from .commands.outputs import check_outputs

    hold_streams()

    try:
        with single_threaded_blas:  # many small products: splitting each costs more than it brings
            check_outputs(options)
            return options.run(options)
    except Interrupted as stopped:
        tell_stop(stopped, "user_profile", argv)
        return 130
    except KeyboardInterrupt:
        tell("stopped; nothing was written")
        return 130
    except BrokenPipeError:
        sys.stderr = None  # the reader of our output left; there is nobody to tell
        return 0
    except (ValueError, OSError, FloatingPointError, MemoryError, WorkerDied) as error:
        tell(f"error: {error}")
        return 2


def _parser(asked: str) -> argparse.ArgumentParser:
    """All commands, by name; `asked` and those added with it have their options too."""
    parser = argparse.ArgumentParser("python -m user_profile", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    needed = COMMANDS[asked][0] if asked in COMMANDS else None
    for name, (home, text) in COMMANDS.items():
        if home != needed:
            commands.add_parser(name, help=text)
    if needed:
        resolve_name(needed)(commands)
        for name, command in commands.choices.items():
            command.description = command.description or COMMANDS[name][1]
    return parser


if __name__ == "__main__":
    sys.exit(main())
