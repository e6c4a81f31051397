"""The role that owns nothing, as the guide makes it: every command of the product works under it, and check says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from paraph.config import worker
from paraph.evidence.models import Checkpoint
from paraph.operate import backup, rights, startup, verification
from paraph.operate.perils import FAULT, WARNING
from paraph.signoff.models import SealedCopy, State
from tests import cast
from tests.attacks.test_line_39_event_tables import _role_of_the_guide
from tests.cast import Shop

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgresql,  # SQLite knows no roles
]


@pytest.fixture
def role(repository: Path) -> Iterator[None]:
    """This connection is the role of the guide until the test is over."""
    name, statements = _role_of_the_guide(repository)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        cursor.execute(f"SET ROLE {name}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(f"DROP OWNED BY {name}")
        cursor.execute(f"DROP ROLE {name}")


def test_line_39_serving_working_backing_up_and_verifying_need_no_more(
    shop: Shop, role: None, tmp_path: Path
) -> None:
    startup.require_database()
    assert cast.signed(shop, shop.open_order(lines=3)).state == State.SEALED
    for _ in range(3):
        worker.run_once()
    worker.tidy()
    assert Checkpoint.objects.exclude(token=None).exists()
    assert SealedCopy.objects.get().read()
    backup.backup(tmp_path / "one.tar", "")
    assert verification.verify([]).code == verification.SOUND
    assert list(rights.faults()) == []


def test_line_39_a_role_that_may_do_more_is_warned_of(shop: Shop) -> None:
    ((level, text),) = rights.faults()
    assert level == WARNING
    assert "superuser" in text
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE loose")
        try:
            cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO loose")
            cursor.execute("SET ROLE loose")
            ((level, text),) = rights.faults()
            assert level == FAULT
            assert "may change evidence_checkpoint, evidence_entry" in text
            cursor.execute("RESET ROLE")
            cursor.execute("ALTER TABLE evidence_entry OWNER TO loose")
            cursor.execute("SET ROLE loose")
            ((level, text),) = rights.faults()
            assert level == WARNING
            assert "owns the ledger's tables" in text
        finally:
            cursor.execute("RESET ROLE")
            cursor.execute("REASSIGN OWNED BY loose TO CURRENT_USER")
            cursor.execute("DROP OWNED BY loose")
            cursor.execute("DROP ROLE loose")
