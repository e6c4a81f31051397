"""What must be right before Paraph works: database, migrations, keys, static files. Each fault is a sentence."""

from __future__ import annotations

import hashlib
import os
import socket
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from paraph.evidence import keys as log_keys
from paraph.evidence import triggers
from paraph.evidence.models import Checkpoint, Personal, purpose
from paraph.lib import clock, home, keyfile, vault
from paraph.lib.keyfile import KeyFileMissing
from paraph.lib.vault import Vault, VaultClosed
from paraph.operate import place
from paraph.sealing import keys as seal_keys
from paraph.sealing.errors import SealingError
from paraph.signoff.models import Invitation, SealedCopy

FINGERPRINT = ".collected"
VAULT, LINKS = "vault.key", "links.keys"
# Sealed values that the vault's key is tried on, from either end.
TRIED = 3
# PRAGMA synchronous: below 2 (FULL) a power failure loses acknowledged commits (faults.md F4).
SQLITE_FULL = 2


class NotReady(Exception):
    """Paraph cannot start; the text says why and what to do, for the person at the terminal."""


def require_database() -> None:
    """Raise `NotReady` unless the database answers, keeps what it acknowledges, has every migration, and opens.

    What a restore left that was killed is removed on the way.
    """
    if (home.folder() / place.MARK).exists():
        raise NotReady(f"A restore was not finished; {home.folder() / place.MARK} says where the rest is")
    try:
        weak, closed = weaknesses(), unwritable()
        missing = missing_migrations()
    except DatabaseError as problem:
        raise NotReady(f"The database does not answer: {_first_line(problem)}") from problem
    if weak:
        raise NotReady("The database could lose acknowledged signatures: " + "; ".join(weak))
    if closed:
        raise NotReady(closed)
    if missing:
        raise NotReady(f"{len(missing)} migrations are missing ({missing[0]} …). Run: paraph migrate")
    if fault := vault_fault():
        raise NotReady(fault)
    place.from_environment().tidy()


def missing_migrations() -> list[str]:
    """Names of the migrations that the database lacks. It may have newer ones: those of the next release (F23)."""
    lacking = _shipped() - set(MigrationRecorder(connection).applied_migrations())
    return sorted(f"{app}.{name}" for app, name in lacking)


@cache
def _shipped() -> set[tuple[str, str]]:
    """The migrations of this release, by app and name."""
    return set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def make_keys() -> list[str]:
    """Make the installation's keys where there are none yet; return what was made.

    Keys that are missing although something was signed with them are never replaced: that would be another
    installation. They are faults, see `key_faults`. Raises `NotReady` when the vault's key is gone.
    """
    folder, made = home.keys(), []
    if fault := vault_fault():
        raise NotReady(fault)
    if not (folder / LINKS).exists() and Invitation.objects.exists():
        made.append("a new link key, because links.keys was missing: links sent before no longer open")
    vault.create(folder / VAULT)
    home.links()
    if not (folder / log_keys.PRIVATE_FILE).exists() and not Checkpoint.objects.exists():
        log_keys.create(folder)
        made.append("log key")
    if not _seal_files(folder) and not SealedCopy.objects.exists():
        name = urlsplit(settings.PARAPH_ORIGIN).hostname or "Paraph"
        seal_keys.create(folder, name=name, at=clock.now())
        made.append("seal and time-stamp keys with their certificates")
    return made


def vault_fault() -> str:
    """What is wrong with the key of the vault, in a sentence; "" when it opens what is stored, or nothing is."""
    path = home.keys() / VAULT
    stored = Personal.objects.exclude(sealed=b"").select_related("entry")
    # The first and the last: one that somebody spoilt is no other key.
    tried = [*stored.order_by("pk")[:TRIED], *stored.order_by("-pk")[:TRIED]]
    if not tried:
        return ""
    try:
        # Not `home.vault`, which remembers: a file that disappeared since is a fault.
        present = Vault(keyfile.read(path))
    except KeyFileMissing:
        return f"{path} cannot be read: names and signatures are unreadable without it. Put it back."
    except ValueError:
        return f"{path} is no key: names and signatures are unreadable with it. Put the right one back."
    if any(_opens(present, one) for one in tried):
        return ""
    return (
        f"{path} is the key of another installation: it opens nothing that is stored. Put the right one back."
    )


def _opens(present: Vault, one: Personal) -> bool:
    try:
        present.open(bytes(one.sealed), purpose=purpose(one.entry))
    except VaultClosed:
        return False
    return True


def key_faults() -> list[str]:
    """What is wrong with the keys, in sentences."""
    folder = home.keys()
    found = [one] if (one := vault_fault()) else []
    if not (folder / LINKS).exists() and Invitation.objects.exists():
        found.append(f"link key: {LINKS} is missing, so links that were sent do not open. Put it back")
    try:
        # Not only `load`, which remembers: a file that disappeared since is a fault.
        keyfile.read(folder / log_keys.PRIVATE_FILE)
        log_keys.load(folder)
    except (keyfile.KeyFileMissing, ValueError) as problem:
        found.append(f"log key: {problem}")
    try:
        seal_keys.load(folder, at=clock.now())
    except SealingError as problem:
        found.append(f"seal keys: {problem}")
    loose = [path.name for path in folder.iterdir() if path.is_file() and is_secret(path) and _is_loose(path)]
    if loose:
        found.append(f"others can read {', '.join(sorted(loose))}; run: chmod 600 in {folder}")
    return found


def trigger_faults() -> list[str]:
    """Missing guards of the ledger, in a sentence."""
    gone = triggers.missing(connection)
    return [f"the ledger is not guarded, triggers are missing: {', '.join(gone)}"] if gone else []


def collect_static() -> bool:
    """Put the static files where they are served from, when they changed since; True when they had."""
    wanted = _fingerprint()
    note = Path(settings.STATIC_ROOT) / FINGERPRINT
    if note.exists() and note.read_text() == wanted:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    note.write_text(wanted)
    return True


def require_free(address: str, port: int) -> None:
    """Raise `NotReady` when nobody could listen there."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except PermissionError as problem:
            raise NotReady(
                f"Port {port} may not be used by this account; choose one above 1023."
            ) from problem
        except OSError as problem:
            raise NotReady(
                f"Port {port} on {address} is busy ({problem.strerror}). Stop the program that listens there, "
                f"or choose another port, for example: PARAPH_PORT={port + 1}"
            ) from problem


def unwritable() -> str:
    """Why nothing can be recorded in the database, in a sentence; "" when it can. Raises DatabaseError."""
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"])
        closed = [one for one in (path, path.parent) if one.exists() and not os.access(one, os.W_OK)]
        return f"{closed[0]} cannot be written by this account; nothing can be signed" if closed else ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery(), current_setting('default_transaction_read_only')")
        standby, read_only = cursor.fetchone()
    if standby:
        return "The database is a standby, which cannot be written; name the primary in DATABASE_URL"
    if read_only == "on":
        return "The database is read-only (default_transaction_read_only); nothing can be signed"
    return ""


def weaknesses() -> list[str]:
    """Settings of the database with which it could lose what it acknowledged. Raises DatabaseError."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous")
            found = [] if cursor.fetchone()[0] >= SQLITE_FULL else ["SQLite's synchronous is below FULL"]
            cursor.execute("PRAGMA journal_mode")
            mode = cursor.fetchone()[0]
            return found if mode == "wal" else [*found, f"SQLite's journal mode is {mode}, not WAL"]
        found = []
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            cursor.execute(f"SHOW {name}")
            if cursor.fetchone()[0] == "off":
                found.append(f"PostgreSQL's {name} is off")
        return found


def _seal_files(folder: Path) -> list[Path]:
    names = [f"{name}{suffix}" for name in seal_keys.FILES for suffix in (".pem", ".key.pem")]
    return [folder / name for name in names if (folder / name).exists()]


def is_secret(path: Path) -> bool:
    """Whether a file in the folder of keys is for its owner alone."""
    return (
        path.suffix in {".key", ".keys"}
        or path.name.endswith(".key.pem")
        or path.name == log_keys.PRIVATE_FILE
    )


def _is_loose(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o077)


def _fingerprint() -> str:
    """Changes when any static file does, or where they go."""
    seen = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            state = os.stat(storage.path(name))
            seen.update(f"{name} {state.st_size} {state.st_mtime_ns}\n".encode())
    return seen.hexdigest()


def _first_line(problem: Exception) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0]
