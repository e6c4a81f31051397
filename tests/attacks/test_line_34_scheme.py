"""Line 34 again: that a request came over https is believed from a configured proxy alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from paraph.web.shared.middleware import Forwarded

PEER, PROXY = "203.0.113.9", "192.0.2.1"


def scheme(**told: str) -> str:
    """What the views are told."""
    seen: list[HttpRequest] = []

    def answer(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse()

    Forwarded(answer)(RequestFactory().get("/", **told))  # type: ignore[arg-type]
    assert seen[0].is_secure() is (seen[0].scheme == "https")
    return str(seen[0].scheme)


@pytest.mark.parametrize(
    ("peer", "said", "wanted"),
    [
        (PROXY, "https", "https"),
        (f"::ffff:{PROXY}", "https", "https"),
        (PROXY, "http", "http"),
        (PROXY, "HTTPS, http", "http"),
        (PROXY, "https, http", "http"),
        (PROXY, "", "http"),
        (PEER, "https", "http"),
        ("", "https", "http"),
        ("unix:", "https", "http"),
    ],
)
def test_line_34_the_scheme_is_believed_from_a_configured_proxy_alone(
    settings: Settings, peer: str, said: str, wanted: str
) -> None:
    settings.PARAPH_PROXIES = [PROXY]
    assert scheme(REMOTE_ADDR=peer, HTTP_X_FORWARDED_PROTO=said) == wanted


def test_line_34_without_a_proxy_nobody_is_believed(settings: Settings) -> None:
    settings.PARAPH_PROXIES = []
    assert scheme(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_PROTO="https") == "http"


@pytest.mark.django_db
def test_line_34_a_page_of_http_cannot_post_by_claiming_https(settings: Settings) -> None:
    """Django compares the origin with the scheme: a lie about it would move what counts as ours."""
    settings.PARAPH_PROXIES = [PROXY]
    told: dict[str, Any] = {
        "HTTP_HOST": "testserver",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_ORIGIN": "https://testserver",
    }
    assert Client().post("/sign-in/", {}, REMOTE_ADDR=PEER, **told).status_code == 403
    assert Client().post("/sign-in/", {}, REMOTE_ADDR=PROXY, **told).status_code == 400
