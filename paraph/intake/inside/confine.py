"""Gives up, for good, whatever a child does not need: memory beyond its share, network, files, other processes.

Limits are required: without them the child ends. The rest is layered, because containers forbid some of it: a network
of its own (namespaces), another user (where we are root), and a filter of system calls that refuses every call but
those that reading, counting and drawing need (seccomp). Modules must be imported before.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
from contextlib import suppress

NOBODY = 65534
CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS = 0x10000000, 0x40000000, 0x08000000, 0x04000000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 1, 4, 38, 22, 2
SIGKILL = 9
# Classic BPF: load a word of seccomp_data, compare, return (linux/bpf_common.h, linux/seccomp.h).
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, EPERM, ENOSYS, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
FLAGS = 16  # where seccomp_data has the first argument
# CLONE_VM, FS, FILES, SIGHAND, THREAD, SYSVSEM, SETTLS, PARENT_SETTID, CHILD_CLEARTID: what pthread_create asks for.
A_THREAD = 0x003D0F00
# By machine: clone, clone3, and what a thread calls when it starts (set_robust_list, rseq).
THREADS = {"x86_64": (56, 435, 273, 334), "aarch64": (220, 435, 99, 293)}
# What CPython, glibc's allocator and the C++ libraries call while they work on memory and two open pipes.
CALLS = {
    "x86_64": (
        0xC000003E,
        {
            "read": 0, "write": 1, "close": 3, "fstat": 5, "lseek": 8, "mmap": 9, "mprotect": 10,
            "munmap": 11, "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15,
            "pread64": 17, "readv": 19, "writev": 20, "sched_yield": 24, "mremap": 25, "madvise":
            28, "nanosleep": 35, "getpid": 39, "exit": 60, "gettimeofday": 96, "getrusage": 98,
            "sigaltstack": 131, "gettid": 186, "time": 201, "futex": 202, "sched_getaffinity": 204,
            "clock_gettime": 228, "clock_getres": 229, "clock_nanosleep": 230, "exit_group": 231,
            "tgkill": 234, "getrandom": 318, "restart_syscall": 219, "membarrier": 324,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "read": 63, "write": 64, "close": 57, "fstat": 80, "lseek": 62, "mmap": 222, "mprotect":
            226, "munmap": 215, "brk": 214, "rt_sigaction": 134, "rt_sigprocmask": 135,
            "rt_sigreturn": 139, "pread64": 67, "readv": 65, "writev": 66, "sched_yield": 124,
            "mremap": 216, "madvise": 233, "nanosleep": 101, "getpid": 172, "exit": 93,
            "gettimeofday": 169, "getrusage": 165, "sigaltstack": 132, "gettid": 178, "futex": 98,
            "sched_getaffinity": 123, "clock_gettime": 113, "clock_getres": 114, "clock_nanosleep":
            115, "exit_group": 94, "tgkill": 131, "getrandom": 278, "restart_syscall": 128,
            "membarrier": 283,
        },
    ),
}  # fmt: skip


def limit(memory: int, cpu: int) -> None:
    """Bytes of address space and seconds of processor; no file may grow, no core be written, no file opened after."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def give_up(*, threads: bool = False) -> list[str]:
    """Everything else; returns what worked, by name. With `threads` it may start threads, if calls can be filtered."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    done = ["limits"]
    flags = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS
    if libc.unshare(flags) == 0 or libc.unshare(CLONE_NEWUSER | flags) == 0:
        done.append("no network")
    if os.geteuid() == 0:
        with suppress(OSError):
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            done.append("nobody")
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    if not threads:
        _stay_alone()
    if _filter(libc, threads=threads):
        done.append("system calls")
    else:
        _stay_alone()  # the limit counts threads as well; without a filter it alone keeps processes from starting
    return done


def _stay_alone() -> None:
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def _filter(libc: ctypes.CDLL, *, threads: bool) -> bool:
    """Refuse (EPERM) every system call but those of `CALLS`, for this process and for ever."""
    if platform.machine() not in CALLS:
        return False
    architecture, calls = CALLS[platform.machine()]
    steps = [(LOAD, 0, 0, 4), (EQUAL, 1, 0, architecture), (RETURN, 0, 0, KILL), (LOAD, 0, 0, 0)]
    if threads:
        steps += _threads(*THREADS[platform.machine()])
    numbers = sorted(set(calls.values()))
    for place, number in enumerate(numbers):
        steps.append((EQUAL, len(numbers) - place, 0, number))
    steps += [(RETURN, 0, 0, EPERM), (RETURN, 0, 0, ALLOW)]
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    kept = ctypes.create_string_buffer(code, len(code))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(kept)))
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0) == 0)


def _threads(clone: int, clone3: int, *at_start: int) -> list[tuple[int, int, int, int]]:
    """Allow `clone` with the flags of a thread alone. `clone3` hides its flags, so there is none."""
    steps = [(EQUAL, 0, 1, clone3), (RETURN, 0, 0, ENOSYS)]
    for number in at_start:
        steps += [(EQUAL, 0, 1, number), (RETURN, 0, 0, ALLOW)]
    asked = [(LOAD, 0, 0, FLAGS), (EQUAL, 0, 1, A_THREAD), (RETURN, 0, 0, ALLOW), (RETURN, 0, 0, EPERM)]
    return [*steps, (EQUAL, 0, len(asked), clone), *asked]
