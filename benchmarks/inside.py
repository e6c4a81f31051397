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

from benchmarks.figures import median  # noqa: E402
from paraph.automation import runner  # noqa: E402
from paraph.delivery import outbox  # noqa: E402
from paraph.evidence import ledger, tree  # noqa: E402
from paraph.evidence.models import Entry  # noqa: E402
from paraph.lib import clock  # noqa: E402
from paraph.lib.actor import SYSTEM  # noqa: E402
from paraph.people import members  # noqa: E402
from paraph.people.models import Contact, Customer, Member, Organisation, Role  # noqa: E402
from paraph.sealing.render import render  # noqa: E402
from paraph.sealing.seal import seal  # noqa: E402
from paraph.signoff import ceremonies, completion, consent, invitations, requests  # noqa: E402
from paraph.signoff.models import Ask, SignOff, State, View  # noqa: E402
from paraph.web.portal import door  # noqa: E402
from paraph.work import orders as work  # noqa: E402
from paraph.work.facts import OrderOpened  # noqa: E402

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


VERBS: dict[str, Callable[..., Any]] = {one.__name__: one for one in (orders, commit, document, append, grow)}


def _about_to_sign(contact: Contact) -> dict[str, Any]:
    manager = _manager()
    draft = work.OrderDraft(
        title="100-hour inspection",
        object_name="PH-KLX · Cessna 172 S",
        customer=contact.customer,
        contacts=[contact],
        items=[_line(number) for number in range(1, LINES + 1)],
    )
    order = work.open_order(manager.organisation, draft, by=manager.actor)
    party = requests.ask(order, [(contact, Ask.AUTHORISE)], by=manager.actor).parties.get()
    invitation, _ = invitations.hand_over(party, view=View.ESTIMATE, by=manager, actor=manager.actor)
    ceremonies.approve_all(invitation, by=contact.actor)
    ceremony = ceremonies.review(invitation, by=contact.actor)
    session = SessionStore()
    session[door.IDS] = [str(invitation.pk)]
    session.create()
    visit = reverse("portal:order", args=[invitation.pk])
    return {
        "session": session.session_key,
        "visit": visit,
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
    members.add(
        _company(), "mara@bench.example", name="Mara de Wit", role=Role.MANAGER, password=None, by=SYSTEM
    )
    return Member.objects.get()


@cache
def _company() -> Organisation:
    return Organisation.objects.create(name="Meridian Field Group", address="Hangarweg 12\n6877 SB Teuge")


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
