"""Line 32: the server asks the addresses an operator configured, and is led nowhere else by what answers there.

No address that a user typed is ever asked: web hooks, which would be, belong to a later capability.
"""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from pyhanko_certvalidator.fetchers.aiohttp_fetchers.util import LazySession

from paraph.lib import clock
from paraph.sealing.errors import TimestampFailed
from paraph.sealing.timestamp import ExternalAuthority
from paraph.web.office.adapters import Social

DIGEST = b"\0" * 32
REDIRECTS = (301, 302, 303, 307, 308)
# The only modules that open a connection of their own; each asks an address of the configuration.
CALLERS = {
    "paraph/sealing/timestamp.py",  # PARAPH_TSA_URL
    "paraph/delivery/posting.py",  # SMTP_HOST
    "paraph/delivery/collect.py",  # the mailbox of returned mail
    "paraph/web/office/adapters.py",  # PARAPH_OIDC_*
    "paraph/web/office/sso.py",  # the same, to name what went wrong
    "paraph/config/probe.py",  # this machine itself
    "paraph/lib/bucket.py",  # PARAPH_S3_ENDPOINT
    "paraph/operate/online.py",  # `paraph check --online` asks the same addresses
}
NETWORK = {
    "urllib.request",
    "requests",
    "http.client",
    "httpx",
    "aiohttp",
    "smtplib",
    "imaplib",
    "boto3",
    "botocore",
}


class _Server(HTTPServer):
    """Answers everything with one status and counts."""

    status, location, asked = 200, "", 0


class _Answer(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self.server.asked += 1
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET  # noqa: N815 - the base class's names

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def _listening(status: int = 200, location: str = "") -> Iterator[tuple[_Server, str]]:
    server = _Server(("127.0.0.1", 0), _Answer)
    server.status, server.location = status, location
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server, f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("status", REDIRECTS)
def test_line_32_a_time_stamp_authority_sends_us_nowhere(status: int) -> None:
    with _listening() as (inner, there), _listening(status, there) as (outer, url):
        with pytest.raises(TimestampFailed):
            ExternalAuthority(url, b"").stamp(DIGEST, at=clock.now())
        assert (outer.asked, inner.asked) == (1, 0)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:text/plain,x", "gopher://x/"]
)
def test_line_32_only_http_is_spoken_to_a_time_stamp_authority(url: str) -> None:
    with pytest.raises(TimestampFailed, match="cannot be reached"):
        ExternalAuthority(url, b"").stamp(DIGEST, at=clock.now())


def test_line_32_what_a_pdf_names_is_never_fetched_for_pyhanko_has_no_network() -> None:
    with pytest.raises(RuntimeError, match="without its way to the network"):
        LazySession().get_session()


@pytest.mark.parametrize("status", REDIRECTS)
def test_line_32_an_identity_provider_sends_the_server_nowhere(status: int) -> None:
    session = Social().get_requests_session()
    with _listening() as (inner, there), _listening(status, there) as (outer, url):
        for ask in (session.get, session.post):
            with pytest.raises(requests.TooManyRedirects):
                ask(url)
        assert (outer.asked, inner.asked) == (2, 0)


def test_line_32_no_other_module_opens_connections(repository: Path) -> None:
    """A module that begins to must be looked at, and stand above with the setting it asks."""
    found = set()
    for path in repository.glob("paraph/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = (
                [one.name for one in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            if any(name in NETWORK or name.split(".")[0] in NETWORK for name in names):
                found.add(str(path.relative_to(repository)))
    assert found <= CALLERS, sorted(found - CALLERS)
