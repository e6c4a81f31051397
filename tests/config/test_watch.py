"""Each request has an id and one line in the log, which says what happened and nothing about whom or with what key."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from paraph.config.logging import REQUEST, Json, Text
from paraph.signoff import invitations
from paraph.web.shared.logs import WithoutTokens, without_tokens
from tests.attacks.world import come_in, sign_in
from tests.cast import Shop

PROXY = "192.0.2.1"


@contextmanager
def logging_as(formatter: logging.Formatter) -> Iterator[io.StringIO]:
    """What the product's handler would have written."""
    stream, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(stream), root.level
    handler.setFormatter(formatter)
    handler.addFilter(WithoutTokens())
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@pytest.fixture
def lines() -> Iterator[Any]:
    """The access lines so far, as objects."""
    with logging_as(Json()) as stream:
        yield lambda: [
            line
            for line in map(json.loads, stream.getvalue().splitlines())
            if line["logger"] == "paraph.requests"
        ]


@pytest.mark.django_db
def test_every_request_has_one_line_with_route_status_time_size_and_who(shop: Shop, lines: Any) -> None:
    invitation = shop.invite(shop.open_order())
    path = shop.path(invitation)
    Client().get(path + "?utm=newsletter")
    guest, member = come_in(shop, invitation), sign_in(shop.mara)
    guest.get(reverse("portal:order", args=[invitation.pk]))
    member.get("/orders/")
    member.get("/nowhere/?q=secret")
    found = [(one["method"], one["route"], one["status"], one["actor"]) for one in lines()]
    assert found == [
        ("GET", "portal:link", 200, "client"),
        ("POST", "portal:link", 302, "client"),
        ("GET", "portal:order", 200, "contact"),
        ("GET", "office:orders", 200, "member"),
        ("GET", "unknown", 404, "client"),
    ]
    assert all(one["ms"] > 0 and one["bytes"] >= 0 and len(one["request"]) == 24 for one in lines())
    assert {one["time"][-1] for one in lines()} == {"Z"}


def test_a_probe_that_is_answered_well_makes_no_line(lines: Any) -> None:
    Client().get("/healthz")
    assert lines() == []
    Client().post("/healthz")
    assert [one["status"] for one in lines()] == [405]


@pytest.mark.parametrize(
    ("given", "peer", "taken"),
    [
        ("4bf92f3577b34da6", PROXY, True),
        ("4bf92f3577b34da6", "203.0.113.9", False),
        ("short", PROXY, False),
        ('x" injected="1 23456', PROXY, False),
        ("a" * 65, PROXY, False),
        ("", PROXY, False),
    ],
)
def test_line_34_a_request_id_is_taken_over_from_a_configured_proxy_alone(
    settings: Settings, given: str, peer: str, taken: bool, lines: Any
) -> None:
    settings.PARAPH_PROXIES = [PROXY]
    answer = Client().get("/healthz", headers={"X-Request-Id": given}, REMOTE_ADDR=peer)
    assert (answer["X-Request-Id"] == given) is taken
    assert len(answer["X-Request-Id"]) >= 8
    assert answer["X-Request-Id"] != Client().get("/healthz")["X-Request-Id"]


@pytest.mark.django_db
def test_every_line_of_a_request_names_it_even_when_it_fails(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("for jan@example.com")

    path = shop.path(shop.invite(shop.open_order()))
    monkeypatch.setattr(invitations, "peek", broken)
    with logging_as(Json()) as stream:
        answer = Client(raise_request_exception=False).get(path)
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert answer.status_code == 500
    assert {one["logger"] for one in told} == {"paraph.requests", "django.request"}
    assert {one["request"] for one in told} == {answer["X-Request-Id"]}
    assert "RuntimeError: for (address)" in "".join(one.get("exception", "") for one in told)


def test_an_exception_is_one_line_of_json_and_a_traceback_of_text() -> None:
    for formatter, check in ((Json(), _one_json_line), (Text(), _lines_of_text)):
        with logging_as(formatter) as stream:
            REQUEST.set("abcdef123456")
            try:
                raise RuntimeError("cannot reach postgres://paraph:hunter2@db.example/paraph")
            except RuntimeError:
                logging.getLogger("paraph.test").exception("for %s\nforged line", "jan@example.com")
        check(stream.getvalue())


def _one_json_line(text: str) -> None:
    (line,) = text.splitlines()
    told = json.loads(line)
    assert told["message"] == "for (address)\nforged line"
    assert "RuntimeError" in told["exception"]
    assert "hunter2" not in line


def _lines_of_text(text: str) -> None:
    assert "ERROR paraph.test [abcdef123456] for (address)" in text
    assert "RuntimeError: cannot reach postgres://paraph:(password)@" in text
    assert "hunter2" not in text


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Gone: /s/v4.local.abc/", "Gone: /s/(key)/"),
        ("GET /s/abc?x=1 200", "GET /s/(key)?(query) 200"),
        ("Not Found: /orders/?q=Jan+Jansen&p=2 end", "Not Found: /orders/?(query) end"),
        ("550 5.1.1 <jan.jansen+x@example.co.uk>: unknown", "550 5.1.1 <(address)>: unknown"),
        ("Jan <jan@example.com>, claire@example.fr", "Jan <(address)>, (address)"),
        (
            "Cookie: __Host-paraph=abc123; __Host-csrf=def",
            "Cookie: __Host-paraph=(cookie); __Host-csrf=(cookie)",
        ),
        ("smtp://me:p%40ss@mail.example:25", "smtp://me:(password)@mail.example:25"),
        # Not hidden: what operators need to find a message again, versions, decorators, times.
        ("<0e1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b@sign.example.com>",) * 2,
        ("prometheus-client==0.26.0 at 12:00:01",) * 2,
        ("what? nothing",) * 2,
    ],
)
def test_line_7_what_has_no_business_in_a_log_is_replaced(said: str, kept: str) -> None:
    assert without_tokens(said) == kept
