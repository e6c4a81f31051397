"""What happens in between: the shop changes the order, two people sign at once, clicks and answers get lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.mail import EmailMessage
from playwright.sync_api import Page, Route, expect

from paraph.signoff.models import Invitation, Signature
from tests.cast import Shop
from tests.journeys import steps
from tests.journeys.conftest import PHONE, Office, Portal

Opened = Callable[[], Invitation]


def ready(page: Page, *numbers: int) -> None:
    """Everything but the last click."""
    steps.approve(page, *numbers)
    steps.review(page)
    fill(page)


def fill(page: Page) -> None:
    """Agree and type."""
    steps.agree(page)
    steps.type_name(page)


def one_receipt(shop: Shop, box: list[EmailMessage]) -> None:
    """One signature, and one receipt by mail."""
    assert Signature.objects.count() == 1
    assert len([one for one in steps.letters(box, shop.jan.email) if "Receipt" in one.subject]) == 1


def test_S3_29_S1_31_a_price_that_changes_while_signing_is_shown_and_nothing_is_signed_or_lost(
    shop: Shop, portal: Portal, office: Office, axe: Callable[[Page], None]
) -> None:
    order = shop.open_order(lines=3)
    page, desk = portal(shop.invite(order)), office(shop.mara)
    steps.approve(page, 1, 2)
    steps.review(page)
    page.get_by_label("Your name", exact=True).fill("Jan M. Jansen")
    page.get_by_label("Your role").fill("Fleet manager")
    steps.agree(page)
    steps.draw(page)
    before = steps.drawn(page)

    desk.goto(f"/orders/{order.pk}/edit/")
    desk.locator("[name=line-0-hourly_rate]").fill("99.00")
    desk.get_by_role("button", name="Save order").click()
    expect(desk.get_by_text("is saved.")).to_be_visible()

    steps.sign(page)
    expect(page.get_by_role("heading", name="Nothing was signed: something changed")).to_be_visible()
    changed = page.get_by_role("region", name="Line 1: Finding 1")
    for told in ("Hourly rate", "€85.00", "€99.00", "€333.00", "€368.00"):
        expect(changed).to_contain_text(told)
    assert not Signature.objects.exists()
    axe(page)

    page.get_by_role("button", name="Review again").click()
    steps.stands(page, [1, 2], "Approved")
    expect(page.get_by_label("Your name", exact=True)).to_have_value("Jan M. Jansen")
    expect(page.get_by_label("Your role")).to_have_value("Fleet manager")
    expect(page.get_by_role("checkbox", name="I have read")).not_to_be_checked()
    assert steps.drawn(page) == before
    steps.agree(page)
    steps.sign(page)
    steps.signed(page)
    expect(page.get_by_text("Jan M. Jansen, Fleet manager")).to_be_visible()
    assert Signature.objects.get().record["mark"]["strokes"]


def test_S3_29_a_line_that_changes_while_deciding_is_decided_on_as_it_is_now(
    shop: Shop, portal: Portal, office: Office
) -> None:
    order = shop.open_order(lines=2)
    page, desk = portal(shop.invite(order)), office(shop.mara)
    steps.approve(page, 1)
    desk.goto(f"/orders/{order.pk}/edit/")
    desk.locator("[name=line-1-finding]").fill("Finding two, and worse")
    desk.get_by_role("button", name="Save order").click()
    expect(desk.get_by_text("is saved.")).to_be_visible()
    steps.approve(page, 2)
    expect(steps.line(page, 2)).to_contain_text("Finding two, and worse")
    steps.stands(page, [1], "Approved")


def test_S3_29_two_people_on_one_link_sign_at_the_same_moment_and_get_one_receipt(
    shop: Shop, portal: Portal, opened: Opened, mailoutbox: list[EmailMessage]
) -> None:
    invitation = opened()
    pages = [portal(invitation), portal(invitation)]
    ready(pages[0], 1)
    pages[1].reload()
    steps.review(pages[1])
    fill(pages[1])
    held: list[Route] = []
    for page in pages:
        page.route("**/sign/*/", lambda route: held.append(route))
        with page.expect_request("**/sign/*/"):
            steps.sign(page)
    assert len(held) == 2
    for route in held:
        route.continue_()
    codes = set()
    for page in pages:
        steps.signed(page)
        codes.add(page.locator("copy-text .big").inner_text())
    assert len(codes) == 1
    one_receipt(shop, mailoutbox)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_S3_29_a_double_click_signs_once(
    shop: Shop, portal: Portal, opened: Opened, mailoutbox: list[EmailMessage], script: bool
) -> None:
    page = portal(opened(), java_script_enabled=script)
    ready(page, 1)
    page.get_by_role("button", name="Sign", exact=True).dblclick()
    steps.signed(page)
    one_receipt(shop, mailoutbox)


def test_S3_29_after_a_lost_answer_signing_again_gives_the_receipt_of_the_first_time(
    shop: Shop, portal: Portal, opened: Opened, mailoutbox: list[EmailMessage]
) -> None:
    page = portal(opened())
    ready(page, 1)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/sign/*/", lose, times=1)
    steps.sign(page)
    expect(page.get_by_text("The connection was lost")).to_be_visible()
    assert Signature.objects.count() == 1
    expect(page.get_by_label("Type your name as your signature")).to_have_value("Jan Jansen")
    steps.sign(page)
    steps.signed(page)
    one_receipt(shop, mailoutbox)


def test_S3_29_a_request_that_never_arrived_can_be_sent_again_and_nothing_typed_is_lost(
    shop: Shop, portal: Portal, opened: Opened
) -> None:
    page = portal(opened())
    ready(page, 1)
    page.get_by_label("Your role").fill("Club secretary")
    page.route("**/sign/*/", lambda route: route.abort(), times=1)
    steps.sign(page)
    expect(page.get_by_text("The connection was lost")).to_be_visible()
    assert not Signature.objects.exists()
    expect(page.get_by_label("Your role")).to_have_value("Club secretary")
    steps.sign(page)
    steps.signed(page)
    expect(page.get_by_text("Jan Jansen, Club secretary")).to_be_visible()


def test_S3_29_what_is_refused_is_said_beside_its_field_and_costs_nothing(
    portal: Portal, opened: Opened
) -> None:
    page = portal(opened())
    steps.approve(page, 1)
    steps.review(page)
    page.get_by_label("Your name", exact=True).fill("  ")
    page.get_by_label("Your role").fill("Owner")
    page.locator("label").filter(has_text="Draw").first.click()
    steps.sign(page)
    expect(page.get_by_role("heading", name="Please look at this once more")).to_be_visible()
    for told in ("Please enter your name.", "Tick the statement to agree with it."):
        expect(page.get_by_text(told).last).to_be_visible()
    expect(page.get_by_label("Your role")).to_have_value("Owner")
    assert not Signature.objects.exists()


@pytest.mark.parametrize(
    "said", ["<script>window.hit=1</script> '); -- Ⅷ 漢字 🙂 ترجمة", "Ä" * 200], ids=["markup", "long"]
)
def test_S1_31_any_name_is_kept_as_typed_and_runs_nothing(portal: Portal, opened: Opened, said: str) -> None:
    page = portal(opened())
    steps.approve(page, 1)
    steps.review(page)
    page.get_by_label("Your name", exact=True).fill(said)
    steps.agree(page)
    steps.type_name(page, said[:100])
    steps.sign(page)
    steps.signed(page)
    hit: Any = page.evaluate("window.hit")
    assert hit is None
    expect(page.locator("section.receipt")).to_contain_text(said)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
