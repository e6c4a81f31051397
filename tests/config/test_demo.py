"""The demo company plays what customers do, by the rules they are under."""

from __future__ import annotations

from paraph.config import demo_turns
from paraph.signoff.models import Paper
from paraph.work import properties
from tests.cast import Shop


def test_S0_27_the_demo_customer_confirms_before_printing(shop: Shop) -> None:
    afe = shop.define("text", "AFE number", required=True, editable=True)
    order = shop.open_order(2)
    properties.set_values(order, {afe.pk: "AFE-2026-118"}, by=shop.mara.actor)
    invitation = shop.invite(order)
    demo_turns.print_out(invitation)
    paper = Paper.objects.get()
    assert paper.party_id == invitation.party_id
    assert paper.snapshot.signoff.confirmations.get().after == "AFE-2026-118"
