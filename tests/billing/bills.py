"""A shop that can bill: both parties known, orders signed for and reported, drafts and issued invoices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from paraph.billing import invoices, profiles
from paraph.billing.models import Invoice
from paraph.people.models import Role
from paraph.signoff import ceremonies, subjects
from paraph.signoff.approvals import approvals_of
from paraph.signoff.models import View
from paraph.work import orders
from paraph.work.models import WorkOrder
from tests import cast
from tests.billing.examples import BUYER, SELLER
from tests.cast import Shop


def ready(shop: Shop) -> Shop:
    """Enter what an invoice needs of the shop and of its customer."""
    shop.organisation.vat_number = "NL 1234.56789.B13"
    shop.organisation.save()
    told = {name: SELLER[name] for name in profiles.SELLER}
    actor = shop.mara.actor
    profiles.save_seller(shop.organisation, told, by=shop.mara, actor=actor)
    profiles.save_buyer(
        shop.customer, {name: BUYER[name] for name in profiles.BUYER}, by=shop.mara, actor=actor
    )
    return shop


def reported(
    shop: Shop, numbers: Sequence[int] = (1, 2), *, view: str = View.ESTIMATE, **changes: Any
) -> WorkOrder:
    """An order of two lines whose customer signed for these numbers; the work is reported."""
    order = shop.open_order(**{"lines": 2, **changes})
    consent(shop, order, numbers, view=view)
    return orders.report(order, by=shop.tess.actor)


def consent(
    shop: Shop, order: WorkOrder, numbers: Sequence[int] = (1, 2), *, view: str = View.ESTIMATE
) -> None:
    """Jan approves these lines, rejects the others that are open, and signs."""
    invitation = shop.invite(order, view=view)
    signed = {key for key, one in subjects.standing(orders.load(order.pk)).items() if one.authorised}
    cast.approve(invitation, numbers)
    for line in cast.lines(order):
        if line.number not in numbers and str(line.pk) not in signed:
            ceremonies.decide(invitation, line.pk, "rejected", by=cast.customer(invitation))
    cast.sign(ceremonies.review(invitation, by=cast.customer(invitation)))


def drafted(shop: Shop, order: WorkOrder) -> Invoice:
    """The draft of the newest approval."""
    return invoices.draft(approvals_of(order)[-1], by=shop.mara.actor)


def issued(shop: Shop, order: WorkOrder | None = None) -> Invoice:
    """An issued invoice."""
    bram = shop.members[Role.BILLER]
    return invoices.issue(drafted(shop, order or reported(shop)), by=bram, actor=bram.actor)
