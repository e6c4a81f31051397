"""What people do on the pages, in their words. Everything waits for what it needs; nothing sleeps."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from django.core.mail import EmailMessage
from django.db import connections
from playwright.sync_api import Locator, Page, expect

from paraph.automation import runner
from paraph.delivery import outbox

T = TypeVar("T")
LINK = re.compile(r"http://\S+/s/\S+/")
STROKES = [[(0.15, 0.6), (0.3, 0.2), (0.45, 0.75)], [(0.5, 0.5), (0.7, 0.3), (0.85, 0.6)]]


def aside(work: Callable[..., T], *args: Any) -> T:
    """Run something in a thread of its own: the browser's event loop occupies this one."""

    def run() -> T:
        try:
            return work(*args)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def letters(box: list[EmailMessage], to: str) -> list[EmailMessage]:
    """Do what the worker does, write letters and send them; what one address has received so far."""
    runner.run_all()
    outbox.deliver_due()
    return [letter for letter in box if letter.to == [to]]


def invited(box: list[EmailMessage], to: str) -> EmailMessage:
    """The newest letter with a link; what is sent in one go has no order that a test may count on."""
    return [letter for letter in letters(box, to) if LINK.search(str(letter.body))][-1]


def link_in(letter: EmailMessage) -> str:
    """The signing link of an invitation."""
    found = LINK.search(str(letter.body))
    assert found is not None, letter.body
    return found[0]


def come_in(page: Page, link: str) -> None:
    """Open a link and continue."""
    page.goto(link)
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile(r"/p/[0-9a-f-]{36}/$"))


def line(page: Page, number: int) -> Locator:
    """The card of one line."""
    return page.get_by_role("article", name=re.compile(rf"^Line {number}:"))


def press(page: Page, number: int, word: str) -> None:
    """Press a button in the margin of a line."""
    line(page, number).get_by_role("button", name=word, exact=True).click()


def stands(page: Page, numbers: Iterable[int], word: str) -> None:
    """The lines say how they stand."""
    for number in numbers:
        expect(line(page, number).locator(".pill")).to_contain_text(word)


def approve(page: Page, *numbers: int) -> None:
    """Approve lines and see it."""
    for number in numbers:
        press(page, number, "Approve")
        stands(page, [number], "Approved")


def ask(page: Page, number: int, text: str) -> None:
    """Write a remark on a line and see it among the others."""
    card = line(page, number)
    if not card.get_by_label("Your comment").is_visible():
        card.locator("summary").filter(has_text="omment").click()
    card.get_by_label("Your comment").fill(text)
    card.get_by_role("button", name="Send comment").click()
    expect(card.get_by_text(text)).to_be_visible()


def review(page: Page) -> None:
    """Go on to the frozen summary."""
    page.get_by_role("button", name="Review and sign").click()
    expect(page.get_by_role("heading", name="Review and sign")).to_be_visible()


def agree(page: Page) -> None:
    """Tick the stated sentence."""
    page.get_by_role("checkbox", name="I have read").check()


def type_name(page: Page, name: str = "Jan Jansen") -> None:
    """Sign by typing."""
    page.locator("label").filter(has_text=re.compile("^Type$")).click()
    page.get_by_label("Type your name as your signature").fill(name)


def draw(page: Page) -> None:
    """Sign by drawing with the mouse."""
    page.locator("label").filter(has_text=re.compile("^Draw$")).click()
    pad = page.locator("canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    for stroke in STROKES:
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place, steps=6)
        page.mouse.up()
    expect(page.get_by_text("Your signature is drawn")).to_be_visible()


def drawn(page: Page) -> dict[str, Any]:
    """The drawing as the form would send it."""
    told: dict[str, Any] = json.loads(page.locator("input[name=strokes]").input_value() or "{}")
    return told


def sign(page: Page) -> None:
    """Press *Sign*."""
    page.get_by_role("button", name="Sign", exact=True).click()


def signed(page: Page) -> None:
    """The receipt is there."""
    expect(page.get_by_role("heading", name="You have signed")).to_be_visible()


def download(page: Page, word: str, folder: Path) -> bytes:
    """Take a file home; what it holds."""
    with page.expect_download() as coming:
        page.get_by_role("link", name=word).first.click()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path.read_bytes()
