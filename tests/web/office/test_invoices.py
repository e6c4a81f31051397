"""Invoices in the office: found, checked, issued, sent, voided, exported; each only by who may."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from paraph.billing import invoices, profiles
from paraph.billing.models import Invoice, State
from paraph.people.models import Member, Role
from paraph.signoff.models import View
from tests import cast
from tests.billing import bills as billing
from tests.billing.bills import drafted, issued, ready, reported
from tests.cast import Shop
from tests.web.office.conftest import Staff

pytestmark = pytest.mark.slow

Come = Callable[[Member], Staff]


@pytest.fixture
def biller_shop(shop: Shop) -> Shop:
    return ready(shop)


@pytest.fixture
def bram(staff: Come, biller_shop: Shop) -> Staff:
    """The biller at his browser."""
    return staff(biller_shop.members[Role.BILLER])


def at(name: str, invoice: Invoice) -> str:
    return reverse(f"office:{name}", args=[invoice.pk])


def words(page: str) -> str:
    """The text of a page, without markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_S0_07_a_biller_sees_on_the_first_page_what_is_to_be_invoiced(bram: Staff, biller_shop: Shop) -> None:
    made = drafted(biller_shop, reported(biller_shop))
    page = bram.text("/")
    assert "To be invoiced" in page
    assert at("invoice", made) in page
    assert "€805.86" in page


def test_who_cannot_invoice_is_not_told_to(staff: Come, biller_shop: Shop) -> None:
    drafted(biller_shop, reported(biller_shop))
    assert "To be invoiced" not in staff(biller_shop.tess).text("/")


def test_S3_13_the_page_of_a_draft_says_what_is_billed_and_that_it_is_complete(
    bram: Staff, biller_shop: Shop
) -> None:
    made = drafted(biller_shop, reported(biller_shop))
    page = words(bram.text(at("invoice", made)))
    for wanted in (
        "Complete: it can be issued",
        "Labour 32-40",
        "Tyre 156E66",
        "€805.86",
        "Rotterdam",
        "Issue invoice",
    ):
        assert wanted in page


def test_a_draft_names_what_is_missing_and_where_to_mend_it(staff: Come, shop: Shop) -> None:
    made = drafted(shop, reported(shop))
    page = staff(shop.mara).text(at("invoice", made))
    assert "4 things are missing" in page
    assert reverse("office:seller") in page
    assert reverse("office:buyer", args=[shop.customer.pk]) in page
    assert "Issue invoice" not in page
    answer = staff(shop.mara).post(at("invoice_issue", made), {"revision": "1"}, follow=True)
    assert "The draft is not complete yet." in answer.content.decode()
    made.refresh_from_db()
    assert made.is_draft


def test_a_biller_is_told_who_can_mend_what_he_cannot(staff: Come, shop: Shop) -> None:
    made = drafted(shop, reported(shop))
    page = staff(shop.members[Role.BILLER]).text(at("invoice", made))
    assert "A manager or dispatcher can mend this." in page
    assert reverse("office:seller") not in page


def test_issuing_gives_a_number_and_a_document(bram: Staff, biller_shop: Shop) -> None:
    made = drafted(biller_shop, reported(biller_shop))
    answer = bram.fill(at("invoice", made), "sheet", buyer_order="PO-7", remark="Thanks")
    assert answer.status_code == 302
    made.refresh_from_db()
    assert (made.buyer_order, made.revision) == ("PO-7", 2)
    answer = bram.post(at("invoice_issue", made), {"revision": "2"}, follow=True)
    made.refresh_from_db()
    assert made.number is not None
    page = words(answer.content.decode())
    assert made.number in page
    assert "Send invoice" in page
    document = bram.get(at("invoice_pdf", made))
    assert document.content == made.read()
    assert document["Content-Disposition"] == f'attachment; filename="{made.number}.pdf"'
    assert document["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert bram.get(at("invoice_xml", made)).content == made.read_xml()


def test_a_draft_that_changed_since_it_was_seen_is_not_issued(bram: Staff, biller_shop: Shop) -> None:
    made = drafted(biller_shop, reported(biller_shop))
    bram.fill(at("invoice", made), "sheet", remark="Other words")
    for seen in ("1", "", "x", "9" * 30):
        answer = bram.post(at("invoice_issue", made), {"revision": seen}, follow=True)
        assert "changed in the meantime" in answer.content.decode()
    made.refresh_from_db()
    assert made.is_draft


def test_two_people_at_one_draft_do_not_overwrite_each_other(bram: Staff, biller_shop: Shop) -> None:
    made = drafted(biller_shop, reported(biller_shop))
    fields = bram.fields(bram.text(at("invoice", made)))
    bram.fill(at("invoice", made), "sheet", remark="First")
    answer = bram.post(at("invoice", made), {**fields, "remark": "Second"})
    assert answer.status_code == 409
    made.refresh_from_db()
    assert made.remark == "First"


def test_prices_nobody_signed_are_shown_and_ticked_off(bram: Staff, biller_shop: Shop) -> None:
    made = drafted(biller_shop, reported(biller_shop, view=View.AUTHORISATION))
    page = bram.text(at("invoice", made))
    assert "price not signed" in page
    assert "check them, and say so" in page
    bram.fill(at("invoice", made), "sheet", prices_checked="on")
    made.refresh_from_db()
    assert made.prices_checked_by == biller_shop.members[Role.BILLER]
    assert "Complete: it can be issued" in bram.text(at("invoice", made))


def test_sending_mails_the_document_once_a_form(bram: Staff, biller_shop: Shop) -> None:
    made = issued(biller_shop)
    form = {"contacts": [str(biller_shop.jan.pk)], "text": "Hello", "once": str(uuid4())}
    for _twice in range(2):
        answer = bram.post(at("invoice_send", made), form, follow=True)
    assert "1 message is on its way." in answer.content.decode()
    made.refresh_from_db()
    assert made.state == State.SENT
    assert len(invoices.deliveries(made)) == 1
    assert biller_shop.jan.email in bram.text(at("invoice", made))


def test_sending_to_nobody_or_to_a_stranger_sends_nothing(
    bram: Staff, biller_shop: Shop, rival: Shop
) -> None:
    made = issued(biller_shop)
    for contacts in ([], [str(rival.jan.pk)], [str(biller_shop.lotte.pk)], ["x"]):
        answer = bram.post(at("invoice_send", made), {"contacts": contacts, "once": str(uuid4())})
        assert answer.status_code == 400
    assert invoices.deliveries(made) == []


def test_voiding_asks_why_and_leads_to_the_credit_note(bram: Staff, biller_shop: Shop) -> None:
    made = issued(biller_shop)
    assert bram.post(at("invoice_void", made), {"reason": ""}).status_code == 400
    answer = bram.post(at("invoice_void", made), {"reason": "Wrong address"}, follow=True)
    note = Invoice.objects.get(kind="credit_note")
    page = words(answer.content.decode())
    assert str(note.number) in page
    assert f"Takes back invoice {made.number}" in page
    assert f"Voided by credit note {note.number}" in words(bram.text(at("invoice", made)))


def test_a_discarded_draft_can_be_made_again_from_the_order(bram: Staff, biller_shop: Shop) -> None:
    order = reported(biller_shop)
    made = drafted(biller_shop, order)
    bram.post(at("invoice_void", made), {"reason": "Wrong order"})
    page = bram.text(f"/orders/{order.pk}/")
    assert "Not invoiced yet" in page
    answer = bram.post(reverse("office:invoice_draft", args=[order.pk, made.signoff_id]))
    assert answer.status_code == 302
    assert Invoice.objects.filter(state=State.DRAFT).count() == 1


def test_the_order_page_shows_its_invoices_to_who_may_see_them(
    staff: Come, bram: Staff, biller_shop: Shop
) -> None:
    made = issued(biller_shop)
    assert at("invoice", made) in bram.text(f"/orders/{made.order_id}/")
    assert at("invoice", made) not in staff(biller_shop.tess).text(f"/orders/{made.order_id}/")


def test_S1_28_no_door_drafts_for_what_was_not_signed(bram: Staff, biller_shop: Shop) -> None:
    order = biller_shop.open_order(2)
    invitation = biller_shop.invite(order)
    cast.approve(invitation, [1, 2])
    address = reverse("office:invoice_draft", args=[order.pk, invitation.party.signoff_id])
    assert bram.post(address).status_code == 404
    billing.consent(biller_shop, biller_shop.open_order(2))
    done = reported(biller_shop)
    signoff = done.signoffs.get()
    # The approval of another order does not count for this one.
    assert bram.post(reverse("office:invoice_draft", args=[order.pk, signoff.pk])).status_code == 404
    assert not Invoice.objects.exists()


def test_S1_28_what_is_signed_but_not_reported_is_not_drafted(bram: Staff, biller_shop: Shop) -> None:
    order = biller_shop.open_order(2)
    billing.consent(biller_shop, order)
    answer = bram.post(reverse("office:invoice_draft", args=[order.pk, order.signoffs.get().pk]), follow=True)
    assert "not reported as done" in answer.content.decode()
    assert not Invoice.objects.exists()


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        (Role.MANAGER, 200, 302),
        (Role.BILLER, 200, 302),
        (Role.DISPATCHER, 200, 403),
        (Role.TECHNICIAN, 403, 403),
    ],
)
def test_rights(staff: Come, biller_shop: Shop, role: Role, reads: int, writes: int) -> None:
    made = drafted(biller_shop, reported(biller_shop))
    browser = staff(biller_shop.members[role])
    for name in ("invoice", "invoice_pdf"):
        assert browser.get(at(name, made)).status_code == reads
    for address in ("/invoices/", "/invoices.csv"):
        assert browser.get(address).status_code == reads
    form = {"language": "en", "revision": "1"}
    assert browser.post(at("invoice", made), form).status_code == writes
    for name in ("invoice_renew", "invoice_issue"):
        assert browser.post(at(name, made), {"revision": "1"}).status_code == writes


def test_line_01_another_organisations_invoices_are_not_there(
    staff: Come, biller_shop: Shop, rival: Shop
) -> None:
    made = issued(biller_shop)
    stranger = staff(rival.mara)
    for name in ("invoice", "invoice_pdf", "invoice_xml"):
        assert stranger.get(at(name, made)).status_code == 404
    for name in ("invoice", "invoice_issue", "invoice_renew", "invoice_send", "invoice_void"):
        assert stranger.post(at(name, made), {"reason": "x"}).status_code == 404
    assert (made.number or "") not in stranger.text("/invoices/")
    assert (made.number or "") not in stranger.text("/invoices.csv")


def test_the_list_finds_by_number_customer_state_and_day(bram: Staff, biller_shop: Shop) -> None:
    made, draft = issued(biller_shop), drafted(biller_shop, reported(biller_shop))
    assert made.issued_on is not None
    for asked, hits in (
        ("", 2),
        (f"q={made.number}", 1),
        ("q=aero+club", 2),
        ("q=nobody", 0),
        ("state=draft", 1),
        ("state=nonsense", 2),
        ("kind=credit_note", 0),
        (f"since={made.issued_on}&until={made.issued_on}", 1),
        ("since=2001-01-01&until=2001-12-31", 0),
        ("until=nonsense", 2),
        (f"q={draft.order.number}", 1),
    ):
        page = bram.text(f"/invoices/?{asked}")
        assert len(re.findall(r'class="whole"', page)) == hits, asked


def test_the_books_get_what_was_issued_and_fits(bram: Staff, biller_shop: Shop) -> None:
    biller_shop.customer.name = "=cmd|' /C calc'!A0"
    biller_shop.customer.save()
    made = issued(biller_shop)
    drafted(biller_shop, reported(biller_shop))
    note = invoices.void(made, "Wrong", by=biller_shop.mara, actor=biller_shop.mara.actor)
    answer = bram.get("/invoices.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(one["number"], one["gross"]) for one in rows] == [
        (made.number, "805.86"),
        (note.number, "-805.86"),
    ]
    assert {one["customer"] for one in rows} == {"'=cmd|' /C calc'!A0"}
    assert len(bram.text("/invoices.csv?kind=credit_note").splitlines()) == 2


def test_invoicing_details_are_entered_and_checked(staff: Come, shop: Shop) -> None:
    mara = staff(shop.mara)
    good: dict[str, Any] = {
        "street": "Hangarweg 4",
        "city": "Teuge",
        "country": "NL",
        "iban": "nl91 abna 0417 1643 00",
        "bic": "abna nl 2a",
    }
    for wrong, sentence in (
        ({"iban": "NL91ABNA0417164301"}, "This IBAN is not valid"),
        ({"country": "XX"}, "Select a valid choice"),
        ({"bic": "ABC"}, "8 or 11"),
        ({"credit_prefix": "INV-"}, "must begin differently"),
        ({"payment_days": "-1"}, "greater than or equal to 0"),
    ):
        answer = mara.fill(reverse("office:seller"), "sheet", **{**good, **wrong})
        assert answer.status_code == 400
        assert sentence in answer.content.decode()
    assert mara.fill(reverse("office:seller"), "sheet", **good).status_code == 302
    profile = profiles.seller_profile(shop.organisation)
    assert (profile.iban, profile.bic, profile.payment_days) == ("NL91ABNA0417164300", "ABNANL2A", 30)
    address = reverse("office:buyer", args=[shop.customer.pk])
    assert mara.fill(address, "sheet", street="Weg 1", city="Luik", country="BE").status_code == 302
    assert profiles.buyer_profile(shop.customer).country == "BE"
    for wanted, there in (("/invoices/", "/invoices/"), ("https://evil.example/", "/")):
        led = mara.fill(f"{address}?next={wanted}", "sheet", street="Weg 1", city="Luik", country="BE")
        assert led["Location"] == there


def test_the_form_of_another_organisation_stores_nothing(staff: Come, shop: Shop, rival: Shop) -> None:
    mara = staff(shop.mara)
    form = {"organisation": str(rival.organisation.pk), "street": "Elsewhere", "city": "X", "country": "NL"}
    assert mara.post(reverse("office:seller"), form).status_code == 409
    assert profiles.seller_profile(shop.organisation).street == ""


def test_pages_ask_the_database_a_constant_number_of_times(bram: Staff, biller_shop: Shop) -> None:
    from django.db import connection

    def asked(address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert bram.get(address).status_code == 200
        return len(queries)

    order = reported(biller_shop, list(range(1, 3)))
    small = issued(biller_shop, order)
    drafted(biller_shop, reported(biller_shop, [1], lines=1))
    bram.get("/")  # the first page of a session notes that it is in use
    before = [asked(one) for one in ("/", "/invoices/", "/invoices.csv", at("invoice", small))]
    for _more in range(3):
        issued(biller_shop, reported(biller_shop, list(range(1, 7)), lines=6))
        drafted(biller_shop, reported(biller_shop))
    large = Invoice.objects.filter(number__isnull=False).order_by("-number")[0]
    after = [asked(one) for one in ("/", "/invoices/", "/invoices.csv", at("invoice", large))]
    assert after == before
