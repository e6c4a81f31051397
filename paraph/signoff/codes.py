"""A one-time code by mail, for one contact and one order (S1-09, security.md lines 13 to 16).

The secret: ten minutes by the server's clock, five tries, one use. A try is counted and committed before the code is
looked at, and the code is spent with the answer that is kept of it, so that many requests at once are no way around.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F

from paraph.delivery import letters, outbox
from paraph.evidence import ledger
from paraph.lib import clock
from paraph.lib.actor import Actor
from paraph.people import limits
from paraph.people.models import Contact
from paraph.signoff import digits
from paraph.signoff.errors import NoAddress
from paraph.signoff.identity_facts import CodeSent
from paraph.signoff.models import IdentityKind, OneTimeCode
from paraph.work.models import WorkOrder

LIFE = timedelta(minutes=10)  # security.md line 15
MAX_TRIES = 5


def send(contact: Contact, order: WorkOrder, *, by: Actor) -> OneTimeCode:
    """Mail a fresh code; one sent before for this order ends. Raises `NoAddress`, and `limits.TooMany`."""
    if not contact.email:
        raise NoAddress
    limits.count(limits.SEND_CODE, str(contact.pk))
    limits.count(limits.SEND_CODE_SHOP, str(order.organisation_id))
    found, pk = digits.drawn(), uuid4()
    digest = digits.seal(found, purpose=_purpose(pk))  # slow on purpose, so before the transaction
    with transaction.atomic():
        made = _make(contact, order, pk, digest)
        _mail(made, found)
        fact = CodeSent(
            code=str(made.pk),
            contact=str(contact.pk),
            expires_at=clock.iso(made.expires_at),
            to=f"{contact.name} <{contact.email}>",
        )
        ledger.append(fact, log=str(order.organisation_id), topic=order.topic, by=by)
    return made


def _make(contact: Contact, order: WorkOrder, pk: UUID, digest: str) -> OneTimeCode:
    now = clock.now()
    OneTimeCode.objects.filter(contact=contact, order=order, expires_at__gt=now).update(expires_at=now)
    return OneTimeCode.objects.create(
        pk=pk, contact=contact, order=order, digest=digest, sent_at=now, expires_at=now + LIFE
    )


def check(
    contact: Contact, order: WorkOrder, typed: str, *, arrived_at: datetime, pk: UUID | None = None
) -> tuple[dict[str, Any], OneTimeCode | None]:
    """Judge a code; returns the check as the record holds it, and the code that `spend` must still spend if it passed.

    `pk` says which code is meant, else the newest for this contact and order. `why` is empty when it passed, else
    none_sent, used, expired, too_many or wrong. Call it outside a transaction.
    """
    known = OneTimeCode.objects.filter(contact=contact, order=order)
    found = (known.filter(pk=pk) if pk else known).first()
    why = _judge(found, typed, arrived_at)
    told = {
        "kind": str(IdentityKind.CODE),
        "passed": not why,
        "why": why,
        "at": clock.iso(clock.now()),
        "code": str(found.pk) if found else None,
        "sent_at": clock.iso(found.sent_at) if found else None,
        "delivered": "mail" if found else None,
    }
    return told, found if not why else None


def spend(code: OneTimeCode) -> bool:
    """Use a code up, inside the transaction that keeps its answer; False when somebody else was faster."""
    return bool(OneTimeCode.objects.filter(pk=code.pk, used_at=None).update(used_at=clock.now()))


def _judge(found: OneTimeCode | None, typed: str, arrived_at: datetime) -> str:
    if found is None:
        return "none_sent"
    if found.used_at:
        return "used"
    if not found.sent_at <= arrived_at < found.expires_at:
        return "expired"
    left = OneTimeCode.objects.filter(pk=found.pk, tries__lt=MAX_TRIES)
    if not left.update(tries=F("tries") + 1):
        return "too_many"
    return "" if digits.are(digits.clean(typed), found.digest, purpose=_purpose(found.pk)) else "wrong"


def _purpose(pk: UUID) -> str:
    return f"code {pk}"


def _mail(made: OneTimeCode, found: str) -> None:
    order, contact = made.order, made.contact
    told = {
        "sender": order.organisation.name,
        "accent": order.organisation.accent,
        "footer": order.organisation.address,
        "name": contact.name,
        "order": order,
        "code": found,
        "minutes": int(LIFE.total_seconds() // 60),
    }
    letter = letters.compose("signoff/mail/code", contact.language, told)
    outbox.enqueue(
        key=f"code:{made.pk}",
        to=contact.email,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        language=contact.language,
        secret=True,
        log=str(order.organisation_id),
        topic=order.topic,
    )
