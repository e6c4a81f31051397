"""An installation to break: for the tests of the watch over the invariants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from paraph.automation.runner import run_all
from paraph.evidence import triggers
from paraph.lib import home
from paraph.lib.blobs import Blobs
from paraph.operate import reconcile
from paraph.signoff.models import SealedCopy
from paraph.work import comments
from paraph.work.models import WorkOrder
from tests import cast
from tests.cast import Shop

Sql = Callable[..., None]


@pytest.fixture
def sql(db: None) -> Iterator[Sql]:
    """Run a statement as somebody with every right on the database, who hides the traces."""

    def run(statement: str, *values: Any) -> None:
        triggers.remove(connection)
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
        triggers.install(connection)

    yield run
    connection.check_constraints()


@pytest.fixture
def order(shop: Shop) -> WorkOrder:
    """An order that was decided on, commented on, signed, and whose consequences were carried out."""
    found = shop.open_order(lines=3)
    comments.add(found, None, text="Call first.", by=shop.jan.actor)
    cast.signed(shop, found)
    run_all()
    found.refresh_from_db()
    return found


def sealed_file() -> Path:
    """The file of the one sealed copy."""
    store = home.blobs()
    assert isinstance(store, Blobs)
    return store.path(SealedCopy.objects.get().blob)


def invariants() -> list[str]:
    """Which ones do not hold."""
    return [one.invariant for one in reconcile.reconcile()]
