"""The process inside an installation: prepares customers, and measures what needs no server.

Reads one JSON value a line, `{"verb": …, …}`, calls the function of that name, writes what it returns. Times are in
milliseconds unless said otherwise.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any
from unittest.mock import patch

import django

django.setup()

from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.urls import reverse  # noqa: E402

from benchmarks import answering, crowd, year  # noqa: E402
from benchmarks.figures import median  # noqa: E402
from paraph.automation import notices, runner  # noqa: E402
from paraph.automation.models import Cursor  # noqa: E402
from paraph.capture.models import Capture  # noqa: E402
from paraph.capture.models import State as Filed  # noqa: E402
from paraph.config import worker  # noqa: E402
from paraph.delivery import outbox  # noqa: E402
from paraph.evidence import audit, ledger, tree  # noqa: E402
from paraph.evidence.models import Entry, Log  # noqa: E402
from paraph.lib import clock  # noqa: E402
from paraph.lib.actor import SYSTEM  # noqa: E402
from paraph.operate import reconcile  # noqa: E402
from paraph.people import members  # noqa: E402
from paraph.people.models import Contact, Customer, Member, Organisation, Role  # noqa: E402
from paraph.sealing.render import render  # noqa: E402
from paraph.sealing.seal import seal  # noqa: E402
from paraph.signoff import ceremonies, completion, consent, invitations, requests  # noqa: E402
from paraph.signoff.models import Ask, Ceremony, Signature, SignOff, State, View  # noqa: E402
from paraph.web.portal import door  # noqa: E402
from paraph.work import orders as work  # noqa: E402
from paraph.work.facts import OrderOpened  # noqa: E402
from paraph.work.models import WorkOrder  # noqa: E402
from tests.capture.phone import Phone  # noqa: E402

LINES = 7
LANGUAGE = "en"


def orders(count: int, one_customer: bool) -> list[dict[str, Any]]:
    """Prepare customers who have decided and reviewed: what their browser holds, and what it will send to sign."""
    shared = _contact() if one_customer else None
    made = [_about_to_sign(shared or _contact()) for _ in range(count)]
    runner.run_all()
    while outbox.deliver_due():
        pass
    return made


def captures(count: int) -> list[dict[str, Any]]:
    """What a phone sealed in a long absence: as many signatures, each on an order of its own."""
    phone = Phone.enrolled(_manager())
    phone.place = {"missing": "denied"}
    made = []
    for _number in range(count):
        order = _open(_contact(), LINES)
        made.append(phone.signs(order, order.customer.contacts.get()))
    runner.run_all()
    return made


def captured() -> dict[str, int]:
    """How many captures are filed, and how many signatures came of them."""
    filed = Capture.objects.filter(state=Filed.FILED)
    return {"filed": filed.count(), "signatures": Signature.objects.filter(capture__in=filed).count()}


def commit() -> float:
    """One durable insert, by the driver alone."""
    rows, driver = _scratch_table(), connection.connection
    began = time.perf_counter()
    driver.execute(rows)
    return _since(began)


def document() -> list[float]:
    """Render the newest signed document once more, then seal it: two times."""
    signoff = SignOff.objects.filter(state=State.SEALED).latest("completed_at")
    signoff.state = State.COMPLETE  # in memory: as it was when its document was made
    with patch.object(completion, "render", return_value=b"") as asked:
        completion.printed(work.load(signoff.order_id), View.ESTIMATE, LANGUAGE, signoff=signoff)
    began = time.perf_counter()
    pdf = render(*asked.call_args.args, **asked.call_args.kwargs)
    rendered = _since(began)
    began = time.perf_counter()
    seal(pdf, completion.keyset(), reason="benchmark", at=clock.now())
    return [rendered, _since(began)]


def append(times: int) -> list[float]:
    """Append one fact to a ledger and commit; then the durable insert alone. Medians."""
    company, taken, alone = _company(), [], []
    for number in range(times):
        began = time.perf_counter()
        with transaction.atomic():
            ledger.append(OrderOpened(number=f"N-{number}"), log=company.log, topic="benchmark", by=SYSTEM)
        taken.append(_since(began))
        alone.append(commit())
    return [median(taken), median(alone)]


def grow(times: int) -> list[float]:
    """Hash a leaf into the tree, right edge included; then SHA-256 of the leaf alone. Medians of µs each."""
    leaf = bytes(Entry.objects.latest("index").leaf)
    frontier, taken, alone = tree.Frontier(), [], []
    for _ in range(times):
        began = time.perf_counter()
        for _ in range(1000):
            frontier.append(tree.leaf_hash(leaf))
        taken.append(_since(began))
        began = time.perf_counter()
        for _ in range(1000):
            hashlib.sha256(leaf).digest()
        alone.append(_since(began))
    return [median(taken), median(alone)]


def fill(orders: int, entries: int) -> dict[str, int]:
    """Fill up to so many orders and ledger entries, at least; what there is then."""
    contact = _contact()
    signed, prepared = _open(contact, lines=2), _open(contact, lines=2)
    _sign(signed, contact)
    runner.run_all()
    while outbox.deliver_due():
        pass
    many, few = (Entry.objects.filter(topic=found.topic).count() for found in (signed, prepared))
    signed, prepared = (WorkOrder.objects.get(pk=one.pk) for one in (signed, prepared))
    missing = max(orders - 2, 1)
    share = min(1.0, max(0.0, (entries / missing - few) / (many - few)))
    crowd.fill([(signed, round(missing * share)), (prepared, missing - round(missing * share))])
    # The manager has read what they were told, and the rules have dealt with everything, as their copied runs say.
    notices.mark_read(_manager())
    for log in Log.objects.all():
        Cursor.objects.filter(log=log.pk).update(position=log.size)
    return {"orders": WorkOrder.objects.count(), "entries": Entry.objects.count()}


def whole() -> list[str]:
    """What is wrong with the ledgers, or with a row that points nowhere: nothing, whatever was copied."""
    connection.check_constraints()
    found = [str(one) for log in Log.objects.all() for one in audit.verify_log(log.pk)]
    return [*found, *(f"{one.invariant} {one.sentence}" for one in reconcile.reconcile())]


def copied() -> list[str]:
    """The addresses of all orders but the two originals, oldest first."""
    found = WorkOrder.objects.order_by("created_at").values_list("pk", flat=True)
    return [reverse("office:order", args=[pk]) for pk in found][: found.count() - 2]


def look() -> float:
    """CPU time of the worker looking for work once, with each of its loops."""
    began = time.process_time()
    worker.run_once()
    return (time.process_time() - began) * 1000


def manager() -> str:
    """A session of the manager's."""
    return answering.signed_in(_manager().user)


VERBS: dict[str, Callable[..., Any]] = {
    one.__name__: one
    for one in (
        orders,
        captures,
        captured,
        commit,
        document,
        append,
        grow,
        fill,
        year.closings,
        year.count,
        year.fold,
        whole,
        copied,
        look,
        manager,
        answering.answer,
    )
}


def _open(contact: Contact, lines: int) -> WorkOrder:
    manager = _manager()
    draft = work.OrderDraft(
        title="100-hour inspection",
        object_name="PH-KLX · Cessna 172 S",
        customer=contact.customer,
        contacts=[contact],
        items=[_line(number) for number in range(1, lines + 1)],
    )
    return work.open_order(manager.organisation, draft, by=manager.actor)


def _review(order: WorkOrder, contact: Contact) -> Ceremony:
    manager = _manager()
    party = requests.ask(order, [(contact, Ask.AUTHORISE)], by=manager.actor).parties.get()
    invitation, _ = invitations.hand_over(party, view=View.ESTIMATE, by=manager, actor=manager.actor)
    ceremonies.approve_all(invitation, by=contact.actor)
    return ceremonies.review(invitation, by=contact.actor)


def _sign(order: WorkOrder, contact: Contact) -> None:
    ceremony = _review(order, contact)
    agreed = consent.sentence(ceremony.snapshot, LANGUAGE).digest
    told: dict[str, Any] = {"name": contact.name, "role": "Owner", "method": "typed", "mark": contact.name}
    completion.sign(ceremony, consent=agreed, language=LANGUAGE, by=contact.actor, **told)


def _about_to_sign(contact: Contact) -> dict[str, Any]:
    order = _open(contact, LINES)
    ceremony = _review(order, contact)
    invitation = ceremony.invitation
    session = SessionStore()
    session[door.IDS] = [str(invitation.pk)]
    session.create()
    visit = reverse("portal:order", args=[invitation.pk])
    return {
        "session": session.session_key,
        "visit": visit,
        "order": reverse("office:order", args=[order.pk]),
        "sign": reverse("portal:sign", args=[invitation.pk, ceremony.pk]),
        "fields": {
            "name": contact.name,
            "role": "Owner",
            "consent": consent.sentence(ceremony.snapshot, LANGUAGE).digest,
            "language": LANGUAGE,
            "method": "typed",
            "typed": contact.name,
        },
    }


def _line(number: int) -> work.ItemDraft:
    return work.ItemDraft(
        finding=f"Finding {number}: left main tyre worn to the cord",
        action="Replace tyre and tube, balance.",
        labour_code="32-40",
        estimated_hours=Decimal("2.5"),
        hourly_rate=8500,
        parts=[work.PartDraft("Tyre 6.00-6", "156E66", Decimal(1), 12050)],
    )


def _contact() -> Contact:
    company = _company()
    number = Contact.objects.count() + 1
    customer = Customer.objects.create(organisation=company, name=f"Aero Club {number}", address="Runway 1")
    return Contact.objects.create(
        customer=customer, name=f"Jan Jansen {number}", email=f"jan{number}@aero.example", language=LANGUAGE
    )


@cache
def _manager() -> Member:
    if not Member.objects.exists():
        members.add(
            _company(), "mara@bench.example", name="Mara de Wit", role=Role.MANAGER, password=None, by=SYSTEM
        )
    return Member.objects.select_related("organisation", "user").get()


@cache
def _company() -> Organisation:
    address = "Hangarweg 12\n6877 SB Teuge"
    return Organisation.objects.get_or_create(name="Meridian Field Group", defaults={"address": address})[0]


@cache
def _scratch_table() -> str:
    """The statement that inserts a row; the table is made when first asked for."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE benchmark_commit (said text)")
    return "INSERT INTO benchmark_commit (said) VALUES ('durable')"


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def main() -> None:
    """Do what is asked until nothing more comes."""
    for line in sys.stdin:
        told = json.loads(line)
        print(json.dumps(VERBS[told.pop("verb")](**told)), flush=True)


if __name__ == "__main__":
    main()
