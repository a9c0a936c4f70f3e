"""python -m user_profile COMMAND: from an event log to customer profiles and their uses."""

import argparse
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; 0 if it went well, 2 after a mistake, which is told in one sentence."""
    from attention.training.process import single_threaded_blas

    options = _parser().parse_args(argv)
    try:
        with single_threaded_blas:  # many small products: splitting each costs more than it brings
            return options.run(options)
    except KeyboardInterrupt:
        print("stopped; nothing was written", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output left; there is nobody to tell
        return 0
    except (ValueError, OSError, FloatingPointError, MemoryError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    from .commands import learn, look, update  # here, so that `import user_profile` stays instant
    from .privacy import options as privacy
    from .sequences import command as sequences

    parser = argparse.ArgumentParser("python -m user_profile", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    learn.add_commands(commands)
    look.add_commands(commands)
    update.add_commands(commands)
    privacy.add_commands(commands)
    sequences.add_parser(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
