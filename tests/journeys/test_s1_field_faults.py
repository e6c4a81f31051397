"""The phone dies, is tampered with, has two windows, gets a new version: nothing is lost (F16, I8, S1-31)."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from paraph.capture.models import Capture, State
from paraph.web.field import shell
from paraph.work.models import Status, WorkOrder
from tests.browser import ARGUMENTS
from tests.cast import Shop
from tests.journeys.conftest import PATIENCE_MS, Office
from tests.journeys.field import SITE, Phone, phone
from tests.journeys.steps import aside

__all__ = ["phone"]
pytestmark = pytest.mark.slow


class Mortal:
    """A browser with a profile on disk, which can be killed as a battery does it."""

    def __init__(self, playwright: Playwright, program: str, profile: Path) -> None:
        self.playwright, self.program, self.profile = playwright, program, profile
        self.running: subprocess.Popen[bytes] | None = None
        self.browser: Browser | None = None

    def start(self, origin: str) -> Page:
        """Start it on its profile; the page it shows."""
        port = self.profile / "DevToolsActivePort"
        port.unlink(missing_ok=True)
        words = [
            self.program,
            "--headless=new",
            "--remote-debugging-port=0",
            f"--user-data-dir={self.profile}",
        ]
        self.running = subprocess.Popen(
            [*words, *ARGUMENTS, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = monotonic() + PATIENCE_MS / 1000
        while not (port.exists() and port.read_text().count("\n")):
            assert monotonic() < until, "the browser did not start"
            sleep(0.05)
        self.browser = self.playwright.chromium.connect_over_cdp(
            f"http://127.0.0.1:{port.read_text().splitlines()[0]}"
        )
        context = self.browser.contexts[0]
        context.set_default_timeout(PATIENCE_MS)
        context.grant_permissions(["geolocation"], origin=origin)
        context.set_geolocation(SITE)
        return context.pages[0] if context.pages else context.new_page()

    def kill(self) -> None:
        """At once, with everything it held in memory."""
        if self.running is not None:
            os.kill(self.running.pid, signal.SIGKILL)
            self.running.wait()
            self.running = None


@pytest.fixture
def mortal(
    playwright: Playwright, browser_type_launch_args: dict[str, Any], tmp_path: Path
) -> Iterator[Mortal]:
    """A phone whose battery can die."""
    found = Mortal(playwright, str(browser_type_launch_args["executable_path"]), tmp_path / "profile")
    yield found
    found.kill()


def test_F16_a_browser_killed_with_a_capture_pending_sends_it_when_it_is_back(
    shop: Shop, office: Office, mortal: Mortal, origin: str
) -> None:
    order = aside(lambda: shop.open_order(lines=1))
    page = mortal.start(origin)
    cookies: Any = office(shop.tess).context.cookies(origin.replace("http:", "https:"))
    page.context.add_cookies(cookies)
    tess = Phone(page, origin)
    tess.ready()
    tess.off_line()
    tess.open_order(order.number)
    tess.report()
    tess.hand_over()
    tess.accept_all()
    tess.be("Jan Jansen")
    code = tess.sign()
    mortal.kill()

    page = mortal.start(origin)
    tess = Phone(page, origin)
    tess.off_line()
    page.goto(f"{origin}/field/")
    expect(page.get_by_text(code)).to_be_visible()
    tess.take_back()
    expect(page.get_by_text("Sealed, waits for network")).to_be_visible()
    tess.off_line(False)
    tess.refresh()
    expect(page.get_by_text("Sealed, waits for network")).to_have_count(0)
    capture = aside(lambda: Capture.objects.select_related("signature").get())
    assert capture.state == State.FILED
    assert capture.signature is not None
    assert capture.signature.record["capture"]["code"] == code


def seal_one(tess: Phone, order: WorkOrder) -> None:
    """A signature that waits on the phone."""
    tess.open_order(order.number)
    tess.report()
    tess.hand_over()
    tess.accept_all()
    tess.be("Jan Jansen")
    tess.sign()
    tess.take_back()


@pytest.mark.parametrize(
    "change",
    [
        "row => { row.envelope.number = 7; }",
        "row => { row.envelope.sealed = 'AAAA' + row.envelope.sealed.slice(4); }",
        "row => { row.envelope.signature = row.envelope.signature.slice(4) + 'AAAA'; }",
    ],
)
def test_S1_31_what_is_edited_on_the_phone_is_refused(
    shop: Shop, phone: Callable[..., Phone], change: str
) -> None:
    order = aside(lambda: shop.open_order(lines=1))
    tess = phone(shop.tess).ready()
    tess.off_line()
    seal_one(tess, order)
    assert [one["envelope"]["number"] for one in tess.queue()] == [1]
    tess.spoil(change)
    tess.off_line(False)
    tess.refresh()
    expect(tess.page.get_by_text("it was changed after it was sealed")).to_be_visible()
    assert aside(lambda: WorkOrder.objects.get(pk=order.pk).status) == Status.OPEN
    assert aside(lambda: Capture.objects.get().state) == State.REFUSED


def test_I8_two_windows_use_no_number_twice(shop: Shop, phone: Callable[..., Phone]) -> None:
    orders = [aside(lambda: shop.open_order(lines=1)) for _ in range(2)]
    tess = phone(shop.tess).ready()
    other = Phone(tess.context.new_page())
    other.page.goto("/field/")
    other.ready_offline()
    tess.off_line()
    for one, order in zip((tess, other), orders, strict=True):
        one.open_order(order.number)
        one.page.get_by_role("button", name="Nobody is there").click()
        one.page.locator("[name=reason]").fill("The gate was shut.")
    for one in (tess, other):
        one.page.locator("[data-do=nobody-send]").evaluate("button => button.click()")
    for one in (tess, other):
        one.at_orders()
    assert sorted(one["envelope"]["number"] for one in tess.queue()) == [1, 2]
    tess.off_line(False)
    tess.refresh()
    expect(tess.page.get_by_text("waits for network")).to_have_count(0)
    assert aside(lambda: sorted(Capture.objects.values_list("number", flat=True))) == [1, 2]


def test_F16_a_new_version_waits_and_loses_nothing(
    shop: Shop, phone: Callable[..., Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    order = aside(lambda: shop.open_order(lines=1))
    tess = phone(shop.tess).ready()
    page = tess.page
    page.reload()
    tess.at_orders()
    page.route("**/field/sync/", lambda route: route.abort())
    seal_one(tess, order)
    monkeypatch.setattr(shell, "version", lambda: "another")
    page.evaluate("async () => (await navigator.serviceWorker.getRegistration()).update()")
    expect(page.get_by_text("There is a newer version of this app.")).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("button", name="Use it now").click()
    tess.at_orders()
    assert page.evaluate("() => caches.keys()") == ["paraph-field-another"]
    assert [one["state"] for one in tess.queue()] == ["waiting"]
    page.unroute("**/field/sync/")
    tess.refresh()
    expect(page.get_by_text("waits for network")).to_have_count(0)
    assert aside(Capture.objects.count) == 1


def test_S1_35_sealing_is_quick_also_on_a_slow_phone(
    shop: Shop, phone: Callable[..., Phone], record_property: Callable[[str, object], None]
) -> None:
    """The figure goes into the report and is not judged here: this machine is shared. The budget is 100 ms."""
    order = aside(lambda: shop.open_order(lines=7))
    tess = phone(shop.tess).ready()
    tess.off_line()
    slow = tess.context.new_cdp_session(tess.page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    seal_one(tess, order)
    took = tess.page.evaluate("() => performance.getEntriesByName('paraph:captured')[0].duration")
    record_property("capture to stored at CPU x4, ms", round(took))
    print(f"capture to stored at CPU x4: {took:.0f} ms")
    assert [one["state"] for one in tess.queue()] == ["waiting"]
