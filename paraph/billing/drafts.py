"""Drafts: made from a verified approval of work that is reported, changed by a biller, renewed, thrown away.

The secret: a draft is never made from what a caller hands over. The approval is looked up again under the order's
lock, so no door can have work invoiced that nobody signed for (S1-20, S1-28, decision 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from paraph.billing import amounts, charges
from paraph.billing.amounts import Charge
from paraph.billing.errors import (
    AlreadyBilled,
    NotADraft,
    NotAuthorised,
    NotReported,
    NotVerified,
    ReasonMissing,
    StaleInvoice,
    WorkDisputed,
)
from paraph.billing.facts import InvoiceDiscarded, InvoiceDrafted, InvoiceRevised
from paraph.billing.models import Invoice, InvoiceLine, Kind, State
from paraph.evidence import ledger
from paraph.evidence.facts import Fact
from paraph.evidence.models import Entry
from paraph.lib import clock
from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.models import LANGUAGES, Member
from paraph.signoff import disputes, subjects
from paraph.signoff.approvals import Approval, approvals_of
from paraph.signoff.models import SignOff
from paraph.work import orders, properties
from paraph.work.models import PropertyType, Status, WorkOrder

MAX_REASON = 500
MAX_BUYER_ORDER = 60  # of the column


@dataclass(frozen=True)
class Words:
    """What a biller says on a draft; see the fields of `Invoice` of the same names."""

    language: str
    untaxed: str = ""
    exemption: str = ""
    buyer_order: str = ""
    remark: str = ""


@transaction.atomic
def draft(approval: Approval, *, by: Actor, cause: Entry | None = None) -> Invoice:
    """Return the draft for what an approval authorises now; the invoice it has already, if it has one (I3).

    Raises `WorkDisputed`, `NotReported`, `NotAuthorised`, `NotVerified`, `AlreadyBilled`.
    """
    subjects.hold(approval.signoff.order_id)
    order = orders.load(approval.signoff.order_id)
    found = _present(approval.signoff.pk)
    if found is not None:
        return found
    if disputes.is_open(order.pk):
        raise WorkDisputed
    if order.status != Status.COMPLETED:
        raise NotReported
    approval = verified(order, approval.signoff)
    billed = charges.of_approval(approval, order)
    if not billed:
        raise AlreadyBilled
    made = Invoice.objects.create(
        organisation_id=order.organisation_id,
        order=order,
        signoff=approval.signoff,
        language=_language(approval.signoff, order),
        currency=order.currency,
        buyer_order=_buyer_order(order),
        created_at=clock.now(),
    )
    _write(made, billed)
    fact = InvoiceDrafted(
        invoice=str(made.pk),
        signoff=str(approval.signoff.pk),
        items=list(dict.fromkeys(one.item for one in billed)),
        gross=made.gross,
        currency=made.currency,
    )
    record(made, fact, by, cause)
    return made


def draft_all(order: WorkOrder, *, by: Actor, cause: Entry | None = None) -> list[Invoice]:
    """Draft for every verified approval of an order that still has lines; what is drafted already stays as it is.

    Nothing while the work is disputed. `cause` drafts once: what somebody drafted after it, and perhaps threw away, is
    not drafted anew.
    """
    if disputes.is_open(order.pk):
        return []
    later = (
        Invoice.objects.filter(order=order, kind=Kind.INVOICE, created_at__gte=cause.at) if cause else None
    )
    done = set(later.values_list("signoff", flat=True)) if later is not None else set()
    now = orders.load(order.pk)
    chosen = [one for one in approvals_of(order) if one.verified and charges.is_due(one, now)]
    return [draft(one, by=by, cause=cause) for one in chosen if one.signoff.pk not in done]


@transaction.atomic
def revise(
    invoice: Invoice, words: Words, *, expected: int, prices_checked: bool, by: Member, actor: Actor
) -> Invoice:
    """Change what a biller says on a draft. Nothing changed is no fact.

    `prices_checked`: they looked at the prices the customer did not sign. Raises `NotADraft`, and `StaleInvoice` when
    the draft's revision is no longer `expected`.
    """
    invoice = _held(invoice, by, expected)
    changed = [name for name, value in vars(words).items() if getattr(invoice, name) != value]
    for name in changed:
        setattr(invoice, name, getattr(words, name))
    if prices_checked != (invoice.prices_checked_at is not None):
        changed.append("prices_checked")
        invoice.prices_checked_by = by if prices_checked else None
        invoice.prices_checked_at = clock.now() if prices_checked else None
    if changed:
        _add_up(invoice, charges.of_invoice(invoice))
        _revised(invoice, changed, actor)
    return invoice


@transaction.atomic
def renew(invoice: Invoice, *, by: Member, actor: Actor) -> Invoice:
    """Take over what its approval authorises and the order's prices say now. Raises as `draft`, and `NotADraft`."""
    invoice = _held(invoice, by)
    order = orders.load(invoice.order_id)
    billed = charges.of_approval(verified(order, invoice.signoff), order)
    if not billed:
        raise AlreadyBilled
    if invoice.currency == order.currency and amounts.same(charges.of_invoice(invoice), billed):
        return invoice
    invoice.lines.all().delete()
    # Whoever looked at the prices saw others.
    invoice.prices_checked_by = invoice.prices_checked_at = None
    invoice.currency = order.currency
    _write(invoice, billed)
    _revised(invoice, ["lines"], actor)
    return invoice


@transaction.atomic
def discard(invoice: Invoice, reason: str, *, by: Member, actor: Actor) -> Invoice:
    """Throw a draft away; it had no number, so none is missing. Another one may be made for the same approval."""
    invoice = _held(invoice, by)
    invoice.state, invoice.voided_at, invoice.void_reason = State.VOIDED, clock.now(), cleaned(reason)
    invoice.save(update_fields=["state", "voided_at", "void_reason"])
    record(invoice, InvoiceDiscarded(invoice=str(invoice.pk), reason=invoice.void_reason), actor)
    return invoice


def verified(order: WorkOrder, signoff: SignOff) -> Approval:
    """The approval of a sign-off as it is now. Raises `NotAuthorised`, `NotVerified`. Hold the order's row."""
    found = approval_of(order, signoff)
    if found is None or not found.items:
        raise NotAuthorised
    if not found.verified:
        raise NotVerified
    return found


def approval_of(order: WorkOrder, signoff: SignOff) -> Approval | None:
    """The approval of a sign-off as it is now, or None when it authorises nothing."""
    return next((one for one in approvals_of(order) if one.signoff.pk == signoff.pk), None)


def cleaned(reason: str) -> str:
    """A reason on one line; raises `ReasonMissing` where there is none."""
    reason = " ".join(reason.split())[:MAX_REASON]
    if not reason:
        raise ReasonMissing
    return reason


def record(invoice: Invoice, fact: Fact, by: Actor, cause: Entry | None = None) -> Entry:
    """Append a fact to the timeline of the invoice's order."""
    topic = invoice.order.topic
    return ledger.append(fact, log=str(invoice.organisation_id), topic=topic, by=by, cause=cause)


def _present(signoff: Any) -> Invoice | None:
    found = Invoice.objects.filter(signoff=signoff, kind=Kind.INVOICE).exclude(state=State.VOIDED)
    return found.select_related("order").first()


def _held(invoice: Invoice, by: Member, expected: int | None = None) -> Invoice:
    """The draft, locked, its order before it as everywhere."""
    access.require(by, "invoice.edit")
    subjects.hold(invoice.order_id)
    found = (
        Invoice.objects.select_for_update(of=("self",)).select_related("order", "signoff").get(pk=invoice.pk)
    )
    if found.state != State.DRAFT:
        raise NotADraft
    if expected is not None and found.revision != expected:
        raise StaleInvoice
    return found


def _buyer_order(order: WorkOrder) -> str:
    """The customer's purchase order as the order says it (EN 16931, BT-13): its first PO number, else "".

    The biller can change it. One that does not fit is left for them to enter, never cut.
    """
    numbers = (one.value for one in properties.valued(order) if one.property.type == PropertyType.PO_NUMBER)
    found = next((one for one in numbers if one), "")
    return found if len(found) <= MAX_BUYER_ORDER else ""


def _language(signoff: SignOff, order: WorkOrder) -> str:
    """The language the customer signed in."""
    signature = signoff.signatures.select_related("ceremony__consent_entry").order_by("signed_at").last()
    entry = signature.ceremony.consent_entry if signature else None
    spoken = str(entry.content["fact"]["language"]) if entry else order.organisation.language
    return spoken if spoken in dict(LANGUAGES) else "en"


def _write(invoice: Invoice, billed: Sequence[Charge]) -> None:
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=invoice,
            position=position,
            item_id=one.item,
            number=one.number,
            title=one.title,
            description=one.description,
            labour=one.labour,
            quantity=one.quantity,
            unit_price=one.unit_price,
            net=one.net,
            tax_rate=one.tax_rate,
            price_signed=one.price_signed,
        )
        for position, one in enumerate(billed, start=1)
    )
    _add_up(invoice, billed)
    invoice.save()


def _add_up(invoice: Invoice, billed: Iterable[Charge]) -> None:
    sums = amounts.sums(billed, invoice.untaxed)
    invoice.net, invoice.tax, invoice.gross, invoice.taxes = sums.net, sums.tax, sums.gross, sums.taxes


def _revised(invoice: Invoice, changed: list[str], by: Actor) -> None:
    invoice.revision += 1
    invoice.save()
    fact = InvoiceRevised(
        invoice=str(invoice.pk),
        revision=invoice.revision,
        changed=changed,
        gross=invoice.gross,
        currency=invoice.currency,
    )
    record(invoice, fact, by)
