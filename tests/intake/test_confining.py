"""What the child can no longer do, with a thread or without (security.md, *Foreign files*)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

# Says for each act whether it still worked, from inside a process that gave up what a child gives up.
_TRIES = """
import ctypes, json, os, sys, threading
from paraph.intake.inside import confine
threads = sys.argv[1] == "threads"
CLONE = 56 if os.uname().machine == "x86_64" else 220
confine.limit(512 << 20, 10)
told = {"confined": confine.give_up(threads=threads)}
libc = ctypes.CDLL(None, use_errno=True)

def tried(act):
    try:
        act()
    except (OSError, RuntimeError):
        return False
    return True

def fork():
    if os.fork() == 0:
        os._exit(0)

def thread():
    ran = []
    one = threading.Thread(target=lambda: ran.append(1))
    one.start()
    one.join()
    if not ran:
        raise OSError

def bare_clone():
    if libc.syscall(CLONE, 17, 0, 0, 0, 0) < 0:  # SIGCHLD alone: another process
        raise OSError
    # were there another process, it would answer as well: two answers are no JSON

told["thread"] = tried(thread)
told["fork"] = tried(fork)
told["clone"] = tried(bare_clone)
told["file"] = tried(lambda: os.open("/etc/hostname", os.O_RDONLY))
told["run"] = tried(lambda: os.posix_spawn("/bin/true", ["true"], {}))
os.write(1, json.dumps(told).encode())
os._exit(0)
"""


@pytest.mark.parametrize("threads", [True, False], ids=["threads", "alone"])
def test_line_25_the_child_starts_no_process_and_opens_no_file_with_a_thread_or_without(
    *, threads: bool
) -> None:
    word = "threads" if threads else "alone"
    done = subprocess.run([sys.executable, "-c", _TRIES, word], capture_output=True, check=True)
    told = json.loads(done.stdout)
    assert "system calls" in told.pop("confined")
    assert told == {"thread": threads, "fork": False, "clone": False, "file": False, "run": False}
