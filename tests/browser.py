"""Chromium for the journeys, watched for script errors, policy violations and outside requests."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDTHS = (360, 1280)  # CSS pixels: a small phone, a laptop
HEIGHT = 800
RESULTS = Path(__file__).resolve().parent.parent / "test-results"
LOCAL_SCHEMES = {"data", "blob", "about"}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use CHROMIUM, or the first browser on the PATH; a machine without one fails here and never skips."""
    found = os.environ.get("CHROMIUM") or next((path for path in map(shutil.which, NAMES) if path), None)
    if found is None:
        pytest.fail("the browser tests need Chromium: run `make test`, or set CHROMIUM=/path/to/it")
    return {**browser_type_launch_args, "executable_path": found, "args": ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A reader of English in Amsterdam, who asked for less motion so that nothing is caught half faded."""
    return {
        **browser_context_args,
        "locale": "en-GB",
        "timezone_id": "Europe/Amsterdam",
        "viewport": {"width": 1280, "height": HEIGHT},
        "reduced_motion": "reduce",
    }


@pytest.fixture(autouse=True)
def page_watch(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Fail a browser test whose page threw an error, broke the content policy or asked another host.

    A test that provokes such a thing empties the yielded list.
    """
    complaints: list[str] = []
    if "page" in request.fixturenames:
        watch(request.getfixturevalue("page"), complaints)
    yield complaints
    assert not complaints, "\n".join(complaints)


def watch(page: Page, complaints: list[str]) -> None:
    """Write into `complaints` what the page does wrong; for pages that a test opens itself."""

    def on_console(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            complaints.append(f"policy: {message.text}")

    def on_request(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in LOCAL_SCHEMES and address.hostname not in {"localhost", "127.0.0.1"}:
            complaints.append(f"outside request: {request.url}")

    page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
    page.on("console", on_console)
    page.on("request", on_request)


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)` asserts that the page as it stands has no accessibility violation."""

    def check(page: Page) -> None:
        results = Axe().run(page)
        assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"

    return check


@pytest.fixture
def screenshot() -> Callable[[Page, str], None]:
    """`screenshot(page, "name")` writes test-results/screens/name-360.png and name-1280.png, whole pages."""

    def take(page: Page, name: str) -> None:
        folder = RESULTS / "screens"
        folder.mkdir(parents=True, exist_ok=True)
        before = page.viewport_size
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            page.screenshot(
                path=folder / f"{re.sub(r'[^a-z0-9]+', '-', name.lower())}-{width}.png", full_page=True
            )
        if before:
            page.set_viewport_size(before)

    return take
