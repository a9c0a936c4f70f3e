"""What takes long says how far it is; what is quick says nothing."""

import pytest
from user_profile.commands import waiting
from user_profile.commands.waiting import Waiting


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(waiting.time, "monotonic", lambda: now[0])
    return now


def test_a_line_now_and_then_where_there_is_no_terminal(clock, capsys):
    told = Waiting()
    for done in range(1, 6):
        clock[0] += 20
        told("popularity", done, 6)
    assert capsys.readouterr().err.splitlines() == ["popularity: 3 of 6", "popularity: 5 of 6"]


def test_nothing_of_what_is_quick(clock, capsys):
    told = Waiting()
    for name in ("popularity", "neighbours"):
        for done in range(1, 9):
            clock[0] += 2
            told(name, done, 8)
    assert capsys.readouterr().err == ""
