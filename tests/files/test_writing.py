"""The one writer: whole or not at all, whatever happens in between."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from attention.files import keep_existing, writable, write_bytes, write_text, written_whole
from attention.files.writing import fcntl

ROOT = Path(__file__).parents[2]


def test_links_are_followed_and_permissions_kept(tmp_path: Path) -> None:
    target, link = tmp_path / "far" / "real", tmp_path / "link"
    target.parent.mkdir()
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    write_text(link, "new\n")
    assert link.is_symlink()
    assert target.read_bytes() == b"new\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_bytes(tmp_path / "deep" / "new", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "deep" / "new").stat().st_mode) == 0o640


def test_a_device_is_written_to_and_not_replaced() -> None:
    write_bytes("/dev/null", b"x")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    writable("/dev/null")
    keep_existing("/dev/null", False, "--out")


KILLED = """
import os, signal
from attention.files import written_whole
with written_whole({path!r}) as file:
    file.write(b"half")
    file.flush()
    print("half", flush=True)
    signal.pause()
"""


@pytest.mark.skipif(fcntl is None, reason="no locks here")
def test_drafts_of_dead_runs_are_removed_and_those_of_living_ones_kept(tmp_path: Path) -> None:
    path = tmp_path / "file"
    runs = []
    for _ in range(2):
        run = subprocess.Popen(
            [sys.executable, "-c", KILLED.format(path=str(path))],
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        assert run.stdout is not None
        assert run.stdout.readline() == b"half\n"
        runs.append(run)
    try:
        write_bytes(path, b"first")
        assert len(list(tmp_path.iterdir())) == 3
        runs[0].send_signal(signal.SIGKILL)
        runs[0].wait()
        write_bytes(path, b"second")
        assert len(list(tmp_path.iterdir())) == 2
    finally:
        for run in runs:
            run.kill()
            run.communicate()
    write_bytes(path, b"third")
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"third"


def test_an_error_on_the_way_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_bytes(path, b"old")
    with pytest.raises(TypeError), written_whole(path) as file:
        file.write(b"new" + None)  # type: ignore[operator]
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"old"


def test_whether_a_file_can_be_written_is_known_before(tmp_path: Path) -> None:
    writable(tmp_path / "new" / "file")
    assert list((tmp_path / "new").iterdir()) == []
    (tmp_path / "plain").write_text("")
    for path in (tmp_path, tmp_path / "plain" / "file", "/proc/nothing/file"):
        with pytest.raises(OSError, match=r"cannot be written \(.+\); name a file"):
            writable(path)


def test_what_exists_is_kept_and_what_else_may_be_done_is_said(tmp_path: Path) -> None:
    path = tmp_path / "file"
    keep_existing(path, False, "--model")
    path.write_text("")
    keep_existing(path, True, "--model")
    with pytest.raises(FileExistsError, match=r"add --overwrite to replace it, or .* --model$"):
        keep_existing(path, False, "--model")
    with pytest.raises(FileExistsError, match=r"add --resume to go on with it, --overwrite to"):
        keep_existing(path, False, "--model", "--resume to go on with it")


def test_no_other_writer_stands_in_the_packages() -> None:
    """What would spoil a file if it were cut short: opened for writing by hand."""
    marks = (".write_text(", ".write_bytes(", '"w")', '"wb")', "savez", "os.replace(")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for package in ("attention", "profile")
        for path in sorted((ROOT / package).rglob("*.py"))
        if path.parent.name != "files"
        for line in path.read_text("utf-8").splitlines()
        if any(mark in line for mark in marks)
        and not any(word in line for word in ("fdopen", "os.devnull"))
    ]
    assert found == []
