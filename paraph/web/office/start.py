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
    """What to do first. Of each kind one more than is shown, so that the count never says less than there is."""
    most = MOST_WAITING + 1
    queues: dict[str, Any] = {
        "papers": verification.to_review(member.organisation_id)[:most],
        "doubted": verifying.waiting(member.organisation_id)[:most]
        if access.can(member, verifying.RIGHT)
        else [],
        "captures": [
            (one, held.words(one.reasons[0])) for one in held.waiting(member.organisation_id)[:most]
        ],
        "seals": [(one, SEAL_FAULTS.get(one.seal_fault, one.seal_fault)) for one in waiting.seals(member)],
        "disputes": waiting.disputes(member)[:most],
        "questions": waiting.questions(member)[:most],
        "expired": waiting.expired(member)[:most],
        "signatures": waiting.signatures(member)[:most],
        "drafts": drafts_of(member)[:most] if access.can(member, "invoice.edit") else [],
        "notices": notices.unread(member)[:MOST_NOTICES],
    }
    recent = waiting.with_request(reach.orders(member)).select_related("customer")[:MOST_ORDERS]
    found = {name: list(rows) for name, rows in queues.items()}
    told: dict[str, Any] = {name: rows[:MOST_WAITING] for name, rows in found.items()}
    told["more"] = {name for name, rows in found.items() if len(rows) > MOST_WAITING}
    told["quiet"] = not any(found.values())
    return show(request, member, "start.html", orders=list(recent), **told)
