"""A season that is kept equals one that is counted, or is not used at all."""

from dataclasses import replace

import numpy as np
import pytest
from user_profile.features import kept_season as room
from user_profile.features.history import read_history
from user_profile.features.kept_season import kept_season
from user_profile.features.season import read_season
from user_profile.log.kept import cache_folder

from tests.user_profile.shop_log import make_sessions


@pytest.fixture
def history(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return read_history(make_sessions())


def copies():
    return sorted(cache_folder().glob("season-*.npz"))


def same(one, other):
    assert one._fields == other._fields
    for mine, theirs in zip(one, other):
        assert np.array_equal(mine, theirs)
        assert np.asarray(mine).dtype == np.asarray(theirs).dtype


def test_a_kept_season_is_the_season(history, monkeypatch):
    counted = read_season(history)
    same(kept_season(history), counted)
    assert len(copies()) == 1
    monkeypatch.setattr(room, "read_season", None)  # or it would be counted again
    same(kept_season(history), counted)


def test_another_log_and_a_damaged_copy_are_counted_anew(history):
    kept_season(history)
    other = replace(history, price=history.price + 1)
    same(kept_season(other), read_season(other))
    assert len(copies()) == 2
    for path in copies():
        path.write_bytes(path.read_bytes()[:-100])
    same(kept_season(history), read_season(history))
    same(kept_season(history), read_season(history))


def test_a_place_that_cannot_be_written_costs_a_line_only(history, tmp_path, monkeypatch, capsys):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    same(kept_season(history), read_season(history))
    assert "the season is not kept" in capsys.readouterr().err
