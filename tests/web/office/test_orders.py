"""The list of orders, and making and changing one."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from paraph.evidence.models import Entry
from paraph.people.models import Customer
from paraph.work import orders
from paraph.work.models import Item, Status, WorkOrder
from tests import cast
from tests.cast import Shop
from tests.web.office.conftest import Staff

LINE = {
    "line-0-finding": "Left main tyre worn",
    "line-0-action": "Replace",
    "line-0-labour_code": "32-40",
    "line-0-estimated_hours": "2,5",
    "line-0-hourly_rate": "85,00",
    "line-0-tax_rate": "21",
    "line-0-part-0-name": "Tyre",
    "line-0-part-0-number": "156E66",
    "line-0-part-0-quantity": "1",
    "line-0-part-0-price": "1.234,56",
}


@pytest.fixture
def mara(shop: Shop, staff: Callable[..., Staff]) -> Staff:
    """The manager at work, who reads Dutch figures."""
    shop.mara.user.language = "nl"
    shop.mara.user.save()
    return staff(shop.mara)


def test_an_order_is_made_from_nothing_with_parts_and_dutch_figures(shop: Shop, mara: Staff) -> None:
    answer = mara.fill(
        "/orders/new/",
        **LINE,
        customer=str(shop.customer.pk),
        contacts=[str(shop.jan.pk)],
        site=str(shop.site.pk),
        technician=str(shop.tess.pk),
        title="100-hour inspection",
        object_name="PH-KLX",
        notes="Call first",
    )
    assert answer.status_code == 302
    order = WorkOrder.objects.get()
    assert answer["Location"] == f"/orders/{order.pk}/"
    assert (order.number, order.title, order.object_name) == ("WO-1001", "100-hour inspection", "PH-KLX")
    assert (order.customer, order.site, order.technician) == (shop.customer, shop.site, shop.tess)
    assert list(order.contacts.all()) == [shop.jan]
    item = Item.objects.get()
    assert (item.estimated_hours, item.hourly_rate, item.tax_rate) == (Decimal("2.5"), 8500, Decimal(21))
    part = item.parts.get()
    assert (part.name, part.quantity, part.unit_price) == ("Tyre", Decimal(1), 123456)
    assert "1.234,56" in mara.text(answer["Location"]).replace("\xa0", " ")


def test_an_order_and_its_customer_are_made_in_one_go(shop: Shop, mara: Staff) -> None:
    told = {
        "new-name": "Nieuwe Klant",
        "new-contact": "Nina",
        "new-email": "nina@klant.example",
        "new-site": "Loods",
    }
    assert mara.fill("/orders/new/", **LINE, **told, title="First job").status_code == 302
    customer = Customer.objects.get(name="Nieuwe Klant")
    assert customer.organisation == shop.organisation
    order = WorkOrder.objects.get()
    assert [one.name for one in order.contacts.all()] == ["Nina"]
    assert order.site is not None
    assert order.site.name == "Loods"


def test_wrong_input_stands_beside_its_field_and_nothing_is_lost(shop: Shop, mara: Staff) -> None:
    told = {**LINE, "line-0-hourly_rate": "eighty", "line-0-part-0-name": "", "line-0-tax_rate": "210"}
    answer = mara.fill("/orders/new/", **told, notes="Please keep me")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert not WorkOrder.objects.exists()
    for kept in ("Please keep me", "eighty", "1.234,56", "Left main tyre worn"):
        assert kept in page
    for field in ("title", "customer", "line-0-hourly_rate", "line-0-tax_rate", "line-0-part-0-name"):
        assert f'id="id_{field}_error"' in page, field
        assert f'href="#id_{field}"' in page, f"{field} in the summary at the top"
    nothing = mara.fill("/orders/new/", notes="Please keep me").content.decode()
    assert 'id="id_title_error"' in nothing
    for untouched in ("line-0-finding", "line-0-part-0-name", "new-name"):
        assert f'id="id_{untouched}_error"' not in nothing, untouched


def test_a_title_of_ten_thousand_characters_is_refused_kindly(shop: Shop, mara: Staff) -> None:
    answer = mara.fill("/orders/new/", customer=str(shop.customer.pk), title="x" * 10_000)
    assert answer.status_code == 400
    assert not WorkOrder.objects.exists()


def test_without_a_script_rows_come_and_go_and_what_was_typed_stays(shop: Shop, mara: Staff) -> None:
    more = mara.fill("/orders/new/", **LINE, title="Kept", add="line", customer=str(shop.customer.pk))
    page = more.content.decode()
    assert more.status_code == 200
    assert 'name="line-1-finding"' in page
    assert shop.jan.name in page, "the contacts of the customer chosen so far"
    fields = Staff.fields(page)
    assert fields["line-0-finding"] == ["Left main tyre worn"]
    assert fields["title"] == ["Kept"]
    parts = mara.post("/orders/new/", {**fields, "add": "line-1-part"}).content.decode()
    assert 'name="line-1-part-1-name"' in parts
    less = mara.post("/orders/new/", {**Staff.fields(parts), "remove": "line-0"}).content.decode()
    assert 'name="line-0-finding"' not in less
    assert 'name="line-1-finding"' in less
    assert not WorkOrder.objects.exists()


def test_a_script_takes_rows_away_and_puts_them_in_order(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(3)
    ids = [one.pk for one in cast.lines(order)]
    told = {"line-1-gone": "1", "line-0-at": "2", "line-2-at": "1"}
    assert mara.fill(f"/orders/{order.pk}/edit/", **told).status_code == 302
    assert [one.pk for one in cast.lines(order)] == [ids[0], ids[2]]


def test_saving_unchanged_is_no_revision(shop: Shop, mara: Staff) -> None:
    order = shop.open_order()
    before = orders.describe(orders.load(order.pk))
    assert mara.fill(f"/orders/{order.pk}/edit/").status_code == 302
    order.refresh_from_db()
    assert order.revision == 1
    assert orders.describe(orders.load(order.pk)) == before


def test_a_change_is_one_revision_by_the_member_from_their_address(shop: Shop, mara: Staff) -> None:
    order = shop.open_order()
    assert mara.fill(f"/orders/{order.pk}/edit/", **{"line-0-actual_hours": "3,25"}).status_code == 302
    assert cast.lines(order)[0].actual_hours == Decimal("3.25")
    entry = Entry.objects.filter(kind="order.revised").get()
    assert entry.actor.ref == str(shop.mara.pk)
    assert entry.actor.address == "127.0.0.1"
    assert entry.actor.address_source == "socket peer"


def test_somebody_else_changed_the_order_meanwhile(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(2)
    page = mara.text(f"/orders/{order.pk}/edit/")
    added = [*cast.again(order).items, cast.line("Found by Tess", hourly_rate=9900)]
    orders.revise(
        order, cast.again(order, items=added, notes="Tess was here"), expected=1, by=shop.tess.actor
    )
    told = Staff.fields(page, title="Typed by Mara")
    answer = mara.post(f"/orders/{order.pk}/edit/", told)
    assert answer.status_code == 409
    stale = answer.content.decode()
    assert "Typed by Mara" in stale
    assert "Found by Tess" in stale
    assert "Tess was here" in stale
    assert shop.tess.user.name in stale
    order.refresh_from_db()
    assert order.title != "Typed by Mara"
    saved = mara.post(f"/orders/{order.pk}/edit/", Staff.fields(stale))
    assert saved.status_code == 302
    order.refresh_from_db()
    assert order.title == "Typed by Mara"
    assert [one.finding for one in cast.lines(order)] == ["Finding 1", "Finding 2", "Found by Tess"]
    assert cast.lines(order)[2].hourly_rate == 9900


def test_who_edits_while_the_customer_reads_is_told(shop: Shop, mara: Staff) -> None:
    order = shop.open_order()
    note = "They will be shown what you change"
    shop.mara.user.language = "en"
    shop.mara.user.save()
    assert note not in mara.text(f"/orders/{order.pk}/edit/")
    shop.invite(order)
    page = mara.text(f"/orders/{order.pk}/edit/")
    assert note in page
    assert '<select id="id_customer" name="customer" disabled' in page


def test_a_line_that_was_signed_for_is_marked_in_the_form(shop: Shop, mara: Staff) -> None:
    shop.mara.user.language = "en"
    shop.mara.user.save()
    order = shop.open_order(3)
    cast.signed(shop, order, (1,))
    assert mara.text(f"/orders/{order.pk}/edit/").count("signed for this line") == 1


def test_the_list_finds_by_every_word_of_number_title_object_customer_and_contact(
    shop: Shop, mara: Staff
) -> None:
    club = shop.open_order(1)
    other = Customer.objects.create(organisation=shop.organisation, name="Northgate Energy")
    well = shop.open_order(1, customer=other, contacts=[], site=None, title="Wellhead", object_name="Delta-7")
    for words, found in (
        (well.number, well), ("wellhead", well), ("DELTA north", well), ("klx", club), ("lotte", club),
        ("Jansen inspection", club),
    ):  # fmt: skip
        page = mara.text(f"/orders/?q={words.replace(' ', '+')}")
        assert f"/orders/{found.pk}/" in page, words
        assert f"/orders/{(club if found == well else well).pk}/" not in page, words
    assert f"/orders/{club.pk}/" not in mara.text("/orders/?q=nothing+like+it")


def test_the_list_filters_by_status_technician_and_customer(shop: Shop, mara: Staff) -> None:
    mine, other = shop.open_order(1), shop.open_order(1, technician=None)
    orders.set_status(other, Status.APPROVED, by=shop.mara.actor)
    for query, found in (
        ("status=approved", other),
        (f"technician={shop.tess.pk}", mine),
        (f"customer={shop.customer.pk}&status=open", mine),
    ):
        page = mara.text(f"/orders/?{query}")
        assert f"/orders/{found.pk}/" in page
        assert f"/orders/{(mine if found == other else other).pk}/" not in page
    assert f"/orders/{mine.pk}/" in mara.text("/orders/?status=no-such&technician=x&page=x"), (
        "nonsense is no filter"
    )


def test_a_long_list_has_pages_that_keep_the_filter(shop: Shop, mara: Staff) -> None:
    for _ in range(27):
        shop.open_order(0)
    first = mara.text("/orders/?q=inspection")
    assert 'href="?q=inspection&amp;page=2"' in first
    assert mara.text("/orders/?q=inspection&page=2").count('class="whole"') == 2


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/", "/orders/", "/customers/"])
def test_lists_ask_the_database_as_often_for_many_rows_as_for_one(shop: Shop, mara: Staff, path: str) -> None:
    shop.invite(shop.open_order(1))
    assert queries(mara, path, warm=True) == queries_after(lambda: busy(shop), mara, path)


@pytest.mark.slow
def test_the_order_page_asks_as_often_for_many_lines_as_for_one(shop: Shop, mara: Staff) -> None:
    small, large = shop.open_order(1), shop.open_order(12)
    for order, contacts in ((small, [shop.jan]), (large, [shop.jan, shop.claire, shop.lotte])):
        for contact in contacts:
            shop.invite(order, contact=contact)
            shop.invite(order, contact=contact)
    few = queries(mara, f"/orders/{small.pk}/", warm=True)
    assert queries(mara, f"/orders/{large.pk}/") == few
    assert queries(mara, f"/orders/{large.pk}/edit/") <= queries(mara, f"/orders/{small.pk}/edit/", warm=True)


def busy(shop: Shop) -> None:
    for _ in range(5):
        shop.invite(shop.open_order(1))


def queries_after(change: Callable[[], Any], browser: Staff, path: str) -> int:
    change()
    return queries(browser, path)


def queries(browser: Staff, path: str, *, warm: bool = False) -> int:
    if warm:
        browser.text(path)
    with CaptureQueriesContext(connection) as told:
        browser.text(path)
    return len(told)
