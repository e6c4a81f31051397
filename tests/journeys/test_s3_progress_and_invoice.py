"""The two views to read: the manager emails them, the customer reads them on a phone and takes them home."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.utils.translation import gettext, override
from playwright.sync_api import Page, expect

from paraph.signoff.models import View
from paraph.work.models import Comment, WorkOrder
from tests import cast
from tests.billing import bills
from tests.cast import Shop
from tests.journeys import steps
from tests.journeys.conftest import PHONE, Office, Portal
from tests.journeys.scenery import share
from tests.journeys.steps import aside

LANGUAGES = {"en": "en-GB", "nl": "nl-NL", "fr": "fr-FR"}


def in_work(shop: Shop) -> WorkOrder:
    """An order of three lines: one over its estimate, one under it, one without hours."""
    items = [
        cast.line("Left main tyre worn", actual_hours=Decimal("3.25")),
        cast.line("ELT battery due", actual_hours=Decimal("1")),
        cast.line("Magneto timing late"),
    ]
    return shop.open_order(0, items=items)


def text(pdf: bytes) -> str:
    """The text of a PDF as poppler reads it."""
    told = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(told.stdout.decode().replace("\u00a0", " ").split())


def fits(page: Page) -> None:
    """Nothing sticks out of a small phone."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]


def test_S3_06_S3_08_S3_13_S3_14_the_manager_emails_progress_and_the_customer_reads_and_prints_it(
    shop: Shop,
    office: Office,
    window: Callable[..., Page],
    axe: Callable[[Page], None],
    mailoutbox: list[EmailMessage],
    tmp_path: Path,
) -> None:
    order = in_work(shop)
    desk = office(shop.mara)
    desk.goto(f"/orders/{order.pk}/email/")
    with desk.expect_popup() as coming:
        desk.get_by_role("link", name="Preview progress").click()
    preview = coming.value
    expect(preview.get_by_text("Preview: nothing can be changed here")).to_be_visible()
    expect(preview.get_by_role("img", name=re.compile("^Line 1: 3.25.h worked of 2.5.h"))).to_be_visible()
    axe(preview)
    preview.close()
    desk.get_by_label("Jan Jansen", exact=True).select_option("view")
    desk.get_by_label("Additional text").fill("The tyre took longer than we thought.")
    desk.get_by_label("Valid for").first.fill("5")
    desk.get_by_label("Counted in").first.select_option("days")
    axe(desk)
    desk.get_by_role("button", name="Email progress").click()
    expect(desk.get_by_text("1 message is on its way.")).to_be_visible()
    letter = aside(steps.invited, mailoutbox, shop.jan.email)
    assert "The tyre took longer than we thought." in str(letter.body)
    phone = window(**PHONE)
    phone.goto(steps.link_in(letter))
    expect(phone.get_by_role("heading", name="sent you a progress report")).to_be_visible()
    steps.come_in(phone, steps.link_in(letter))
    expect(phone.locator("#head")).to_contain_text("Progress report")
    expect(steps.line(phone, 1)).to_contain_text("0.75 h more than estimated")
    expect(steps.line(phone, 3)).to_contain_text("hours not recorded")
    expect(phone.get_by_text("€")).to_have_count(0)
    for word in ("Approve", "Reject", "Review and sign"):
        expect(phone.get_by_role("button", name=word)).to_have_count(0)
    fits(phone)
    axe(phone)
    printed = text(steps.download(phone, "Print (PDF)", tmp_path))
    assert "Progress report" in printed
    assert "+0.75 h" in printed


def test_S3_06_the_table_behind_the_figure_opens_by_keyboard_and_a_question_is_asked(
    shop: Shop, portal: Portal, axe: Callable[[Page], None]
) -> None:
    invitation = share(shop, in_work(shop), View.PROGRESS)
    phone = portal(invitation)
    summary = phone.get_by_text("The same as a table")
    summary.focus()
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("cell", name="−1.5 h")).to_be_visible()
    fits(phone)
    axe(phone)
    phone.locator("#comments-order summary").focus()
    phone.keyboard.press("Enter")
    phone.get_by_label("Your comment").fill("Is Friday still possible?")
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    expect(phone.locator("#order-comments").get_by_text("Is Friday still possible?")).to_be_visible()
    assert Comment.objects.get().item is None
    axe(phone)


def test_S3_07_S3_08_S3_14_S3_34_the_manager_emails_an_invoice_and_the_customer_takes_it_home(
    shop: Shop,
    office: Office,
    window: Callable[..., Page],
    axe: Callable[[Page], None],
    mailoutbox: list[EmailMessage],
    tmp_path: Path,
) -> None:
    made = aside(lambda: bills.issued(bills.ready(shop)))
    desk = office(shop.mara)
    desk.goto(f"/orders/{made.order.pk}/email/")
    desk.get_by_label("Jan Jansen", exact=True).select_option("view")
    desk.get_by_role("button", name="Email invoice").click()
    expect(desk.get_by_text("1 message is on its way.")).to_be_visible()
    phone = window(**PHONE)
    steps.come_in(phone, steps.link_in(aside(steps.invited, mailoutbox, shop.jan.email)))
    expect(phone.get_by_role("heading", name=str(made.number))).to_be_visible()
    expect(phone.locator("main")).to_contain_text("€805.86")
    fits(phone)
    axe(phone)
    with phone.expect_download() as coming:
        phone.get_by_role("link", name="Print (PDF)", exact=True).click()
    path = tmp_path / coming.value.suggested_filename
    coming.value.save_as(path)
    assert path.read_bytes() == aside(made.read)


@pytest.mark.parametrize("language", LANGUAGES)
def test_S3_06_S3_07_the_views_to_read_speak_the_customers_language(
    shop: Shop, portal: Portal, language: str
) -> None:
    shop.jan.language = language
    shop.jan.save()
    made = aside(lambda: bills.issued(bills.ready(shop)))
    for order, view in ((in_work(shop), View.PROGRESS), (made.order, View.INVOICE)):
        phone = portal(share(shop, order, view), locale=LANGUAGES[language])
        expect(phone.locator("html")).to_have_attribute("lang", language)
        with override(language):
            expect(phone.locator("#head .eyebrow")).to_contain_text(gettext(str(view.label)))
            expect(phone.get_by_role("link", name=gettext("Print (PDF)"), exact=True)).to_be_visible()
        fits(phone)


@pytest.mark.parametrize(
    "scheme", [{"color_scheme": "dark"}, {"contrast": "more"}, {"forced_colors": "active"}]
)
def test_S3_06_the_figure_is_seen_in_the_dark_and_with_more_contrast(
    shop: Shop, portal: Portal, axe: Callable[[Page], None], scheme: dict[str, str]
) -> None:
    phone = portal(share(shop, in_work(shop), View.PROGRESS), **scheme)
    ground = phone.evaluate("getComputedStyle(document.body).backgroundColor")
    for part in (".planned", ".worked", ".over"):
        bar = phone.locator(f".line .bar-figure {part}").first
        fill, stroke = bar.evaluate("one => { const s = getComputedStyle(one); return [s.fill, s.stroke] }")
        assert ground not in (fill if part != ".planned" else stroke), part
    axe(phone)


def test_X_08_the_order_of_signing_is_moved_by_keyboard_with_and_without_a_script(
    shop: Shop, office: Office
) -> None:
    order = shop.open_order(1)
    for script in (True, False):
        desk = office(shop.mara, java_script_enabled=script)
        desk.goto(f"/orders/{order.pk}/email/")
        names = desk.locator(".recipient label strong")
        before = names.all_inner_texts()
        first = before[0]
        desk.get_by_role("button", name=f"{first}: one place later").focus()
        desk.keyboard.press("Enter")
        expect(names.nth(1)).to_have_text(first)
        assert sorted(names.all_inner_texts()) == sorted(before)
