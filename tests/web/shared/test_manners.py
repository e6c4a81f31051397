"""Languages, refusals, consequences and logs."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import include, path
from django.utils import timezone, translation

from paraph.people.limits import TooMany
from paraph.signoff.errors import Closed, NothingApproved, OnlyToRead
from paraph.web.shared import acting, tongue
from paraph.web.shared.logs import WithoutTokens
from paraph.web.shared.views import same_site_path


def _tell(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{translation.get_language()} {timezone.get_current_timezone_name()}")


def _speak(request: HttpRequest) -> HttpResponse:
    tongue.speak("fr", "Europe/Amsterdam")
    return _tell(request)


@acting.acting
def _act(request: HttpRequest) -> HttpResponse:
    acting.touched(request, "log-1")
    what = request.POST.get("what", "")
    if what == "often":
        raise TooMany(timedelta(seconds=90))
    for problem in (Closed, OnlyToRead, NothingApproved):
        if problem.reason == what:
            raise problem
    return HttpResponse("done")


urlpatterns = [
    path("", include("paraph.web.shared.urls")),
    path("tell/", _tell),
    path("speak/", _speak),
    path("act/", _act),
]
handler404 = "paraph.web.shared.errors.not_found"
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(acting, "consequences", found.append)
    return found


def test_the_browser_chooses_until_the_reader_does() -> None:
    client = Client()
    assert client.get("/tell/", headers={"Accept-Language": "nl-BE,en;q=0.5"}).content == b"nl UTC"
    assert client.get("/tell/", headers={"Accept-Language": "de"}).content == b"en UTC"

    response = client.post("/language/", {"language": "fr", "next": "/tell/?a=1"})

    assert (response.status_code, response["Location"]) == (302, "/tell/?a=1")
    cookie = response.cookies["__Host-language"]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert client.get("/tell/", headers={"Accept-Language": "nl"}).content == b"fr UTC"


def test_a_language_set_for_one_request_ends_with_it() -> None:
    client = Client()
    response = client.get("/speak/")
    assert (response.content, response["Content-Language"]) == (b"fr Europe/Amsterdam", "fr")
    assert client.get("/tell/").content == b"en UTC"


def test_an_unknown_language_changes_nothing() -> None:
    response = Client().post("/language/", {"language": "../../x", "next": "/tell/"})
    assert not response.cookies


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "",
        "tell/",
        "/\tevil",
        "///x",
    ],
)
def test_choosing_a_language_never_leads_to_another_site(wanted: str) -> None:
    path = same_site_path(wanted)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert "evil.example" not in path


@pytest.mark.parametrize(
    ("what", "status"),
    [("closed", 409), ("only_to_read", 403), ("nothing_approved", 409), ("often", 429), ("", 200)],
)
def test_a_refusal_is_a_page_with_its_status_and_sentence(ran: list[str], what: str, status: int) -> None:
    response = Client().post("/act/", {"what": what})
    assert response.status_code == status
    if what == "only_to_read":
        assert "You received a copy to read." in response.content.decode()
    if what == "often":
        assert response["Retry-After"] == "90"


@pytest.mark.parametrize("what", ["", "closed"])
def test_consequences_follow_for_every_log_that_was_touched(ran: list[str], what: str) -> None:
    Client().post("/act/", {"what": what})
    assert ran == ["log-1"]


def test_rules_that_fail_do_not_undo_the_act(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from paraph.automation import runner

    def fail(name: str) -> int:
        raise RuntimeError("no database")

    monkeypatch.setattr(runner, "run_pending", fail)

    assert Client().post("/act/").content == b"done"
    assert "the rules did not run for log-1" in caplog.text


def test_reading_by_get_an_address_that_acts_is_405() -> None:
    response = Client().get("/act/")
    assert (response.status_code, response["Allow"]) == (405, "POST")


def test_htmx_shows_what_is_out_of_date_anew_and_the_rest_as_a_toast(ran: list[str]) -> None:
    client = Client(headers={"HX-Request": "true"})

    outdated = client.post("/act/", {"what": "closed"})
    refused = client.post("/act/", {"what": "only_to_read"})

    assert (outdated.status_code, outdated["HX-Refresh"]) == (409, "true")
    assert (refused.status_code, refused["HX-Retarget"]) == (403, "#toasts")
    assert 'role="alert"' in refused.content.decode()


def test_error_pages_speak_the_readers_language() -> None:
    page = Client().get("/nowhere/", headers={"Accept-Language": "nl"}).content.decode()
    assert '<html lang="nl">' in page


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("GET /s/abc.DEF-1_2/ 200", ()),
        ("%s %s", ("GET", "/s/abc.DEF-1_2/?x=1")),
        ("Not Found: %s", ("https://sign.example.com/s/abc.DEF-1_2",)),
    ],
)
def test_line_7_no_log_line_holds_a_key(message: str, arguments: tuple[Any, ...]) -> None:
    record = logging.LogRecord("x", logging.INFO, "x", 1, message, arguments, None)
    assert WithoutTokens().filter(record)
    assert "abc" not in record.getMessage()
    assert "/s/(key)" in record.getMessage()


def test_a_request_without_session_can_be_refused_too() -> None:
    from paraph.web.shared import errors

    request = RequestFactory().get("/", headers={"HX-Request": "true"})
    assert errors.refused(request, Closed()).status_code == 409
