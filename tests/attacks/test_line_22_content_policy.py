"""Line 22: no page holds a script, style or handler of its own or asks another site, and the policy enforces it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page as BrowserPage
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from paraph.signoff.models import View
from paraph.web.shared import style
from tests.attacks.answers import Answer
from tests.attacks.pages import Page
from tests.attacks.world import come_in
from tests.cast import Shop

pytestmark = pytest.mark.slow

WANTED = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": f"'self' {style.source()}",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "form-action": "'self'",
    "connect-src": "'self'",
}


def _policy(answer: Any) -> dict[str, str]:
    parts = [
        one.strip().partition(" ") for one in answer["Content-Security-Policy"].split(";") if one.strip()
    ]
    return {name: value.strip() for name, _, value in parts}


@pytest.mark.parametrize(
    ("spoilt", "found"),
    [
        ("<p onclick=x>", 1),
        ("<p style='color:red'>", 1),
        ("<style>p { color: red }</style><p>", 1),
        ("<script>1</script>", 1),
        ("<script src='/static/x.js'></script>", 0),
        ("<img src='//evil.example/x.png'>", 1),
        ("<a href='java\nscript:x'>", 1),
        ("<a href=data:text/html,x>", 1),
        ("<meta http-equiv=refresh content=0>", 1),
        ("<svg><use xlink:href='https://evil.example'/></svg>", 1),
        ("<p title='onclick=x'>&lt;script&gt;</p>", 0),
    ],
)
def test_line_22_the_reader_of_pages_sees_what_is_wrong(spoilt: str, found: int) -> None:
    assert len(Page(spoilt).problems) == found


def _faults(response: Any) -> list[str]:
    policy = _policy(response)
    if not response.get("Content-Type", "text/html").startswith("text/html"):
        return [] if "sandbox" in policy and policy.get("default-src") == "'none'" else ["no sandbox"]
    bad = [key for key, value in WANTED.items() if policy.get(key) != value]
    bad += [f"{key} {value}" for key, value in policy.items() if "unsafe" in value or "http" in value]
    return [*bad, *Page(response.content.decode()).problems]


@pytest.mark.slow
def test_line_22_every_page_of_every_route_is_clean_and_its_policy_strict(answers: list[Answer]) -> None:
    found = [one for one in answers if one.method in {"GET", "POST"}]
    wrong = [f"{one}: {fault}" for one in found for fault in _faults(one.response)]
    assert not wrong, "\n".join(wrong)
    assert len(found) > 500


def test_line_22_the_pages_of_special_moments_are_clean(shop: Shop) -> None:
    """Answers the table does not reach: parts for htmx, refusals, the page of a link that ended."""
    invitation = shop.invite(shop.open_order(lines=1), view=View.AUTHORISATION)
    browser = come_in(shop, invitation)
    part = {"HX-Request": "true"}
    base = f"/p/{invitation.pk}/"
    answers = [
        browser.post(base + "approve-all/", headers=part),
        browser.post(base + "comments/", {"text": "<b onmouseover=alert(1)>"}, headers=part),
        browser.post(base + "comments/", {"text": ""}),
        browser.post(base + "review/", {"name": "<i style=x>"}, follow=True),
        browser.get("/p/nonsense/"),
        browser.get("/s/nonsense/", headers=part),
        browser.post("/sign-in/", {"email": "<script>alert(1)</script>", "password": "x"}),
    ]
    for answer in answers:
        assert Page(answer.content.decode()).problems == [], answer.request["PATH_INFO"]


def test_line_22_a_browser_refuses_an_inline_script_and_a_foreign_image(
    shop: Shop, live_server: LiveServer, page: BrowserPage, settings: Settings, page_watch: list[str]
) -> None:
    settings.PARAPH_ORIGIN = live_server.url
    invitation = shop.invite(shop.open_order(lines=1))
    page.goto(live_server.url + shop.path(invitation))
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/p/**")
    assert page_watch == [], "the page itself breaks nothing"
    blocked = page.evaluate(
        """async () => {
          const found = [];
          document.addEventListener('securitypolicyviolation', event => found.push(event.effectiveDirective));
          const script = document.createElement('script');
          script.textContent = 'window.hacked = true';
          document.body.append(script);
          const handler = document.createElement('div');
          handler.setAttribute('onclick', 'window.hacked = true');
          document.body.append(handler);
          handler.click();
          const style = document.createElement('style');
          style.textContent = 'body { display: none }';
          document.body.append(style);
          const image = document.createElement('img');
          image.src = 'https://evil.example/pixel.png';
          document.body.append(image);
          const base = document.createElement('base');
          base.href = 'https://evil.example/';
          document.head.append(base);
          await new Promise(done => setTimeout(done, 300));
          return [found.map(one => one.split('-').slice(0, 2).join('-')), Boolean(window.hacked), document.baseURI];
        }"""
    )
    page_watch.clear()
    directives, hacked, base = blocked
    assert set(directives) >= {"script-src", "style-src", "img-src", "base-uri"}
    assert hacked is False
    assert base.startswith(live_server.url)
