"""The first page: what needs attention, then the newest orders."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from paraph.automation import notices
from paraph.capture import held
from paraph.people import access
from paraph.people.models import Member
from paraph.signoff import verification, verifying
from paraph.signoff.facts import SEAL_FAULTS
from paraph.web.office import reach, waiting
from paraph.web.office.doors import page, show
from paraph.web.office.invoices import drafts_of

MOST_WAITING = 8  # of one kind; the list has the rest
MOST_ORDERS = 10
MOST_NOTICES = 5


@page("order.view")
def start(request: HttpRequest, member: Member) -> HttpResponse:
    """What to do first."""
    queues: dict[str, Any] = {
        "papers": verification.to_review(member.organisation_id)[:MOST_WAITING],
        "doubted": verifying.waiting(member.organisation_id)[:MOST_WAITING]
        if access.can(member, verifying.RIGHT)
        else [],
        "captures": [
            (one, held.words(one.reasons[0])) for one in held.waiting(member.organisation_id)[:MOST_WAITING]
        ],
        "seals": [(one, SEAL_FAULTS.get(one.seal_fault, one.seal_fault)) for one in waiting.seals(member)],
        "disputes": waiting.disputes(member)[:MOST_WAITING],
        "questions": waiting.questions(member)[:MOST_WAITING],
        "expired": waiting.expired(member)[:MOST_WAITING],
        "signatures": waiting.signatures(member)[:MOST_WAITING],
        "drafts": drafts_of(member)[:MOST_WAITING] if access.can(member, "invoice.edit") else [],
        "notices": notices.unread(member)[:MOST_NOTICES],
    }
    recent = waiting.with_request(reach.orders(member)).select_related("customer")[:MOST_ORDERS]
    told: dict[str, Any] = {**{name: list(found) for name, found in queues.items()}, "orders": list(recent)}
    return show(request, member, "start.html", quiet=not any(told[name] for name in queues), **told)
