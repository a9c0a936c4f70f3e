"""The seconds of computing that a search may take."""

import pytest
from grader.clock import WAIT, Clock, OutOfTime


def test_only_computing_within_is_counted_and_a_worker_adds_its_own(monkeypatch):
    now = {"process_time": 0.0, "monotonic": 0.0}
    for name in now:
        monkeypatch.setattr(f"grader.clock.time.{name}", lambda name=name: now[name])
    clock = Clock(3.0)
    now["process_time"] = 9.0
    with clock:
        now["process_time"] = 10.0
        assert clock.left == 2.0
        clock.add(0.5)
    now["process_time"] = 99.0
    assert clock.left == 1.5
    clock.check()
    with clock:
        now["monotonic"] = 3.0 * WAIT
        with pytest.raises(OutOfTime):
            clock.check()


def test_what_is_spent_stays_spent():
    clock = Clock(1.0)
    clock.add(1.0)
    assert clock.over
    with clock, pytest.raises(OutOfTime):
        clock.check()


def test_a_search_ends_when_nobody_waits_for_it():
    waiting = [True]
    clock = Clock(9.0, stop=lambda: not waiting)
    with clock:
        clock.check()
        waiting.clear()
        with pytest.raises(OutOfTime):
            clock.check()
