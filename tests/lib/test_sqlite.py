"""SQLite's writers queue, whether they opened a transaction or not (decision 0005)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection, connections, transaction

from paraph.people.models import Organisation
from tests.attacks.together import PATIENCE_SECONDS, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]

HELD_SECONDS = 0.3  # long enough for who comes to find the database taken


def rename(name: str) -> None:
    """One statement and no transaction, on a connection that would not wait for a lock at all."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 0")
    Organisation.objects.filter(name=name).update(address=f"{name} street")


def test_a_write_outside_a_transaction_waits_for_its_turn_behind_one() -> None:
    Organisation.objects.create(name="one")
    held, coming = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Organisation.objects.filter(name="one").update(vat_number="held")
            held.set()
            assert coming.wait(PATIENCE_SECONDS)
            threading.Event().wait(HELD_SECONDS)

    def come() -> None:
        assert held.wait(PATIENCE_SECONDS)
        coming.set()
        rename("one")

    together([hold, come])
    one = Organisation.objects.get()
    assert (one.vat_number, one.address) == ("held", "one street")


def test_many_writes_outside_transactions_all_arrive() -> None:
    names = [str(number) for number in range(20)]
    for name in names:
        Organisation.objects.create(name=name)
    together([partial(rename, name) for name in names])
    found = Organisation.objects.values_list("name", "address")
    assert dict(found) == {name: f"{name} street" for name in names}


def test_a_write_that_fails_gives_the_turn_back() -> None:
    with pytest.raises(Exception, match="no such table"), connection.cursor() as cursor:
        cursor.execute("UPDATE nowhere SET one = 1")

    def other() -> int:
        try:
            return Organisation.objects.filter(name="x").update(name="y")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(other).result(PATIENCE_SECONDS) == 0
