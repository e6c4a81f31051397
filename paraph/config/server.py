"""Web and worker as one thing to start and stop: granian's processes, and one worker child that is kept alive.

The web processes are forks of this one with everything imported, so the first page is there at once. Nothing here may
therefore start a thread, keep a connection open or render a document before they are made.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import logging
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.template import engines
from django.urls import URLResolver, get_resolver
from django.utils import translation
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from paraph.config import worker
from paraph.config.forks import Fork, call_it, save_memory
from paraph.lib import clock, figures
from paraph.operate import startup, traffic
from paraph.sealing import glyphs
from paraph.web.shared import turns

logger = logging.getLogger(__name__)

APPLICATION = "paraph.config.wsgi"
WORKERS = 2
# Threads a web process: while one waits for the disk another renders. Files of others hold two at most (`turns`).
THREADS = turns.MOST_AT_ONCE + 1
# Seconds that requests and the worker's piece at hand may take when we stop.
PATIENCE = 25
RESTART_AFTER = 1.0
# Seconds within which an end counts as a failed start, and how many of them we try.
EARLY = 30.0
MAX_EARLY_ENDS = 3
# The worker shares the machine with the pages, and somebody waits for those.
NICE = 5
# Linux, prctl(2): the signal a process gets when its parent has ended.
PR_SET_PDEATHSIG = 1


class Web(MPServer):
    """granian's server, which can say that it will stop before it does.

    On SIGTERM `/readyz` answers 503, and everything else goes on for PARAPH_DRAIN seconds, in which a proxy that asks
    for it turns to another server. Ctrl-C, or a second SIGTERM, stops at once.
    """

    drain = 0.0

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        """Called in the main process, between two instructions of whatever it does."""
        memory = traffic.memory()
        if self.drain and args[:1] == (signal.SIGTERM,) and not memory.stopping:
            memory.stopping = True
            later = threading.Timer(self.drain, super().signal_handler_interrupt)
            later.daemon = True
            later.start()
        else:
            super().signal_handler_interrupt(*args, **kwargs)  # type: ignore[no-untyped-call]


class WorkerChild:
    """A worker as a child process, started again whenever it ends before we stop.

    Enter it before there is any thread: the first worker is a fork, which shares what is imported.
    """

    def __enter__(self) -> WorkerChild:
        self._owner, self._due = os.getpid(), False
        self._child: subprocess.Popen[bytes] | Fork
        if sys.platform == "darwin":
            self._start()
        else:
            self._child = Fork(partial(_work, self._owner))
        self._earlier = signal.signal(signal.SIGCHLD, self._look)
        self._look()  # it may have ended already
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGCHLD, self._earlier)
        self._child.terminate()
        try:
            self._child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._child.kill()

    def _start(self) -> None:
        # A group of its own: Ctrl-C reaches us, and we tell the worker.
        command = [sys.executable, "-m", "paraph.config.cli", "worker", "--parent", str(self._owner)]
        self._child = subprocess.Popen(command, process_group=0)
        self._due = False

    def _look(self, *_: object) -> None:
        """Some child has ended; web processes inherit this handler, and must not care."""
        if os.getpid() != self._owner or self._due or self._child.poll() is None:
            return
        self._due = True  # another child may end before it runs
        logger.warning("the worker ended with %s and is started again", self._child.returncode)
        again = threading.Timer(RESTART_AFTER, self._start)
        again.daemon = True
        again.start()


def _work(parent: int) -> None:
    """The life of a forked worker: as `paraph worker --parent` would."""
    call_it("paraph worker")
    os.setpgid(0, 0)  # Ctrl-C reaches the server, and the server tells us
    os.nice(NICE)
    worker.run_forever(parent)


def serve(address: str, port: int, ready: Callable[[], None]) -> None:
    """Serve until Ctrl-C or SIGTERM; `ready` is called once somebody listens. The caller has checked everything.

    Raises `startup.NotReady` when the port is taken, PARAPH_WORKERS is no number, or the web processes cannot start.
    """
    startup.require_free(address, port)
    workers, drain = _workers(), _drain()
    save_memory()
    _preload()
    with WorkerChild():
        early = 0
        while early < MAX_EARLY_ENDS:
            web, started = _web(address, port, workers), time.monotonic()
            web.drain = drain
            web.on_startup(ready)
            with contextlib.suppress(SystemExit):
                web.serve(target_loader=partial(_application, os.getpid()), wrap_loader=False)
            if web.interrupt_signal:
                return
            # Its processes died one after the other, and granian gave up.
            early = early + 1 if time.monotonic() - started < EARLY else 0
            ready = _nothing
    raise startup.NotReady("The web processes end again and again; the messages above say why.")


def _preload() -> None:
    """Import the application with all its views, so that each web process starts with them."""
    importlib.import_module(APPLICATION)
    _read_ahead()
    traffic.prepare()
    connections.close_all()
    gc.freeze()  # what is shared stays shared: the collector does not touch it again
    # On macOS a fork may not use the system's libraries.
    multiprocessing.set_start_method("spawn" if sys.platform == "darwin" else "fork", force=True)


def _read_ahead() -> None:
    """Read what every process needs sooner or later: words, addresses, templates, and what the fonts can show."""
    for language, _name in settings.LANGUAGES:
        translation.activate(language)
        figures.day(clock.now(), "UTC", language)
        _find_addresses()
    translation.deactivate_all()
    glyphs.coverage()
    for engine in engines.all():
        for folder in getattr(engine, "template_dirs", ()):
            for path in Path(folder).rglob("*.html"):
                if settings.PACKAGE in path.parents:
                    engine.get_template(str(path.relative_to(folder)))


def _find_addresses() -> None:
    """Work out every page's address in the present language, which a process's first page would else wait for."""
    top = get_resolver()
    for resolver in (top, *(one for one in top.url_patterns if isinstance(one, URLResolver))):
        _ = resolver.reverse_dict


def _application(parent: int) -> Any:
    """What a web process serves; called in that process, whose life ends with `parent`'s."""
    _end_with(parent)
    return importlib.import_module(APPLICATION).application


def _end_with(parent: int) -> None:
    """End this process when `parent` is killed, for it would hold the port against the next start.

    As kill -9 would: what was acknowledged is stored, and the rest the browser sends again (faults.md F1).
    """
    if sys.platform == "linux":
        # Tied to the thread that forked us: granian's loop, the parent's main thread.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)  # it was killed before we said so
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    """Where no system call does it: look once a second."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _web(address: str, port: int, workers: int) -> Web:
    return Web(
        f"{APPLICATION}:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=PATIENCE,
        log_level=LogLevels.warning,
        log_access=False,  # an access log would hold the keys of links (security.md line 7)
    )


def _workers() -> int:
    text = os.environ.get("PARAPH_WORKERS", str(WORKERS))
    if not text.isdigit() or int(text) < 1:
        raise startup.NotReady(f"PARAPH_WORKERS is {text!r}; it must be a whole number above 0")
    return int(text)


def _drain() -> float:
    text = os.environ.get("PARAPH_DRAIN", "0")
    if not text.isdigit():
        raise startup.NotReady(f"PARAPH_DRAIN is {text!r}; it must be a whole number of seconds")
    return float(text)


def _nothing() -> None:
    """No message the second time."""
