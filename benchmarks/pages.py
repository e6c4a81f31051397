"""The signing page: what a first visit costs a phone, and how many of them a server gives a second."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, ViewportSize, sync_playwright

from benchmarks.figures import AT_LEAST, Effort, Figure, median
from benchmarks.installation import Failed, on_sqlite
from benchmarks.load import rate
from benchmarks.signing import SESSION
from scripts import machine

# issue 2, "Speed and size"
MAX_KB, MAX_REQUESTS, MAX_PAINT_S, MIN_OF_BARE = 60, 10, 1.0, 0.3
# A phone on a slow line: 1.6 Mbit/s down, 750 kbit/s up, 150 ms round trip, a quarter of this machine's CPU.
LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
SLOWER_CPU = 4
PHONE: ViewportSize = {"width": 360, "height": 740}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
CONNECTIONS = 8
PAINT = "() => performance.getEntriesByName('first-contentful-paint').map(one => one.startTime)[0] ?? null"


@dataclass
class Visit:
    """What went over the wire, in bytes with headers, and when something was first seen."""

    requests: list[str] = field(default_factory=list)
    bytes: float = 0
    paint_ms: float = 0


def first_visit(effort: Effort) -> list[Figure]:
    """Each page in a browser that has never been here, on a slow line."""
    figures = []
    with on_sqlite() as installation, installation.inside() as inside:
        (order,) = inside.ask("orders", count=1, one_customer=False)
        with installation.serving() as port, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=machine.chromium(), args=ARGUMENTS)
            for name, path in (("order page", order["visit"]), ("sign page", order["sign"])):
                visits = [_visit(browser, port, path, order["session"]) for _ in range(effort.times(5, 1))]
                figures += _figures(f"{name}, first visit", visits)
            browser.close()
    return figures


def throughput(effort: Effort) -> list[Figure]:
    """Pages a second beside a bare Django view, each on a server of its own, taking turns."""
    with on_sqlite() as installation, installation.inside() as inside:
        (order,) = inside.ask("orders", count=1, one_customer=False)
        with (
            installation.serving() as ours,
            installation.serving("benchmarks.bare", look="/") as floor,
        ):
            cookie = f"{SESSION}={order['session']}"
            return [
                _throughput(effort, name, ours, floor, path, cookie)
                for name, path in (("order page", order["visit"]), ("sign page", order["sign"]))
            ]


def _throughput(effort: Effort, name: str, ours: int, floor: int, path: str, cookie: str) -> Figure:
    seconds = effort.times(2, 1)
    pages, bare = [], []
    for _ in range(1 + effort.times(5, 1)):
        pages.append(rate(ours, path, cookie=cookie, connections=CONNECTIONS, seconds=seconds))
        bare.append(rate(floor, "/", connections=CONNECTIONS, seconds=seconds))
    # The first turn warms up.
    return Figure(
        f"{name}: GETs a second",
        median(pages[1:]),
        "/s",
        median(bare[1:]),
        "bare view",
        target=MIN_OF_BARE,
        bound=AT_LEAST,
        of_ratio=True,
    )


def _figures(name: str, visits: list[Visit]) -> list[Figure]:
    kilobytes = median([one.bytes for one in visits]) / 1000
    requests = median([float(len(one.requests)) for one in visits])
    paint = median([one.paint_ms for one in visits]) / 1000
    return [
        Figure(f"{name}: over the wire", kilobytes, "kB", target=MAX_KB),
        Figure(f"{name}: requests", requests, "", target=MAX_REQUESTS),
        Figure(f"{name}: first contentful paint", paint, "s", target=MAX_PAINT_S),
    ]


def _visit(browser: Browser, port: int, path: str, session: str) -> Visit:
    context = browser.new_context(viewport=PHONE, device_scale_factor=2, is_mobile=True, has_touch=True)
    try:
        origin = f"http://localhost:{port}"
        # A cookie knows no port; a browser takes a secure one for https only, and sends it to localhost all the same.
        context.add_cookies(
            [{"name": SESSION, "value": session, "url": "https://localhost/", "secure": True}]
        )
        page = context.new_page()
        visit = _watched(context.new_cdp_session(page))
        answer = page.goto(origin + path, wait_until="networkidle")
        if answer is None or answer.status != 200:
            raise Failed(f"{path} was answered with {answer and answer.status}")
        visit.paint_ms = _paint(page)
        return visit
    finally:
        context.close()


def _watched(session: CDPSession) -> Visit:
    """A visit that fills itself while the page loads."""
    visit = Visit()

    def sent(told: dict[str, Any]) -> None:
        if not told["request"]["url"].startswith("data:"):
            visit.requests.append(told["request"]["url"])

    def finished(told: dict[str, Any]) -> None:
        visit.bytes += told["encodedDataLength"]

    session.on("Network.requestWillBeSent", sent)
    session.on("Network.loadingFinished", finished)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_CPU})
    return visit


def _paint(page: Page) -> float:
    page.wait_for_function(f"({PAINT})() !== null")
    return float(page.evaluate(PAINT))
