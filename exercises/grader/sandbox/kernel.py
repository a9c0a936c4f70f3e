"""The fence that the kernel holds: nothing in the interpreter can take it down.

Called in the worker, once all of ours is loaded and before the student's file is. What the kernel
does not offer is left out; the fence in Python stands in any case.
"""

import contextlib
import ctypes
import errno
import os
import sys

from grader.sandbox import landlock, seccomp
from grader.sandbox.reach import Reach

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
CAPABILITY_VERSION = 0x20080522  # of capset's header, for 64 capabilities
M_PERTURB, UNWRITTEN = -6, 0x5A  # mallopt's number; the byte that fresh memory then holds
LIMITS = {
    "RLIMIT_AS": 3 * 2**29,
    "RLIMIT_CPU": 240,
    "RLIMIT_CORE": 0,
    "RLIMIT_FSIZE": 0,
    "RLIMIT_NOFILE": 64,
    "RLIMIT_NPROC": 0,
    "RLIMIT_MEMLOCK": 0,
    "RLIMIT_MSGQUEUE": 0,
}


def perturb_memory() -> None:
    """Have fresh memory hold `UNWRITTEN`, where the C library can: what was never set shows."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_PERTURB, UNWRITTEN ^ 0xFF)


def limit_resources() -> None:
    """Cap memory, processor time, files and processes, where the platform can."""
    try:
        import resource
    except ImportError:
        return
    for name, value in LIMITS.items():
        try:
            limit = getattr(resource, name)
            _, hard = resource.getrlimit(limit)
            ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(limit, (ceiling, ceiling))
        except (AttributeError, ValueError, OSError):
            continue


def fence(reach: Reach, parent: int) -> str:
    """Fence this process for good; -> what stands, in a few words, empty where nothing does.

    ``parent`` is the process without which this one is to end.
    """
    if not sys.platform.startswith("linux"):
        return ""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0)
    if os.getppid() != parent:  # it died before it was asked for
        os._exit(1)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return ""
    stands = []
    for layer in (lambda: landlock.restrict(libc, reach), lambda: seccomp.restrict(libc)):
        try:
            stands.append(layer())
        except OSError as problem:
            if problem.errno not in (errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.EPERM):
                raise
    _drop_capabilities(libc)
    return ", ".join(name for name in stands if name)


def _drop_capabilities(libc: ctypes.CDLL) -> None:
    """Root without its powers: file modes and limits hold for it too."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    libc.capset(header, (ctypes.c_uint32 * 6)())
