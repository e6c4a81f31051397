"""Settings read from the environment, and secrets from files."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from paraph.lib import environment

NAME = "PARAPH_TEST_SECRET"


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)
    monkeypatch.delenv(f"{NAME}_FILE", raising=False)


def test_a_secret_is_the_variable_or_the_line_in_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert environment.secret(NAME) == ""
    assert environment.secret(NAME, "default") == "default"
    monkeypatch.setenv(NAME, " with spaces ")
    assert environment.secret(NAME) == " with spaces "
    monkeypatch.delenv(NAME)
    (tmp_path / "secret").write_bytes(b" p\xc3\xa9 \r\n")
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "secret"))
    assert environment.secret(NAME, "default") == " pé "
    monkeypatch.setenv(NAME, "")
    assert environment.secret(NAME) == " pé ", "an empty variable is none, as compose files leave them"


def test_both_at_once_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("one")
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv(NAME, "one")
    with pytest.raises(ImproperlyConfigured, match=f"{NAME} and {NAME}_FILE are both set"):
        environment.secret(NAME)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "No such file"),
        (b"", "one line"),
        (b"\n", "one line"),
        (b"two\nlines\n", "one line"),
        (b"\xff\xfe", "no text"),
        (b"x" * (environment.MAX_SECRET_BYTES + 1), "one line"),
    ],
)
def test_a_file_that_is_no_secret_is_an_error_that_does_not_show_it(
    content: bytes | None, told: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "secret"))
    with pytest.raises(ImproperlyConfigured, match=told) as found:
        environment.secret(NAME)
    assert "lines" not in str(found.value).replace("one line", "")


@pytest.mark.parametrize("name", ["DATABASE_URL", "SMTP_PASSWORD", "PARAPH_S3_SECRET"])
def test_the_settings_read_these_secrets_from_files(repository: Path, name: str) -> None:
    sources = [*repository.glob("paraph/config/*.py")]
    assert any(f'secret("{name}"' in one.read_text() for one in sources)


def test_a_flag_and_a_number_refuse_what_they_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "perhaps")
    with pytest.raises(ImproperlyConfigured, match="must be 0 or 1"):
        environment.flag(NAME)
    with pytest.raises(ImproperlyConfigured, match="whole number"):
        environment.number(NAME, 1)
    monkeypatch.setenv(NAME, "yes")
    assert environment.flag(NAME)
