"""What the demo company's customers did otherwise: signed before a change, one after the other, declined, on paper."""

from __future__ import annotations

from decimal import Decimal

from paraph.lib.actor import Actor
from paraph.people.models import Contact, Member
from paraph.signoff import ceremonies, confirming, invitations, papers, requests
from paraph.signoff.models import Ask, Format, Invitation, Party, Rule, View
from paraph.work import orders
from paraph.work.models import Item, WorkOrder


def change(order: WorkOrder, number: int, hours: str, action: str, by: Member) -> None:
    """The shop finds more work on a line after it was signed for: the signature is superseded (decision 6)."""
    told = orders.load(order.pk)
    draft = orders.OrderDraft(
        title=told.title,
        object_name=told.object_name,
        customer=told.customer,
        contacts=list(told.contacts.all()),
        site=told.site,
        technician=told.technician,
        notes=told.notes,
        items=[_again(one, number, hours, action) for one in orders.lines_of(told)],
    )
    orders.revise(told, draft, expected=told.revision, by=by.actor)


def ask_in_turn(order: WorkOrder, second: tuple[str, str, str], by: Member, hours: int) -> list[Party]:
    """Two people sign one after the other: the second gets the link when the first has signed (X-08)."""
    first = order.contacts.order_by("name").first()
    assert first is not None
    name, title, email = second
    other = Contact.objects.create(
        customer=order.customer, name=name, title=title, email=email, language=first.language
    )
    asks = [(first, Ask.AUTHORISE), (other, Ask.AUTHORISE)]
    signoff = requests.ask(order, asks, by=by.actor, rule=Rule.IN_TURN)
    parties = list(signoff.parties.select_related("contact", "signoff__order__organisation"))
    for party in parties:
        invitations.send(party, view=View.ESTIMATE, by=by, actor=by.actor, hours=hours)
    return parties


def decline(invitation: Invitation, reason: str) -> None:
    """The customer refuses the request as a whole (X-08)."""
    contact = invitation.party.contact
    ceremonies.decline(invitation, reason=reason, by=Actor("contact", str(contact.pk), contact.name))


def print_out(invitation: Invitation) -> None:
    """The customer approves everything and prints it, to stamp it: the signed pages are awaited (S0-30)."""
    contact = invitation.party.contact
    by = Actor("contact", str(contact.pk), contact.name)
    stands = {str(one.definition.pk): one.value for one in confirming.fields(invitation)}
    confirming.confirm(invitation, stands, by=by)
    ceremonies.approve_all(invitation, by=by)
    papers.issue(invitation, format=Format.A4, language=invitation.language, by=by)


def _again(item: Item, number: int, hours: str, action: str) -> orders.ItemDraft:
    changed = item.number == number
    return orders.ItemDraft(
        id=item.pk,
        finding=item.finding,
        action=action if changed else item.action,
        labour_code=item.labour_code,
        estimated_hours=Decimal(hours) if changed else item.estimated_hours,
        actual_hours=item.actual_hours,
        hourly_rate=item.hourly_rate,
        tax_rate=item.tax_rate,
        parts=[
            orders.PartDraft(part.name, part.number, part.quantity, part.unit_price)
            for part in item.parts.all()
        ],
    )
