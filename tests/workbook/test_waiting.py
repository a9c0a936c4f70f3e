"""What a student sees while causes are looked for."""

from types import SimpleNamespace

import pytest
from grader import lazy
from grader.waiting import looking_for_causes


def test_a_terminal_says_what_is_waited_for_and_then_no_more():
    shown = []
    with looking_for_causes(shown.append, terminal=True):
        assert shown == ["Looking for the cause …"]
    assert shown[1:] == ["\r" + " " * len(shown[0]) + "\r"]


def test_a_file_and_an_error_keep_nothing_of_it():
    shown = []
    with looking_for_causes(shown.append, terminal=False):
        pass
    assert shown == []
    with pytest.raises(OSError, match="full"), looking_for_causes(shown.append, terminal=True):
        raise OSError("full")
    assert shown[-1].endswith("\r")


@pytest.mark.parametrize("terminal", [True, False])
def test_a_report_of_pytest_says_so(monkeypatch, terminal):
    shown = []
    writer = SimpleNamespace(
        hasmarkup=terminal,
        write=lambda text, flush: shown.append(text),
        line=lambda text: shown.append(text),
    )
    monkeypatch.setattr(lazy, "failure_text", lambda run, result: "the failure")
    lazy.LazyReport(None, None, True).toterminal(writer)
    assert shown[-1] == "the failure"
    assert len(shown) == (3 if terminal else 1)
