"""Headers stand on every answer, whatever it is (security.md lines 22 and 23)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client, override_settings
from django.urls import include, path

from paraph.people.access import Forbidden
from paraph.signoff.errors import NothingApproved
from paraph.web.shared import acting


def _raising(problem: type[Exception]) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        raise problem("a secret detail")

    return view


def _full(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render_to_string("shared/error.html", {"title": "x"}, request))


def _cached(request: HttpRequest) -> HttpResponse:
    return HttpResponse("x", headers={"Cache-Control": "public, max-age=99", "Referrer-Policy": "unsafe-url"})


urlpatterns = [
    path("", include("paraph.web.shared.urls")),
    path("full/", _full),
    path("cached/", _cached),
    path("bad/", _raising(SuspiciousOperation)),
    path("forbidden/", _raising(PermissionDenied)),
    path("missing/", _raising(Http404)),
    path("broken/", _raising(RuntimeError)),
    path("down/", _raising(OperationalError)),
    path("refused/", acting.reading(_raising(NothingApproved))),
    path("right/", acting.reading(_raising(Forbidden))),
    path("act/", acting.acting(_cached)),
]
handler400 = "paraph.web.shared.errors.bad_request"
handler403 = "paraph.web.shared.errors.forbidden"
handler404 = "paraph.web.shared.errors.not_found"
handler500 = "paraph.web.shared.errors.server_error"

pytestmark = pytest.mark.urls(__name__)

ANSWERS = [
    ("/full/", 200),
    ("/cached/", 200),
    ("/bad/", 400),
    ("/forbidden/", 403),
    ("/right/", 403),
    ("/missing/", 404),
    ("/nowhere/", 404),
    ("/static/nowhere.css", 404),
    ("/act/", 405),
    ("/refused/", 409),
    ("/broken/", 500),
    ("/down/", 503),
]


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(("address", "status"), ANSWERS)
def test_line_23_headers_stand_on_every_answer(client: Client, address: str, status: int) -> None:
    response = client.get(address)

    assert response.status_code == status
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Cache-Control"] == "no-store"
    assert "camera=()" in response["Permissions-Policy"]
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]


@pytest.mark.parametrize(("address", "status"), ANSWERS)
def test_line_36_no_error_page_shows_what_went_wrong_inside(
    client: Client, address: str, status: int
) -> None:
    page = client.get(address).content.decode()

    assert "secret detail" not in page
    assert "Traceback" not in page


@pytest.mark.parametrize(("address", "status"), ANSWERS)
def test_line_22_no_page_holds_inline_script_or_style(client: Client, address: str, status: int) -> None:
    page = client.get(address).content.decode()

    assert "style=" not in page
    assert "<style" not in page
    assert "<script>" not in page
    assert " onclick" not in page


def test_a_foreign_host_name_is_a_page_too(client: Client) -> None:
    response = client.get("/full/", headers={"Host": "evil.example"})

    assert response.status_code == 400
    assert response["Referrer-Policy"] == "no-referrer"
    assert "evil.example" not in response.content.decode()


def test_strict_transport_is_asked_for_only_where_there_is_https(client: Client) -> None:
    assert "Strict-Transport-Security" not in client.get("/full/")
    with override_settings(PARAPH_ORIGIN="https://sign.example.com"):
        assert client.get("/full/")["Strict-Transport-Security"].startswith("max-age=")


def test_static_files_keep_their_own_caching_and_carry_the_headers(db: None, client: Client) -> None:
    with override_settings(
        WHITENOISE_USE_FINDERS=True,
        WHITENOISE_AUTOREFRESH=True,
        STATICFILES_DIRS=[__file__.rsplit("/", 1)[0]],
    ):
        response = Client().get("/static/__init__.py")
        response.close()

    assert response.status_code == 200
    assert "no-store" not in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"
