"""What the grader writes is whole or not there; an answer is never lost to a full disk."""

import errno
import os

import pytest
from grader.exercise import EXERCISES, find_exercise, find_exercises
from grader.files import write_page, write_whole
from grader.reset import reset


@pytest.fixture
def full_disk(monkeypatch):
    def fsync(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fsync)


def test_a_file_is_replaced_whole_and_keeps_its_permissions(tmp_path):
    target = tmp_path / "scores.json"
    target.write_text("a longer text than the next")
    target.chmod(0o640)
    write_whole(target, b"short")
    assert target.read_bytes() == b"short"
    assert target.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["scores.json"]


def test_two_runs_draft_under_names_of_their_own(tmp_path, monkeypatch):
    drafts = []
    monkeypatch.setattr(os, "replace", lambda draft, target: drafts.append(draft))
    write_whole(tmp_path / "scores.json", b"1")
    write_whole(tmp_path / "scores.json", b"2")
    assert len(set(drafts)) == 2


def test_drafts_of_dead_runs_are_removed_and_those_of_living_ones_kept(tmp_path):
    fcntl = pytest.importorskip("fcntl")
    dead, living, new = (tmp_path / f".scores.json.{name}.part" for name in ("a", "b", "c"))
    dead.write_bytes(b"1")
    living.write_bytes(b"1")
    new.touch()
    with living.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        write_whole(tmp_path / "scores.json", b"2")
    assert sorted(tmp_path.iterdir()) == [living, new, tmp_path / "scores.json"]


def test_a_link_is_followed(tmp_path):
    (tmp_path / "page.md").touch()
    (tmp_path / "link.md").symlink_to(tmp_path / "page.md")
    write_page(tmp_path / "link.md", "é\n")
    assert (tmp_path / "link.md").is_symlink()
    assert (tmp_path / "page.md").read_bytes() == "é\n".encode()


def test_no_other_writer_stands_in_the_grader():
    marks = (".write_text(", ".write_bytes(", '"w")', '"wb")', "mkstemp(")
    found = [
        f"{path.relative_to(EXERCISES)}: {line.strip()}"
        for path in sorted((EXERCISES / "grader").rglob("*.py"))
        if path != EXERCISES / "grader" / "files.py"
        for line in path.read_text(encoding="utf-8").splitlines()
        if any(mark in line for mark in marks) and "fdopen" not in line
    ]
    assert found == []


def test_a_full_disk_leaves_what_was_there(tmp_path, full_disk):
    target = tmp_path / "scores.json"
    target.write_text("old")
    with pytest.raises(OSError, match="No space"):
        write_whole(target, b"new")
    assert os.listdir(tmp_path) == ["scores.json"]
    assert target.read_text() == "old"


def test_a_reset_without_room_leaves_the_answer(tmp_path, full_disk):
    exercise = find_exercise("ex05", find_exercises())
    answer = tmp_path / exercise.name / exercise.file
    answer.parent.mkdir()
    answer.write_text("mine = 1\n")
    with pytest.raises(OSError, match="No space"):
        reset(exercise, tmp_path)
    assert answer.read_text() == "mine = 1\n"
    assert os.listdir(answer.parent) == [exercise.file]
