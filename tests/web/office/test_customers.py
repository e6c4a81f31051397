"""Customers with their contacts and sites."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from paraph.evidence.models import Entry
from paraph.people.models import Contact, Customer, Site
from tests.cast import Shop
from tests.web.office.conftest import Staff


@pytest.fixture
def dirk(shop: Shop, staff: Callable[..., Staff]) -> Staff:
    """The dispatcher at work."""
    return staff(shop.members["dispatcher"])


def test_a_customer_is_made_with_contacts_and_sites(shop: Shop, dirk: Staff) -> None:
    told = {
        "name": "Northgate",
        "address": "Quay 1",
        "contact-0-name": "Emily",
        "contact-0-email": "emily@northgate.example",
        "contact-0-language": "fr",
        "contact-1-name": "Sam",
        "contact-1-language": "en",
        "site-0-name": "Delta-7",
    }
    assert dirk.fill("/customers/new/", **told).status_code == 302
    made = Customer.objects.get(name="Northgate")
    assert made.organisation == shop.organisation
    assert [(one.name, one.email, one.language) for one in made.contacts.all()] == [
        ("Emily", "emily@northgate.example", "fr"),
        ("Sam", "", "en"),
    ]
    assert [one.name for one in made.sites.all()] == ["Delta-7"]


def test_changes_keep_who_they_are_and_an_emptied_row_removes_nobody(shop: Shop, dirk: Staff) -> None:
    before = set(Contact.objects.values_list("pk", flat=True))
    page = f"/customers/{shop.customer.pk}/"
    assert dirk.fill(page, **{"contact-0-phone": "+31 6 1234", "site-0-name": "Hangar 10"}).status_code == 302
    assert set(Contact.objects.values_list("pk", flat=True)) == before
    assert Site.objects.get().name == "Hangar 10"
    dirk.fill(page, **{"contact-1-gone": "1"})
    assert Contact.objects.count() == 3


def test_another_customers_contact_cannot_be_taken_over_by_its_id(
    shop: Shop, rival: Shop, dirk: Staff
) -> None:
    told = {"contact-0-id": str(rival.jan.pk), "contact-0-name": "Taken"}
    assert dirk.fill(f"/customers/{shop.customer.pk}/", **told).status_code == 302
    rival.jan.refresh_from_db()
    assert rival.jan.name == "Jan Jansen"


def test_wrong_input_stands_beside_its_field(shop: Shop, dirk: Staff) -> None:
    answer = dirk.fill(
        "/customers/new/", name="", **{"contact-0-name": "Emily", "contact-0-email": "no address"}
    )
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'id="id_contact-0-email_error"' in page
    assert 'id="id_name_error"' in page
    assert "no address" in page
    assert Customer.objects.count() == 1


def test_without_a_script_a_row_is_added(shop: Shop, dirk: Staff) -> None:
    answer = dirk.fill("/customers/new/", name="Kept", add="site")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="site-0-name"' in page
    assert 'value="Kept"' in page


def test_the_list_finds_by_name_and_contact(shop: Shop, dirk: Staff) -> None:
    Customer.objects.create(organisation=shop.organisation, name="Northgate")
    assert "Northgate" not in dirk.text("/customers/?q=claire")
    assert shop.customer.name in dirk.text("/customers/?q=claire")
    assert "No customer fits" in dirk.text("/customers/?q=zzz")


def test_S0_20_the_office_says_on_the_customers_page_who_signs_on_paper_only(shop: Shop, dirk: Staff) -> None:
    page = f"/customers/{shop.customer.pk}/"
    people = list(shop.customer.contacts.all())
    row = f"contact-{people.index(shop.jan)}"
    assert dirk.fill(page, **{f"{row}-signs": "paper"}).status_code == 302
    allowed = dict(shop.customer.contacts.values_list("name", "may_e_sign"))
    assert [name for name, may in allowed.items() if not may] == ["Jan Jansen"]
    assert dirk.fill(page).status_code == 302
    assert Entry.objects.filter(kind="contact.access_changed").count() == 1
    without: dict[str, Any] = {f"{row}-signs": None}
    assert dirk.fill(page, **without).status_code == 302
    shop.jan.refresh_from_db()
    assert not shop.jan.may_e_sign
    assert dirk.fill(page, **{f"{row}-signs": "either"}).status_code == 302
    shop.jan.refresh_from_db()
    assert shop.jan.may_e_sign
