"""What the kernel refuses a worker, tried by one that knows every way around Python's own fence."""

import subprocess
import sys
from pathlib import Path

import pytest
from grader.sandbox import held as held_by
from grader.sandbox import seccomp
from grader.sandbox.reach import HIDDEN, reach_of

EXERCISES = Path(__file__).parents[2] / "exercises"
PROBE = """
import ctypes, fcntl, os, resource, signal, socket, subprocess, sys, threading
sys.path.insert(0, EXERCISES)
from grader.sandbox import kernel
from grader.sandbox.reach import reach_of
X86 = os.uname().machine == 'x86_64'
libc, parent = ctypes.CDLL(None, use_errno=True), os.getppid()
kernel.limit_resources()
stands = kernel.fence(reach_of([OWN], []), parent)

def call(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")

attempts = {
    "reads its own file": lambda: open(OWN).read(),
    "reads another file": lambda: open(OTHER).read(),
    "writes a file": lambda: open(OTHER, "w"),
    "empties its own file": lambda: os.open(OWN, os.O_RDONLY | os.O_TRUNC),
    "makes a folder": lambda: os.mkdir(OTHER + ".folder"),
    "makes a pipe in a folder": lambda: os.mkfifo(OTHER + ".pipe"),
    "deletes a file": lambda: os.remove(OTHER),
    "renames a file": lambda: os.rename(OTHER, OTHER + ".gone"),
    "makes a link": lambda: os.symlink(OTHER, OTHER + ".link"),
    "changes a mode": lambda: os.chmod(OTHER, 0o777),
    "changes times": lambda: os.utime(OTHER),
    "sets an attribute": lambda: os.setxattr(OTHER, "user.x", b"1"),
    "reads its parent's environment": lambda: open(f"/proc/{parent}/environ").read(),
    "reads its parent's memory": lambda: open(f"/proc/{parent}/mem", "rb").read(1),
    "opens a connection": lambda: socket.socket(),
    "opens a pair of sockets": lambda: socket.socketpair(),
    "forks": lambda: os.fork() or os._exit(0),
    "starts a program": lambda: subprocess.run(["/bin/true"]),
    "becomes a program": lambda: os.execv("/bin/true", ["true"]),
    "starts a thread": lambda: threading.Thread(target=print).start(),
    "signals its parent": lambda: os.kill(parent, 0),
    "signals everybody": lambda: os.kill(-1, 0),
    "holds its parent": lambda: os.pidfd_open(parent),
    "leaves its session": lambda: os.setsid(),
    "leaves its group": lambda: os.setpgid(0, 0),
    "limits its parent": lambda: resource.prlimit(parent, resource.RLIMIT_NOFILE, (9, 9)),
    "keeps memory elsewhere": lambda: os.memfd_create("x"),
    "keeps shared memory": lambda: call(29 if X86 else 194, 1234, 4096, 0o1600),
    "stores a key": lambda: call(248 if X86 else 217, b"user", b"x", b"y", 1, -3),
    "traces its parent": lambda: call(101 if X86 else 117, 16, parent, 0, 0),
    "opens by handle": lambda: call(304 if X86 else 265, 0, 0, 0),
    "has its parent signalled": lambda: fcntl.fcntl(os.pipe()[0], 8, parent),
    "holds whoever opens its file": lambda: fcntl.fcntl(os.open(OWN, 0), 1024, fcntl.F_RDLCK),
    "sets flags of a file": lambda: fcntl.ioctl(os.open(OWN, 0), 0x40086602, bytes(8)),
    "outlives its parent": lambda: call(157 if X86 else 167, 1, 0, 0, 0, 0),
    "takes all memory": lambda: bytearray(2 << 30),
    "asks for its powers back": lambda: call(126 if X86 else 91,
                                             (ctypes.c_uint32 * 2)(0x20080522, 0),
                                             (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)),
}
print(stands)
for name, attempt in attempts.items():
    try:
        attempt()
        print(f"{name}: done")
    except (OSError, MemoryError, RuntimeError) as problem:
        print(f"{name}: {type(problem).__name__}")
print("end")
"""


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    """What stands, and what came of each attempt."""
    if not sys.platform.startswith("linux"):
        pytest.skip("the kernel's fence is Linux's")
    folder = tmp_path_factory.mktemp("fenced")
    own, other = folder / "own.py", folder / "other.txt"
    own.write_text("mine")
    other.write_text("not mine")
    head = f"OWN, OTHER, EXERCISES = {str(own)!r}, {str(other)!r}, {str(EXERCISES)!r}\n"
    done = subprocess.run(
        [sys.executable, "-c", head + PROBE], capture_output=True, text=True, check=False
    )
    stands, *lines = done.stdout.splitlines()
    assert lines[-1:] == ["end"], done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["other.txt", "own.py"]
    assert other.read_text() == "not mine"
    return stands, dict(line.split(": ") for line in lines[:-1])


def test_an_answer_can_do_nothing_but_compute(tried):
    stands, came = tried
    if "Landlock" not in stands or "seccomp" not in stands:
        pytest.skip(f"this kernel offers only: {stands or 'nothing'}")
    assert came.pop("reads its own file") == "done"
    assert [name for name, result in came.items() if result == "done"] == []


def test_the_filter_is_whole_on_both_architectures():
    for machine in seccomp.ARCHITECTURES:
        code = seccomp.program(machine, 4321)
        assert len(code) % 8 == 0
        assert len(code) // 8 < 4096
    for column in (0, 1):
        numbers = [pair[column] for pair in seccomp.REFUSED.values() if pair[column] is not None]
        assert len(set(numbers)) == len(numbers)


def test_neither_toolkit_nor_workbook_is_in_reach_where_a_wheel_installed_them(tmp_path):
    packages = tmp_path / "site-packages"
    for name in ("numpy", "attention", "user_profile", "attention_from_scratch-1.0.dist-info"):
        (packages / name).mkdir(parents=True)
    for name in ("sparse", "special"):
        (packages / "scipy" / name).mkdir(parents=True)
    (packages / "__editable___attention.py").touch()
    answer = tmp_path / "softmax.py"
    reach = reach_of([str(answer)], [str(packages)])
    assert {str(answer), str(packages / "numpy")} <= set(reach.readable)
    inside = {Path(path).name for path in reach.readable if path.startswith(str(packages))}
    assert not any(name.partition("-")[0] in HIDDEN or "editable" in name for name in inside)
    assert str(packages / "scipy" / "sparse") in reach.readable
    assert str(packages / "scipy" / "special") not in reach.readable
    assert str(packages) not in reach.readable
    assert str(packages) in reach.listable


@pytest.mark.parametrize(
    ("words", "held"), [("", "nothing"), ("seccomp", "seccomp"), ("Landlock 1", "Landlock 1")]
)
def test_a_weaker_fence_is_told(monkeypatch, words, held):
    monkeypatch.setattr(held_by, "stood", {"Landlock 7, seccomp", words})
    assert f"this kernel holds {held};" in held_by.weaker_fence()
    monkeypatch.setattr(held_by, "stood", {"Landlock 7, seccomp"})
    assert held_by.weaker_fence() == ""
