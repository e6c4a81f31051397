"""The PIN of a contact: mailed to them or agreed with them, and checked on the server alone (S1-09, decision 1).

The secret: a try is counted, and the count is committed, before the digits are looked at; a right one is taken back.
So there are five wrong ones an hour for one contact, however many come at once (security.md lines 13 and 14).
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from paraph.delivery import letters, outbox
from paraph.evidence import ledger
from paraph.evidence.facts import Fact
from paraph.lib import clock
from paraph.lib.actor import Actor
from paraph.people import access, limits
from paraph.people.models import Contact, Member
from paraph.signoff import digits
from paraph.signoff.errors import NoAddress, Unusable
from paraph.signoff.identity_facts import PinRemoved, PinSet
from paraph.signoff.models import ContactPin, IdentityKind

RIGHT = "customer.edit"
WEAK = _("This PIN is among the first that somebody would try. Agree on another one.")


@transaction.atomic
def mail(contact: Contact, *, by: Member, actor: Actor) -> ContactPin:
    """Make a PIN and mail it to the contact in their language; nobody here sees it. Raises `NoAddress`, `Forbidden`."""
    access.require(by, RIGHT)
    if not contact.email:
        raise NoAddress
    found = digits.fresh()
    told = {
        "sender": contact.customer.organisation.name,
        "accent": contact.customer.organisation.accent,
        "footer": contact.customer.organisation.address,
        "name": contact.name,
        "pin": found,
    }
    letter = letters.compose("signoff/mail/pin", contact.language, told)
    outbox.enqueue(
        key=f"pin:{uuid4()}",
        to=contact.email,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        language=contact.language,
        secret=True,
        log=str(contact.customer.organisation_id),
        topic=_topic(contact),
    )
    return _set(contact, found, "mail", by, actor)


@transaction.atomic
def agree(contact: Contact, typed: str, *, by: Member, actor: Actor) -> ContactPin:
    """Keep the PIN a member agreed on with the contact. Raises `Unusable` for none or a weak one, `Forbidden`."""
    access.require(by, RIGHT)
    found = digits.clean(typed)
    if not found:
        raise Unusable("pin", _("A PIN has six digits."))
    if digits.is_weak(found):
        raise Unusable("pin", WEAK)
    return _set(contact, found, "agreed", by, actor)


@transaction.atomic
def remove(contact: Contact, *, by: Member, actor: Actor) -> None:
    """Take the PIN away. Twice is once. Raises `Forbidden`."""
    access.require(by, RIGHT)
    if ContactPin.objects.filter(contact=contact).delete()[0]:
        _record(contact, PinRemoved(contact=str(contact.pk), who=contact.name), actor)


def check(contact: Contact, typed: str) -> dict[str, Any]:
    """Judge a PIN; returns the check as the record holds it (docs/evidence-format.md). Call it outside a transaction.

    `why` is empty when it passed, else wrong, none_set or too_many; one that could not be looked at has not passed.
    """
    key = str(contact.pk)
    why = _counted(key) if ContactPin.objects.filter(contact=contact).exists() else "none_set"
    pin = ContactPin.objects.filter(contact=contact).first()
    if not why:
        why = _judge(pin, contact, typed)
    if not why:
        for limit in (limits.PIN, limits.PIN_DAY):
            limits.give_back(limit, key)
    return {
        "kind": str(IdentityKind.PIN),
        "passed": not why,
        "why": why,
        "at": clock.iso(clock.now()),
        "set_at": clock.iso(pin.set_at) if pin else None,
        "delivered": ("mail" if pin.mailed else "agreed") if pin else None,
    }


def _counted(key: str) -> str:
    try:
        limits.count(limits.PIN, key)
        limits.count(limits.PIN_DAY, key)
    except limits.TooMany:
        return "too_many"
    return ""


def _judge(pin: ContactPin | None, contact: Contact, typed: str) -> str:
    if pin is None:
        return "none_set"
    return "" if digits.are(digits.clean(typed), pin.digest, purpose=_purpose(contact)) else "wrong"


def _set(contact: Contact, found: str, delivered: str, by: Member, actor: Actor) -> ContactPin:
    pin, _made = ContactPin.objects.update_or_create(
        contact=contact,
        defaults={
            "digest": digits.seal(found, purpose=_purpose(contact)),
            "mailed": delivered == "mail",
            "set_by": by,
            "set_at": clock.now(),
        },
    )
    _record(contact, PinSet(contact=str(contact.pk), delivered=delivered, who=contact.name), actor)
    return pin


def _purpose(contact: Contact) -> str:
    return f"pin of {contact.pk}"


def _topic(contact: Contact) -> str:
    return f"customer:{contact.customer_id}"


def _record(contact: Contact, fact: Fact, by: Actor) -> None:
    ledger.append(fact, log=str(contact.customer.organisation_id), topic=_topic(contact), by=by)
