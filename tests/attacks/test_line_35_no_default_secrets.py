"""Line 35: there is no secret in the product; each installation makes its own, for its owner alone."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

SECRETS = {
    "django.key", "vault.key", "links.keys", "log.pem", "seal-root.key.pem", "seal.key.pem", "tsa-root.key.pem",
    "tsa.key.pem",
}  # fmt: skip
FIRST_START = """
import django, os
django.setup()
from django.core.management import call_command
from paraph.operate import startup
call_command("migrate", verbosity=0)
startup.make_keys()
assert startup.key_faults() == [], startup.key_faults()
"""


def _first_start(folder: Path, repository: Path) -> dict[str, bytes]:
    """The keys of a fresh installation whose owner's umask protects nothing."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PARAPH_", "DATABASE_"))
    }
    env = {**kept, "PARAPH_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "paraph.config.settings"}
    program = f"import os; os.umask(0)\n{FIRST_START}"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=repository, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return {path.name: path.read_bytes() for path in (folder / "keys").iterdir() if path.is_file()}


@pytest.mark.slow
def test_line_35_the_first_start_makes_keys_that_no_other_installation_has_and_nobody_else_can_read(
    tmp_path: Path, repository: Path
) -> None:
    one, other = _first_start(tmp_path / "one", repository), _first_start(tmp_path / "other", repository)
    assert set(one) >= SECRETS
    for name in SECRETS:
        path = tmp_path / "one" / "keys" / name
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, name
        assert one[name] != other[name], name
        assert len(one[name]) >= 32, name
    assert stat.S_IMODE((tmp_path / "one" / "keys").stat().st_mode) == 0o700
    assert _first_start(tmp_path / "one", repository) == one, "a second start keeps them"


def test_line_35_no_secret_stands_in_the_settings() -> None:
    text = Path(settings.PACKAGE if hasattr(settings, "PACKAGE") else "", "config", "settings.py").read_text()
    for word in ("django-insecure", "changeme", "secret_key = '", 'secret_key = "', "password = '"):
        assert word not in text.lower()
    key = settings.SECRET_KEY
    assert len(key) >= 50
    assert (Path(settings.PARAPH_DATA) / "keys" / "django.key").read_text() == key


def test_line_35_no_key_is_delivered_with_the_source(repository: Path) -> None:
    asked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=repository, capture_output=True, text=True, check=True,
    )  # fmt: skip
    names = [Path(line) for line in asked.stdout.splitlines() if line.startswith("paraph/")]
    assert len(names) > 100
    assert [
        str(one) for one in names if one.suffix in {".key", ".keys", ".pem", ".p12", ".sqlite3", ".env"}
    ] == []
    for one in names:
        if one.suffix in {".py", ".html", ".txt", ".toml"} and (repository / one).exists():
            assert "BEGIN PRIVATE KEY" not in (repository / one).read_text(), one


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PARAPH_ORIGIN", "http://sign.example.com"),
        ("PARAPH_ORIGIN", "sign.example.com"),
        ("PARAPH_ORIGIN", "https://sign.example.com/paraph"),
        ("PARAPH_DEMO", "perhaps"),
    ],
)
def test_line_35_settings_that_would_open_a_door_stop_the_start(
    tmp_path: Path, repository: Path, name: str, value: str
) -> None:
    env = {**os.environ, "PARAPH_DATA": str(tmp_path), name: value}
    done = subprocess.run(
        [sys.executable, "-c", "import paraph.config.settings"],
        cwd=repository, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert name in done.stderr
