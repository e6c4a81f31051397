"""What people in the demo do again and again: ask, sign, write down what was worked, report it as done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from paraph.lib.actor import Actor
from paraph.people.models import Contact, Member
from paraph.signoff import ceremonies, completion, consent, invitations, requests
from paraph.signoff.circumstances import NOTHING, Circumstances
from paraph.signoff.models import Ask, Invitation, Signature, View
from paraph.work import orders
from paraph.work.models import Item, WorkOrder

# Opens an order as `demo_orders` describes it; mails its first contact the estimate, with some words.
Make = Callable[[dict[str, Any]], WorkOrder]
Mail = Callable[[WorkOrder, Member, str], Invitation]


def who(invitation: Invitation) -> Actor:
    """Whoever was invited, as the record names them."""
    return invitation.party.contact.actor


def hand(order: WorkOrder, contact: Contact, manager: Member, hours: int) -> Invitation:
    """A contact is asked, and gets the link by hand."""
    party = requests.ask(order, [(contact, Ask.AUTHORISE)], by=manager.actor).parties.get()
    told: dict[str, Any] = {"view": View.ESTIMATE, "by": manager, "actor": manager.actor, "hours": hours}
    return invitations.hand_over(party, **told)[0]


def sign(invitation: Invitation, *, drawn: str = "", circumstances: Circumstances = NOTHING) -> Signature:
    """Approve all that is not decided, review, and sign: by typing the own name, unless it is `drawn`."""
    contact, by = invitation.party.contact, who(invitation)
    ceremonies.approve_all(invitation, by=by)
    ceremony = ceremonies.review(invitation, by=by)
    return completion.sign(
        ceremony,
        name=contact.name,
        role=contact.title,
        consent=consent.sentence(ceremony.snapshot, invitation.language).digest,
        language=invitation.language,
        method="drawn" if drawn else "typed",
        mark=drawn or contact.name,
        by=by,
        circumstances=circumstances,
    )


def write(order: WorkOrder, changes: Mapping[int, Mapping[str, Any]], by: Member) -> WorkOrder:
    """Lines say something else from now on, by their numbers; the rest of the order stays as it is."""
    told = orders.load(order.pk)
    draft = orders.OrderDraft(
        title=told.title,
        object_name=told.object_name,
        customer=told.customer,
        contacts=list(told.contacts.all()),
        site=told.site,
        technician=told.technician,
        notes=told.notes,
        kind=told.kind,
        items=[_again(one, changes.get(one.number, {})) for one in orders.lines_of(told)],
    )
    return orders.revise(told, draft, expected=told.revision, by=by.actor)


def report(order: WorkOrder, technician: Member) -> WorkOrder:
    """The work is done, and took as long as was estimated."""
    lines = orders.lines_of(orders.load(order.pk))
    worked: dict[UUID | str, Decimal | None] = {one.pk: one.estimated_hours for one in lines}
    return orders.report(order, by=technician.actor, hours=worked)


def _again(item: Item, changes: Mapping[str, Any]) -> orders.ItemDraft:
    told = {
        "finding": item.finding,
        "action": item.action,
        "labour_code": item.labour_code,
        "estimated_hours": item.estimated_hours,
        "actual_hours": item.actual_hours,
        "hourly_rate": item.hourly_rate,
        "tax_rate": item.tax_rate,
        **changes,
    }
    parts = [orders.PartDraft(one.name, one.number, one.quantity, one.unit_price) for one in item.parts.all()]
    return orders.ItemDraft(id=item.pk, parts=parts, **told)
