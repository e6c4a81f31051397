"""An issued invoice goes to the customer by mail, with its document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from paraph.billing import drafts
from paraph.billing.errors import NobodyToSendTo, NotIssued
from paraph.billing.facts import InvoiceSent
from paraph.billing.models import Invoice, Kind, State
from paraph.delivery import letters, outbox
from paraph.delivery.headers import file_name
from paraph.delivery.models import Delivery
from paraph.delivery.outbox import Attachment
from paraph.lib import clock, figures
from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.models import Contact, Member
from paraph.signoff import subjects
from paraph.signoff.errors import NotThere, Unusable

MAX_TEXT = 4000


def send(
    invoice: Invoice,
    contacts: Iterable[Contact],
    *,
    once: UUID,
    by: Member,
    actor: Actor,
    text: str = "",
) -> list[Delivery]:
    """Mail an invoice or credit note to contacts of its customer; return the messages, which wait in the outbox.

    `once` names this sending: the same again is nothing new. Raises `NotIssued`, `NobodyToSendTo`, `NotThere` for
    somebody else's contact, `Unusable` for a text too long, `BlobMissing` when the document is gone.
    """
    access.require(by, "invoice.edit")
    chosen = [one for one in contacts if one.email]
    if not chosen:
        raise NobodyToSendTo
    if any(one.customer_id != invoice.order.customer_id for one in chosen):
        raise NotThere
    if len(text) > MAX_TEXT:
        raise Unusable("text", _("This text is too long: at most 4,000 characters."))
    if not invoice.is_issued:
        raise NotIssued
    paper = invoice.read()
    return _send(invoice, chosen, paper, once, text, by, actor)


def deliveries(invoice: Invoice) -> list[Delivery]:
    """The messages this invoice went out by, newest first."""
    found = Delivery.objects.filter(topic=invoice.order.topic, key__startswith=f"invoice:{invoice.pk}:")
    return list(found.defer("body").order_by("-created_at", "to"))


@transaction.atomic
def _send(
    invoice: Invoice, chosen: list[Contact], paper: bytes, once: UUID, text: str, by: Member, actor: Actor
) -> list[Delivery]:
    subjects.hold(invoice.order_id)
    related = Invoice.objects.select_related("order__organisation", "order__customer")
    invoice = related.select_for_update(of=("self",)).get(pk=invoice.pk)
    keys = {f"invoice:{invoice.pk}:{once}:{one.pk}": one for one in chosen}
    sent = list(Delivery.objects.filter(key__in=keys))
    if sent:
        return sent
    sent = [_enqueue(invoice, key, one, paper, text, by) for key, one in keys.items()]
    if invoice.state == State.ISSUED:
        invoice.state = State.SENT
    invoice.sent_at = invoice.sent_at or clock.now()
    invoice.save(update_fields=["state", "sent_at"])
    fact = InvoiceSent(
        invoice=str(invoice.pk),
        number=invoice.number or "",
        digest=invoice.digest,
        messages=[one.message_id for one in sent],
        to=", ".join(one.name for one in chosen),
    )
    drafts.record(invoice, fact, actor)
    return sent


def _enqueue(invoice: Invoice, key: str, contact: Contact, paper: bytes, text: str, by: Member) -> Delivery:
    letter = letters.compose("billing/mail/invoice", contact.language, _told(invoice, contact, text, by))
    return outbox.enqueue(
        key=key,
        to=contact.email,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        attachments=[Attachment(file_name(f"{invoice.number}.pdf"), "application/pdf", paper)],
        language=contact.language,
        log=str(invoice.organisation_id),
        topic=invoice.order.topic,
    )


def _told(invoice: Invoice, contact: Contact, text: str, by: Member) -> dict[str, Any]:
    organisation, language = invoice.order.organisation, contact.language
    with override(language):
        kind = str(Kind(invoice.kind).label)
    due = invoice.due_on
    return {
        "sender": organisation.name,
        "accent": organisation.accent,
        "footer": organisation.address,
        "name": contact.name,
        "by": by.user.name,
        "kind": kind,
        "is_credit": invoice.kind == Kind.CREDIT,
        "number": invoice.number,
        "order": invoice.order,
        "amount": figures.money(invoice.gross, invoice.currency, language),
        "due": figures.on(due, language) if due else "",
        "credited": invoice.credits.number if invoice.credits else "",
        "text": text,
    }
