"""Staff come in, in a real browser: passkeys of a virtual authenticator, an app's codes, single sign-on, joining."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core import mail
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from paraph.delivery import outbox
from paraph.people import members
from paraph.people.models import Member, Role
from tests.cast import PASSWORD, Shop
from tests.journeys.conftest import PHONE
from tests.journeys.steps import aside
from tests.people.test_factors import code_of
from tests.web.office.identity import provider, trust

__all__ = ["trust"]
JOIN = re.compile(r"(http://\S+/join/\S+/)")
Axe = Callable[[Page], None]
Shoot = Callable[[Page, str], None]


@pytest.fixture(autouse=True)
def localhost(origin: str, settings: Settings) -> str:
    """Passkeys belong to a host name; the server listens under this one, too."""
    settings.PARAPH_ORIGIN = origin.replace("127.0.0.1", "localhost")
    return str(settings.PARAPH_ORIGIN)


@pytest.fixture
def desk(window: Callable[..., Page], localhost: str) -> Callable[..., Page]:
    """`desk()` is a browser of somebody's own."""
    return lambda **options: window(base_url=localhost, **options)


def give_key(page: Page, *, verified: bool = True) -> Any:
    """Give the page's browser a device that makes passkeys and asks for a finger (CDP, WebAuthn domain)."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verified,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def sign_in(page: Page, email: str = "mara@vliegwerk.example") -> None:
    """Type mail address and password."""
    page.goto("/sign-in/")
    page.get_by_label("Mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_passkey_is_set_up_signs_in_and_is_the_second_step(
    shop: Shop, desk: Callable[..., Page], axe: Axe, screenshot: Shoot
) -> None:
    page = desk(**PHONE)
    give_key(page)
    sign_in(page)
    page.goto("/account/factors/")
    page.get_by_role("link", name="Add a passkey").click()
    axe(page)
    screenshot(page, "people passkey")
    page.get_by_label("A name for it").fill("My telephone")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert len(page.locator("pre").inner_text().split()) == 10
    axe(page)
    screenshot(page, "people recovery codes")
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("My telephone", exact=True)).to_be_visible()
    axe(page)
    screenshot(page, "people factors")

    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(re.compile(r"/$"))
    expect(page.locator("details.menu summary")).to_contain_text("Mara of Vliegwerk")

    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    axe(page)
    screenshot(page, "people second step")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(re.compile(r"/$"))


def test_a_device_that_does_not_know_the_finger_gives_nothing(shop: Shop, desk: Callable[..., Page]) -> None:
    page = desk()
    session, key = give_key(page)
    sign_in(page)
    page.goto("/account/factors/passkey/")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("No passkey was given")).to_be_visible()
    page.goto("/")
    expect(page).to_have_url(re.compile("/sign-in/"))


def test_without_script_no_button_promises_a_passkey(shop: Shop, desk: Callable[..., Page]) -> None:
    page = desk(java_script_enabled=False)
    page.goto("/sign-in/")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    sign_in(page)
    expect(page.locator("details.menu summary")).to_contain_text("Mara of Vliegwerk")


def test_an_app_is_set_up_and_asked_for(
    shop: Shop, desk: Callable[..., Page], axe: Axe, screenshot: Shoot
) -> None:
    page = desk(**PHONE)
    sign_in(page)
    page.goto("/account/factors/app/")
    axe(page)
    screenshot(page, "people app")
    page.get_by_text("Cannot scan?").click()
    secret = page.locator("[data-text]").inner_text().strip()
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Set up", exact=True).click()
    codes = page.locator("pre").inner_text().split()
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("This code is wrong").first).to_be_visible()
    axe(page)
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("details.menu summary")).to_contain_text("Mara of Vliegwerk")


def test_a_second_factor_by_policy_leads_to_set_up_first(
    shop: Shop, desk: Callable[..., Page], axe: Axe, screenshot: Shoot
) -> None:
    def be_strict() -> None:
        shop.organisation.second_factor = True
        shop.organisation.save()

    aside(be_strict)
    page = desk(**PHONE)
    give_key(page)
    sign_in(page)
    expect(page.get_by_text("asks everybody for a second factor")).to_be_visible()
    axe(page)
    screenshot(page, "people owed")
    page.goto("/orders/")
    expect(page).to_have_url(re.compile("/account/factors/"))
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_role("link", name="I have kept them").click()
    page.goto("/orders/")
    expect(page.get_by_role("heading", name="Orders")).to_be_visible()


@pytest.fixture
def corp(localhost: str, trust: Callable[..., Any]) -> Iterator[str]:
    """An identity provider that is believed, and knows where to send people back to."""
    with provider(f"{localhost}/sign-in/sso/callback/") as address:
        trust(address)
        yield address


def test_single_sign_on_works_under_the_content_policy(
    shop: Shop, corp: str, desk: Callable[..., Page], axe: Axe, screenshot: Shoot
) -> None:
    page = desk(**PHONE)
    page.goto("/sign-in/?next=/customers/")
    axe(page)
    screenshot(page, "people sign-in")
    for told, seen in (
        ({"sub": "2", "email": "stranger@corp.example", "email_verified": True}, "Nobody has let you in yet"),
        ({"sub": "1", "email": "tess@vliegwerk.example", "email_verified": True}, "Customers"),
    ):
        page.context.clear_cookies()
        page.goto("/sign-in/?next=/customers/")
        page.get_by_role("button", name="Sign in with Corp").click()
        page.get_by_label("Claims").fill(json.dumps(told))
        page.get_by_role("button", name="Confirm").click()
        expect(page.get_by_role("heading", name=seen)).to_be_visible()
        axe(page)
        screenshot(page, f"people sso {told['sub']}")


def test_a_manager_invites_and_the_new_member_joins_with_a_passkey(
    shop: Shop, desk: Callable[..., Page], axe: Axe, screenshot: Shoot
) -> None:
    mara, nora = desk(), desk(**PHONE)
    sign_in(mara)
    mara.goto("/settings/members/")
    mara.get_by_role("link", name="Invite somebody").click()
    mara.get_by_label("Name").fill("Nora")
    mara.get_by_label("Mail address").fill("nora@new.example")
    mara.get_by_label("Role").select_option("manager")
    mara.get_by_label("Allow e-sign capability").uncheck()
    mara.get_by_role("button", name="Send invitation").click()
    expect(mara.get_by_text("nora@new.example")).to_be_visible()
    axe(mara)
    screenshot(mara, "people members")
    aside(outbox.deliver_due)
    link = JOIN.search(str(mail.outbox[-1].body))
    assert link

    give_key(nora)
    nora.goto(link[1])
    axe(nora)
    screenshot(nora, "people join")
    nora.get_by_role("button", name="Join with a passkey instead").click()
    expect(nora.locator("details.menu summary")).to_contain_text("Nora")
    member = aside(lambda: Member.objects.get(user__email="nora@new.example"))
    assert (member.role, member.without) == (Role.MANAGER, ["signature.ask"])
    mara.goto(f"/settings/members/{member.pk}/")
    axe(mara)
    screenshot(mara, "people member")


def test_who_works_for_two_switches_in_the_head_of_the_page(
    shop: Shop, rival: Shop, desk: Callable[..., Page], axe: Axe, screenshot: Shoot
) -> None:
    def join() -> None:
        members.add(rival.organisation, shop.tess.user.email, name="T", role="biller", by=rival.mara.actor)

    aside(join)
    page = desk(**PHONE)
    sign_in(page, "tess@vliegwerk.example")
    expect(page.get_by_role("heading", name="Where do you want to work?")).to_be_visible()
    axe(page)
    screenshot(page, "people organisations")
    page.get_by_role("button", name="Work for Vliegwerk").click()
    expect(page.locator(".brand")).to_contain_text("Vliegwerk")
    page.locator("details.menu summary").click()
    axe(page)
    screenshot(page, "people menu")
    page.get_by_role("button", name="Work for Rivaal").click()
    expect(page.locator(".brand")).to_contain_text("Rivaal")
