"""What the demo company did in the ten weeks before: jobs asked for, signed, disputed, declined, closed and billed.

Everything happens through the product's verbs, each at its own moment, the oldest first: the clock is set back for it
(`clock.set_back`), less each time, because a ledger's times never run backwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from heapq import heapify, heappop, heappush
from typing import Any

from paraph.automation import notices, runner
from paraph.billing import invoices, profiles
from paraph.config import demo_acts, demo_bills
from paraph.delivery import mailbox, outbox
from paraph.insights import folding
from paraph.lib import clock
from paraph.people.models import Contact, Customer, Member, Organisation, Role
from paraph.signoff import ceremonies, disputes
from paraph.work import orders

PAST = timedelta(weeks=11)  # how long ago the company was founded
LINK_HOURS = 30 * 24
BILLED_HOURS = 20  # from the report until its invoice is issued
CUSTOMERS = (
    ("Zeilschool De Schor", "Roos Schor", "roos@deschor.example", ("Havenweg 3", "4424 BA", "Wemeldinge")),
    ("Kaas & Co", "Bas Kaas", "bas@kaasenco.example", ("Waagplein 2", "1811 JP", "Alkmaar")),
    ("Camping Zuidduin", "Ria Duin", "ria@zuidduin.example", ("Duinweg 40", "4374 EC", "Zoutelande")),
)
TITLES = ("Yearly service", "Pump repair", "Burner check", "Lock replaced")
SIGNED, DECLINED, DISPUTED = "signed", "declined", "disputed"
# Days ago it was opened; hours until the answer, and from there until the report; what came of it.
JOBS = (
    (70, 30, 70, SIGNED), (68, 52, 96, SIGNED), (63, 26, 44, DISPUTED), (60, 40, 60, SIGNED),
    (55, 20, 0, DECLINED), (53, 33, 71, SIGNED), (48, 18, 50, SIGNED), (46, 44, 66, DISPUTED),
    (40, 22, 40, SIGNED), (37, 28, 52, SIGNED), (32, 12, 47, SIGNED), (27, 16, 30, SIGNED),
    (24, 20, 0, DECLINED), (19, 9, 36, DISPUTED), (12, 14, 28, SIGNED), (8, 6, 30, SIGNED),
)  # fmt: skip


def play(company: Organisation, staff: Mapping[Any, Member]) -> None:
    """Let all of it happen, with what follows from it; members have read what they were told."""
    with clock.set_back(PAST):
        manager = staff[Role.MANAGER]
        profiles.save_seller(company, demo_bills.SELLER, by=manager, actor=manager.actor)
        customers = [_contact(manager, *one) for one in CUSTOMERS]
    steps = [
        (-timedelta(days=days), number, _job(staff, customers[number % len(customers)], number))
        for number, (days, *_rest) in enumerate(JOBS)
    ]
    heapify(steps)
    while steps:
        moment, number, job = heappop(steps)
        with clock.set_back(-moment):
            hours = next(job, None)
            runner.run_all()
            outbox.deliver_due()
        if hours is not None:
            heappush(steps, (moment + timedelta(hours=hours), number, job))
    for member in staff.values():
        notices.mark_read(member)
    for letter in mailbox.folder().glob("*.eml"):
        letter.unlink()  # their links have ended; the box begins with what is open
    folding.fold_all()


def _job(staff: Mapping[Any, Member], contact: Contact, number: int) -> Iterator[int]:
    """One job from its opening to its end; yields the hours until the next step."""
    _days, answer, report, end = JOBS[number]
    manager, technician = staff[Role.MANAGER], staff[Role.TECHNICIAN]
    item = orders.ItemDraft(
        finding=TITLES[number % len(TITLES)],
        action="Done as agreed, tested.",
        labour_code="SRV-1",
        estimated_hours=Decimal(2 + number % 3),
        hourly_rate=7800,
    )
    draft = orders.OrderDraft(
        title=TITLES[number % len(TITLES)],
        customer=contact.customer,
        contacts=[contact],
        technician=technician,
        items=[item],
    )
    order = orders.open_order(manager.organisation, draft, by=staff[Role.DISPATCHER].actor)
    yield 1
    invitation = demo_acts.hand(order, contact, manager, LINK_HOURS)
    yield answer
    by = demo_acts.who(invitation)
    if end == DECLINED:
        ceremonies.decline(invitation, reason="We let somebody else do it.", by=by)
        return
    if end == DISPUTED:
        found = disputes.dispute(invitation, reason="Was the call-out not included?", by=by)
        yield 4 + answer
        told = {"resolution": "explained", "text": "It is: this is the second visit."}
        disputes.resolve(found, by=manager, actor=manager.actor, **told)
    demo_acts.sign(invitation)
    yield report
    demo_acts.report(order, technician)
    yield BILLED_HOURS
    (bill,) = invoices.of_order(order)  # a rule drafted it
    invoices.issue(bill, by=staff[Role.BILLER], actor=staff[Role.BILLER].actor)


def _contact(manager: Member, name: str, who: str, email: str, place: tuple[str, str, str]) -> Contact:
    street, postcode, city = place
    customer = Customer.objects.create(
        organisation=manager.organisation, name=name, address=f"{street}\n{postcode} {city}"
    )
    buyer = {"street": street, "postcode": postcode, "city": city, "country": "NL"}
    profiles.save_buyer(customer, buyer, by=manager, actor=manager.actor)
    return Contact.objects.create(customer=customer, name=who, title="Owner", email=email, language="en")
