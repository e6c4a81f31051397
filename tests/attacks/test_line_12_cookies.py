"""Line 12: every cookie is __Host-, Secure, HttpOnly and SameSite, for the whole site and no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from paraph.signoff import ceremonies
from tests import cast
from tests.attacks.answers import Answer
from tests.attacks.world import Knocker
from tests.cast import Shop


def _cookies(answer: Any) -> Iterator[str]:
    for one in answer.cookies.values():
        if one["max-age"] != 0:
            yield one.OutputString()


def _wrong(cookie: str) -> list[str]:
    name, told = cookie.split("=", 1)[0], {part.strip().lower() for part in cookie.split(";")[1:]}
    wanted = {"secure", "httponly", "path=/"}
    missing = sorted(wanted - told)
    if not name.startswith("__Host-"):
        missing.append("no __Host-")
    if not told & {"samesite=lax", "samesite=strict"}:
        missing.append("samesite")
    if any(part.startswith("domain") for part in told):
        missing.append("has a domain")
    return missing


@pytest.mark.slow
def test_line_12_every_cookie_of_every_route_is_ours_alone(answers: list[Answer]) -> None:
    found = [(one, cookie) for one in answers for cookie in _cookies(one.response)]
    wrong = [f"{one}: {cookie.split('=')[0]} {_wrong(cookie)}" for one, cookie in found if _wrong(cookie)]
    assert not wrong, "\n".join(wrong)
    names = {cookie.split("=")[0] for _, cookie in found}
    assert names == {"__Host-paraph", "__Host-csrf", "__Host-language"}


def test_line_12_every_cookie_of_a_journey_is_ours_alone(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(lines=2))
    cast.approve(invitation, [1])
    ceremony = ceremonies.review(invitation, by=cast.customer(invitation))
    browser, order = Knocker(), invitation.party.signoff.order_id
    answers = [
        browser.get(shop.path(invitation), secure=True),
        browser.post(shop.path(invitation), secure=True),
        browser.get(reverse("portal:order", args=[invitation.pk]), secure=True),
        browser.post("/language/", {"language": "fr", "next": "/"}, secure=True),
        browser.get(reverse("portal:sign", args=[invitation.pk, ceremony.pk]), secure=True),
        browser.get("/nowhere/", secure=True),
        browser.post("/sign-in/", {"email": shop.mara.user.email, "password": cast.PASSWORD}, secure=True),
        # Stores a message for the next page.
        browser.post(reverse("office:revoke", args=[order, invitation.pk]), secure=True),
        browser.get(reverse("office:order", args=[order]), secure=True),
        browser.post("/sign-out/", secure=True),
    ]
    found = [cookie for answer in answers for cookie in _cookies(answer)]
    assert len({cookie.split("=")[0] for cookie in found}) == 3
    assert not [(cookie.split("=")[0], _wrong(cookie)) for cookie in found if _wrong(cookie)]


def test_line_12_a_real_browser_keeps_them_and_no_script_can_read_them(
    shop: Shop, live_server: LiveServer, page: Page, settings: Settings
) -> None:
    settings.PARAPH_ORIGIN = live_server.url
    invitation = shop.invite(shop.open_order(lines=2))
    page.goto(live_server.url + shop.path(invitation))
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/p/**")
    kept: dict[str, Any] = {one["name"]: one for one in page.context.cookies()}
    assert set(kept) == {"__Host-paraph", "__Host-csrf"}
    assert all(
        one["httpOnly"] and one["secure"] and one["sameSite"] in {"Lax", "Strict"} for one in kept.values()
    )
    assert page.evaluate("document.cookie") == ""
    assert page.evaluate("document.referrer") == ""
