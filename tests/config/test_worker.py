"""The worker: every loop has its turn, none stops another, and it stops when told."""

from __future__ import annotations

import hashlib
import logging
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import OperationalError

from paraph.config import worker
from paraph.config.worker import Loop
from paraph.evidence.models import Checkpoint
from paraph.lib import clock, home
from paraph.lib.blobs import Blobs
from paraph.people.models import Attempt
from paraph.sealing.timestamp import verify_token
from paraph.work.models import Status
from tests import cast
from tests.automation.test_runner import child_environment
from tests.cast import Shop


@pytest.fixture(autouse=True)
def one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own connection stays open, for it holds the test's transaction."""
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)


@pytest.mark.django_db
def test_one_round_does_what_a_killed_web_process_left(shop: Shop) -> None:
    order = shop.open_order(lines=3)
    cast.signed(shop, order)
    assert worker.run_once() > 0
    order.refresh_from_db()
    assert order.status == Status.APPROVED
    assert sorted(address for sent in mail.outbox for address in sent.to) == [
        "jan@vliegwerk.example",
        "mara@vliegwerk.example",
        "tess@vliegwerk.example",
    ]
    newest = Checkpoint.objects.order_by("size").last()
    assert newest is not None
    assert newest.token is not None
    roots = (home.keys() / "tsa-root.pem").read_bytes()
    assert verify_token(bytes(newest.token), digest(newest.note), roots) <= clock.now()


@pytest.mark.django_db
def test_what_is_long_over_is_forgotten(shop: Shop) -> None:
    now = clock.now()
    for age in (timedelta(0), timedelta(days=2)):
        Attempt.objects.create(key="link:x", window=now - age)
        Session.objects.create(session_key=f"k{age.days}", session_data="", expire_date=now - age)
    Session.objects.filter(session_key="k0").update(expire_date=now + timedelta(hours=1))
    assert worker.tidy() == 2
    assert (Attempt.objects.count(), Session.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_a_file_whose_writer_was_killed_is_removed_after_an_hour(shop: Shop) -> None:
    blobs = home.blobs()
    assert isinstance(blobs, Blobs)
    part = blobs.path(blobs.put(b"whole")).with_name(".cut-off.17.0a1b2c3d")
    part.touch()
    assert worker.tidy() == 0
    an_hour_ago = clock.now() - timedelta(hours=1, seconds=1)
    os.utime(part, (an_hour_ago.timestamp(),) * 2)
    assert worker.tidy() == 1
    assert not part.exists()
    assert blobs.get(hashlib.sha256(b"whole").hexdigest()) == b"whole"


def test_a_loop_that_fails_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> int:
        raise OperationalError("the database is gone")

    done: list[str] = []

    def other() -> int:
        done.append("once")
        return 1

    monkeypatch.setattr(worker, "LOOPS", (Loop("broken", broken), Loop("other", other)))
    with caplog.at_level(logging.ERROR):
        assert worker.run_once() == 1
    assert done == ["once"]
    assert "broken failed" in caplog.text


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_process_works_and_stops_when_told(shop: Shop, repository: Path) -> None:
    order = shop.open_order(lines=3)
    cast.signed(shop, order)
    process = started(repository, PARAPH_DEMO="1")
    try:
        assert wait_for(process, "worker")
        until = clock.now() + timedelta(seconds=30)
        while order.status != Status.APPROVED and clock.now() < until:
            order.refresh_from_db()
        assert order.status == Status.APPROVED
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.communicate()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_whose_server_died_before_it_was_awake_ends(shop: Shop, repository: Path) -> None:
    server = subprocess.Popen([sys.executable, "-c", ""])
    server.wait()
    orphan = started(repository, "--parent", str(server.pid))
    try:
        assert orphan.wait(180) == 0  # it only guards against hanging: starting takes long on a busy machine
    finally:
        orphan.kill()
        orphan.communicate()


def started(repository: Path, *words: str, **changes: Any) -> subprocess.Popen[str]:
    """A worker process on this test's database."""
    command = [sys.executable, "-m", "paraph.config.cli", "worker", *words]
    env = child_environment(**changes)
    return subprocess.Popen(command, cwd=repository, env=env, stderr=subprocess.PIPE, text=True)


def wait_for(process: subprocess.Popen[str], words: str) -> bool:
    """Read what it says until it says this."""
    assert process.stderr is not None
    return any(words in line for line in process.stderr)


def digest(note: str) -> bytes:
    """What a checkpoint's time stamp is over."""
    return hashlib.sha256(note.encode()).digest()
