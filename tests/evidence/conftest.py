"""A log, its people, and the superuser who tampers with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction

from paraph.evidence import ledger, triggers
from paraph.evidence.facts import FACTS, Fact
from paraph.evidence.models import Entry
from paraph.lib.actor import Actor
from tests.evidence import facts

ANN = Actor(
    "contact", "5d0f3b7e-3f0c-4f0e-9a53-6a1c9b6f2a11", "Ann Jansen", "203.0.113.9", "socket peer", "Firefox"
)
TOPIC = "order:7b0c1d52-9c1e-4d6d-8f0a-3f6f7d2b9e10"

Append = Callable[..., Entry]


@pytest.fixture(autouse=True)
def test_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The facts of these tests are known while one of them runs."""
    for kind, fact in facts.ALL.items():
        monkeypatch.setitem(FACTS, kind, fact)


@pytest.fixture
def log() -> str:
    """The name of a log nobody used yet."""
    return str(uuid4())


@pytest.fixture
def append(log: str) -> Append:
    """Append one fact by Ann, in a transaction of its own."""

    def one(fact: Fact | None = None, **choices: Any) -> Entry:
        options = {"log": log, "topic": TOPIC, "by": ANN, **choices}
        with transaction.atomic():
            return ledger.append(fact or facts.LineApproved(number=1), **options)

    return one


@pytest.fixture
def superuser() -> Callable[[], AbstractContextManager[Any]]:
    """Somebody with every right on the database, who puts the triggers back to hide the traces."""

    @contextmanager
    def tamper() -> Iterator[Any]:
        triggers.remove(connection)
        with connection.cursor() as cursor:
            yield cursor
        triggers.install(connection)

    return tamper
