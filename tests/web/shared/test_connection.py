"""X-Forwarded-For is believed only from configured proxies, and the source is named (security.md line 34)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.test import RequestFactory

from paraph.web.shared import connection

Seen = Callable[[str, str], tuple[str, str]]


@pytest.fixture
def seen(settings: LazySettings) -> Seen:
    settings.PARAPH_PROXIES = ["10.0.0.1", "10.1.0.0/16", "fd00::1"]

    def look(peer: str, forwarded: str) -> tuple[str, str]:
        request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)
        return connection.seen(request)[:2]

    return look


def test_line_34_a_stranger_cannot_say_who_it_is(seen: Seen) -> None:
    assert seen("203.0.113.7", "198.51.100.1") == ("203.0.113.7", "socket peer")


def test_line_34_a_trusted_proxy_is_believed(seen: Seen) -> None:
    assert seen("10.0.0.1", "198.51.100.1") == ("198.51.100.1", "trusted proxy")


def test_line_34_only_the_rightmost_hop_that_is_no_proxy_counts(seen: Seen) -> None:
    assert seen("10.0.0.1", "1.2.3.4, 198.51.100.1, 10.1.2.3") == ("198.51.100.1", "trusted proxy")


@pytest.mark.parametrize(
    "spoilt", ["", "unknown", "198.51.100.1, evil", "10.1.2.3", "198.51.100.1:4711", ","]
)
def test_line_34_what_is_no_address_falls_back_to_the_peer(seen: Seen, spoilt: str) -> None:
    assert seen("10.0.0.1", spoilt) == ("10.0.0.1", "socket peer")


def test_an_address_has_one_spelling(seen: Seen) -> None:
    assert seen("::ffff:10.0.0.1", "2001:DB8:0::1") == ("2001:db8::1", "trusted proxy")
    assert seen("::ffff:203.0.113.7", "") == ("203.0.113.7", "socket peer")


def test_no_address_is_invented(seen: Seen) -> None:
    assert seen("", "198.51.100.1") == ("", "")


def test_the_agent_is_cut_to_a_bearable_length() -> None:
    request = RequestFactory().get("/", HTTP_USER_AGENT="x" * 5000)
    assert len(connection.seen(request)[2]) == connection.AGENT_CHARS
