"""The named people and the standard work orders. Everything is made through the product's own verbs.

Mara manages, Dirk dispatches, Tess repairs, Bram bills for *Vliegwerk*. Jan owns PH-KLX; Claire reads French and has no
say in it; Lotte has no mail address. *Rivaal* is another organisation on the same installation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from paraph.lib import clock, home
from paraph.lib.actor import Actor
from paraph.people import sites
from paraph.people.models import Contact, Customer, Member, Organisation, Role, Site, User
from paraph.sealing import keys as sealing_keys
from paraph.signoff import ceremonies, completion, consent, invitations, papers, presence, requests
from paraph.signoff.circumstances import Circumstances
from paraph.signoff.models import (
    Ask,
    Ceremony,
    Invitation,
    Paper,
    Policy,
    Signature,
    SignOff,
    Verification,
    View,
)
from paraph.work import defining, orders
from paraph.work.models import Item, OrderKind, Property, WorkOrder

PASSWORD = "correct horse battery"
DRAWN = '{"aspect":3,"strokes":[[[0.1,0.5],[0.3,0.2],[0.5,0.8],[0.9,0.4]]]}'


@dataclass
class Shop:
    """One organisation with its people and one customer."""

    organisation: Organisation
    members: dict[str, Member]
    customer: Customer
    jan: Contact
    claire: Contact
    lotte: Contact
    site: Site
    links: dict[Any, str] = field(default_factory=dict)

    @property
    def mara(self) -> Member:
        """The manager."""
        return self.members[Role.MANAGER]

    @property
    def tess(self) -> Member:
        """The technician."""
        return self.members[Role.TECHNICIAN]

    def open_order(self, lines: int = 7, **changes: Any) -> WorkOrder:
        """An aircraft order with so many lines of € 333.00 without tax each (2.5 h and one part)."""
        draft = {
            "title": "100-hour inspection",
            "object_name": "PH-KLX · Cessna 172",
            "customer": self.customer,
            "contacts": [self.jan, self.claire],
            "site": self.site,
            "technician": self.tess,
            "items": [line(f"Finding {number}") for number in range(1, lines + 1)],
            **changes,
        }
        return orders.open_order(self.organisation, orders.OrderDraft(**draft), by=self.mara.actor)

    def define(self, kind: str, name: str, **changes: Any) -> Property:
        """A property of this organisation's orders."""
        draft = defining.PropertyDraft(kind, name, **changes)
        return defining.put_property(None, draft, by=self.mara, actor=self.mara.actor)

    def kind(self, name: str) -> OrderKind:
        """A kind of order of this organisation."""
        return defining.put_kind(None, name=name, names={}, by=self.mara, actor=self.mara.actor)

    def invite(
        self,
        order: WorkOrder,
        *,
        view: str = View.ESTIMATE,
        contact: Contact | None = None,
        ask: str = Ask.AUTHORISE,
        hours: int = 48,
    ) -> Invitation:
        """Ask a contact (Jan) and hand a link over; `links` keeps it by invitation id."""
        signoff = requests.ask(order, [(contact or self.jan, ask)], by=self.mara.actor, view=view)
        party = signoff.parties.get(contact=contact or self.jan)
        invitation, link = invitations.hand_over(
            party, view=view, by=self.mara, actor=self.mara.actor, hours=hours
        )
        self.links[invitation.pk] = link
        return invitation

    def paper(self, invitation: Invitation, *, format: str = "a4", language: str = "en") -> Paper:
        """The paper that the invited contact takes home; approves every line when nothing is approved yet."""
        if not invitation.party.signoff.decisions.exists():
            ceremonies.approve_all(invitation, by=customer(invitation))
        return papers.issue(invitation, format=format, language=language, by=customer(invitation))

    def path(self, invitation: Invitation) -> str:
        """The path of a signing link, as the customer's browser asks for it."""
        return "/s/" + self.links[invitation.pk].split("/s/")[1]


def line(finding: str, **changes: Any) -> orders.ItemDraft:
    """One line: 2.5 h at € 85.00 and a part of € 120.50, together € 333.00."""
    return orders.ItemDraft(
        **{
            "finding": finding,
            "action": "Replace and test.",
            "labour_code": "32-40",
            "estimated_hours": Decimal("2.5"),
            "hourly_rate": 8500,
            "parts": [orders.PartDraft("Tyre", "156E66", Decimal(1), 12050)],
            **changes,
        }
    )


def option(label: str, **labels: str) -> defining.OptionDraft:
    """An option of a choice, with its names in other languages."""
    return defining.OptionDraft(label, labels)


def again(order: WorkOrder, **changes: Any) -> orders.OrderDraft:
    """The draft that says what the order says now, with changes; lines keep their ids."""
    order = orders.load(order.pk)
    items = [
        orders.ItemDraft(
            id=one.pk,
            finding=one.finding,
            action=one.action,
            labour_code=one.labour_code,
            estimated_hours=one.estimated_hours,
            actual_hours=one.actual_hours,
            hourly_rate=one.hourly_rate,
            tax_rate=one.tax_rate,
            parts=[
                orders.PartDraft(part.name, part.number, part.quantity, part.unit_price)
                for part in one.parts.all()
            ],
        )
        for one in orders.lines_of(order)
    ]
    now = {
        "title": order.title,
        "object_name": order.object_name,
        "customer": order.customer,
        "contacts": list(order.contacts.all()),
        "site": order.site,
        "technician": order.technician,
        "notes": order.notes,
        "kind": order.kind,
        "items": items,
    }
    return orders.OrderDraft(**{**now, **changes})


def lines(order: WorkOrder) -> list[Item]:
    """The order's lines, read afresh."""
    return orders.lines_of(orders.load(order.pk))


def customer(invitation: Invitation) -> Actor:
    """The invited contact, seen from somewhere."""
    return invitation.party.contact.actor.seen_from("192.0.2.7", "socket peer", "Testbrowser/1")


def approve(invitation: Invitation, numbers: Sequence[int]) -> None:
    """Approve lines by number."""
    for one in lines(invitation.party.signoff.order):
        if one.number in numbers:
            ceremonies.decide(invitation, one.pk, "approved", by=customer(invitation))


def sign(ceremony: Ceremony, *, language: str = "en", **changes: Any) -> Signature:
    """Sign a reviewed ceremony as its own contact, typed unless told otherwise."""
    said = {
        "name": ceremony.party.contact.name,
        "role": "Owner",
        "consent": consent.sentence(ceremony.snapshot, language).digest,
        "language": language,
        "method": "typed",
        "mark": ceremony.party.contact.name,
        "by": customer(ceremony.invitation),
        **changes,
    }
    return completion.sign(ceremony, **said)


def signed(shop: Shop, order: WorkOrder, numbers: Sequence[int] = (1, 2, 3)) -> SignOff:
    """An order whose customer approved some lines and signed."""
    invitation = shop.invite(order)
    approve(invitation, numbers)
    signature = sign(ceremonies.review(invitation, by=customer(invitation)))
    return SignOff.objects.get(pk=signature.signoff_id)


def elsewhere(shop: Shop, order: WorkOrder, numbers: Sequence[int] = (1, 2, 3)) -> Verification:
    """An order signed on Tess's phone 5 km from a site of 200 m: the signature waits for a manager."""
    site = Site.objects.get(workorder=order)
    if not site.radius_m:
        area = sites.AreaDraft(53.125, 6.5833, 200)
        site = sites.put_area(site, area, by=shop.mara, actor=shop.mara.actor)
    invitation, now = shop.invite(order), clock.now()
    approve(invitation, numbers)
    place = {
        "latitude": 53.17,
        "longitude": 6.5833,
        "accuracy_m": 18.5,
        "at": clock.iso(now),
        "source": "gps",
    }
    judged = presence.judge(place, site, now)
    claimed = {name: clock.iso(now) for name in presence.STEPS}
    told, _ = presence.clock_findings(claimed, arrived=now, late_hours=72)
    around = Circumstances(
        place=judged,
        device={"id": "0", "name": "Tess's phone"},
        witness={"member": str(shop.tess.pk), "name": shop.tess.user.name},
        identity=({"kind": "pin", "passed": True},),
        clock=told,
        doubts=presence.doubts(judged, Policy()),
    )
    ceremony = ceremonies.review(invitation, by=customer(invitation))
    signature = sign(ceremony, circumstances=around, method="drawn", mark=DRAWN)
    return Verification.objects.select_related("order", "signature__signoff").get(signature=signature)


def worked(shop: Shop, order: WorkOrder, *hours: str) -> WorkOrder:
    """The hours worked on each line are written down; one figure is for all of them."""
    draft = again(order)
    for number, one in enumerate(draft.items):
        one.__dict__["actual_hours"] = Decimal(hours[number if len(hours) > 1 else 0])
    now = WorkOrder.objects.get(pk=order.pk)
    return orders.revise(now, draft, expected=now.revision, by=shop.tess.actor)


def accepted(shop: Shop, order: WorkOrder, refused: Sequence[int] = ()) -> SignOff:
    """The customer accepts the work by its service report, but for the lines refused, and signs."""
    invitation = shop.invite(order, view=View.REPORT)
    by = customer(invitation)
    for one in lines(order):
        if one.number in refused:
            ceremonies.decide(invitation, one.pk, "rejected", by=by)
    ceremonies.approve_all(invitation, by=by)
    signature = sign(ceremonies.review(invitation, by=by))
    return SignOff.objects.get(pk=signature.signoff_id)


def make_shop(name: str = "Vliegwerk", domain: str = "vliegwerk.example") -> Shop:
    """An organisation with one member a role, one customer, three contacts."""
    organisation = Organisation.objects.create(name=name, address="Hangar 4\n1234 AB Teuge")
    staff = (
        ("Mara", Role.MANAGER),
        ("Dirk", Role.DISPATCHER),
        ("Tess", Role.TECHNICIAN),
        ("Bram", Role.BILLER),
    )
    members: dict[str, Member] = {}
    for who, role in staff:
        user = User.objects.create_user(f"{who.lower()}@{domain}", PASSWORD, name=f"{who} of {name}")
        members[role] = Member.objects.create(organisation=organisation, user=user, role=role)
    aero = Customer.objects.create(organisation=organisation, name=f"Aero Club {name}", address="Runway 1")
    jan = aero.contacts.create(name="Jan Jansen", email=f"jan@{domain}", title="Owner", language="en")
    claire = aero.contacts.create(name="Claire Dubois", email=f"claire@{domain}", language="fr")
    lotte = aero.contacts.create(name="Lotte Vermeer", email="", language="nl")
    site = Site.objects.create(customer=aero, name="Hangar 9", address="Teuge")
    return Shop(organisation, members, aero, jan, claire, lotte, site)


def make_keys() -> None:
    """The installation's keys, made once a test run."""
    if not any(home.keys().glob("seal*")):
        sealing_keys.create(home.keys(), name="Testing", at=clock.now())


@pytest.fixture
def shop(db: None) -> Shop:
    """Vliegwerk, ready to work."""
    make_keys()
    return make_shop()


@pytest.fixture
def rival(db: None) -> Shop:
    """Another organisation on the same installation."""
    return make_shop("Rivaal", "rivaal.example")


@pytest.fixture
def opened(shop: Shop) -> Callable[[], Invitation]:
    """Make a fresh order with seven lines, ask Jan, and return his invitation."""
    return lambda: shop.invite(shop.open_order())
