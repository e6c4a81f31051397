"""A new seal key is told by every ledger, and seals at once without a restart (evidence.md 6)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from paraph.evidence.models import Entry
from paraph.lib import home
from paraph.operate import renewing, startup, verification
from paraph.signoff import completion
from paraph.signoff.models import State
from tests import cast
from tests.cast import Shop


@pytest.mark.django_db
def test_a_new_seal_key_is_told_by_every_ledger_and_used_at_once(
    shop: Shop, rival: Shop, settings: Any, tmp_path: Path
) -> None:
    settings.PARAPH_DATA = tmp_path
    startup.make_keys()
    before = completion.keyset().seal.certificate
    until = renewing.renew("seal")
    after = completion.keyset().seal.certificate
    assert (after.not_valid_after_utc, after == before) == (until, False)
    told = Entry.objects.filter(kind="seal.renewed").order_by("log_id")
    assert {str(one.log_id) for one in told} == {shop.organisation.log, rival.organisation.log}
    assert {one.content["fact"]["after"] for one in told} == {f"{after.serial_number:x}"}
    assert "seals" in str(told[0].fact.values()["what"])
    assert cast.signed(shop, shop.open_order(lines=1), [1]).state == State.SEALED
    assert home.keys().is_relative_to(tmp_path)
    assert startup.key_faults() == []
    assert verification.verify([]).faults == []
