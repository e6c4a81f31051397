"""Settings that cannot be meant stop the start with a sentence, and never with a secret in it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured

from paraph.config import database
from paraph.lib import environment

SECRET = "p-4-s-s"


@pytest.mark.parametrize(
    "url",
    [
        "garbage",
        f"mysql://u:{SECRET}@host/name",
        f"postgres://u:{SECRET}@host:port/name",
        f"postgres://u:{SECRET}@host/",
        f"postgres://u:{SECRET}/2@host/name",
        f"postgres://u:[{SECRET}@host/name",
    ],
)
def test_a_database_nobody_can_mean_is_refused_without_its_password(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must look like") as told:
        database.read(tmp_path)
    assert SECRET not in str(told.value)


def test_both_databases_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert database.read(tmp_path)["ENGINE"] == "paraph.lib.sqlite"
    monkeypatch.setenv("DATABASE_URL", "postgres://u:p%40ss@host/name?sslmode=require")
    found = database.read(tmp_path)
    assert (found["PASSWORD"], found["OPTIONS"]) == ("p@ss", {"sslmode": "require"})


@pytest.mark.parametrize("wrong", ["0", "65536", "-1", "http"])
def test_a_port_is_a_number_that_ports_have(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAPH_PORT", wrong)
    with pytest.raises(ImproperlyConfigured, match="PARAPH_PORT"):
        environment.port("PARAPH_PORT", 8000)


def test_an_origin_is_scheme_host_and_port_alone() -> None:
    assert environment.is_bare(urlsplit("https://sign.example.com:8443"))
    for more in (
        "u:p@a.example",
        "a.example/x",
        "a.example?x",
        "a.example#x",
        "a.example:x",
        "a.example:0",
        "",
    ):
        assert not environment.is_bare(urlsplit(f"https://{more}")), more


def test_a_sender_is_an_address_with_or_without_a_name() -> None:
    for good in (
        "a@example.com",
        "Paraph <a@example.com>",
        '"Ann, of Paraph" <a@example.com>',
        "<a@example.com>",
    ):
        assert environment.is_sender(good), good
    for bad in (
        "Paraph",
        "a@",
        "Paraph a@example.com",
        "P <a@example.com>\nBcc: b@example.com",
        "<a b@example.com>",
    ):
        assert not environment.is_sender(bad), bad


def test_a_file_of_certificates_holds_some(tmp_path: Path) -> None:
    path = tmp_path / "roots.pem"
    environment.require_certificates("SMTP_ROOTS", "")
    for junk in (b"", b"junk", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        path.write_bytes(junk)
        with pytest.raises(ImproperlyConfigured, match=r"SMTP_ROOTS names .* no certificates"):
            environment.require_certificates("SMTP_ROOTS", str(path))
