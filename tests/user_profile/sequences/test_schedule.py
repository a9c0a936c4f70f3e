"""The rate of a run that knows its minutes, on a clock of its own."""

import numpy as np
import pytest
from user_profile.sequences.schedule import Schedule


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def run(schedule, clock, step_seconds, epoch_steps=10):
    rates = []
    while not schedule.over and schedule.epoch < schedule.epochs:
        for number in range(epoch_steps):
            rates.append(schedule.next(epoch_steps - number, epoch_steps))
            clock.now += step_seconds(len(rates))
            if schedule.over:
                break
        schedule.epoch += 1
    return np.array(rates)


def test_with_time_enough_the_rate_is_warm_up_then_half_a_cosine():
    clock = Clock()
    rates = run(Schedule(1.0, 4, 5, 1000.0, clock), clock, lambda step: 1.0)
    at = np.arange(50)
    want = np.minimum(1, (at + 1) / 4) * 0.5 * (1 + np.cos(np.pi * at / 50))
    np.testing.assert_allclose(rates, want)


@pytest.mark.parametrize("speed", ["steady", "slower", "faster"])
def test_the_rate_reaches_zero_when_the_time_is_up(speed):
    seconds = {
        "steady": lambda step: 1.0,
        "slower": lambda step: 1.0 if step < 30 else 2.0,
        "faster": lambda step: 1.0 if step < 30 else 0.5,
    }[speed]
    clock = Clock()
    rates = run(Schedule(1.0, 4, 1000, 100.0, clock), clock, seconds)
    assert 90 <= clock.now <= 102
    assert rates[-1] < 0.02
    assert (np.diff(rates[5:]) <= 0).all()
    assert 50 < len(rates) < 200


def test_the_epochs_that_there_is_time_for_are_told():
    clock = Clock()
    schedule = Schedule(1.0, 4, 60, 100.0, clock)
    assert schedule.expected == 60  # nothing is known yet
    clock.now, schedule.epoch = 12.0, 1
    assert schedule.expected == 9  # 88 s more at 12 s each, the last cut short
    schedule.reserved = 10.0
    assert schedule.expected == 8
    clock.now, schedule.epoch = 120.0, 10
    assert schedule.expected == 10
    clock.now = 12.0
    assert Schedule(1.0, 4, 3, 100.0, clock).expected == 3
