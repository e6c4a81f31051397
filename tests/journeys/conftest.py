"""The stage: one server, one Chromium, and a window for everybody who takes part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as product
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from paraph.people.models import Member
from paraph.signoff.models import Invitation
from paraph.web.portal import door
from tests.browser import watch
from tests.cast import Shop

PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PATIENCE_MS = 20_000  # for a busy machine; nothing waits that long on a quiet one

NewContext = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """What all windows have in common; each chooses its own size and language."""
    own = {"viewport", "locale"}
    return {name: value for name, value in browser_context_args.items() if name not in own}


@pytest.fixture(scope="session", autouse=True)
def patience() -> None:
    """Wait for what must come, however busy the machine is."""
    expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture
def origin(live_server: LiveServer, settings: Settings) -> str:
    """Where the product runs; links in mails lead there."""
    settings.PARAPH_ORIGIN = live_server.url
    return str(live_server.url)


@pytest.fixture
def window(origin: str, new_context: NewContext, page_watch: list[str]) -> Callable[..., Page]:
    """`window(**options)` is an empty page of somebody's own browser, watched like the page of any browser test."""

    def come(**options: Any) -> Page:
        context = new_context(**{"base_url": origin, "locale": "en-GB", **DESK, **options})
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        watch(page, page_watch)
        return page

    return come


class Office:
    """`office(member)` is a page of a browser in which that member is signed in already."""

    def __init__(self, window: Callable[..., Page], origin: str) -> None:
        self._window, self._origin = window, origin

    def __call__(self, member: Member, **options: Any) -> Page:
        page = self._window(**options)
        session = SessionStore()
        session[SESSION_KEY] = str(member.user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = member.user.get_session_auth_hash()
        keep(page, session, self._origin)
        return page


class Portal:
    """`portal(invitation)` is the order page on the customer's phone, or another one of their pages."""

    def __init__(self, window: Callable[..., Page], origin: str) -> None:
        self._window, self._origin = window, origin

    def __call__(self, invitation: Invitation, at: str = "", **options: Any) -> Page:
        page = self._window(**{**PHONE, **options})
        self.enter(page, invitation)
        page.goto(f"/p/{invitation.pk}/{at}")
        return page

    def enter(self, page: Page, *invitations: Invitation) -> None:
        """Give a browser the session that the links' buttons would give it."""
        session = SessionStore()
        session[door.IDS] = [str(one.pk) for one in invitations]
        keep(page, session, self._origin)


def keep(page: Page, session: SessionStore, origin: str) -> None:
    """Store a session and put its cookie into the page's browser."""
    session.create()
    # A secure cookie cannot be set for http, but the browser sends one to localhost all the same.
    page.context.add_cookies(
        [
            {
                "name": product.SESSION_COOKIE_NAME,
                "value": session.session_key or "",
                "url": origin.replace("http:", "https:") + "/",
                "secure": True,
                "httpOnly": True,
                "sameSite": "Lax",
            }
        ]
    )


@pytest.fixture
def office(window: Callable[..., Page], origin: str) -> Office:
    """Staff, signed in."""
    return Office(window, origin)


@pytest.fixture
def portal(window: Callable[..., Page], origin: str, shop: Shop) -> Portal:
    """Customers, come in by their link."""
    return Portal(window, origin)
