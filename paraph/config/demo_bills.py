"""What the demo company bills: an aircraft done, invoiced and sent; a well done, whose draft lacks an address."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from paraph.billing import invoices, profiles
from paraph.config import demo_acts
from paraph.people.models import Member, Role
from paraph.signoff import invitations, requests
from paraph.signoff.models import View
from paraph.work import orders
from paraph.work.models import WorkOrder

SELLER = {
    "street": "Hangarweg 12",
    "postcode": "6877 SB",
    "city": "Teuge",
    "country": "NL",
    "registration": "00000000",
    "iban": "NL93DEMO0123456789",
    "bic": "DEMONL2A",
    "payment_days": 30,
}
BUYER = {"street": "Vliegveldweg 30", "postcode": "3045 NT", "city": "Rotterdam", "country": "NL"}
AIRCRAFT = [
    (
        "Engine oil and filter due",
        "Change oil and filter, cut filter open, leak check.",
        "79-00",
        "1.5",
        9200,
    ),
    ("Left brake lining at limit", "Replace lining, bleed, test.", "32-41", "2", 9200),
]
PARTS = {
    0: [
        orders.PartDraft("Oil 20W-50", "AS-W100P", Decimal(8), 1245),
        orders.PartDraft("Oil filter", "CH48110-1", Decimal(1), 4350),
    ],
    1: [orders.PartDraft("Brake lining", "066-10600", Decimal(2), 2890)],
}
WELL = [("Wellhead inspection, quarterly", "Visual check, pressure log, report.", "WH-100", "5", 11800)]


def play(made: list[WorkOrder], staff: Mapping[Any, Member], hours: int) -> None:
    """Two more jobs, done and reported. The rule drafts the second one when it runs."""
    aircraft, well, *_rest = made
    manager, biller = staff[Role.MANAGER], staff[Role.BILLER]
    profiles.save_buyer(aircraft.customer, BUYER, by=manager, actor=manager.actor)
    done = _done(aircraft, "50-hour inspection", AIRCRAFT, PARTS, staff, hours)
    told: dict[str, Any] = {"by": biller, "actor": biller.actor}
    (draft,) = invoices.draft_all(done, by=biller.actor)
    invoice = invoices.issue(draft, **told)
    contacts = list(done.contacts.exclude(email=""))
    invoices.send(invoice, contacts, once=uuid.uuid4(), **told)
    for party in requests.share(done, contacts).parties.select_related("contact"):
        invitations.send(party, view=View.INVOICE, by=manager, actor=manager.actor, hours=hours)
    _done(well, "Quarterly inspection", WELL, {}, staff, hours)


def _done(
    like: WorkOrder,
    title: str,
    lines: list[tuple[str, str, str, str, int]],
    parts: Mapping[int, list[orders.PartDraft]],
    staff: Mapping[Any, Member],
    hours: int,
) -> WorkOrder:
    """An order for the same customer and object: opened, signed for, done, reported."""
    items = [
        orders.ItemDraft(
            finding=finding,
            action=action,
            labour_code=code,
            estimated_hours=Decimal(estimated),
            hourly_rate=rate,
            parts=parts.get(place, []),
        )
        for place, (finding, action, code, estimated, rate) in enumerate(lines)
    ]
    draft = orders.OrderDraft(
        title=title,
        object_name=like.object_name,
        customer=like.customer,
        contacts=list(like.contacts.exclude(email="")[:1]),
        site=like.site,
        technician=staff[Role.TECHNICIAN],
        items=items,
    )
    order = orders.open_order(like.organisation, draft, by=staff[Role.DISPATCHER].actor)
    demo_acts.sign(demo_acts.hand(order, order.contacts.get(), staff[Role.MANAGER], hours))
    return demo_acts.report(order, staff[Role.TECHNICIAN])
