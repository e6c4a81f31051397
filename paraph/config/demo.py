"""The demo company: five jobs as five trades have them, made through the product's own verbs (`make demo`).

The cast is invented. Nobody has a password; the demo's sign-in page lets everybody in with one click.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.db import transaction

from paraph.automation import runner
from paraph.config import (
    demo_acts,
    demo_bills,
    demo_disputes,
    demo_history,
    demo_lists,
    demo_orders,
    demo_papers,
    demo_places,
    demo_properties,
    demo_reports,
    demo_turns,
)
from paraph.delivery import mailbox, outbox
from paraph.lib import clock
from paraph.lib.actor import SYSTEM
from paraph.people import members
from paraph.people.models import Contact, Customer, Member, Organisation, Role, Site
from paraph.signoff import ceremonies, invitations, pins, requests
from paraph.signoff.models import Ask, Choice, View
from paraph.web.office.demo import PIN
from paraph.work import comments, orders
from paraph.work.models import WorkOrder

# Long enough that a demo started last week still opens; customers get 48 hours.
DEMO_HOURS = 30 * 24
LINK = re.compile(r"https?://\S+/s/[\w.\-]+/")
STAFF = [
    ("Mara de Wit", "mara@meridian.example", Role.MANAGER, "en"),
    ("Dirk Peeters", "dirk@meridian.example", Role.DISPATCHER, "nl"),
    ("Tess Okafor", "tess@meridian.example", Role.TECHNICIAN, "en"),
    ("Benoît Lambert", "benoit@meridian.example", Role.BILLER, "fr"),
]
# A manager who may not ask for signatures (S0-20), and a second company, for which Tess works as well.
WITHOUT = ("Mo Haddad", "mo@meridian.example", Role.MANAGER, "en")
SECOND = ("Polder Avionics", "Polderbaan 3\n1118 CP Schiphol\nNetherlands")


def is_filled() -> bool:
    """Whether the demo company is there already."""
    return Organisation.objects.exists()


def fill() -> Organisation:
    """Make the demo company with its people and orders, play what already happened, send the mails."""
    with clock.set_back(demo_history.PAST), transaction.atomic():
        company = Organisation.objects.create(
            name="Meridian Field Group",
            address="Hangarweg 12\n6877 SB Teuge\nNetherlands",
            email="office@meridian.example",
            phone="+31 55 555 0142",
            vat_number="NL000000000B00",
            language="en",
            next_order_number=1042 - len(demo_history.JOBS),
        )
        staff = {role: _member(company, *one) for one in STAFF for role in [one[2]]}
        members.change(_member(company, *WITHOUT), role=Role.MANAGER, without=["signature.ask"], by=SYSTEM)
        second = Organisation.objects.create(
            name=SECOND[0], address=SECOND[1], accent="#7a2e5d", language="nl"
        )
        _member(second, "Pim de Boer", "pim@polder.example", Role.MANAGER, "nl")
        _member(second, *STAFF[2])
    demo_history.play(company, staff)
    with transaction.atomic():
        company.refresh_from_db()
        known = demo_properties.define(staff[Role.MANAGER])
        demo_lists.define(staff[Role.MANAGER], demo_properties.ticket_of(company))
        made = [_order(company, staff, one) for one in demo_orders.ORDERS]
        demo_properties.fill(known, made[1], made[0], staff[Role.DISPATCHER])
    _play(made, staff[Role.MANAGER], staff[Role.TECHNICIAN])
    demo_bills.play(made, staff, DEMO_HOURS)
    demo_disputes.play(lambda told: _order(company, staff, told), _ask, staff)
    _give_pins(made[:2], staff[Role.MANAGER])
    demo_lists.show(made[0], made[1], staff[Role.TECHNICIAN])
    demo_places.play(lambda told: _order(company, staff, told), _ask, staff)
    demo_papers.play(lambda told: _order(company, staff, told), _ask, staff)
    demo_reports.play(lambda told: _order(company, staff, told), staff, DEMO_HOURS)
    runner.run_all()
    outbox.deliver_due()
    return company


def _give_pins(given: list[WorkOrder], manager: Member) -> None:
    """The first contact of two orders has a PIN; the demo's page says which (S1-09)."""
    for order in given:
        contact = order.contacts.order_by("name")[0]
        pins.agree(contact, PIN, by=manager, actor=manager.actor)


def customer_links() -> list[tuple[str, str]]:
    """The links customers were sent, as (subject, address), oldest first, read from the demo mailbox."""
    found = []
    for letter in reversed(mailbox.read()):
        match = LINK.search(letter.text)
        if match:
            found.append((f"{letter.to}: {letter.subject}", match.group(0)))
    return found


def _member(company: Organisation, name: str, email: str, role: Role, language: str) -> Member:
    return members.add(company, email, name=name, role=role, language=language, by=SYSTEM)


def _order(company: Organisation, staff: dict[Any, Member], told: dict[str, Any]) -> WorkOrder:
    customer = Customer.objects.create(
        organisation=company, name=told["customer"][0], address=told["customer"][1]
    )
    contacts = [Contact.objects.create(customer=customer, **one) for one in told["contacts"]]
    site = Site.objects.create(customer=customer, name=told["site"][0], address=told["site"][1])
    draft = orders.OrderDraft(
        title=told["title"],
        object_name=told["object"],
        customer=customer,
        contacts=contacts,
        site=site,
        technician=staff[Role.TECHNICIAN],
        notes=told["notes"],
        kind=demo_properties.kind_of(company, told["title"]),
        items=[_item(one, told) for one in told["items"]],
    )
    return orders.open_order(company, draft, by=staff[Role.DISPATCHER].actor)


def _item(one: tuple[Any, ...], told: dict[str, Any]) -> orders.ItemDraft:
    finding, action, code, hours, parts = one
    return orders.ItemDraft(
        finding=finding,
        action=action,
        labour_code=code,
        estimated_hours=Decimal(hours),
        hourly_rate=told["rate"],
        tax_rate=Decimal(told["tax"]),
        parts=[orders.PartDraft(name, number, Decimal(count), price) for name, number, count, price in parts],
    )


def _play(made: list[WorkOrder], manager: Member, technician: Member) -> None:
    """The aircraft owner is deciding, the well operator printed the paper to stamp it, the installation is signed.

    Two partners sign in turn, the baker declined, and the lift was changed after it had been signed for.
    """
    aircraft, well, heating, printing, books, lift, *_rest = made
    entry = _ask(aircraft, manager, "Please decide before Monday, so that we can order the tyre.")
    by = entry.party.contact.actor
    lines = orders.lines_of(orders.load(aircraft.pk))
    for number, choice in (
        (2, Choice.APPROVED),
        (3, Choice.APPROVED),
        (4, Choice.APPROVED),
        (6, Choice.REJECTED),
    ):
        ceremonies.decide(entry, lines[number - 1].pk, choice, by=by)
    comments.add(aircraft, lines[0], text="Can this tyre wait until the annual in March?", by=by)
    comments.add(aircraft, lines[0], text="The cord shows. We would not fly it.", by=technician.actor)
    demo_turns.print_out(_ask(well, manager, ""))
    signing = _ask(heating, manager, "Zoals besproken op de werf.")
    demo_acts.sign(signing, drawn=demo_orders.DRAWN)
    worked = {1: {"actual_hours": Decimal("17.5")}, 2: {"actual_hours": Decimal(6)}}
    demo_acts.write(heating, worked, technician)
    _share(heating, manager, "Morgen stellen we de installatie in bedrijf.")
    second = ("Marc Dubois", "Associé", "marc@librairie-dubois.example")
    demo_turns.ask_in_turn(printing, second, manager, DEMO_HOURS)
    demo_turns.decline(_ask(books, manager, ""), "Dit jaar stellen we de jaarrekening zelf samen.")
    demo_acts.sign(_ask(lift, manager, ""), drawn=demo_orders.DRAWN)
    runner.run_all()
    demo_turns.change(lift, 2, "6.5", "Replace both chains and the worn pulley, set and test.", technician)


def _ask(order: WorkOrder, manager: Member, text: str) -> Any:
    first = order.contacts.order_by("name").first()
    assert first is not None
    signoff = requests.ask(order, [(first, Ask.AUTHORISE)], by=manager.actor)
    party = signoff.parties.get()
    return invitations.send(
        party, view=View.ESTIMATE, by=manager, actor=manager.actor, hours=DEMO_HOURS, text=text
    )


def _share(order: WorkOrder, manager: Member, text: str) -> None:
    """The customer is sent how far the work is."""
    contacts = list(order.contacts.order_by("name")[:1])
    shared = requests.share(order, contacts)
    for party in shared.parties.select_related("contact", "signoff__order__organisation"):
        invitations.send(
            party, view=View.PROGRESS, by=manager, actor=manager.actor, hours=DEMO_HOURS, text=text
        )
