"""Signing without a mouse, and without scripts."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.cast import Shop
from tests.journeys import steps
from tests.journeys.conftest import PHONE

MOST_TABS = 80
# What shows a focus: an outline, or a ring drawn as a shadow.
SHOWN = """() => {
  const one = document.activeElement, look = getComputedStyle(one);
  const near = getComputedStyle(one.closest("label") ?? one);
  const ring = (s) => (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== "none";
  return one === document.body || ring(look) || ring(near);
}"""


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until something has the focus; each stop on the way shows that it has it."""
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        assert page.evaluate(SHOWN), page.evaluate("document.activeElement.outerHTML")
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"Tab never comes to {wanted}")


def test_S3_29_the_signing_page_is_complete_by_keyboard_alone(
    shop: Shop, window: Callable[..., Page]
) -> None:
    page = window()
    invitation = shop.invite(shop.open_order(lines=3))
    page.goto(shop.links[invitation.pk])
    tab_to(page, page.get_by_role("button", name="Continue"))
    page.keyboard.press("Enter")
    expect(page.locator("#asked")).to_be_visible()
    tab_to(page, steps.line(page, 1).get_by_role("button", name="Approve", exact=True))
    page.keyboard.press("Space")
    expect(steps.line(page, 1).get_by_role("button", name="Clear")).to_be_focused()
    tab_to(page, steps.line(page, 2).get_by_role("button", name="Reject", exact=True))
    page.keyboard.press("Enter")
    expect(steps.line(page, 2).get_by_role("button", name="Clear")).to_be_focused()
    tab_to(page, page.get_by_role("button", name="Approve all undecided"))
    page.keyboard.press("Enter")
    steps.stands(page, [1, 3], "Approved")
    tab_to(page, page.get_by_role("button", name="Review and sign"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Review and sign")).to_be_visible()
    tab_to(page, page.get_by_label("Your role"))
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("Owner")
    tab_to(page, page.get_by_role("checkbox", name="I have read"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("radio", name="Type"))
    tab_to(page, page.get_by_label("Type your name as your signature"))
    page.keyboard.type("Jan Jansen")
    tab_to(page, page.get_by_role("button", name="Sign", exact=True))
    page.keyboard.press("Enter")
    steps.signed(page)
    expect(page.get_by_text("Jan Jansen, Owner")).to_be_visible()
    tab_to(page, page.get_by_role("link", name="Download sealed copy"))


def test_S3_29_with_scripts_blocked_everything_works_with_a_typed_signature(
    shop: Shop, window: Callable[..., Page]
) -> None:
    page = window(**PHONE, java_script_enabled=False)
    invitation = shop.invite(shop.open_order(lines=3))
    steps.come_in(page, shop.links[invitation.pk])
    steps.approve(page, 1)
    steps.press(page, 2, "Reject")
    steps.stands(page, [2], "Rejected")
    steps.press(page, 2, "Clear")
    card = steps.line(page, 2)
    card.locator("summary").filter(has_text="Ask or comment").click()
    card.get_by_label("Your comment").fill("Can this wait?")
    card.get_by_role("button", name="Send comment").click()
    expect(card.locator("summary").filter(has_text="1 comment")).to_be_visible()
    page.get_by_role("button", name="Approve all undecided").click()
    steps.stands(page, [1, 2, 3], "Approved")
    steps.review(page)
    expect(page.locator("canvas")).to_be_hidden()
    steps.agree(page)
    page.get_by_label("Type your name as your signature").fill("Jan Jansen")
    steps.sign(page)
    steps.signed(page)
    expect(page.get_by_role("link", name="Download sealed copy")).to_be_visible()
