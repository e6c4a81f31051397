"""A capture becomes what it says: the work reported, and the customer's act on it, exactly once (I8, I10, F15).

The secret: it is done in steps, each a transaction that leaves its mark on the capture's row, so that a filing cut
short anywhere goes on from there. What the order shows after the report must be, to the byte, what the customer was
shown; else a manager decides, with both versions before them. Nothing is dropped and nothing is guessed.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from paraph.capture import details, ends, receiving, surroundings, working
from paraph.capture.envelopes import BadEnvelope, Envelope, reread
from paraph.capture.facts import CaptureFiled
from paraph.capture.models import Capture, State
from paraph.capture.payloads import SHOWN, Payload
from paraph.lib import canonical, clock, crash
from paraph.lib.actor import SYSTEM, Actor
from paraph.lib.keyfile import KeyFileMissing
from paraph.people import access, devices
from paraph.people.models import Contact, Member, Role
from paraph.signoff import ceremonies, completion, disputes, in_person, outcomes, subjects
from paraph.signoff.errors import AlreadySigned, SignOffError, Stale
from paraph.signoff.models import Ceremony, Invitation, Signature, View
from paraph.work import checklists, orders
from paraph.work.drawing import Undrawable
from paraph.work.guards import StaleOrder
from paraph.work.models import Status, WorkOrder

log = logging.getLogger(__name__)

# Longer than filing one takes: twelve photos of some seconds each, a document, a seal.
LEASE = timedelta(minutes=5)
FIRST_WAIT = timedelta(seconds=5)
KEY_WAIT = timedelta(minutes=5)
MAX_ATTEMPTS = 5
RELATED = (
    "device__member__user",
    "device__organisation",
    "order__organisation",
    "order__site",
    "decided_by__user",
)
# Who may report on an order that is another technician's.
ANYBODY_S = frozenset({Role.MANAGER, Role.DISPATCHER})


class Held(Exception):
    """It cannot be filed as it is; `reason` is a code of `facts.REASONS` or of a refusal of the core."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Filing:
    """One capture being filed. `over`: a manager decided that it counts although something stands against it."""

    capture: Capture
    envelope: Envelope
    payload: Payload
    over: bool

    @property
    def member(self) -> Member:
        """The technician; where they may no longer, the manager on whose word it is filed."""
        decided, own = self.capture.decided_by, self.capture.device.member
        return own if decided is None or not self.over or access.can(own, in_person.RIGHT) else decided

    @property
    def technician(self) -> Actor:
        """The technician as the record names them, seen from the connection it came by."""
        return self.member.actor.seen_from(*receiving.connection_of(self.capture))

    def customer(self, contact: Contact) -> Actor:
        """The contact as the record names them: they acted on the phone that this connection is of."""
        return contact.actor.seen_from(*receiving.connection_of(self.capture))


def file_due(limit: int = 1) -> int:
    """File what was received, oldest first, at most so many; return how many came to an end."""
    return sum(_try(one) for one in map(_claim, _due(limit)) if one is not None)


def file_now(ids: list[UUID]) -> int:
    """File these at once, if it is their turn; whoever sent them waits for the answer (S1-14)."""
    found = _next(clock.now()).filter(pk__in=ids).order_by("device", "number").values_list("pk", flat=True)
    return sum(_try(one) for one in map(_claim, list(found)) if one is not None)


def file_over(capture: Capture) -> bool:
    """File a held capture on a manager's word (`held.take`). Raises `Held` with what is in the way."""
    return _file(capture, over=True, tell=True)


def _next(now: datetime) -> Any:
    """What is due and nobody's at the moment; of each phone only what has no readable one before it."""
    earlier = Capture.objects.filter(
        device=OuterRef("device"), number__lt=OuterRef("number"), state=State.RECEIVED
    ).exclude(act="")  # nobody knows what stands in one whose key is gone, perhaps for good
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    return Capture.objects.filter(free, ~Exists(earlier), state=State.RECEIVED, due_at__lte=now)


def _due(limit: int) -> list[UUID]:
    return list(_next(clock.now()).order_by("due_at", "number").values_list("pk", flat=True)[:limit])


def _claim(pk: UUID) -> Capture | None:
    """Take a capture for this process, unless somebody was faster. The try is counted before it is made."""
    now = clock.now()
    if not _next(now).filter(pk=pk).update(leased_until=now + LEASE, attempts=F("attempts") + 1):
        return None
    return Capture.objects.select_related(*RELATED).get(pk=pk)


def _try(capture: Capture) -> bool:
    """File one that was claimed; whether it came to an end."""
    if capture.attempts <= MAX_ATTEMPTS:
        return _file(capture, over=False)
    # No try came back to say what was wrong: the process died of each.
    log.error("capture %s: held after %s tries that were cut short", capture.pk, MAX_ATTEMPTS)
    ends.hold(capture, "cut_short")
    return True


def _file(capture: Capture, *, over: bool, tell: bool = False) -> bool:
    """File one; whether it came to an end. What is in the way holds it, what is broken is tried again."""
    try:
        envelope = reread(bytes(capture.envelope))
        filing = Filing(capture, envelope, receiving.opened(envelope), over)
        _known(filing)
        _steps(filing)
    except KeyFileMissing:
        if tell:
            raise Held("key_missing") from None
        Capture.objects.filter(pk=capture.pk).update(attempts=F("attempts") - 1)  # it was no try
        ends.put_off(capture, KEY_WAIT, "key_missing")
        return False
    except BadEnvelope as bad:
        if tell:
            raise Held(bad.reason) from bad
        ends.refuse(capture, bad.reason)
    except (
        Held,
        SignOffError,
        StaleOrder,
        Stale,
        access.Forbidden,
        Undrawable,
        checklists.NotConfirmed,
    ) as why:
        reason = _reason(why)
        if tell:
            raise Held(reason) from why
        ends.hold(capture, reason)
    except Exception:
        log.exception("capture %s, try %s", capture.pk, capture.attempts)
        if tell:
            raise Held("broken") from None
        if capture.attempts < MAX_ATTEMPTS:
            ends.put_off(capture, FIRST_WAIT * 2**capture.attempts, "")
            return False
        ends.hold(capture, "broken")
    return True


def _known(filing: Filing) -> None:
    """What could not be told before the key was there."""
    capture, payload = filing.capture, filing.payload
    if capture.act:
        return
    capture.act, capture.claimed_at = payload.act, payload.acted_at
    capture.order = (
        WorkOrder.objects.select_related("organisation", "site")
        .filter(pk=payload.order, organisation=capture.organisation_id)
        .first()
    )
    capture.save(update_fields=["act", "claimed_at", "order"])


def _steps(filing: Filing) -> None:
    order, capture = _allowed(filing), filing.capture
    signed = Signature.objects.filter(ceremony=capture.ceremony_id).exists() if capture.ceremony_id else False
    # On a manager's word what the phone says counts over what was changed while it was held.
    again = filing.over and not signed
    if filing.payload.work is not None:
        if capture.applied is None or (again and capture.applied != order.revision):
            _apply(filing, order)
        working.add_photos(order, filing.payload.work, by=filing.member, actor=filing.technician)
    if filing.payload.act != "sign":
        _act(filing, order)
        return
    contact = _contact(filing, order)
    if capture.ceremony_id is None or again:
        _review(filing, order, contact)
    _sign(filing, contact)


def _allowed(filing: Filing) -> WorkOrder:
    """The order, if this technician on this phone may say something about it."""
    order, member = filing.capture.order, filing.member
    if order is None:
        raise Held("not_theirs")
    if not filing.over:
        if not devices.is_let_in(filing.capture.device):
            raise Held("device_changed")
        if order.technician_id != member.pk and member.role not in ANYBODY_S:
            raise Held("not_theirs")
    order.refresh_from_db(fields=["status", "revision", "technician"])
    if order.status == Status.CANCELLED:
        raise Held("cancelled")
    return order


@transaction.atomic
def _apply(filing: Filing, order: WorkOrder) -> None:
    """Write what was reported, once."""
    work = filing.payload.work
    assert work is not None
    subjects.hold(order.pk)
    if order.status == Status.COMPLETED:
        raise Held("order_changed")
    if filing.capture.applied is not None:
        work = replace(work, remark="")  # it was written the first time
    now = working.apply(order, work, over=filing.over, by=filing.member, actor=filing.technician)
    filing.capture.applied = now.revision
    filing.capture.save(update_fields=["applied"])


@transaction.atomic
def _act(filing: Filing, order: WorkOrder) -> None:
    """Anything but a signature: the report alone, nobody there, declined, disputed. With its end in one transaction."""
    payload = filing.payload
    subjects.hold(order.pk)
    if payload.act == "nobody":
        at = min(payload.acted_at or filing.capture.received_at, filing.capture.received_at)
        outcomes.record(
            order,
            outcome=payload.outcome,
            reason=payload.reason,
            at=max(at, order.created_at),
            by=filing.member,
            actor=filing.technician,
        )
    elif payload.act in SHOWN:
        contact = _contact(filing, order)
        invitation, by = _invite(filing, order, contact), filing.customer(contact)
        details.confirm(invitation, payload.confirmed, over=filing.over, by=by)
        _require_shown(filing, order)
        if payload.act == "decline":
            ceremonies.decline(invitation, reason=payload.reason, by=by)
        else:
            disputes.dispute(invitation, reason=payload.reason, items=payload.items, by=by)
    elif payload.confirmed:
        # The report goes before a link to the customer's own phone: what they confirmed here holds there.
        contact = _contact(filing, order)
        invitation, by = _invite(filing, order, contact), filing.customer(contact)
        details.confirm(invitation, payload.confirmed, over=filing.over, by=by)
    _end(filing, None)


@transaction.atomic
def _review(filing: Filing, order: WorkOrder, contact: Contact) -> None:
    """Ask, decide line by line, and freeze what is signed: it must be what was shown, on confirmed work (S1-17)."""
    capture, payload = filing.capture, filing.payload
    order.refresh_from_db(fields=["revision"])
    if not filing.over and checklists.confirmed(order) is None:
        raise Held("checklist")
    invitation = _invite(filing, order, contact)
    by = filing.customer(contact)
    details.confirm(invitation, payload.confirmed, over=filing.over, by=by)
    if payload.decisions:
        ceremonies.decide_each(invitation, payload.decisions, by=by)
    ceremony = ceremonies.review(invitation, by=by)
    if ceremony.snapshot.digest != payload.digest:
        raise Held("order_changed")
    capture.ceremony = ceremony
    capture.save(update_fields=["ceremony"])
    transaction.on_commit(lambda: crash.point("capture.reviewed"))


def _sign(filing: Filing, contact: Contact) -> None:
    """Sign, unless an earlier try did and was cut short after it."""
    capture, payload = filing.capture, filing.payload
    related = ("party__signoff__order__organisation", "party__contact", "invitation", "snapshot__signoff")
    ceremony = Ceremony.objects.select_related(*related).get(capture=capture)
    signature = Signature.objects.filter(ceremony=ceremony).first()
    if signature is None:
        try:
            signature = completion.sign(
                ceremony,
                name=payload.name,
                role=payload.role,
                consent=payload.consent,
                language=payload.language,
                method=payload.method,
                mark=payload.mark,
                by=filing.customer(contact),
                circumstances=surroundings.gather(capture, filing.envelope, payload, ceremony),
            )
        except AlreadySigned as already:
            if already.signature.ceremony_id != ceremony.pk:
                raise
            signature = already.signature
    crash.point("capture.signed")
    with transaction.atomic():
        _end(filing, signature)


def _invite(filing: Filing, order: WorkOrder, contact: Contact) -> Invitation:
    return in_person.invite(
        order,
        contact,
        device=str(filing.capture.device_id),
        by=filing.member,
        actor=filing.technician,
        language=filing.payload.language,
    )


def _contact(filing: Filing, order: WorkOrder) -> Contact:
    pk = filing.payload.contact
    found = Contact.objects.filter(pk=pk, customer=order.customer_id).first() if pk else None
    if found is None:
        raise Held("contact_unknown")
    return found


def _require_shown(filing: Filing, order: WorkOrder) -> None:
    """What was refused or disputed must be what the order says. Decisions are the customer's own and taken along."""
    shown = filing.payload.content or {}
    now = subjects.present(orders.load(order.pk), View.REPORT)
    undecided = {"decision": None, "notes": None}
    told, here = (
        {**one, "items": [{**line, **undecided} for line in one.get("items", [])], "sums": None}
        for one in (shown, now)
    )
    if canonical.digest(told) != canonical.digest(here):
        raise Held("order_changed")


def _end(filing: Filing, signature: Signature | None) -> None:
    capture = filing.capture
    fact = CaptureFiled(
        capture=str(capture.pk),
        number=capture.number,
        act=capture.act,
        signature=str(signature.pk) if signature else None,
        gap=bool(surroundings.chain_doubts(capture, filing.envelope)),
    )
    ends.append_end(capture, State.FILED, fact, by=SYSTEM, signature=signature, reasons=[])


def _reason(why: Exception) -> str:
    """The code of what is in the way."""
    if isinstance(why, Held):
        return why.reason
    if isinstance(why, StaleOrder | Stale):
        return "order_changed"
    if isinstance(why, access.Forbidden):
        return "not_theirs"
    if isinstance(why, checklists.NotConfirmed):
        return "checklist"
    if isinstance(why, Undrawable):
        return "photo"
    assert isinstance(why, SignOffError)
    return why.reason
