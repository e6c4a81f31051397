"""Every page in every language: it opens, reads well and fits a small phone; axe finds no fault on phone and desk.

Axe judges structure, names and colours, which are the same in every language: it looks at English pages alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.utils.translation import gettext, override
from playwright.sync_api import Page, expect

from tests.cast import Shop
from tests.journeys import scenery
from tests.journeys.conftest import PHONE, Office, Portal
from tests.journeys.scenery import SIGHTS, Scenery, Sight
from tests.journeys.steps import aside

LANGUAGES = {"en": "en-GB", "nl": "nl-NL", "fr": "fr-FR"}
Look = Callable[[Sight, Scenery], Page]


@pytest.fixture
def look(window: Callable[..., Page], office: Office, portal: Portal) -> Callable[..., Look]:
    """`look(locale)` gives a way to open pages as those who may; everybody keeps one small browser."""

    def as_reader(locale: str, **size: Any) -> Look:
        kept: dict[str, Page] = {}

        def come(sight: Sight, told: Scenery) -> Page:
            if sight.who not in kept:
                kept[sight.who] = _come(sight.who, told, {**PHONE, "locale": locale, **size})
            page = kept[sight.who]
            answer = page.goto(scenery.path(told, sight))
            assert answer is not None
            assert answer.status == sight.status, (sight.name, answer.status)
            if sight.press:
                page.locator(f"form[action$='{sight.press}'] button").click()
                page.wait_for_url(lambda url: url != answer.url)
            return page

        return come

    def _come(who: str, told: Scenery, options: dict[str, Any]) -> Page:
        if who in told.invitations:
            return portal(told.invitations[who], **options)
        if who:
            return office(told.shop.members[who], **options)
        return window(**options)

    return as_reader


@contextmanager
def named(what: str) -> Iterator[None]:
    """Say which page it was."""
    try:
        yield
    except AssertionError as problem:
        raise AssertionError(f"{what}: {problem}") from problem


def judge(page: Page, sight: Sight, language: str, shop: str) -> None:
    """Language, heading and width of a page."""
    expect(page.locator("html")).to_have_attribute("lang", language)
    with override(language):
        heading = gettext(sight.heading)
    expect(
        page.locator("h1, h2, .note, .eyebrow").filter(has_text=heading % {"shop": shop}).first
    ).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["viewport"]["width"], f"{wide} px wide"


@pytest.mark.parametrize("language", LANGUAGES)
def test_S3_01_every_page_opens_and_fits_a_phone_in_every_language_and_is_accessible(
    shop: Shop, look: Callable[..., Look], axe: Callable[[Page], None], language: str
) -> None:
    told = aside(scenery.build, shop, language)
    come, faults = look(LANGUAGES[language]), []
    for sight in SIGHTS:
        try:
            with named(sight.name):
                page = come(sight, told)
                judge(page, sight, language, shop.organisation.name)
                if language == "en":
                    axe(page)
        except AssertionError as fault:
            faults.append(str(fault))
    assert not faults, "\n\n".join(faults)


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_S3_01_no_heading_is_left_in_english(language: str) -> None:
    same = {("nl", "Orders"), ("fr", "Contacts"), ("fr", "Signature")}  # the word is the same in both
    with override(language):
        left = [one.heading for one in SIGHTS if gettext(one.heading) == one.heading]
    assert [one for one in left if (language, one) not in same] == []


def test_S3_01_every_page_is_accessible_on_a_wide_screen(
    shop: Shop,
    look: Callable[..., Look],
    axe: Callable[[Page], None],
    screenshot: Callable[[Page, str], None],
) -> None:
    """With PARAPH_TEST_PICTURES=1 it also leaves pictures of them all, to be looked at."""
    told = aside(scenery.build, shop)
    come = look("en-GB", viewport={"width": 1280, "height": 800}, is_mobile=False, device_scale_factor=1)
    for sight in SIGHTS:
        page = come(sight, told)
        with named(f"{sight.name}, wide"):
            axe(page)
        if os.environ.get("PARAPH_TEST_PICTURES") == "1":
            screenshot(page, sight.name)
