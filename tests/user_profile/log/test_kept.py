"""Prepared logs that are kept: equal to a fresh reading, or not used at all."""

import os
import threading

import numpy as np
import pytest
from user_profile.log import kept as room
from user_profile.log.events import COLUMNS
from user_profile.log.kept import KeptLog
from user_profile.log.prepare import MOST_SESSIONS, prepare

TEXT = (
    "user,item,time,price,text\na,x,2024-05-06,2.5,a mug\na,y,2024-05-07,,a cup\n,x,2024-05-07,1,\n"
)


@pytest.fixture
def log(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "log.csv"
    path.write_text(TEXT)
    return path


def copies():
    return sorted(room.cache_folder().glob("*.npz"))


def same(one, other):
    for sessions, others in ((one.sessions, other.sessions), (one.purchases, other.purchases)):
        for name in COLUMNS:
            mine, theirs = getattr(sessions.events, name), getattr(others.events, name)
            assert mine.dtype == theirs.dtype
            assert np.array_equal(mine, theirs, equal_nan=mine.dtype.kind == "f")
        assert np.array_equal(sessions.offsets, others.offsets)
        assert sessions.events.users == others.events.users
        assert sessions.events.texts == others.events.texts
    assert (one.read, str(one.cleaned), one.texts) == (other.read, str(other.cleaned), other.texts)


def test_a_kept_log_equals_a_fresh_one_and_is_used(log, monkeypatch):
    fresh, first = prepare(log), prepare(log, keep=True)
    monkeypatch.setattr("user_profile.log.prepare.read_events", None)  # it is not read again
    same(fresh, first)
    same(fresh, prepare(log, keep=True))


@pytest.mark.parametrize("change", ["content", "time", "options", "code", "damage", "side file"])
def test_a_copy_is_not_trusted_when_anything_differs(log, change, monkeypatch):
    features = log.with_name("features.csv")
    features.write_text("user,age\na,30\n")
    options = {"user_features": features}
    prepare(log, keep=True, **options)
    stat = log.stat()
    if change == "content":
        log.write_text(TEXT.replace("a mug", "a jug"))
        os.utime(log, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    elif change == "time":
        os.utime(log, ns=(0, 0))
    elif change == "options":
        options["keep_charges"] = True
    elif change == "code":
        monkeypatch.setattr(room, "_code", lambda: "another")
    elif change == "damage":
        copies()[0].write_bytes(copies()[0].read_bytes()[:-200])
    else:
        features.write_text("user,age\na,31\n")
    read = []
    real = prepare.__globals__["read_events"]
    monkeypatch.setattr(
        "user_profile.log.prepare.read_events", lambda *a, **k: read.append(1) or real(*a, **k)
    )
    again = prepare(log, keep=True, **options)
    assert read == [1]
    same(again, prepare(log, **options))


def test_copies_are_bounded_and_old_ones_go(log, monkeypatch):
    prepare(log, keep=True)
    old = copies()[0]
    os.utime(old, (0, 0))
    prepare(log, keep=True, keep_charges=True)
    assert old not in copies()
    monkeypatch.setattr(room, "_MOST", 1)
    prepare(log, keep=True, encoding="utf-8")
    assert len(copies()) == 1


def test_two_writers_at_once_leave_one_whole_copy(log):
    prepared = prepare(log)
    keepers = [KeptLog(log, {}) for _ in range(4)]
    threads = [threading.Thread(target=keeper.save, args=(prepared,)) for keeper in keepers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    same(KeptLog(log, {}).load(), prepared)
    assert len(list(room.cache_folder().iterdir())) == 1


def test_a_place_that_cannot_be_written_costs_one_line(log, monkeypatch, capsys):
    monkeypatch.setenv("XDG_CACHE_HOME", str(log))  # a file, not a folder
    same(prepare(log, keep=True), prepare(log))
    assert capsys.readouterr().err.count("\n") == 1
    assert KeptLog("postgresql://x/y", {}).load() is None
    assert KeptLog("-", {}).load() is None


def test_one_id_with_thousands_of_sessions_is_bounded_and_named(tmp_path):
    path = tmp_path / "log.csv"
    rows = "".join(f"till,x,{1_700_000_000 + 86_400 * day}\n" for day in range(MOST_SESSIONS + 7))
    path.write_text(f"user,item,time\n{rows}b,x,1700000000\n")
    log = prepare(path)
    assert log.sessions.counts.tolist() == [MOST_SESSIONS, 1]
    assert log.sessions.time.max() == 1_700_000_000 + 86_400 * (MOST_SESSIONS + 6)
    assert f"'till' ({MOST_SESSIONS + 7:,})" in log.read
