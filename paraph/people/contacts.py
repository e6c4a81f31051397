"""What a customer's contact may: the office says it, and it is a fact (S0-20, S0-21)."""

from __future__ import annotations

from django.db import transaction

from paraph.evidence import ledger
from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.facts import ContactAccessChanged
from paraph.people.models import Contact, Member


@transaction.atomic
def allow_e_sign(contact: Contact, allowed: bool, *, by: Member, actor: Actor) -> Contact:
    """Let a contact sign electronically, or only on paper; it holds at their next click. Raises `Forbidden`."""
    access.require(by, "customer.edit")
    if Contact.objects.filter(pk=contact.pk).exclude(may_e_sign=allowed).update(may_e_sign=allowed):
        organisation = contact.customer.organisation_id
        fact = ContactAccessChanged(contact=str(contact.pk), may_e_sign=allowed, who=contact.name)
        ledger.append(fact, log=str(organisation), topic=f"customer:{contact.customer_id}", by=actor)
    contact.may_e_sign = allowed
    return contact
