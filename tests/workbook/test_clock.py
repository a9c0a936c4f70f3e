"""The seconds of computing that a search may take."""

import pytest
from grader import clock as module
from grader.clock import LOOP, SLOWEST, WAIT, Clock, OutOfTime, pace


def test_a_slow_machine_is_given_more_seconds_up_to_a_bound(monkeypatch):
    for slow, expected in ((0.5, 1.0), (1.5, 1.5), (9.0, SLOWEST)):
        ticks = iter(range(99))
        monkeypatch.setattr(
            "grader.clock.time.process_time",
            lambda slow=slow, ticks=ticks: LOOP * slow * next(ticks),
        )
        assert pace.__wrapped__() == pytest.approx(expected)


def test_half_as_fast_takes_twice_as_long(monkeypatch):
    monkeypatch.setattr(module, "pace", lambda: 2.0)
    clock = Clock(3.0)
    clock.add(4.0)
    assert clock.left == 1.0


def test_only_computing_within_is_counted_and_a_worker_adds_its_own(monkeypatch):
    monkeypatch.setattr(module, "pace", lambda: 1.0)
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
    clock.add(module.pace())
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
