"""The customer's invoices: only issued ones, only of this order, only by an invitation to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from paraph.billing import invoices
from paraph.billing.drafts import Words
from paraph.billing.models import Invoice
from paraph.people.models import Role
from paraph.signoff import invitations, requests
from paraph.signoff.models import Invitation, View
from paraph.work.models import WorkOrder
from tests.billing.bills import drafted, issued, ready, reported
from tests.cast import Shop
from tests.web.portal.conftest import Customer

pytestmark = pytest.mark.slow

Enter = Callable[..., Customer]


@pytest.fixture
def biller_shop(shop: Shop) -> Shop:
    return ready(shop)


def shared(shop: Shop, order: WorkOrder, view: str = View.INVOICE) -> Invitation:
    """An invitation to read, handed over."""
    party = requests.share(order, [shop.jan]).parties.get()
    invitation, link = invitations.hand_over(party, view=view, by=shop.mara, actor=shop.mara.actor)
    shop.links[invitation.pk] = link
    return invitation


def void(shop: Shop, made: Invoice) -> Invoice:
    bram = shop.members[Role.BILLER]
    return invoices.void(made, "Wrong address", by=bram, actor=bram.actor)


def test_S3_07_the_customer_reads_the_issued_invoice(enter: Enter, biller_shop: Shop) -> None:
    made = issued(biller_shop)
    page = enter(shared(biller_shop, made.order)).page()
    for wanted in (made.number, "€805.86", "€666.00", "€139.86", "Labour 32-40", "NL91ABNA0417164300"):
        assert str(wanted) in page


def test_S3_34_print_gives_the_very_document(enter: Enter, biller_shop: Shop) -> None:
    made = issued(biller_shop)
    jan = enter(shared(biller_shop, made.order))
    answer = jan.get(jan.at("invoice", made.pk))
    assert answer.content == made.read()
    assert answer["Content-Disposition"] == f'attachment; filename="{made.number}.pdf"'
    assert "sandbox" in answer["Content-Security-Policy"]
    assert jan.get(jan.at("print")).content == made.read()


def test_a_draft_is_never_visible(enter: Enter, biller_shop: Shop) -> None:
    made = drafted(biller_shop, reported(biller_shop))
    jan = enter(shared(biller_shop, made.order))
    page = jan.page()
    assert "There is no invoice yet" in page
    assert "805.86" not in page
    assert jan.get(jan.at("invoice", made.pk)).status_code == 404
    assert jan.get(jan.at("print")).status_code == 404


def test_the_page_follows_at_once_when_an_invoice_is_issued_or_voided(
    enter: Enter, biller_shop: Shop
) -> None:
    made = drafted(biller_shop, reported(biller_shop))
    jan = enter(shared(biller_shop, made.order))
    assert "There is no invoice yet" in jan.page()
    bram = biller_shop.members[Role.BILLER]
    made = invoices.issue(made, by=bram, actor=bram.actor)
    assert str(made.number) in jan.page()
    note = void(biller_shop, made)
    page = jan.page()
    assert f"taken back by credit note {note.number}" in page
    assert f"takes back invoice {made.number}" in page
    assert jan.get(jan.at("invoice", note.pk)).content == note.read()


def test_line_02_an_invitation_opens_its_own_orders_invoices_alone(enter: Enter, biller_shop: Shop) -> None:
    made, other = issued(biller_shop), issued(biller_shop)
    jan = enter(shared(biller_shop, made.order))
    assert jan.get(jan.at("invoice", other.pk)).status_code == 404
    assert jan.get(jan.at("invoice", uuid4())).status_code == 404
    assert str(other.number) not in jan.page()


@pytest.mark.parametrize("view", [View.PROGRESS, View.ESTIMATE])
def test_line_02_another_view_of_the_same_order_opens_no_invoice(
    enter: Enter, biller_shop: Shop, view: str
) -> None:
    order = reported(biller_shop)
    made = issued(biller_shop, order)
    if view == View.PROGRESS:
        invitation = shared(biller_shop, order, view)
    else:
        invitation = Invitation.objects.filter(party__signoff__order=order).get()
    customer = enter(invitation)
    assert customer.get(customer.at("invoice", made.pk)).status_code == 404
    page = customer.page()
    assert customer.at("invoice", made.pk) not in page
    assert f"Invoice {made.number} was issued." in page


def test_S3_04_who_may_see_no_prices_reads_no_amount_of_an_invoice(enter: Enter, biller_shop: Shop) -> None:
    order = reported(biller_shop, view=View.AUTHORISATION)
    made = drafted(biller_shop, order)
    bram = biller_shop.members[Role.BILLER]
    told: dict[str, Any] = {"by": bram, "actor": bram.actor}
    made = invoices.revise(made, Words("en"), expected=1, prices_checked=True, **told)
    made = invoices.issue(made, **told)
    jan = enter(Invitation.objects.filter(party__signoff__order=order).get())
    for page in (jan.page(), jan.page("timeline")):
        assert f"Invoice {made.number} was issued." in page
        assert "805.86" not in page


def test_line_08_an_ended_link_gives_no_document(enter: Enter, biller_shop: Shop) -> None:
    made = issued(biller_shop)
    invitation = shared(biller_shop, made.order)
    jan = enter(invitation)
    invitations.revoke(invitation, by=biller_shop.mara, actor=biller_shop.mara.actor)
    assert jan.get(jan.at("invoice", made.pk)).status_code == 410


def test_reading_an_invoice_changes_nothing(
    enter: Enter, biller_shop: Shop, rows: Callable[[], object]
) -> None:
    made = issued(biller_shop)
    jan = enter(shared(biller_shop, made.order))
    before = rows()
    jan.page()
    jan.get(jan.at("invoice", made.pk))
    assert rows() == before


def test_a_missing_document_is_said_and_nothing_else_is_given(
    enter: Enter, biller_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = issued(biller_shop)
    jan = enter(shared(biller_shop, made.order))
    Invoice.objects.filter(pk=made.pk).update(blob="0" * 64)
    assert jan.get(jan.at("invoice", made.pk)).status_code == 503
