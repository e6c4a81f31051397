"""The customer signs on their own phone: the technician's code, a finger, a signature nobody must verify (S1-24)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from paraph.signoff import own_phone
from paraph.signoff.models import ContactPasskey, Signature, Verification
from tests.cast import Shop
from tests.journeys.conftest import PHONE
from tests.journeys.steps import type_name
from tests.journeys.test_signing_in import give_key
from tests.signoff.test_own_phones import ask_for

Axe = Callable[[Page], None]
Shoot = Callable[[Page, str], None]


@pytest.fixture(autouse=True)
def localhost(origin: str, settings: Settings) -> str:
    """Passkeys belong to a host name; the server listens under this one, too."""
    settings.PARAPH_ORIGIN = origin.replace("127.0.0.1", "localhost")
    return str(settings.PARAPH_ORIGIN)


def begin(shop: Shop, page: Page) -> None:
    """Open the link of the technician's code, approve, and go to the page of signing."""
    asked = {"by": shop.tess, "actor": shop.tess.actor, "view": "estimate"}
    _, link = own_phone.hand_over(shop.open_order(1), shop.jan, device=None, **asked)  # type: ignore[arg-type]
    page.goto(link)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Approve", exact=True).first.click()
    page.get_by_role("button", name="Review and sign").click()


def test_S1_24_a_finger_on_the_own_phone_and_nobody_has_to_verify(
    shop: Shop, window: Callable[..., Page], localhost: str, axe: Axe, screenshot: Shoot
) -> None:
    ask_for(shop, "own_phone", "code")
    page = window(base_url=localhost, **{**PHONE, "viewport": {"width": 360, "height": 740}})
    session, key = give_key(page)
    begin(shop, page)
    expect(page.get_by_role("heading", name="Show who you are")).to_be_visible()
    axe(page)
    screenshot(page, "portal show who you are")
    session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.get_by_role("button", name="Confirm with fingerprint or face").click()
    expect(page.get_by_text("It was not confirmed")).to_be_visible()
    session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": True})
    page.get_by_role("button", name="Confirm with fingerprint or face").click()
    expect(page.get_by_text("Confirmed on this phone.")).to_be_visible()
    axe(page)
    screenshot(page, "portal confirmed on own phone")
    page.locator("#id_consent").check()
    type_name(page)
    page.get_by_role("button", name="Sign", exact=True).click()
    page.wait_for_url("**/receipt/")
    checks = Signature.objects.get().record["invitation"]["checks"]
    assert [one["kind"] for one in checks if one["passed"]] == ["link", "own_phone"]
    assert Verification.objects.get().doubts == ["place_unknown"], "of who signed there is no doubt"
    assert ContactPasskey.objects.get().used_at


def test_a_browser_that_cannot_says_so_and_takes_another_way(
    shop: Shop, window: Callable[..., Page], localhost: str
) -> None:
    ask_for(shop, "own_phone", "code")
    page = window(base_url=localhost, **PHONE, java_script_enabled=False)
    begin(shop, page)
    expect(page.get_by_text("This browser cannot ask for your fingerprint or face")).to_be_visible()
    expect(page.get_by_role("button", name="Confirm with fingerprint or face")).to_be_hidden()
    page.get_by_label("Your name", exact=True).fill("J. Jansen")
    page.get_by_role("button", name="Send a code to").click()
    expect(page.get_by_text("A code is on its way to j•••@vliegwerk.example")).to_be_visible()
    expect(page.get_by_label("Your name", exact=True)).to_have_value("J. Jansen")
