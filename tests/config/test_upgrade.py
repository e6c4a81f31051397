"""Upgrading without downtime (F23): the release before goes on working on the new tables, and a stop loses nothing."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
from django.apps import apps
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from tests.config.test_server import data, port, server  # noqa: F401 - fixtures

# What takes something away that the release before still reads or writes. It waits for the release after the next.
CONTRACTS = (
    migrations.RemoveField,
    migrations.DeleteModel,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.AlterModelTable,
)


def _ours() -> Iterator[migrations.Migration]:
    """The migrations of the product that change tables which a release before may know."""
    ours = {one.label for one in apps.get_app_configs() if one.name.startswith("paraph.")}
    for (app, _), migration in sorted(
        MigrationLoader(None, ignore_no_migrations=True).disk_migrations.items()
    ):
        if app in ours and not migration.initial:
            yield migration


def _needs_a_value(operation: Operation) -> bool:
    """Whether an INSERT of the release before, which does not name the column, would fail."""
    if not isinstance(operation, migrations.AddField):
        return False
    field = operation.field
    return not (
        field.null
        or field.many_to_many
        or getattr(field, "db_default", models.NOT_PROVIDED) is not models.NOT_PROVIDED
    )


def test_F23_no_migration_takes_away_what_the_release_before_needs() -> None:
    wrong, seen = [], 0
    for migration in _ours():
        made = {one.name.lower() for one in migration.operations if isinstance(one, migrations.CreateModel)}
        for operation in migration.operations:
            seen += 1
            new = getattr(operation, "model_name", "").lower() in made
            if isinstance(operation, CONTRACTS) or (_needs_a_value(operation) and not new):
                wrong.append(f"{migration}: {operation.describe()}")
    assert seen > 0
    assert wrong == [], "give the column null=True or db_default=, and remove things a release later"


@pytest.mark.slow
@pytest.mark.fault
def test_F23_a_request_that_is_being_answered_is_answered_before_the_server_stops(
    server: subprocess.Popen[str],  # noqa: F811
    port: str,  # noqa: F811
    data: Path,  # noqa: F811
) -> None:
    _await(port)
    # Whoever signs in is counted first, and that write has to wait for ours.
    with sqlite3.connect(data / "paraph.sqlite3", isolation_level=None, timeout=30) as writer:
        writer.execute("BEGIN IMMEDIATE")
        answers: list[int] = []
        asking = threading.Thread(target=lambda: answers.append(_sign_in(port)))
        asking.start()
        time.sleep(1)
        assert answers == []
        server.send_signal(signal.SIGTERM)
        time.sleep(1)
        assert answers == []
        assert server.poll() is None
        writer.execute("COMMIT")
    asking.join(30)
    assert answers == [400]
    assert server.wait(30) == 0


@pytest.mark.slow
@pytest.mark.fault
def test_F23_a_server_that_will_stop_says_so_first_and_goes_on_answering(
    data: Path,  # noqa: F811
    port: str,  # noqa: F811
    repository: Path,
) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PARAPH_", "D"))}
    told = {"PARAPH_DATA": str(data), "PARAPH_PORT": port, "PARAPH_DRAIN": "4"}
    command = [sys.executable, "-m", "paraph.config.cli", "serve"]
    server = subprocess.Popen(command, cwd=repository, env={**kept, **told})  # noqa: F811
    try:
        _await(port)
        assert _get(port, "/readyz?serving") == 200
        server.send_signal(signal.SIGTERM)
        told_at = time.monotonic()
        while (ready := _get(port, "/readyz?serving")) == 200 and time.monotonic() < told_at + 3:
            time.sleep(0.05)
        assert ready == 503
        assert (_get(port, "/healthz"), _get(port, "/sign-in/")) == (200, 200)
        assert server.wait(60) == 0
        assert time.monotonic() > told_at + 4
    finally:
        server.kill()
        server.wait()


def _get(port: str, path: str) -> int:  # noqa: F811
    with closing(HTTPConnection("localhost", int(port), timeout=30)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status


def _sign_in(port: str) -> int:  # noqa: F811
    token = "c" * 32
    body = f"email=nobody%40example.com&password=wrong&csrfmiddlewaretoken={token}"
    headers = {"Cookie": f"__Host-csrf={token}", "Content-Type": "application/x-www-form-urlencoded"}
    with closing(HTTPConnection("localhost", int(port), timeout=30)) as connection:
        connection.request("POST", "/sign-in/", body, headers)
        return connection.getresponse().status


def _await(port: str) -> None:  # noqa: F811
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with closing(HTTPConnection("localhost", int(port), timeout=5)) as connection:
            try:
                connection.request("GET", "/healthz")
                assert connection.getresponse().status == 200
            except ConnectionRefusedError:
                time.sleep(0.1)
            else:
                return
    raise AssertionError("nobody answers")
