"""What every test may ask for; the browser's part is in `tests/browser.py`."""

from __future__ import annotations

import gc
import ipaddress
import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.core.cache import cache
from django.utils import translation

from paraph.intake import taking
from paraph.intake.limits import TAKING
from paraph.lib import migrating
from tests.settings import SCRATCH

hypothesis.settings.register_profile("paraph", deadline=None, print_blob=True)  # a busy machine is no fault
hypothesis.settings.load_profile("paraph")

pytest_plugins = ["tests.browser", "tests.cast", "tests.costs", "tests.scans", "tests.evidence.flush"]

DATABASE_FIXTURES = {
    "db",
    "transactional_db",
    "django_db_reset_sequences",
    "django_db_serialized_rollback",
    "live_server",
}
BROWSER_FIXTURES = {"browser", "context", "page", "new_context"}
ON_POSTGRESQL = os.environ.get("PARAPH_TEST_DATABASE_URL", "").startswith("postgres")
FAULTS_ALONE = "PARAPH_TEST_FAULT_ROUNDS" in os.environ  # power failures are tried by `make faults` alone
FOLDER_MARKS = {"attacks": ("attack",), "faults": ("fault", "slow"), "journeys": ("browser",)}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark tests by what they use and where they live, so that nobody can forget it; leave out what is not for here."""
    for item in items:
        used = set(getattr(item, "fixturenames", ()))
        names = {mark.name for mark in item.iter_markers()}
        if used & DATABASE_FIXTURES or names & {"django_db", "postgresql", "sqlite"}:
            item.add_marker("database")
        if used & BROWSER_FIXTURES:
            item.add_marker("browser")
        for folder, marks in FOLDER_MARKS.items():
            if folder in item.path.parts and ("browser" not in marks or used & BROWSER_FIXTURES):
                for mark in marks:
                    item.add_marker(mark)
    left_out = [item for item in items if _is_for_elsewhere(item)]
    if left_out:
        items[:] = [item for item in items if not _is_for_elsewhere(item)]
        config.hook.pytest_deselected(items=left_out)


def _is_for_elsewhere(item: pytest.Item) -> bool:
    """A test of one kind of database runs where the tests run on that (`make test` runs both), and none is skipped."""
    there = item.get_closest_marker("sqlite" if ON_POSTGRESQL else "postgresql")
    return bool(there or (item.get_closest_marker("power") and not FAULTS_ALONE))


def pytest_collection_finish() -> None:
    """Leave what stays for the whole run out of every search for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True)
def clean_slate() -> Iterator[None]:
    """No test sees another one's rate limits, language or files; some damage files on purpose."""
    cache.clear()
    with translation.override("en"):
        yield
    shutil.rmtree(SCRATCH / "blobs", ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest) -> None:
    """The database of the tests, migrated as `paraph migrate` does."""
    with migrating.quickly():
        request.getfixturevalue("django_db_setup")


@pytest.fixture(autouse=True, scope="session")
def patient_children() -> Iterator[None]:
    """Read files of others even on a busy machine, which is no fault of what is tested; F21 tries the strict limit."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(taking, "TAKING", replace(TAKING, patient=True))
        yield


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_local(str(address[0])):
            raise ConnectionRefusedError(f"a test tried to reach {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder that holds the checkout."""
    return Path(__file__).resolve().parent.parent


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
