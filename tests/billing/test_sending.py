"""Sent by mail with its document, once a click, and only when issued."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail

from paraph.billing import invoices
from paraph.billing.errors import NobodyToSendTo, NotIssued
from paraph.billing.models import Invoice, State
from paraph.delivery import outbox
from paraph.delivery.models import Delivery
from paraph.evidence.models import Entry
from paraph.people.access import Forbidden
from paraph.people.models import Role
from paraph.signoff.errors import NotThere
from tests.billing.bills import drafted, reported
from tests.billing.test_issuing import biller
from tests.cast import Shop

pytestmark = pytest.mark.slow

Bill = Callable[[], Invoice]


def test_the_mail_carries_the_very_document_in_the_contacts_language(bill: Bill, biller_shop: Shop) -> None:
    made = bill()
    chosen = [biller_shop.jan, biller_shop.claire]
    sent = invoices.send(made, chosen, once=uuid4(), text="See you in spring.", **biller(biller_shop))
    made.refresh_from_db()
    assert (made.state, len(sent)) == (State.SENT, 2)
    assert made.sent_at is not None
    outbox.deliver_due()
    mails = {one.to[0]: one for one in mail.outbox if made.number and made.number in one.subject}
    assert set(mails) == {biller_shop.jan.email, biller_shop.claire.email}
    english = mails[biller_shop.jan.email]
    assert "€805.86" in english.body
    assert "See you in spring." in english.body
    (name, content, mime) = english.attachments[0]
    assert (name, mime) == (f"{made.number}.pdf", "application/pdf")
    assert bytes(content) == made.read()
    assert "805,86" in mails[biller_shop.claire.email].body


def test_F13_the_same_sending_twice_is_one_mail_and_one_fact(bill: Bill, biller_shop: Shop) -> None:
    made, once = bill(), uuid4()
    first = invoices.send(made, [biller_shop.jan], once=once, **biller(biller_shop))
    assert invoices.send(made, [biller_shop.jan], once=once, **biller(biller_shop)) == first
    assert Entry.objects.filter(kind="invoice.sent").count() == 1
    invoices.send(made, [biller_shop.jan], once=uuid4(), **biller(biller_shop))
    assert Entry.objects.filter(kind="invoice.sent").count() == 2
    assert len(invoices.deliveries(made)) == 2


def test_a_credit_note_says_that_the_invoice_need_not_be_paid(bill: Bill, biller_shop: Shop) -> None:
    made = bill()
    note = invoices.void(made, "Wrong address", **biller(biller_shop))
    invoices.send(note, [biller_shop.jan], once=uuid4(), **biller(biller_shop))
    outbox.deliver_due()
    (letter,) = [one for one in mail.outbox if note.number and note.number in one.subject]
    assert f"takes back invoice {made.number}" in letter.body


def test_a_draft_is_never_sent(biller_shop: Shop) -> None:
    made = drafted(biller_shop, reported(biller_shop))
    with pytest.raises(NotIssued):
        invoices.send(made, [biller_shop.jan], once=uuid4(), **biller(biller_shop))
    assert not Delivery.objects.filter(key__startswith="invoice:").exists()


def test_it_goes_to_the_customers_own_contacts_alone(bill: Bill, biller_shop: Shop, rival: Shop) -> None:
    made = bill()
    told: dict[str, Any] = {"once": uuid4(), **biller(biller_shop)}
    with pytest.raises(NobodyToSendTo):
        invoices.send(made, [biller_shop.lotte], **told)
    with pytest.raises(NotThere):
        invoices.send(made, [biller_shop.jan, rival.jan], **told)
    tess = biller_shop.members[Role.TECHNICIAN]
    with pytest.raises(Forbidden):
        invoices.send(made, [biller_shop.jan], once=uuid4(), by=tess, actor=tess.actor)
    made.refresh_from_db()
    assert made.state == State.ISSUED


def test_a_voided_invoice_keeps_its_state_when_it_is_sent_again(bill: Bill, biller_shop: Shop) -> None:
    made = bill()
    invoices.void(made, "Wrong", **biller(biller_shop))
    made.refresh_from_db()
    invoices.send(made, [biller_shop.jan], once=uuid4(), **biller(biller_shop))
    made.refresh_from_db()
    assert made.state == State.VOIDED
