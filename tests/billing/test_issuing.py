"""Issued for good: numbers without a gap, a document that never changes, and a credit note that takes it back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from facturx import get_facturx_xml_from_pdf

from paraph.billing import invoices, issuing, profiles, series
from paraph.billing.drafts import Words
from paraph.billing.errors import CannotVoid, Crowded, Incomplete, NotADraft, PrefixTaken, ReasonMissing
from paraph.billing.models import BuyerProfile, Invoice, Kind, SellerProfile, Series, State, Untaxed
from paraph.evidence.models import Entry
from paraph.people.models import Role
from paraph.sealing.errors import RenderFailed
from paraph.signoff.models import View
from paraph.work import orders
from paraph.work.guards import ReportRefused
from tests import cast
from tests.billing import schematron
from tests.billing.bills import consent, drafted, issued, ready, reported
from tests.cast import Shop

pytestmark = pytest.mark.slow

Bill = Callable[[], Invoice]


def biller(shop: Shop) -> dict[str, Any]:
    """Bram, as verbs want him."""
    bram = shop.members[Role.BILLER]
    return {"by": bram, "actor": bram.actor}


def said(problem: pytest.ExceptionInfo[Incomplete]) -> str:
    return str(problem.value)


def test_an_issued_invoice_is_frozen_with_number_document_and_parties(biller_shop: Shop) -> None:
    draft = drafted(biller_shop, reported(biller_shop))
    # Half past midnight in Teuge.
    with time_machine.travel("2030-11-21T23:30:00Z", tick=False):
        made = invoices.issue(draft, **biller(biller_shop))
    assert made.number == "INV-2030-0001"
    assert (made.state, made.gross, made.currency) == (State.ISSUED, 80586, "EUR")
    assert (str(made.issued_on), str(made.due_on)) == ("2030-11-22", "2030-12-22")
    assert made.seller is not None
    assert made.buyer is not None
    assert (made.seller["vat_number"], made.buyer["city"]) == ("NL123456789B13", "Rotterdam")
    assert hashlib.sha256(made.read()).hexdigest() == made.blob
    entry = Entry.objects.get(kind="invoice.issued")
    assert entry.content["fact"]["digest"] == made.digest
    assert entry.content["fact"]["number"] == "INV-2030-0001"
    assert schematron.broken(made.read_xml()) == []
    assert get_facturx_xml_from_pdf(made.read())[1] == made.read_xml()


def test_I6_nothing_changes_an_issued_document(bill: Bill, biller_shop: Shop) -> None:
    made = bill()
    first = invoices.pdf(made)
    biller_shop.organisation.name = "Renamed"
    biller_shop.organisation.save()
    SellerProfile.objects.update(iban="")
    BuyerProfile.objects.update(city="")
    again = Invoice.objects.get(pk=made.pk)
    assert invoices.pdf(again, "nl") == first
    assert again.seller is not None
    assert again.seller["iban"] == "NL91ABNA0417164300"
    assert invoices.problems(again) == []


def test_numbers_follow_each_other_by_kind_and_year(biller_shop: Shop) -> None:
    drafts = [drafted(biller_shop, reported(biller_shop)) for _ in range(3)]
    with time_machine.travel("2029-12-31T12:00:00Z", tick=False):
        made = [invoices.issue(one, **biller(biller_shop)) for one in drafts[:2]]
        made.append(invoices.void(made[0], "Wrong address", **biller(biller_shop)))
    with time_machine.travel("2029-12-31T23:30:00Z", tick=False):
        made.append(invoices.issue(drafts[2], **biller(biller_shop)))
    assert [one.number for one in made] == [
        "INV-2029-0001",
        "INV-2029-0002",
        "CN-2029-0001",
        "INV-2030-0001",
    ]


def test_each_organisation_has_its_own_numbers(bill: Bill, rival: Shop) -> None:
    assert bill().number == issued(ready(rival)).number


def test_a_series_keeps_the_prefix_its_year_began_with(bill: Bill, biller_shop: Shop) -> None:
    assert (bill().number or "").startswith("INV-")
    SellerProfile.objects.update(invoice_prefix="F")
    assert (bill().number or "").startswith("INV-")


def test_a_number_is_taken_only_by_a_commit(biller_shop: Shop) -> None:
    made = drafted(biller_shop, reported(biller_shop))

    def fall() -> None:
        with transaction.atomic():
            invoices.issue(made, **biller(biller_shop))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fall()
    made.refresh_from_db()
    assert made.number is None
    assert (invoices.issue(made, **biller(biller_shop)).number or "").endswith("-0001")


def test_a_document_that_cannot_be_made_takes_no_number(
    biller_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = drafted(biller_shop, reported(biller_shop))

    def fail(*args: Any, **kwargs: Any) -> bytes:
        raise RenderFailed("no typst today")

    with monkeypatch.context() as patch:
        patch.setattr(issuing, "render", fail)
        with pytest.raises(RenderFailed):
            invoices.issue(made, **biller(biller_shop))
    assert not Series.objects.exists()
    assert (invoices.issue(made, **biller(biller_shop)).number or "").endswith("-0001")


def test_F13_issuing_twice_is_issuing_once(bill: Bill, biller_shop: Shop) -> None:
    made = bill()
    again = invoices.issue(made, **biller(biller_shop))
    assert (again.number, again.blob) == (made.number, made.blob)
    assert Entry.objects.filter(kind="invoice.issued").count() == 1


def test_a_document_made_with_a_number_that_was_taken_meanwhile_is_made_anew(
    biller_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = (drafted(biller_shop, reported(biller_shop)) for _ in range(2))
    make, tries = issuing._make, []

    def slow(told: Any) -> Any:
        paper = make(told)
        tries.append(told.number)
        if len(tries) == 1:  # while the first document was being made, somebody else issued theirs
            invoices.issue(other, **biller(biller_shop))
        return paper

    monkeypatch.setattr(issuing, "_make", slow)
    made = invoices.issue(mine, **biller(biller_shop))
    assert [one[-4:] for one in tries] == ["0001", "0001", "0002"]
    assert (made.number or "").endswith("0002")
    assert b"-0002" in made.read_xml()
    assert b"-0001" not in made.read_xml()


def test_a_crowd_that_is_always_faster_is_told_so(biller_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    made = drafted(biller_shop, reported(biller_shop))
    monkeypatch.setattr(series, "peek", lambda *args: "INV-1999-0001")
    monkeypatch.setattr(issuing, "MOST_TRIES", 2)
    with pytest.raises(Crowded):
        invoices.issue(made, **biller(biller_shop))
    made.refresh_from_db()
    assert made.is_draft


def test_a_draft_names_all_it_lacks_and_is_not_issued(shop: Shop) -> None:
    made = drafted(shop, reported(shop))
    with pytest.raises(Incomplete) as problem:
        invoices.issue(made, **biller(shop))
    assert {one.place for one in problem.value.problems} == {"seller", "buyer", "organisation"}
    for wanted in ("street", "VAT number", "how to pay"):
        assert wanted in said(problem)
    assert not Series.objects.exists()


@pytest.mark.parametrize(
    ("seller", "buyer", "wanted"),
    [
        ({"country": ""}, {}, "Your own street"),
        ({"iban": "NL91ABNA0417164301"}, {}, "IBAN is not valid"),
        ({"iban": ""}, {}, "how to pay"),
        ({}, {"city": "  "}, "customer’s street"),
        ({}, {"country": ""}, "customer’s street"),
    ],
)
def test_what_the_law_wants_is_named(
    biller_shop: Shop, seller: dict[str, str], buyer: dict[str, str], wanted: str
) -> None:
    SellerProfile.objects.update(**seller) if seller else None
    BuyerProfile.objects.update(**buyer) if buyer else None
    with pytest.raises(Incomplete, match=wanted) as problem:
        issued(biller_shop)
    assert len(problem.value.problems) == 1


@pytest.mark.parametrize(
    ("organisation", "customer", "wanted"),
    [
        ("", "", "Your own VAT number"),
        ("123456789B13", "", "two letters"),
        ("NL1234", "12345", "two letters"),
        ("NL1234", "XX123456789", "two letters"),
        ("UK123456789", "", "two letters"),
    ],
)
def test_vat_numbers_are_wanted_with_their_country(
    biller_shop: Shop, organisation: str, customer: str, wanted: str
) -> None:
    biller_shop.organisation.vat_number = organisation
    biller_shop.organisation.save()
    biller_shop.customer.vat_number = customer
    biller_shop.customer.save()
    with pytest.raises(Incomplete, match=wanted):
        issued(biller_shop)


def test_lines_without_tax_want_a_reason(biller_shop: Shop) -> None:
    free = [replace(cast.line("Export work"), tax_rate=Decimal(0))]
    made = drafted(biller_shop, reported(biller_shop, [1], items=free))
    told = {**biller(biller_shop), "prices_checked": False}
    with pytest.raises(Incomplete, match="bear no tax"):
        invoices.issue(made, **biller(biller_shop))
    made = invoices.revise(made, Words("en", untaxed=Untaxed.REVERSE), expected=1, **told)
    with pytest.raises(Incomplete, match="Reverse charge needs"):
        invoices.issue(made, **biller(biller_shop))
    made = invoices.revise(made, Words("en", untaxed=Untaxed.EXEMPT), expected=2, **told)
    with pytest.raises(Incomplete, match="by which rule"):
        invoices.issue(made, **biller(biller_shop))
    biller_shop.customer.vat_number = "BE 0428.759.497"
    biller_shop.customer.save()
    made = invoices.revise(made, Words("en", untaxed=Untaxed.REVERSE), expected=3, **told)
    made = invoices.issue(made, **biller(biller_shop))
    assert made.taxes == [{"category": "AE", "rate": "0", "net": 33300, "tax": 0}]
    assert schematron.broken(made.read_xml()) == []


def test_prices_nobody_signed_want_somebody_who_looked(biller_shop: Shop) -> None:
    made = drafted(biller_shop, reported(biller_shop, view=View.AUTHORISATION))
    with pytest.raises(Incomplete, match="signed no prices for lines 1, 2"):
        invoices.issue(made, **biller(biller_shop))
    made = invoices.revise(made, Words("en"), expected=1, prices_checked=True, **biller(biller_shop))
    assert made.prices_checked_by == biller_shop.members[Role.BILLER]
    assert invoices.issue(made, **biller(biller_shop)).number


def test_prices_that_change_after_they_were_checked_must_be_checked_again(biller_shop: Shop) -> None:
    order = reported(biller_shop, view=View.AUTHORISATION)
    made = drafted(biller_shop, order)
    made = invoices.revise(made, Words("en"), expected=1, prices_checked=True, **biller(biller_shop))
    orders.reopen(order, by=biller_shop.mara.actor)
    draft = cast.again(order)
    dearer = [replace(one, hourly_rate=9900) for one in draft.items]
    orders.revise(order, replace(draft, items=dearer), expected=order.revision, by=biller_shop.mara.actor)
    orders.report(order, by=biller_shop.tess.actor)
    with pytest.raises(Incomplete, match="renew it"):
        invoices.issue(made, **biller(biller_shop))
    made = invoices.renew(made, **biller(biller_shop))
    assert made.gross > 80586
    with pytest.raises(Incomplete, match="signed no prices"):
        invoices.issue(made, **biller(biller_shop))


def test_S1_28_nothing_is_issued_when_the_report_is_taken_back(biller_shop: Shop) -> None:
    order = reported(biller_shop)
    made = drafted(biller_shop, order)
    orders.reopen(order, by=biller_shop.mara.actor)
    with pytest.raises(Incomplete, match="not reported"):
        invoices.issue(made, **biller(biller_shop))


def test_a_report_cannot_be_taken_back_while_an_invoice_is_out(bill: Bill, biller_shop: Shop) -> None:
    made = bill()
    with pytest.raises(ReportRefused, match=made.number):
        orders.reopen(made.order, by=biller_shop.mara.actor)
    invoices.void(made, "Not done after all", **biller(biller_shop))
    assert orders.reopen(made.order, by=biller_shop.mara.actor).status != "completed"


def test_voiding_makes_a_credit_note_of_the_same_sums_and_keeps_the_number(
    bill: Bill, biller_shop: Shop
) -> None:
    made = bill()
    document = made.read()
    note = invoices.void(made, "Wrong  address", **biller(biller_shop))
    made.refresh_from_db()
    assert (made.state, made.number, made.void_reason) == (
        State.VOIDED,
        note.credits and note.credits.number,
        "Wrong address",
    )
    assert made.read() == document
    assert (note.kind, note.state, note.gross, note.taxes) == (
        Kind.CREDIT,
        State.ISSUED,
        made.gross,
        made.taxes,
    )
    assert note.lines.count() == made.lines.count() == 4
    assert schematron.broken(note.read_xml()) == []
    entry = Entry.objects.get(kind="invoice.voided")
    assert entry.content["fact"]["credit_number"] == note.number
    assert entry.content["fact"]["digest"] == note.digest


def test_F13_voiding_twice_is_voiding_once(bill: Bill, biller_shop: Shop) -> None:
    made = bill()
    first = invoices.void(made, "Wrong", **biller(biller_shop))
    assert invoices.void(made, "Wrong", **biller(biller_shop)) == first
    assert Invoice.objects.filter(kind=Kind.CREDIT).count() == 1
    assert Entry.objects.filter(kind="invoice.voided").count() == 1


def test_voiding_wants_a_reason_and_a_credit_note_is_not_voided(bill: Bill, biller_shop: Shop) -> None:
    made = bill()
    with pytest.raises(ReasonMissing):
        invoices.void(made, " \n ", **biller(biller_shop))
    note = invoices.void(made, "Wrong", **biller(biller_shop))
    with pytest.raises(CannotVoid):
        invoices.void(note, "Again", **biller(biller_shop))
    with pytest.raises(NotADraft):
        invoices.issue(made, **biller(biller_shop))


def test_after_a_void_the_same_approval_may_be_billed_once_more(bill: Bill, biller_shop: Shop) -> None:
    made = bill()
    invoices.void(made, "Wrong address", **biller(biller_shop))
    (approval,) = invoices.unbilled(made.order)
    again = invoices.issue(invoices.draft(approval, by=biller_shop.mara.actor), **biller(biller_shop))
    assert again.gross == made.gross
    assert (again.number or "") > (made.number or "")


def test_a_line_is_never_billed_twice(biller_shop: Shop) -> None:
    """Signed for, invoiced; then, past all guards, changed and signed for anew."""
    order = reported(biller_shop)
    first = issued(biller_shop, order)
    draft = cast.again(order)
    dearer = [replace(draft.items[0], hourly_rate=9999), *draft.items[1:]]
    orders.revise(order, replace(draft, items=dearer), expected=order.revision, by=biller_shop.mara.actor)
    type(order).objects.filter(pk=order.pk).update(status="approved")
    consent(biller_shop, order, [1])
    orders.report(order, by=biller_shop.tess.actor)
    (approval,) = invoices.unbilled(orders.load(order.pk))
    second = invoices.draft(approval, by=biller_shop.mara.actor)
    with pytest.raises(Incomplete, match=f"Line 1 is on invoice {first.number} already"):
        invoices.issue(second, **biller(biller_shop))
    invoices.void(first, "Line 1 became dearer", **biller(biller_shop))
    assert invoices.issue(second, **biller(biller_shop)).number


def test_the_database_keeps_numbers_and_drafts_apart(bill: Bill) -> None:
    made = bill()
    for wrong in (
        {"number": None},
        {"state": "draft"},
        {"sequence": None},
        {"blob": ""},
        {"kind": "credit_note"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Invoice.objects.filter(pk=made.pk).update(**wrong)


def test_prefixes_that_would_make_two_documents_look_alike_are_refused(biller_shop: Shop) -> None:
    with pytest.raises(PrefixTaken):
        profiles.save_seller(
            biller_shop.organisation,
            {"credit_prefix": "INV-"},
            by=biller_shop.mara,
            actor=biller_shop.mara.actor,
        )
    issued(biller_shop)
    told = {"invoice_prefix": "F-", "credit_prefix": "INV-"}
    with pytest.raises(PrefixTaken):
        profiles.save_seller(
            biller_shop.organisation, told, by=biller_shop.mara, actor=biller_shop.mara.actor
        )


def test_a_changed_account_number_is_recorded(biller_shop: Shop) -> None:
    told = {"iban": "BE71096123456769"}
    for _twice in range(2):
        profiles.save_seller(
            biller_shop.organisation, told, by=biller_shop.mara, actor=biller_shop.mara.actor
        )
    facts = [one.content["fact"] for one in Entry.objects.filter(kind="seller.changed").order_by("index")]
    assert len(facts) == 2
    assert (facts[1]["changed"], facts[1]["iban"]) == (["iban"], "BE71096123456769")
