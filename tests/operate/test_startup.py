"""Paraph starts only where it would keep what it acknowledges, and says in a sentence what is wrong."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from paraph.lib import home
from paraph.operate import startup
from paraph.operate.startup import NotReady
from paraph.sealing import keys as seal_keys
from tests import cast
from tests.cast import Shop


@pytest.fixture
def fresh_folder(settings: Any, tmp_path: Path) -> Path:
    """A data folder nobody used yet."""
    settings.PARAPH_DATA = tmp_path
    return tmp_path


@pytest.mark.django_db
def test_the_database_of_these_tests_is_fit_for_use() -> None:
    startup.require_database()
    assert startup.trigger_faults() == []


@pytest.mark.django_db(transaction=True)
def test_F4_F5_a_database_that_may_lose_acknowledged_work_is_refused() -> None:
    weaken, mend = {
        "sqlite": ("PRAGMA synchronous=NORMAL", "PRAGMA synchronous=FULL"),
        "postgresql": ("SET synchronous_commit = off", "RESET synchronous_commit"),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(weaken)
        try:
            with pytest.raises(NotReady, match="could lose acknowledged signatures"):
                startup.require_database()
        finally:
            cursor.execute(mend)


@pytest.mark.django_db
def test_a_database_without_every_migration_is_refused_with_the_command_to_run() -> None:
    MigrationRecorder(connection).record_unapplied("delivery", "0001_outbox")
    with pytest.raises(NotReady, match="paraph migrate"):
        startup.require_database()


@pytest.mark.django_db
def test_line_35_the_first_start_makes_the_keys_and_no_later_one_replaces_them(fresh_folder: Path) -> None:
    assert len(startup.make_keys()) == 2
    assert startup.key_faults() == []
    before = {path.name: path.read_bytes() for path in home.keys().iterdir()}
    assert all(path.stat().st_mode & 0o077 == 0 for path in home.keys().glob("*.key*"))
    assert startup.make_keys() == []
    assert {path.name: path.read_bytes() for path in home.keys().iterdir()} == before


@pytest.mark.django_db
def test_F20_keys_that_signed_something_are_never_made_anew(shop: Shop, fresh_folder: Path) -> None:
    startup.make_keys()
    cast.signed(shop, shop.open_order(lines=3))
    for path in [*home.keys().glob("seal*"), *home.keys().glob("tsa*"), home.keys() / "log.pem"]:
        path.unlink()
    assert startup.make_keys() == []
    faults = startup.key_faults()
    assert any("log.pem" in fault for fault in faults)
    assert any("seal" in fault for fault in faults)


@pytest.mark.django_db
def test_a_lost_vault_key_stops_the_start_and_a_lost_link_key_is_said(shop: Shop, fresh_folder: Path) -> None:
    startup.make_keys()
    shop.invite(shop.open_order())
    kept = (home.keys() / "vault.key").read_bytes()
    for name in ("vault.key", "links.keys"):
        (home.keys() / name).unlink()
    with pytest.raises(startup.NotReady, match=r"vault\.key cannot be read"):
        startup.make_keys()
    with pytest.raises(startup.NotReady, match=r"vault\.key cannot be read"):
        startup.require_database()
    assert any("vault.key" in fault for fault in startup.key_faults())
    assert not (home.keys() / "vault.key").exists()
    (home.keys() / "vault.key").write_bytes(b"v" * 32)
    with pytest.raises(startup.NotReady, match="another installation"):
        startup.require_database()
    (home.keys() / "vault.key").write_bytes(kept)
    assert any("links.keys is missing" in fault for fault in startup.key_faults())
    assert any("links sent before no longer open" in made for made in startup.make_keys())


@pytest.mark.django_db
def test_a_half_set_of_keys_is_a_fault_and_is_left_alone(fresh_folder: Path) -> None:
    startup.make_keys()
    (home.keys() / "seal.key.pem").unlink()
    assert startup.make_keys() == []
    assert any("seal.key.pem is missing" in fault for fault in startup.key_faults())
    assert set(seal_keys.FILES) <= {path.name.split(".")[0] for path in home.keys().iterdir()}


@pytest.mark.django_db
def test_a_secret_that_others_can_read_is_a_fault(fresh_folder: Path) -> None:
    startup.make_keys()
    (home.keys() / "seal.key.pem").chmod(0o644)
    assert any("others can read seal.key.pem" in fault for fault in startup.key_faults())


def test_a_busy_port_is_named_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(NotReady, match=f"Port {port} .* PARAPH_PORT={port + 1}"):
            startup.require_free("127.0.0.1", port)
    startup.require_free("127.0.0.1", port)


def test_static_files_are_collected_when_they_changed(settings: Any, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.css").write_text("p { color: black }")
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    assert startup.collect_static()
    assert (settings.STATIC_ROOT / "a.css").exists()
    assert not startup.collect_static()
    (source / "b.css").write_text("")
    assert startup.collect_static()
