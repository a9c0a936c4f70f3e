"""A seccomp filter: system calls that reach other processes, or make new ones, are refused.

What computes with NumPy needs none of them. They fail with EPERM, as any call without the right
does; a foreign architecture's calls end the process. Numbers: arch/x86/entry/syscalls and
include/uapi/asm-generic/unistd.h of the kernel.
"""

import ctypes
import errno
import os
import platform
import struct

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
ALLOW, KILL, FAIL = 0x7FFF0000, 0x80000000, 0x00050000
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
NUMBER, ARCH, ARGUMENTS = 0, 4, 16  # places in the data that a filter sees, arguments 8 bytes each
X32 = 0x40000000

# name: number on x86_64, number on aarch64; None: not there
REFUSED: dict[str, tuple[int | None, int | None]] = {
    # other processes, and new ones
    "clone": (56, 220), "fork": (57, None), "vfork": (58, None),
    "execve": (59, 221), "execveat": (322, 281),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "process_mrelease": (448, 448), "kcmp": (312, 272),
    "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424), "pidfd_getfd": (438, 438),
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "setsid": (112, 157), "setpgid": (109, 154), "prctl": (157, 167),
    "setpriority": (141, 140), "ioprio_set": (251, 30), "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119), "sched_setaffinity": (203, 122), "sched_setattr": (314, 274),
    "migrate_pages": (256, 238), "move_pages": (279, 239),
    # connections, and memory or queues that outlive a process
    "socket": (41, 198), "socketpair": (53, 199),
    "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195),
    "msgget": (68, 186), "msgsnd": (69, 189), "semget": (64, 190), "semop": (65, 193),
    "mq_open": (240, 180), "mq_unlink": (241, 181),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    # files past Landlock: their modes, owners, times and attributes, by handle, special ones
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "lchown": (94, None), "fchown": (93, 55), "fchownat": (260, 54),
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "setxattrat": (463, 463),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "removexattrat": (466, 466), "file_setattr": (469, 469),
    "mknod": (133, None), "mknodat": (259, 33),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    # the machine
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "unshare": (272, 97), "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "swapon": (167, 224), "swapoff": (168, 225),
    "reboot": (169, 142), "sethostname": (170, 161), "setdomainname": (171, 162),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171),
    "clock_adjtime": (305, 266), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "acct": (163, 89), "quotactl": (179, 60), "syslog": (103, 116), "iopl": (172, None),
    "ioperm": (173, None), "bpf": (321, 280), "perf_event_open": (298, 241),
    "userfaultfd": (323, 282), "fanotify_init": (300, 262), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "personality": (135, 92),
}  # fmt: skip
SELF = -1  # stands for the process itself
# name: its numbers, which argument decides, its values, and whether they are allowed or refused
BY_ARGUMENT: dict[str, tuple[tuple[int, int], int, tuple[int, ...], bool]] = {
    **{
        name: (numbers, 0, (SELF,), True)
        for name, numbers in {"kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131)}.items()
    },
    "prlimit64": ((302, 261), 0, (0, SELF), True),
    # TCGETS, TIOCGWINSZ, FIONREAD, FIONCLEX, FIOCLEX: the rest sets flags of files and terminals
    "ioctl": ((16, 29), 1, (0x5401, 0x5413, 0x541B, 0x5450, 0x5451), True),
    # F_SETOWN, F_SETSIG, F_SETOWN_EX send signals; F_SETLEASE, F_NOTIFY watch who opens a file
    "fcntl": ((72, 25), 1, (8, 10, 15, 1024, 1026), False),
}
ABSENT = {"clone3": (435, 435)}  # ENOSYS: the C library then tries clone, whose flags are seen
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def program(machine: str, pid: int) -> bytes:
    """The filter for a machine; ``pid`` may be signalled, being the process itself."""
    column, architecture = ARCHITECTURES[machine]
    code = [
        _step(LOAD, ARCH),
        _step(EQUAL, architecture, 1, 0),
        _step(RETURN, KILL),
        _step(LOAD, NUMBER),
    ]
    if machine == "x86_64":
        code += [_step(AT_LEAST, X32, 0, 1), _step(RETURN, FAIL | errno.EPERM)]
    for calls, error in ((REFUSED, errno.EPERM), (ABSENT, errno.ENOSYS)):
        for numbers in calls.values():
            number = numbers[column]
            if number is not None:
                code += [_step(EQUAL, number, 0, 1), _step(RETURN, FAIL | error)]
    for numbers, place, values, allowed in BY_ARGUMENT.values():
        listed, other = (ALLOW, FAIL | errno.EPERM) if allowed else (FAIL | errno.EPERM, ALLOW)
        code += [
            _step(EQUAL, numbers[column], 0, len(values) + 3),
            _step(LOAD, ARGUMENTS + 8 * place),
            *(
                _step(EQUAL, pid if value == SELF else value, len(values) - index)
                for index, value in enumerate(values)
            ),
            _step(RETURN, other),
            _step(RETURN, listed),
        ]
    return b"".join([*code, _step(RETURN, ALLOW)])


def restrict(libc: ctypes.CDLL) -> str:
    """Install the filter in this process. Raises OSError where the kernel has none."""
    machine = platform.machine()
    if machine not in ARCHITECTURES:
        return ""
    code = program(machine, os.getpid())
    filter_ = _Program(len(code) // 8, code)
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(filter_), 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, f"seccomp: {os.strerror(number)}")
    return "seccomp"


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
