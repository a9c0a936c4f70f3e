"""Landlock: of all files, a process may read those it was given, and it may write none.

By three system calls, see Documentation/userspace-api/landlock.rst of the kernel. Rights that a
kernel does not know yet are left out.
"""

import ctypes
import os
from typing import Any

from grader.sandbox.reach import Reach

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every architecture
VERSION_FLAG, PATH_BENEATH = 1, 1

WRITE_FILE, READ_FILE, READ_DIR = 1 << 1, 1 << 2, 1 << 3
FS_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}  # by ABI: how many rights over files there are
TCP_RIGHTS = 0b11  # bind and connect, from ABI 4
SCOPES = 0b11  # abstract sockets and signals stay inside, from ABI 6


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version(libc: ctypes.CDLL) -> int:
    """The ABI that the kernel offers, 0 for none."""
    return max(0, libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION_FLAG))


def restrict(libc: ctypes.CDLL, reach: Reach) -> str:
    """Leave this process what is in reach, and no more. Raises OSError where it cannot."""
    abi = version(libc)
    if not abi:
        return ""
    rights = FS_RIGHTS[max(known for known in FS_RIGHTS if known <= abi)]
    handled = _Ruleset((1 << rights) - 1, TCP_RIGHTS * (abi >= 4), SCOPES * (abi >= 6))
    size = 8 + 8 * (abi >= 4) + 8 * (abi >= 6)
    ruleset = _call(libc, CREATE_RULESET, ctypes.byref(handled), ctypes.c_size_t(size), 0)
    try:
        for path in reach.readable:
            _allow(libc, ruleset, path, READ_FILE | READ_DIR)
        for path in reach.listable:
            _allow(libc, ruleset, path, READ_DIR)
        _allow(libc, ruleset, os.devnull, READ_FILE | WRITE_FILE)
        _call(libc, RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return f"Landlock {abi}"


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # it is not there, so nobody can read it
    try:
        if not os.path.isdir(path):
            rights &= ~READ_DIR
        rule = _Beneath(rights, place)
        _call(libc, ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(place)


def _call(libc: ctypes.CDLL, number: int, *arguments: Any) -> int:
    result = libc.syscall(number, *arguments)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"landlock: {os.strerror(code)}")
    return result
