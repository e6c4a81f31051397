"""An invoice gets its number and its document, for good; or is taken back by a credit note with a number of its own.

The secret: the document is made before the transaction, with the number that is probably next. The transaction locks
order, draft and series, looks whether the number and all the document says are still true, and only then takes the
number, stores the document and records it. If something moved, it is made anew; so there is no gap, no number twice,
and nobody waits for typst while holding a lock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from paraph.billing import charges, content, drafts, einvoice, missing, printing, series
from paraph.billing.content import Content
from paraph.billing.errors import CannotVoid, Crowded, Incomplete, NotADraft, StaleInvoice
from paraph.billing.facts import InvoiceIssued, InvoiceVoided
from paraph.billing.models import Invoice, InvoiceLine, Kind, Series, State
from paraph.lib import clock, crash, home
from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.models import Member
from paraph.sealing import facturx
from paraph.sealing.render import render
from paraph.signoff import subjects
from paraph.work import orders

# Each try loses to somebody who got the number, so only a crowd is ever that unlucky.
MOST_TRIES = 25


@dataclass(frozen=True)
class Paper:
    """A document, and what it says."""

    content: Content
    at: datetime
    pdf: bytes
    xml: bytes


def issue(invoice: Invoice, *, by: Member, actor: Actor, expected: int | None = None) -> Invoice:
    """Give a draft its number and its document. Issuing twice is issuing once.

    Raises `Incomplete` with everything that is missing, `StaleInvoice` when the draft's revision is no longer
    `expected`, `NotADraft` for a voided one, `RenderFailed`, and `Crowded`.
    """
    access.require(by, "invoice.edit")
    return _race(lambda: _issue_once(invoice.pk, expected, actor))


def void(invoice: Invoice, reason: str, *, by: Member, actor: Actor) -> Invoice:
    """Take an issued invoice back; return its credit note. Voiding twice is voiding once. A draft is discarded.

    The invoice keeps its number and its document. Raises `CannotVoid` for a credit note, `ReasonMissing`, `Crowded`.
    """
    access.require(by, "invoice.edit")
    reason = drafts.cleaned(reason)
    invoice.refresh_from_db()
    if invoice.is_draft:
        return drafts.discard(invoice, reason, by=by, actor=actor)
    return _race(lambda: _void_once(invoice.pk, reason, actor))


def _race(act: Callable[[], Invoice | None]) -> Invoice:
    for _try in range(MOST_TRIES):
        done = act()
        if done is not None:
            return done
    raise Crowded


def _issue_once(pk: UUID, expected: int | None, actor: Actor) -> Invoice | None:
    """One try; None when something moved between making the document and the lock."""
    invoice = Invoice.objects.get(pk=pk)
    if invoice.is_issued and invoice.state != State.VOIDED:
        return invoice
    if expected is not None and invoice.revision != expected:
        raise StaleInvoice
    seen = invoice.revision
    paper = _make(_sayable(invoice, _peeked(invoice.organisation_id, Kind.INVOICE)))
    with transaction.atomic():
        subjects.hold(invoice.order_id)
        invoice = Invoice.objects.select_for_update().get(pk=pk)
        if invoice.is_issued and invoice.state != State.VOIDED:
            return invoice
        numbers = series.lock(invoice.organisation_id, Kind.INVOICE, paper.content.issued_on.year)
        same = invoice.revision == seen
        if not same or _sayable(invoice, lambda _year: series.write(numbers)) != paper.content:
            return None
        _put(invoice, paper, numbers)
        told = paper.content
        fact = InvoiceIssued(
            invoice=str(invoice.pk),
            signoff=str(invoice.signoff_id),
            number=told.number,
            digest=invoice.digest,
            gross=told.sums.gross,
            currency=told.currency,
            due_on=told.due_on.isoformat() if told.due_on else "",
            xml=f"sha256:{invoice.xml}",
        )
        drafts.record(invoice, fact, actor)
        crash.point("invoice.before_commit")
    crash.point("invoice.issued")
    return invoice


def _void_once(pk: UUID, reason: str, actor: Actor) -> Invoice | None:
    invoice = Invoice.objects.get(pk=pk)
    if invoice.state == State.VOIDED and invoice.is_issued:
        return invoice.credit_note
    paper = _make(_credit(invoice, _peeked(invoice.organisation_id, Kind.CREDIT), reason))
    with transaction.atomic():
        subjects.hold(invoice.order_id)
        invoice = Invoice.objects.select_for_update().get(pk=pk)
        if invoice.state == State.VOIDED:
            return invoice.credit_note
        numbers = series.lock(invoice.organisation_id, Kind.CREDIT, paper.content.issued_on.year)
        if _credit(invoice, lambda _year: series.write(numbers), reason) != paper.content:
            return None
        note = _note(invoice, paper, numbers)
        invoice.state, invoice.voided_at, invoice.void_reason = State.VOIDED, paper.at, reason
        invoice.save(update_fields=["state", "voided_at", "void_reason"])
        fact = InvoiceVoided(
            invoice=str(invoice.pk),
            number=invoice.number or "",
            credit_note=str(note.pk),
            credit_number=paper.content.number,
            digest=note.digest,
            xml=f"sha256:{note.xml}",
            reason=reason,
        )
        drafts.record(invoice, fact, actor)
    return note


Numbered = Callable[[int], str]


def _peeked(organisation: UUID, kind: str) -> Numbered:
    return lambda year: series.peek(organisation, kind, year)


def _sayable(invoice: Invoice, numbered: Numbered) -> Content:
    """What the draft says, with its number; raises `Incomplete` unless it may be issued."""
    if not invoice.is_draft:
        raise NotADraft
    order = orders.load(invoice.order_id)
    approval = drafts.approval_of(order, invoice.signoff)
    today = content.day(clock.now(), order.organisation.time_zone)
    told = content.of_draft(invoice, order, approval, number=numbered(today.year))
    problems = missing.of(told, invoice, order, approval)
    if problems:
        raise Incomplete(problems)
    return told


def _credit(invoice: Invoice, numbered: Numbered, reason: str) -> Content:
    if invoice.kind != Kind.INVOICE or not invoice.is_issued:
        raise CannotVoid
    order = orders.load(invoice.order_id)
    today = content.day(clock.now(), order.organisation.time_zone)
    return content.of_credit(invoice, order, number=numbered(today.year), reason=reason)


def _make(told: Content) -> Paper:
    at, xml = clock.now(), einvoice.write(told)
    pdf = render(
        "invoice",
        printing.invoice(told),
        attachments={facturx.XML_NAME: xml},
        at=at,
        language=told.language,
    )
    return Paper(told, at, facturx.mark(pdf), xml)


def _put(invoice: Invoice, paper: Paper, numbers: Series) -> None:
    """Take the number and freeze the invoice. The files are durable before the commit that names them (faults.md)."""
    invoice.blob, invoice.xml = home.blobs().put(paper.pdf), home.blobs().put(paper.xml)
    invoice.series, invoice.sequence = numbers, series.take(numbers)
    invoice.state, invoice.issued_at = State.ISSUED, paper.at
    for name, value in content.frozen(paper.content).items():
        setattr(invoice, name, value)
    invoice.save()


def _note(invoice: Invoice, paper: Paper, numbers: Series) -> Invoice:
    """The credit note's row, with the lines of the invoice."""
    note = Invoice(
        organisation_id=invoice.organisation_id,
        order_id=invoice.order_id,
        signoff_id=invoice.signoff_id,
        kind=Kind.CREDIT,
        language=invoice.language,
        currency=invoice.currency,
        created_at=paper.at,
        untaxed=invoice.untaxed,
        exemption=invoice.exemption,
        buyer_order=invoice.buyer_order,
        credits=invoice,
        void_reason="",
    )
    _put(note, paper, numbers)
    lines = list(invoice.lines.all())
    for line in lines:
        line.pk, line.invoice = None, note
    InvoiceLine.objects.bulk_create(lines)
    assert len(charges.of_invoice(note)) == len(lines)
    return note
