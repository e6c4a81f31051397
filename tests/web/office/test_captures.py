"""What came from the field and waits: the list, both versions, and the decision (S1-30, F15)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from paraph.capture.models import Capture, State
from paraph.people.models import Member
from paraph.signoff.models import Signature
from paraph.work import orders
from tests.capture.phone import Phone, arrive
from tests.cast import Shop
from tests.web.office.conftest import Staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def mara(shop: Shop, staff: Callable[[Member], Staff]) -> Staff:
    """The manager's browser."""
    return staff(shop.mara)


@pytest.fixture
def waiting(shop: Shop) -> Capture:
    """Jan signed in the cellar; meanwhile the office changed what the line says is done."""
    order = shop.open_order(1)
    sent = Phone.enrolled(shop.tess).signs(order, shop.jan)
    line = orders.lines_of(orders.load(order.pk))[0]
    line.action = "Overhauled instead."
    line.save()
    order.revision += 1
    order.save()
    [capture] = arrive(sent)
    assert capture.state == State.HELD
    return capture


def test_a_manager_sees_both_versions_and_files_what_was_signed(mara: Staff, waiting: Capture) -> None:
    assert waiting.order
    assert f"/captures/{waiting.pk}/" in mara.get("/").content.decode()
    page = mara.get(f"/captures/{waiting.pk}/").content.decode()
    for text in ("Replace and test.", "Overhauled instead.", "the order changed meanwhile", "Jan Jansen"):
        assert text in page
    done = mara.post(f"/captures/{waiting.pk}/take/")
    assert done["Location"] == f"/orders/{waiting.order_id}/"
    assert Signature.objects.get().signoff.order_id == waiting.order_id
    assert orders.lines_of(orders.load(waiting.order.pk))[0].action == "Replace and test."


def test_discarding_takes_a_reason_and_keeps_what_came(mara: Staff, waiting: Capture) -> None:
    refused = mara.post(f"/captures/{waiting.pk}/discard/", {"sentence": " "})
    assert refused.status_code == 400
    assert "Say in a sentence why" in refused.content.decode()
    done = mara.post(f"/captures/{waiting.pk}/discard/", {"sentence": "He signed on paper instead."})
    assert done["Location"] == "/captures/"
    page = mara.get(f"/captures/{waiting.pk}/").content.decode()
    assert "He signed on paper instead." in page
    assert mara.post(f"/captures/{waiting.pk}/take/").status_code == 409
    waiting.refresh_from_db()
    assert bytes(waiting.envelope)
