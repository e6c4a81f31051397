"""The details a customer confirms: the form, what it refuses, and where it leads (S0-26, S0-27)."""

from __future__ import annotations

import pytest

from paraph.signoff import opting
from paraph.signoff.models import Ceremony, Confirmation
from paraph.work import orders, properties
from paraph.work.models import Property
from tests import cast
from tests.cast import Shop
from tests.web.portal.conftest import Customer


@pytest.fixture
def afe(shop: Shop) -> Property:
    """What everybody must confirm before signing."""
    names = {"nl": "AFE-nummer"}
    return shop.define(
        "po_number", "AFE number", names=names, pattern="AFE-####", required=True, editable=True
    )


def _field(of: Property) -> str:
    return f"property-{of.pk}"


def test_S0_26_review_leads_to_the_form_and_the_form_to_the_review(jan: Customer, afe: Property) -> None:
    jan.decide(1, "approved")
    page = jan.review()
    assert page.redirect_chain[-1][0] == jan.at("confirm")
    assert "For example AFE-" in page.content.decode()
    assert not Ceremony.objects.exists()
    told = jan.post(jan.at("confirm"), {_field(afe): "afe-1234"}, follow=True)
    assert "/sign/" in told.redirect_chain[-1][0]
    assert "AFE-1234" in told.content.decode()
    assert orders.describe(orders.load(jan.order.pk))["properties"][0]["value"] == "AFE-1234"


def test_what_was_typed_is_kept_with_the_reason_beside_it(jan: Customer, afe: Property, shop: Shop) -> None:
    sand = shop.define("number", "Sand", unit="t", editable=True)
    answer = jan.post(jan.at("confirm"), {_field(afe): "AFE-12", _field(sand): "about five"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'value="AFE-12"' in page
    assert 'value="about five"' in page
    assert page.count("Write it like AFE-") == 2  # in the summary and beside the field
    assert not Confirmation.objects.exists()


def test_without_an_approved_line_it_leads_back_to_the_decisions(jan: Customer, afe: Property) -> None:
    answer = jan.post(jan.at("confirm"), {_field(afe): "AFE-1234"})
    assert answer["Location"] == jan.home
    page = jan.page()
    assert "AFE-1234" in page
    assert "Change the details" in page


def test_an_order_without_such_properties_has_no_such_page(jan: Customer, shop: Shop) -> None:
    well = shop.define("text", "Well")
    properties.set_values(jan.order, {well.pk: "Delta-7"}, by=shop.mara.actor)
    assert jan.get(jan.at("confirm"))["Location"] == jan.home
    page = jan.page()
    assert "Delta-7" in page
    assert jan.at("confirm") not in page


def test_after_signing_nothing_can_be_confirmed(jan: Customer, afe: Property) -> None:
    jan.decide(1, "approved")
    jan.post(jan.at("confirm"), {_field(afe): "AFE-1234"})
    jan.sign()
    answer = jan.post(jan.at("confirm"), {_field(afe): "AFE-9999"})
    assert answer.status_code == 409
    assert Confirmation.objects.count() == 1
    assert jan.get(jan.at("confirm"))["Location"] == jan.home


def test_who_signs_on_paper_alone_goes_back_to_the_order(jan: Customer, afe: Property) -> None:
    jan.decide(1, "approved")
    opting.opt_out(jan.invitation, by=cast.customer(jan.invitation))
    assert "Confirm and review" not in jan.page("confirm")
    answer = jan.post(jan.at("confirm"), {_field(afe): "AFE-1234"})
    assert answer["Location"] == jan.home
    assert not Ceremony.objects.exists()


def test_the_form_speaks_the_readers_language(jan: Customer, afe: Property) -> None:
    jan.post(jan.at("language"), {"language": "nl"})
    page = jan.page("confirm")
    assert "AFE-nummer" in page
    assert "Gegevens bevestigen" in page
