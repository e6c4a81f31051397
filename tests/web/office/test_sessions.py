"""Where one is signed in: a list of one's own sessions, and ending one or all others (security.md line 41)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from paraph.config import worker
from paraph.people import members, open_sessions
from paraph.people.models import OpenSession
from paraph.web.shared import browsers, signed_in
from tests.cast import PASSWORD, Shop
from tests.web.office.conftest import Staff

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
EDGE = CHROME.replace("X11; Linux x86_64", "Windows NT 10.0; Win64; x64") + " Edg/142.0.0.0"
Windows = tuple[Staff, Staff, Staff]


@pytest.fixture
def windows(shop: Shop, staff: Callable[..., Staff]) -> Windows:
    """The manager at a desk, having proved themselves just now, and on a telephone; and a colleague."""
    desk, telephone, tess = staff(shop.mara), staff(shop.mara), staff(shop.tess)
    assert desk.post("/confirm/", {"password": PASSWORD}).status_code == 302
    for browser, agent in ((desk, FIREFOX), (telephone, SAFARI), (tess, CHROME)):
        assert browser.get("/", headers={"User-Agent": agent}).status_code == 200
    return desk, telephone, tess


def session_of(browser: Staff) -> OpenSession:
    """The row of a browser's session."""
    return OpenSession.objects.get(session=browser.session.session_key)


def is_in(browser: Staff) -> bool:
    """Whether the next click still works."""
    return bool(browser.get("/").status_code == 200)


def test_line_41_the_list_says_where_i_am_signed_in_and_of_nobody_else(windows: Windows) -> None:
    page = windows[0].text("/account/")
    assert "Firefox on Windows · here" in page
    assert "Safari on iPhone" in page
    assert "Chrome on Linux" not in page
    assert page.count("127.0.0.1") == 2
    assert page.count("(as the server saw it)") == 2
    assert all(one.session_id not in page for one in OpenSession.objects.all()), "its key is a secret"


def test_line_34_41_an_address_says_who_told_it(windows: Windows, settings: Any) -> None:
    settings.PARAPH_PROXIES = ["127.0.0.1/32"]
    session = windows[0].session
    del session[signed_in.NOTED]
    session.save()
    page = windows[0].get("/account/", headers={"X-Forwarded-For": "203.0.113.7"}).content.decode()
    assert "203.0.113.7</span> (as our proxy says)" in page
    assert "Browser not recorded" in page


def test_line_41_one_session_is_ended_and_the_others_go_on(windows: Windows) -> None:
    desk, telephone, tess = windows
    answer = desk.post(f"/account/sessions/{session_of(telephone).pk}/end/", follow=True)
    assert "Safari on iPhone is signed out." in answer.content.decode()
    assert [is_in(one) for one in windows] == [True, False, True]
    # Neither somebody else's, nor this one by a form of before.
    for row in (session_of(tess), session_of(desk)):
        assert desk.post(f"/account/sessions/{row.pk}/end/").status_code == 302
    assert [is_in(one) for one in windows] == [True, False, True]


def test_line_41_all_others_are_ended_and_nobody_else_s(windows: Windows, staff: Any, shop: Shop) -> None:
    desk, telephone, tess = windows
    third = staff(shop.mara)
    assert is_in(third)
    answer = desk.post("/account/sessions/end/", follow=True).content.decode()
    assert "2 other sessions are ended." in answer
    assert "Sign out all others" not in answer
    assert [is_in(one) for one in (desk, telephone, third, tess)] == [True, False, False, True]


def test_line_41_who_has_not_proved_themselves_lately_does_so_before_ending_others(windows: Windows) -> None:
    desk, telephone, _tess = windows
    for path in ("/account/sessions/end/", f"/account/sessions/{session_of(desk).pk}/end/"):
        assert telephone.post(path)["Location"].startswith("/confirm/")
    assert is_in(desk)


def test_a_session_under_a_new_key_is_the_same_one_line(windows: Windows, shop: Shop) -> None:
    desk = windows[0]
    before = session_of(desk).session_id
    desk.post("/confirm/", {"password": PASSWORD})
    assert is_in(desk)
    assert session_of(desk).session_id != before
    assert open_sessions.of(shop.mara.user).count() == 2


def test_what_a_new_password_or_signing_out_ends_is_listed_no_more(windows: Windows, shop: Shop) -> None:
    desk, telephone, _tess = windows
    assert desk.fill("/account/password/", password="another long password").status_code == 302
    assert is_in(desk)
    assert not is_in(telephone)
    assert [one.session_id for one in open_sessions.of(shop.mara.user)] == [desk.session.session_key]
    desk.post("/sign-out/")
    assert not OpenSession.objects.filter(user=shop.mara.user).exists()
    members.sign_out_everywhere(shop.tess.user)
    assert not OpenSession.objects.exists()


def test_a_session_is_noted_every_few_minutes_and_not_at_every_click(
    windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = windows[0]
    noted = session_of(desk)
    assert is_in(desk)
    assert session_of(desk).used_at == noted.used_at
    monkeypatch.setattr(signed_in, "NOTED_SECONDS", 0)
    assert is_in(desk)
    now = session_of(desk)
    assert now.used_at > noted.used_at
    assert (now.pk, now.began_at) == (noted.pk, noted.began_at)


def test_F23_what_an_older_release_left_behind_is_not_listed_and_forgotten(
    windows: Windows, shop: Shop
) -> None:
    gone = session_of(windows[1]).session_id
    Session.objects.filter(pk=gone)._raw_delete("default")
    assert open_sessions.of(shop.mara.user).count() == 1
    worker.tidy()
    assert not OpenSession.objects.filter(session=gone).exists()
    assert OpenSession.objects.count() == 2


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (SAFARI, "Safari on iPhone"),
        (CHROME, "Chrome on Linux"),
        (EDGE, "Edge on Windows"),
        (CHROME.replace("X11; Linux x86_64", "Linux; Android 15"), "Chrome on Android"),
        ("curl/8.5.0", "Unknown browser"),
        ("", "Browser not recorded"),
        ("<b>Firefox/", "Firefox"),
    ],
)
def test_a_browser_is_told_in_words(agent: str, words: str) -> None:
    assert browsers.words(agent) == words
