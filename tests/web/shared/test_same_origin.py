"""No other site can make a browser change anything here (security.md line 6)."""

from __future__ import annotations

import re

import pytest
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.test import Client
from django.urls import include, path


def _form(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"changed {get_token(request)}" if request.method == "POST" else get_token(request))


urlpatterns = [path("", include("paraph.web.shared.urls")), path("form/", _form)]
pytestmark = pytest.mark.urls(__name__)
FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost.evil.example:8000"},
    {"Origin": "null"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"},
]
OURS: list[dict[str, str]] = [
    {},
    {"Origin": "http://testserver"},
    {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"},
    # What a browser sends for a form on a page with Referrer-Policy: no-referrer.
    {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_line_6_a_post_from_another_site_is_refused(headers: dict[str, str]) -> None:
    response = Client().post("/form/", headers=headers)

    assert response.status_code == 403
    assert "changed" not in response.content.decode().split("<h1>")[0]


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_line_6_other_methods_are_refused_alike(method: str) -> None:
    assert getattr(Client(), method)("/form/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.parametrize("headers", OURS)
def test_our_own_form_passes_with_its_token(headers: dict[str, str]) -> None:
    client = Client(enforce_csrf_checks=True)
    token = client.get("/form/").content.decode()

    assert client.post("/form/", {"csrfmiddlewaretoken": token}, headers=headers).status_code == 200


def test_our_own_form_passes_over_https_without_a_referrer() -> None:
    client = Client(enforce_csrf_checks=True)
    token = client.get("/form/", secure=True).content.decode()
    headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}

    response = client.post("/form/", {"csrfmiddlewaretoken": token}, headers=headers, secure=True)

    assert response.status_code == 200


@pytest.mark.parametrize("headers", OURS)
def test_line_6_without_a_token_nothing_passes(headers: dict[str, str]) -> None:
    response = Client(enforce_csrf_checks=True).post("/form/", headers=headers)

    assert response.status_code == 403
    assert re.search("<h1>Please send that once more</h1>", response.content.decode())


@pytest.mark.parametrize("headers", FOREIGN)
def test_reading_is_open_to_links_from_elsewhere(headers: dict[str, str]) -> None:
    assert Client().get("/form/", headers=headers).status_code == 200
