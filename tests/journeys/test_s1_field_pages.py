"""Every screen of the field app in every language: it fits a small phone and a tablet, and axe finds no fault.

With PARAPH_TEST_PICTURES=1 it also leaves pictures of them all, to be looked at.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from paraph.capture.models import Capture, State
from paraph.people.models import Contact
from paraph.signoff import pins
from paraph.signoff.models import IdentityKind
from tests import cast
from tests.browser import RESULTS
from tests.cast import DRAWN, Shop
from tests.journeys.field import Phone, phone
from tests.journeys.steps import aside

__all__ = ["phone"]
pytestmark = pytest.mark.slow

LOCALES = {"en": "en-GB", "nl": "nl-NL", "fr": "fr-FR"}
SIZES = {"phone": {"width": 360, "height": 740}, "tablet": {"width": 820, "height": 1180}}
PIN = "482915"


class Looked:
    """Looks at screen after screen."""

    def __init__(self, page: Page, language: str, size: str, axe: Callable[[Page], None]) -> None:
        self.page, self.language, self.size, self.axe = page, language, size, axe
        self.number = 0

    def at(self, screen: str, language: str = "") -> None:
        """Judge the screen that is there now."""
        language = language or self.language
        expect(self.page.locator("html")).to_have_attribute("lang", language)
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= SIZES[self.size]["width"], f"{screen} in {language} is {wide} px wide"
        assert "{" not in self.page.locator("#main").inner_text(), f"{screen} in {language} is not filled"
        if language == "en":
            self.axe(self.page)
        self.number += 1
        if os.environ.get("PARAPH_TEST_PICTURES") == "1":
            name = f"field-{self.size}-{self.language}-{self.number:02d}-{screen}.png"
            self.page.screenshot(path=RESULTS / "screens" / name, full_page=True)

    def press(self, act: str, index: int = 0) -> None:
        """Press what does this, whatever it is called."""
        self.page.locator(f"#main [data-do='{act}']").nth(index).click()


def prepare(shop: Shop, language: str) -> None:
    """An organisation that asks for a PIN and shows prices; an order with two lines and a part list."""
    shop.tess.user.language = language
    shop.tess.user.save()
    shop.organisation.policies.create(identity=[IdentityKind.PIN, IdentityKind.CODE], prices=True)
    contact = Contact.objects.get(pk=shop.jan.pk)
    pins.agree(contact, PIN, by=shop.mara, actor=shop.mara.actor)
    shop.organisation.catalog_parts.create(number="CH48110-1", name="Oil filter", unit_price=3333)
    shop.organisation.labour_codes.create(code="79-20", name="Engine oil", hourly_rate=9000)
    shop.open_order(
        items=[cast.line("Left main tyre worn to the cord"), cast.line("Landing light out", parts=[])]
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LOCALES)
def test_S1_02_every_screen_fits_and_is_accessible(
    shop: Shop, phone: Callable[..., Phone], axe: Callable[[Page], None], language: str, size: str
) -> None:
    aside(prepare, shop, language)
    tess = phone(shop.tess, locale=LOCALES[language], viewport=SIZES[size])
    page, look = tess.page, Looked(tess.page, language, size, axe)
    walk(page, look, language)
    # With prices, a line found on site, a photo and a PIN: the phone made to the byte what the server made of it.
    found = aside(lambda: Capture.objects.select_related("signature").get())
    assert (found.state, found.reasons) == (State.FILED, [])
    assert found.signature is not None
    checks = found.signature.record["invitation"]["checks"]
    assert [one["passed"] for one in checks if one["kind"] == "pin"] == [True]


def walk(page: Page, look: Looked, language: str) -> None:
    page.goto("/field/")
    page.locator("[name=name]").fill("Phone")
    look.at("enrol")
    for name in ("one", "two"):
        page.locator(f"[name={name}]").fill("2468")
    look.press("enrol")
    page.locator(".order-link").wait_for()
    look.at("orders")
    page.locator(".order-link").click()
    page.locator("[name=action]").first.wait_for()
    write_report(page, look)
    look.at("report")
    look.press("nobody")
    page.locator("[name=reason]").wait_for()
    look.at("nobody")
    page.go_back()
    page.locator("[name=action]").first.wait_for()
    look.press("hand-over")
    page.locator("[data-do=language]").first.wait_for()
    look.at("language")
    page.locator(f"[data-do=language][value={language}]").click()
    look.press("accept-all")
    look.at("summary")
    for act in ("decline", "dispute"):
        look.press(act)
        page.locator("[name=reason]").wait_for()
        look.at(act)
        look.press("back")
        page.locator("[data-do=accept-all]").wait_for()
    look.press("onward")
    customer(page, look)


def write_report(page: Page, look: Looked) -> None:
    for box in page.locator("[name=hours]").all():
        box.fill("2,5")
    for area in page.locator("[name=action]").all():
        area.fill("Replaced with a new one and tested on the ground.")
    look.press("add-line")
    page.locator("[name=finding]:visible").fill("Oil filter is old")
    page.locator("[name=hours]").last.fill("0.5")
    page.locator("[name=labour_code]").last.fill("79-20")
    page.locator("[data-do=add-part]").last.click()
    page.locator("[name=part]").last.fill("Oil filter")
    expect(page.locator("[name=number]").last).to_have_value("CH48110-1")
    page.locator("[data-part=files]").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": picture()}
    )
    page.locator("[name=caption]").fill("The old tyre")
    page.locator("[name=point]").first.check()


def customer(page: Page, look: Looked) -> None:
    page.locator("label").filter(has_text="Jan Jansen").click()
    page.locator("[name=way][value=pin]").check()
    for name in ("pin", "pin_again"):
        page.locator(f"[name={name}]").fill(PIN)
    look.at("who")
    look.press("onward")
    page.locator("[name=consent]").check()
    page.locator(".draw-tab").click()
    look.at("sign")
    page.locator("[name=strokes]").evaluate("(field, text) => { field.value = text; }", DRAWN)
    look.press("sign")
    page.locator(".receipt-code").wait_for()
    look.at("done")
    look.press("take-back")
    page.locator("[name=code]").wait_for()
    look.at("unlock")
    page.locator("[name=code]").fill("2468")
    look.press("unlock")
    page.locator("[data-part=captures] li").wait_for()
    expect(page.locator("[data-part=captures] .note.good, [data-part=captures] .note.warn")).to_have_count(1)
    look.at("signed")


def picture(width: int = 160, height: int = 120) -> bytes:
    """A photo, as PNG."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + bytes((180, 90, 60)) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
