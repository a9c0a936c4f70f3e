"""How far something is that takes long: a table over many items, an epoch of a long log."""

import time

from attention.training import Progress

_AFTER = 2.0  # seconds in which nothing is said
_EVERY = 30.0  # seconds between lines where they cannot be rewritten


class Waiting:
    """Told ``what``, of which ``done`` of ``total`` is done; says so in place or now and then."""

    def __init__(self, every: float = _EVERY) -> None:
        self._every, self._what = every, ""

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if what != self._what:
            self._what, self._start, self._said = what, now, now
            self._progress = Progress(total)
        if self._progress.in_place and now - self._start >= _AFTER:
            self._progress.show(done, what)
        elif not self._progress.in_place and now - self._said >= self._every and done < total:
            self._said = now
            self._progress.say(f"{what}: {done:,} of {total:,}")
