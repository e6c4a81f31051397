"""S0: a customer says that something is wrong, the shop answers, corrects and offers again, and it is signed."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from PIL import Image
from playwright.sync_api import Page, expect

from paraph.people.models import Contact
from paraph.signoff import disputes
from paraph.signoff.models import Dispute, View
from tests import cast
from tests.cast import Shop
from tests.journeys import steps
from tests.journeys.conftest import PHONE, Office


def photograph(folder: Path) -> Path:
    """A photo as a phone makes it, but small."""
    found, path = io.BytesIO(), folder / "tyre.jpg"
    Image.new("RGB", (320, 240), "firebrick").save(found, "JPEG")
    path.write_bytes(found.getvalue())
    return path


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_S0_34_disputed_answered_corrected_offered_again_and_signed(
    shop: Shop,
    window: Callable[..., Page],
    office: Office,
    mailoutbox: list[EmailMessage],
    tmp_path: Path,
    *,
    scripts: bool,
) -> None:
    jan = window(**PHONE, java_script_enabled=scripts)
    invitation = shop.invite(shop.open_order(lines=2))
    steps.come_in(jan, shop.links[invitation.pk])
    jan.get_by_role("link", name="Dispute", exact=True).click()
    jan.get_by_label("What is wrong?").fill("Line 2 was done last year.")
    jan.get_by_role("checkbox", name="Finding 2").check()
    jan.get_by_label("Photos").set_input_files(photograph(tmp_path))
    jan.get_by_role("button", name="Send the dispute").click()
    expect(jan.get_by_text("Your dispute is sent.")).to_be_visible()
    expect(jan.get_by_text("About line 2")).to_be_visible()
    shown = jan.get_by_role("img", name="Photo 1 by Jan Jansen")
    expect(shown).to_be_visible()

    desk = office(shop.mara)
    desk.goto("/")
    desk.get_by_role("link", name="inspection").first.click()
    expect(desk.locator("#next")).to_contain_text("The customer disputes it")
    expect(desk.get_by_role("img", name="Photo 1 by Jan Jansen")).to_be_visible()
    desk.get_by_label("Your message").fill("You are right, we take it off.")
    desk.get_by_role("button", name="Answer the customer").click()
    expect(desk.get_by_text("Your answer is sent.")).to_be_visible()
    desk.get_by_role("link", name="Edit order").click()
    desk.get_by_label("Finding").nth(1).fill("Finding 2, checked only")
    desk.get_by_role("button", name="Save").first.click()
    desk.get_by_role("heading", name="Jan Jansen about line 2").wait_for()
    desk.get_by_text("Resolve the dispute").first.click()
    desk.get_by_label("Corrected, and offered again").check()
    desk.get_by_label("A sentence for the customer").fill("Line 2 is a check now.")
    desk.get_by_role("button", name="Resolve the dispute").click()
    expect(desk.get_by_text("The dispute is resolved.")).to_be_visible()

    again = steps.aside(steps.invited, mailoutbox, shop.jan.email)
    assert "offers it again" in again.body
    steps.come_in(jan, steps.link_in(again))
    expect(jan.get_by_role("link", name="Read how it ended")).to_be_visible()
    steps.press(jan, 2, "Approve")
    expect(jan.get_by_role("button", name="Review and sign")).to_be_enabled()


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
def test_S0_34_the_pages_of_a_dispute_have_no_fault_in_any_language(
    shop: Shop,
    window: Callable[..., Page],
    office: Office,
    axe: Callable[[Page], None],
    language: str,
) -> None:
    Contact.objects.filter(pk=shop.jan.pk).update(language=language)
    shop.jan.refresh_from_db()
    shop.mara.user.language = language
    shop.mara.user.save()
    invitation = shop.invite(shop.open_order(lines=2), view=View.ESTIMATE)
    page = window(**PHONE)
    page.goto(shop.links[invitation.pk])
    page.get_by_role("button").last.click()
    home = page.url
    page.goto(home + "dispute/")
    axe(page)
    found: Dispute = steps.aside(said, invitation)
    for place in (home, f"{home}disputes/{found.pk}/"):
        page.goto(place)
        _narrow(page)
        axe(page)
    desk = office(shop.mara, viewport={"width": 360, "height": 740})
    for place in ("/", "/disputes/", f"/orders/{invitation.party.signoff.order_id}/"):
        desk.goto(place)
        desk.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        _narrow(desk)
        axe(desk)


def said(invitation: Any) -> Dispute:
    """Jan says that something is wrong."""
    return disputes.dispute(invitation, reason="Wrong", by=cast.customer(invitation))


def _narrow(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_X_13_nobody_there_is_recorded_at_the_office_and_read_by_the_customer(
    shop: Shop, window: Callable[..., Page], office: Office
) -> None:
    invitation = shop.invite(shop.open_order(lines=1))
    desk = office(shop.tess)
    desk.goto(f"/orders/{invitation.party.signoff.order_id}/")
    desk.get_by_text("Nobody was there, or could not sign?").click()
    desk.get_by_label("Nobody was there", exact=True).check()
    desk.get_by_label("In a few words").fill("The gate was shut.")
    desk.get_by_role("button", name="Record it").click()
    expect(desk.locator("#outcomes")).to_contain_text("The gate was shut.")
    expect(desk.locator("#next")).to_contain_text("go again")
    jan = window(**PHONE)
    steps.come_in(jan, shop.links[invitation.pk])
    expect(jan.locator("#steps")).to_contain_text("nobody was there: The gate was shut.")
