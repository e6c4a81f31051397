"""What the demo company's customers did otherwise: signed before a change, one after the other, declined, on paper."""

from __future__ import annotations

from decimal import Decimal

from paraph.config import demo_acts
from paraph.people.models import Contact, Member
from paraph.signoff import ceremonies, confirming, invitations, papers, requests
from paraph.signoff.models import Ask, Format, Invitation, Party, Rule, View
from paraph.work.models import WorkOrder


def change(order: WorkOrder, number: int, hours: str, action: str, by: Member) -> None:
    """The shop finds more work on a line after it was signed for: the signature is superseded (decision 6)."""
    demo_acts.write(order, {number: {"action": action, "estimated_hours": Decimal(hours)}}, by)


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
    ceremonies.decline(invitation, reason=reason, by=demo_acts.who(invitation))


def print_out(invitation: Invitation) -> None:
    """The customer approves everything and prints it, to stamp it: the signed pages are awaited (S0-30)."""
    by = demo_acts.who(invitation)
    stands = {str(one.definition.pk): one.value for one in confirming.fields(invitation)}
    confirming.confirm(invitation, stands, by=by)
    ceremonies.approve_all(invitation, by=by)
    papers.issue(invitation, format=Format.A4, language=invitation.language, by=by)
