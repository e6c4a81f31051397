"""`paraph check`: each danger is named in a sentence, with what to do about it; a sound installation is fit for use."""

from __future__ import annotations

import json
import os
import shutil
from collections import namedtuple
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from paraph.evidence import ledger, triggers
from paraph.lib import clock, home
from paraph.operate import checkup, health, online, perils, scratch, startup
from paraph.operate.checkup import FAULT, NOTE, WARNING
from tests.cast import Shop
from tests.delivery.mail_server import free_port

pytestmark = pytest.mark.django_db

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def sound(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with nothing wrong: its data folder."""
    tmp_path.chmod(0o700)
    settings.PARAPH_DATA = tmp_path
    startup.make_keys()
    for name in list(os.environ):
        if perils.OURS.fullmatch(name):
            monkeypatch.delenv(name)
    if connection.vendor == "sqlite":
        Path(connection.settings_dict["NAME"]).chmod(0o600)
    return tmp_path


def told(level: str, *, online: bool = False) -> list[str]:
    """What `check` says on one level."""
    return [one.sentence for one in checkup.look(online=online) if one.level == level]


def one_fault(words: str) -> None:
    faults = told(FAULT)
    assert len(faults) == 1, faults
    assert words in faults[0]


def test_a_sound_installation_is_fit_for_use(sound: Path) -> None:
    assert told(FAULT) == []
    # The role of these tests owns its tables, which is the one warning there is on PostgreSQL.
    assert all("superuser" in one for one in told(WARNING))
    assert checkup.as_text(checkup.look())[-1] == "settings, database and keys are fit for use"


def test_the_worst_comes_first_and_programs_get_json(sound: Path, settings: Any) -> None:
    settings.DEBUG = True
    found = checkup.look()
    assert [one.level for one in found] == sorted((one.level for one in found), key=checkup.ORDER.index)
    assert checkup.as_text(found)[-1] == "not fit for use"
    read = json.loads(checkup.as_json(found))
    assert read["fit"] is False
    assert read["findings"][0] == {"level": "fault", "about": "settings", "sentence": found[0].sentence}


def test_a_check_that_cannot_be_made_is_a_fault(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: Any) -> None:
        raise PermissionError("not yours")

    monkeypatch.setattr(shutil, "disk_usage", broken)
    assert "This could not be checked (disk): not yours" in told(FAULT)


# --- settings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DEBUG", True, "DEBUG is on"),
        ("ALLOWED_HOSTS", ["*"], "ALLOWED_HOSTS lets any name through"),
        ("PARAPH_PROXIES", ["0.0.0.0/0"], "anybody can claim any address"),
        ("PARAPH_PROXIES", ["10.0.0.1", "::/0"], "anybody can claim any address"),
        ("PARAPH_PROXIES", ["10.0.0.0/8", "128.0.0.0/1"], "anybody can claim any address"),
        ("PARAPH_METRICS_TOKEN", "aaaaaaaaaaaaaaaa", "PARAPH_METRICS_TOKEN is no random one"),
        (
            "PARAPH_BOUNCES",
            "imap://me:long-and-random@mail.example.com/INBOX",
            "PARAPH_BOUNCES is sent in clear",
        ),
        (
            "PARAPH_BOUNCES",
            "imaps://me:secret@mail.example.com/INBOX",
            "PARAPH_BOUNCES is one that anybody tries",
        ),
    ],
)
def test_an_open_door_is_a_fault(name: str, value: Any, words: str, sound: Path, settings: Any) -> None:
    setattr(settings, name, value)
    one_fault(words)


def test_a_demo_that_others_can_reach_is_a_fault(sound: Path, settings: Any) -> None:
    settings.PARAPH_DEMO = True
    assert told(FAULT) == []
    settings.PARAPH_ORIGIN, settings.PARAPH_PROXIES = "https://sign.example.com", ["127.0.0.1"]
    one_fault("PARAPH_DEMO lets anybody sign in")


def test_a_demo_that_is_served_as_if_it_were_real_is_a_fault(sound: Path, settings: Any) -> None:
    (sound / scratch.NOTE).write_text("filled")
    one_fault("whose past was played with false times")
    settings.PARAPH_DEMO = True
    assert told(FAULT) == []


def test_line_34_https_without_a_named_proxy_is_a_warning(sound: Path, settings: Any) -> None:
    settings.PARAPH_ORIGIN = "https://sign.example.com"
    assert any("PARAPH_PROXIES names none" in one for one in told(WARNING))
    settings.PARAPH_PROXIES = ["127.0.0.1"]
    assert not any("PARAPH_PROXIES" in one for one in told(WARNING))


def test_a_mail_password_in_clear_is_a_fault(sound: Path, settings: Any) -> None:
    settings.EMAIL_HOST, settings.EMAIL_HOST_PASSWORD = "mail.example.com", "a long and random one"
    one_fault("sent in clear")
    settings.EMAIL_USE_TLS = True
    assert told(FAULT) == []


def test_line_07_links_that_travel_in_clear_are_a_warning(sound: Path, settings: Any) -> None:
    for near in ("localhost", "mail", "10.0.0.5", "127.0.0.1"):
        settings.EMAIL_HOST = near
        assert not any("in clear" in one for one in told(WARNING))
    settings.EMAIL_HOST = "mail.example.com"
    assert any("go to mail.example.com in clear" in one for one in told(WARNING))
    settings.EMAIL_USE_SSL = True
    assert not any("in clear" in one for one in told(WARNING))


def test_a_number_of_web_processes_that_is_none_is_a_fault(
    sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for wrong in ("0", "two"):
        monkeypatch.setenv("PARAPH_WORKERS", wrong)
        one_fault("PARAPH_WORKERS is")


def test_a_database_that_cannot_be_written_is_a_fault_and_stops_the_start(
    sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor == "sqlite":
        monkeypatch.setattr(os, "access", lambda path, mode: False)
    else:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL default_transaction_read_only = on")
    words = "cannot be written" if connection.vendor == "sqlite" else "read-only"
    one_fault(words)
    with pytest.raises(startup.NotReady, match=words):
        startup.require_database()
    (found,) = [one for one in health.look() if one.name == "database"]
    assert found.level == health.Level.FAILED


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("PARAPH_ORIGN", "did you mean PARAPH_ORIGIN?"),
        ("SMTP_PASWORD", "did you mean SMTP_PASSWORD?"),
        ("DATABASE_URI", "did you mean DATABASE_URL?"),
        ("PARAPH_SMTP_PASSWORD_FILE", "did you mean SMTP_PASSWORD"),
        ("PARAPH_PORT_FILE", "is no setting of this version"),
    ],
)
def test_a_slip_of_the_pen_is_named_with_what_was_meant(
    name: str, words: str, sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "1")
    (found,) = [one for one in told(WARNING) if one.startswith(name)]
    assert words in found


def test_what_is_a_setting_is_not_taken_for_a_slip(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known, secrets = perils.names()
    assert {"PARAPH_DATA", "PARAPH_ORIGIN", "SMTP_HOST", "DATABASE_URL", "PARAPH_CRASH_AT"} <= known
    assert {"DATABASE_URL", "SMTP_PASSWORD", "PARAPH_S3_SECRET"} <= secrets < known
    for name in ("PARAPH_WORKERS", "SMTP_PASSWORD_FILE", "PARAPH_TEST_DATABASE_URL", "SMTP_TLS"):
        monkeypatch.setenv(name, "")
    assert not any("no setting" in one for one in told(WARNING))


# --- secrets and files --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("password", ["postgres", "Password", "changeme", "mailer"])
def test_line_35_a_password_that_anybody_tries_first_is_a_fault(
    password: str, sound: Path, settings: Any
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "mailer", password
    one_fault("SMTP_PASSWORD is one that anybody tries first")
    assert password not in " ".join(told(FAULT)).split()


def test_line_35_the_database_and_the_storage_are_looked_at_too(
    sound: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "paraph")
    settings.PARAPH_FILES = {"secret": "minioadmin", "key": "minioadmin"}
    found = list(perils.of_secrets({}))
    assert [level for level, _ in found] == [FAULT, FAULT]
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "nine-char")
    settings.PARAPH_FILES = {}
    ((level, text),) = perils.of_secrets({})
    assert (level, "short" in text) == (WARNING, True)


def test_line_35_a_key_that_was_not_made_by_chance_is_a_fault(sound: Path) -> None:
    (sound / "keys" / "vault.key").write_bytes(b"0123456789" * 4)
    one_fault("vault.key is no random key")
    (sound / "keys" / "vault.key").write_bytes(os.urandom(31))
    one_fault("vault.key is no random key")
    (sound / "keys" / "vault.key").write_bytes(os.urandom(32))
    (sound / "keys" / "links.keys").write_bytes(os.urandom(32).hex().encode() + b"\n" + b"a" * 64)
    one_fault("links.keys is no random key")


def test_secrets_in_files_that_others_can_read_are_named(
    sound: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "password"
    path.write_text("a long and random one")
    path.chmod(0o644)
    monkeypatch.setenv("SMTP_PASSWORD_FILE", str(path))
    assert any(f"chmod 600 {path}" in one for one in told(WARNING))
    path.chmod(0o600)
    assert not any(str(path) in one for one in told(WARNING))


@pytest.mark.parametrize(("name", "mode"), [("", 0o770), ("keys", 0o750), ("keys/seal.key.pem", 0o644)])
def test_folders_and_keys_of_others_are_faults(name: str, mode: int, sound: Path) -> None:
    (sound / name).chmod(mode)
    one_fault(str(sound / name) if "pem" not in name else "others can read seal.key.pem")


def test_a_database_file_that_others_can_read_is_a_fault(sound: Path) -> None:
    if connection.vendor != "sqlite":
        return
    path = Path(connection.settings_dict["NAME"])
    path.chmod(0o644)
    try:
        one_fault("Others can read the database")
    finally:
        path.chmod(0o600)


def test_a_restore_that_was_cut_off_stops_the_start_and_is_named(sound: Path) -> None:
    (sound / "restoring").write_text("A restore was moving in.")
    one_fault("A restore was not finished")
    with pytest.raises(startup.NotReady, match="A restore was not finished"):
        startup.require_database()


# --- database and ledger ------------------------------------------------------------------------------------------


def test_missing_migrations_are_named_with_the_command(sound: Path) -> None:
    MigrationRecorder(connection).record_unapplied("delivery", "0001_outbox")
    one_fault("delivery.0001_outbox …). Run: paraph migrate")


def test_missing_guards_are_named(sound: Path) -> None:
    triggers.remove(connection)
    one_fault("the ledger is not guarded")


def test_a_restored_record_says_what_may_be_missing(sound: Path, shop: Shop) -> None:
    shop.open_order()
    log = shop.organisation.log
    ledger.go_on(log, taken_at=clock.now())
    (found,) = [one for one in told(NOTE) if "restored" in one]
    assert "after its entry 0" in found
    assert "paraph verify" in found


# --- time, disk, storage ------------------------------------------------------------------------------------------


def test_certificates_that_end_soon_are_named(sound: Path) -> None:
    with time_machine.travel(clock.now() + timedelta(days=5 * 365 - 30)):
        assert any("seal.pem is valid for" in one for one in told(WARNING))


def test_a_clock_behind_the_ledger_is_a_fault(sound: Path, shop: Shop) -> None:
    shop.open_order()
    with time_machine.travel(clock.now() - timedelta(hours=1)):
        faults = told(FAULT)
    assert any("behind the newest entry" in one or "apart" in one for one in faults)


@pytest.mark.parametrize(
    ("free", "level", "words"),
    [(100 << 20, FAULT, "Only 100 MB"), (3 << 30, WARNING, "nearly full"), (20 << 30, "", "")],
)
def test_a_disk_that_is_nearly_full_is_named(
    free: int, level: str, words: str, sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1 << 40, (1 << 40) - free, free))
    found = [one for one in checkup.look() if one.about == "disk"]
    assert [one.level for one in found] == ([level] if level else [])
    assert all(words in one.sentence for one in found)


def test_storage_that_does_not_answer_is_a_fault(sound: Path, settings: Any) -> None:
    settings.PARAPH_FILES = {
        "name": "paraph-bucket",
        "prefix": "",
        "endpoint": f"http://127.0.0.1:{free_port()}",
        "region": "eu-west-1",
        "key": "AKIAPARAPH",
        "secret": "a long and random one",
        "lock": "",
        "days": 0,
    }
    one_fault("s3://paraph-bucket does not answer")


# --- asking others ------------------------------------------------------------------------------------------------


@pytest.fixture
def mail_server(settings: Any) -> Iterator[None]:
    controller = Controller(Sink(), hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "paraph.delivery.smtp.SmtpBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield
    controller.stop()


def test_a_mail_server_that_lets_us_in_is_no_fault(sound: Path, mail_server: None) -> None:
    assert told(FAULT, online=True) == []


def test_a_mail_server_that_is_away_is_a_fault_when_asked(sound: Path, settings: Any) -> None:
    settings.EMAIL_BACKEND = "paraph.delivery.smtp.SmtpBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    assert told(FAULT) == []
    (fault,) = told(FAULT, online=True)
    assert f"127.0.0.1:{settings.EMAIL_PORT} does not let us in" in fault


def test_a_clock_unlike_those_of_others_is_a_fault(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    monkeypatch.setattr(online, "_told", lambda: iter([("the other", now + timedelta(minutes=2))]))
    ((level, text),) = online.clocks()
    assert level == FAULT
    assert "s behind that of the other" in text
    monkeypatch.setattr(online, "_told", lambda: iter([("the other", now)]))
    assert list(online.clocks()) == []
    monkeypatch.setattr(online, "_told", lambda: iter([]))
    ((level, text),) = online.clocks()
    assert (level, "No other clock" in text) == (NOTE, True)
    assert home.folder() == sound
