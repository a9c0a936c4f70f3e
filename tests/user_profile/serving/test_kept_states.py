"""Lists of all customers say the same whether states are encoded, held or kept."""

import copy

import numpy as np
import pytest
from user_profile.dates import DAY
from user_profile.log.kept import cache_folder
from user_profile.model.saved import load_model
from user_profile.serving import kept_states as room
from user_profile.serving import profiler as profiler_room
from user_profile.serving.applications import recommend, retention
from user_profile.serving.audience import audience
from user_profile.serving.profiler import Profiler


@pytest.fixture
def asked(shop, tmp_path, monkeypatch):
    """A new reader of the shop each time, in a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path, sessions = shop
    trained = load_model(path)
    return lambda: Profiler(copy.deepcopy(trained), sessions)


def copies():
    return sorted(cache_folder().glob("states-*.npz"))


def lists(profiler, days_before=0):
    moment = profiler.now - days_before * DAY
    everybody = np.arange(len(profiler.history.users))
    known = profiler.history.known_sessions(everybody, np.full(len(everybody), moment))
    users, items = everybody[known > 0], profiler.spec.items
    category = profiler.spec.category_names[0]
    return (
        list(recommend(profiler, users, moment, items, 5)),
        list(retention(profiler, users, moment)),
        audience(profiler, category, users, moment, 20).rows,
    )


@pytest.mark.parametrize("days_before", [0, 60])
def test_held_and_kept_states_answer_as_encoding_does(asked, monkeypatch, days_before):
    plain = lists(asked(), days_before)
    assert not copies()
    for keep in (False, True):
        profiler = asked()
        profiler.encode_all(keep=keep)
        assert lists(profiler, days_before) == plain
        assert len(copies()) == keep
    monkeypatch.setattr(room, "encode_all", None)  # or all would be encoded again
    kept = asked()
    kept.encode_all(keep=True)
    assert lists(kept, days_before) == plain
    assert np.array_equal(kept.states.rows, profiler.states.rows)


def test_another_model_another_log_and_a_damaged_copy_are_encoded_anew(asked, shop):
    first, other = asked(), asked()
    first.encode_all(keep=True)
    other.model.customers.start.data[0] += 1
    other.encode_all(keep=True)
    assert len(copies()) == 2
    assert not np.array_equal(first.states.rows, other.states.rows)
    sessions = shop[1]
    shorter = Profiler(load_model(shop[0]), sessions.take(sessions.end < sessions.end.max()))
    shorter.encode_all(keep=True)
    assert len(copies()) == 3
    for path in copies():
        path.write_bytes(path.read_bytes()[:-100])
    again = asked()
    again.encode_all(keep=True)
    assert np.array_equal(again.states.rows, first.states.rows)


@pytest.mark.parametrize("held", [False, True])
def test_many_customers_are_read_in_parts(asked, monkeypatch, held):
    plain = lists(asked(), 60)
    monkeypatch.setattr(profiler_room, "_PART", 7)
    profiler = asked()
    if held:
        profiler.encode_all(keep=False)
    assert lists(profiler, 60) == plain
    users = np.array([3, 0, 3, 40, 7])  # in any order, and again
    moments = profiler.now - np.array([90, 0, 0, 30, 60]) * DAY
    monkeypatch.setattr(profiler_room, "_PART", 1000)
    for name in ("levels", "score_known"):
        whole = getattr(asked(), name)(users, moments)
        monkeypatch.setattr(profiler_room, "_PART", 2)
        assert getattr(profiler, name)(users, moments) == pytest.approx(whole, abs=1e-5)
        monkeypatch.setattr(profiler_room, "_PART", 1000)


def test_too_many_states_are_not_held(asked, monkeypatch):
    monkeypatch.setattr(room, "_MOST", 1000)
    profiler = asked()
    profiler.encode_all(keep=True)
    assert profiler.states is None
    assert not copies()


def test_a_place_that_cannot_be_written_costs_a_line_only(asked, tmp_path, monkeypatch, capsys):
    plain = lists(asked())
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    profiler = asked()
    profiler.encode_all(keep=True)
    assert lists(profiler) == plain
    assert "the states are not kept" in capsys.readouterr().err
