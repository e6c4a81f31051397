"""`paraph backup`: database, files and keys of a running installation in one verified archive (docs/operate/backup.md).

The order makes it consistent. First one moment of the database is held, without holding up anybody who writes; then
what that moment needs is read: keys and blobs only ever grow, and a blob is durable before a row names it.
"""

from __future__ import annotations

import base64
import gzip
import importlib.metadata
import json
import platform
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from paraph.evidence import ledger
from paraph.evidence.models import Log
from paraph.lib import clock, home
from paraph.lib.blobs import BlobMissing
from paraph.lib.keyfile import KeyFileMissing
from paraph.lib.one_moment import one_moment
from paraph.operate import archive, bring_back, dump
from paraph.operate.archive import BadArchive, Writer

FORMAT = bring_back.FORMAT
# Who is signed in, and what processes told a moment ago, is of the running installation alone.
LEFT_OUT = frozenset({"sessions.Session", "people.OpenSession", "config.Note"})
# Columns that hold the digest of a blob; so do those whose name ends in `_blob`.
BLOBS = frozenset({"blob", "xml"})
# How hard gzip works on the tables: the level after which more time hardly makes them smaller.
SQUEEZE = 1
README = """\
This is a backup of a Paraph installation, taken at {at}.

  tar xf FILE && sha256sum -c SHA256SUMS      checks it
  paraph restore FILE                         makes an installation of it

MANIFEST.json   versions, migrations, number of rows, the head of each ledger
tables/         rows of each table as gzipped lines of JSON; columns in MANIFEST.json
blobs/          sealed copies and large attachments, each named by its SHA-256
keys/           every secret of the installation: who has them can sign as it, and read everything
"""


class Incomplete(Exception):
    """The archive was written, but the installation lacks files that it should have; a sentence."""


@dataclass
class Progress:
    """What is done, told on standard error: over one line at a terminal, else a line every ten seconds."""

    _told: float = field(default_factory=time.monotonic)

    def step(self, what: str, done: int, of: int) -> None:
        """Say how far it is, unless it was said a moment ago."""
        now, terminal = time.monotonic(), sys.stderr.isatty()
        if done < of and now - self._told < (0.2 if terminal else 10):
            return
        self._told = now
        end = "\n" if done >= of or not terminal else ""
        print(
            f"{chr(13) if terminal else ''}{what}: {done:,} of {of:,}", end=end, file=sys.stderr, flush=True
        )


def backup(path: Path, passphrase: str, *, blobs: bool = True) -> dict[str, Any]:
    """Write the archive and return its manifest.

    `path` must not exist. Without `blobs` the archive only lists them: for files in a bucket that is kept by itself.
    Raises FileExistsError, OSError when there is no room, `BadArchive` when what was written cannot be read back, and
    `Incomplete` at the end when blobs that the database names are missing or damaged; the archive is then there.
    """
    # Before the moment itself: whatever was acknowledged until then is in the archive.
    at = clock.now()
    with archive.writing(path, passphrase, at.timestamp()) as writer:
        writer.add(archive.README, README.format(at=clock.iso(at)).encode())
        with one_moment():
            manifest = _contents(writer, at, whole=blobs)
        writer.add(archive.MANIFEST, json.dumps(manifest, indent=1).encode())
        print("reading it back", file=sys.stderr, flush=True)
    if bad := [*manifest["blobs"]["missing"], *manifest["blobs"]["damaged"]]:
        raise Incomplete(
            f"{path} was written, but {len(bad)} files that this installation should have are missing or damaged "
            f"({bad[0]} …). Bring them back from an older backup."
        )
    return manifest


def _contents(writer: Writer, at: datetime, *, whole: bool) -> dict[str, Any]:
    """Write everything but the manifest, and return that. The first read fixes the moment."""
    applied = sorted(MigrationRecorder(connection).applied_migrations())
    _require_known(applied)
    logs = [_head(one) for one in Log.objects.order_by("name")]
    keys = {one.name: writer.add(f"keys/{one.name}", one.read_bytes()) for one in _keys()}
    tables = list(_tables(writer))
    return {
        "format": FORMAT,
        "taken_at": clock.iso(at),
        "origin": settings.PARAPH_ORIGIN,
        "versions": _versions(),
        "migrations": [list(one) for one in applied],
        "left_out": sorted(LEFT_OUT),
        "tables": tables,
        "logs": logs,
        "blobs": _blobs(writer, whole=whole),
        "keys": keys,
    }


def _require_known(applied: list[tuple[str, str]]) -> None:
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    if newer := [one for one in applied if one not in known]:
        raise BadArchive(
            f"The database is of a newer version ({'.'.join(newer[0])}), with columns this one would leave out. "
            "Take the backup with that version."
        )


def kept_models(registry: Any) -> list[dump.Model]:
    """The models whose tables a backup holds, in the order in which their rows can be loaded."""
    found = registry.get_models(include_auto_created=True)
    chosen = [one for one in found if one._meta.managed and not one._meta.proxy]
    return dump.in_order(one for one in chosen if one._meta.label not in LEFT_OUT)


def version() -> str:
    """The version of Paraph."""
    return importlib.metadata.version("paraph")


def _tables(writer: Writer) -> Iterator[dict[str, Any]]:
    models, progress, done = kept_models(apps), Progress(), 0
    counts = {one: one._base_manager.count() for one in models}
    total = sum(counts.values())
    for model in models:
        table, rows, number = model._meta.db_table, 0, 0
        for number, (count, lines) in enumerate(dump.parts(model, connection.alias), start=1):
            writer.add(f"tables/{table}/{number:06}.jsonl.gz", gzip.compress(lines, SQUEEZE, mtime=0))
            rows, done = rows + count, done + count
            progress.step("rows", done, total)
        yield {
            "model": model._meta.label,
            "table": table,
            "columns": [one.column for one in dump.columns(model)],
            "rows": rows,
            "parts": number,
        }


def _blobs(writer: Writer, *, whole: bool) -> dict[str, Any]:
    store, progress, size, count = home.blobs(), Progress(), 0, 0
    digests, damaged = list(store.digests()), list[str]()
    missing = sorted(set(named()) - set(digests))
    for digest in digests if whole else ():
        try:
            content = store.get(digest)
        except BlobMissing:
            damaged.append(digest)
            continue
        writer.add(f"blobs/{digest[:2]}/{digest[2:]}", content)
        size, count = size + len(content), count + 1
        progress.step("files", count, len(digests))
    if not whole:
        writer.add("blobs/list.txt", "".join(f"{one}\n" for one in digests).encode())
        count = len(digests)
    return {
        "where": str(store),
        "whole": whole,
        "count": count,
        "bytes": size,
        "missing": missing,
        "damaged": damaged,
    }


def named() -> Iterator[str]:
    """Digests of the blobs that rows name, in columns called as `BLOBS` says."""
    for model in kept_models(apps):
        names = [one.name for one in model._meta.concrete_fields]
        for name in (one for one in names if one in BLOBS or one.endswith("_blob")):
            rows = model._base_manager.exclude(**{name: ""}).values_list(name, flat=True)
            yield from filter(None, rows.iterator(dump.CHUNK))


def _keys() -> list[Path]:
    return sorted(one for one in home.keys().iterdir() if one.is_file() and not one.name.startswith("."))


def _head(log: Log) -> dict[str, Any]:
    """The head of a ledger, signed: nothing but what the entries in the archive lead to."""
    head = ledger.tree_head(log)
    try:
        signer = ledger.signer(log.origin)
    except KeyFileMissing:
        signer = None  # the backup of an installation that lost its log key is better than none
    return {
        "log": str(log.name),
        "origin": log.origin,
        "entries": log.size,
        "root": base64.b64encode(head.root).decode(),
        "last_at": clock.iso(log.last_at) if log.last_at else None,
        "checkpoint": head.sign(signer) if signer else None,
        "vkey": signer.verifier.vkey() if signer else None,
    }


def _versions() -> dict[str, str]:
    return {
        "paraph": version(),
        "django": django.get_version(),
        "python": platform.python_version(),
        "database": connection.vendor,
    }
