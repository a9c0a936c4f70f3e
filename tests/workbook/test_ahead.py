"""What is done ahead of time changes no answer: a request begun, a worker warm, mistakes known."""

import numpy as np
import pytest
from attention_workbook import lay_out
from attention_workbook.__main__ import typed
from attention_workbook.keys import Desk
from attention_workbook.place import Place
from attention_workbook.watch import Watch
from grader.diagnose import doctor_of
from grader.exercise import find_exercise, find_exercises
from grader.sandbox import spawn
from grader.sandbox.execute import Request
from grader.sandbox.runner import Limits, Sandboxed, Unusable

EX01 = find_exercise("ex01", find_exercises())


@pytest.fixture
def candidate(tmp_path):
    """A small answer in its worker."""
    path = tmp_path / "softmax.py"
    path.write_text(
        "def softmax(x):\n    if x is None:\n        while True: pass\n    return 2 * x\n"
    )
    made = Sandboxed(EX01, path, Limits(call=1.0))
    yield made
    made.close()


def asked(number):
    return Request("softmax", [number], {})


def test_what_was_begun_is_what_run_tells(candidate):
    for number in (3.0, 5.0):
        request = asked(number)
        candidate.begin(request)
        assert candidate.run(request).outputs == [2 * number]
        assert candidate.run(asked(7.0)).outputs == [14.0]


def test_what_nobody_asks_for_is_not_taken_for_the_next(candidate):
    candidate.begin(asked(3.0))
    assert candidate.run(asked(5.0)).outputs == [10.0]
    candidate.begin(asked(3.0))
    candidate.begin(asked(5.0))
    assert candidate.run(asked(np.float64(7.0))).outputs == [14.0]


@pytest.mark.slow
def test_what_was_begun_and_hangs_is_told_when_it_is_asked_for(candidate):
    request = asked(None)
    candidate.begin(request)
    assert "did not finish within 1 s" in candidate.run(request).stopped
    assert candidate.run(asked(5.0)).outputs == [10.0]


def test_a_file_that_cannot_be_run_is_told_by_run(tmp_path):
    path = tmp_path / "softmax.py"
    path.write_text("import nothing_of_this_name\n\ndef softmax(x):\n    return x\n")
    candidate = Sandboxed(EX01, path)
    candidate.begin(asked(1.0))
    with pytest.raises(Unusable, match="nothing_of_this_name"):
        candidate.run(asked(1.0))


def test_one_worker_at_most_waits(monkeypatch):
    spawn._end_spare()
    monkeypatch.setattr(spawn, "_spawned", lambda: "a worker")
    spawn.start_ahead()
    spawn.start_ahead()
    assert [spawn._spare.pop()] == ["a worker"]
    assert spawn._spare == []
    spawn.start_ahead()
    assert (spawn.worker(), spawn._spare) == ("a worker", [])


def test_no_worker_is_no_error_before_it_is_needed(monkeypatch):
    def none():
        raise BlockingIOError("no more processes")

    spawn._end_spare()
    monkeypatch.setattr(spawn, "_spawned", none)
    spawn.start_ahead()
    assert spawn._spare == []


def test_a_pause_of_watch_asks_the_reference_then_a_mistake_at_a_time(tmp_path):
    lay_out.init(tmp_path / "mine")
    home = tmp_path / "mine"
    session = Watch(Place(home, home, home, typed), Desk())
    doctor, mistakes = doctor_of(session.exercise), session.exercise.mistakes
    for known in (0, 1, 2):
        session._prepare()
        assert [bool(doctor.runner(one)._memory) for one in mistakes].count(True) == known
