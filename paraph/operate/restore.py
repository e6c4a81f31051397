"""`paraph restore`: an installation from an archive of `paraph backup`, of this version or an earlier one.

An empty database, of either kind, is brought to the migrations the archive was written under, the rows are loaded as
the models were then, and the migrations since do the rest, as with an installation that is updated. Then everything is
verified, and each ledger goes on as another tree (`evidence.epochs`): what was recorded later may exist outside.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from paraph.evidence import audit, epochs, ledger
from paraph.evidence.models import Entry, Log
from paraph.lib import clock, home, migrating
from paraph.lib.blobs import Blobs
from paraph.lib.keyfile import KeyFileMissing
from paraph.operate import archive, backup, dump, startup
from paraph.operate.archive import BadArchive
from paraph.operate.backup import Progress
from paraph.operate.recollection import Kept

# Foreign keys, which are then checked all at once, and indexes that nothing depends on: (away, back).
POSTGRESQL_WEIGHT = """
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
  FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
UNION ALL
SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
  FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
 WHERE NOT indisunique AND relnamespace = current_schema()::regnamespace
"""


@dataclass
class Report:
    """What the person at the terminal is told at the end."""

    taken_at: datetime
    entries: dict[str, int] = field(default_factory=dict)
    known_until: dict[str, int] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def sentences(self) -> Iterator[str]:
        """One line each."""
        yield f"Restored as of {clock.iso(self.taken_at)}."
        for origin, entries in self.entries.items():
            known = self.known_until.get(origin)
            tail = f"; receipts show that there were entries up to {known} at least" if known else ""
            last = f"after its entry {entries - 1}" if entries else "in it"
            yield f"What was recorded {last} in {origin} may be missing here{tail}."
        for digest in self.missing:
            yield f"The file {digest} is not in the archive, and the installation should have it."
        yield from self.unread
        yield "Ask customers for receipts newer than that, and compare: paraph verify FILE …"


def load(path: Path, passphrase: str, manifest: dict[str, Any], kept: list[Kept]) -> Report:
    """Fill the empty installation that the settings name, and verify it. `kept` are receipts that others hold.

    Raises `BadArchive`: written by a newer version, rows that do not fit, or a record that does not verify.
    """
    _hasten()
    models = _prepare(manifest)
    put_back = _lighten()
    _fill(path, passphrase, manifest, models)
    _count(manifest, models)
    _settle(put_back, list(models.values()))
    # In a release that is newer than the archive; it also makes what Django itself keeps about the models.
    with migrating.quickly():
        call_command("migrate", interactive=False, verbosity=0)
    report = Report(clock.parse(manifest["taken_at"]))
    _verify(manifest, kept, report)
    for one in Log.objects.order_by("name"):
        known = report.known_until.get(one.origin)
        report.entries[one.origin] = one.size - _begin(one)
        ledger.go_on(one.name, taken_at=report.taken_at, known_until=known)
    _last(connection.vendor)
    return report


def _prepare(manifest: dict[str, Any]) -> dict[str, dump.Model]:
    """Migrate to where the archive was; return the models of that time by label, their tables empty."""
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    applied = {(app, name) for app, name in manifest["migrations"]}
    if unknown := sorted(applied - set(graph.nodes)):
        raise BadArchive(
            f"The archive was written by Paraph {manifest['versions']['paraph']}, which knows more than this version "
            f"({'.'.join(unknown[0])}). Install that version, or a later one."
        )
    ends = [
        node
        for node in applied
        if not any(
            child.key in applied and child.key[0] == node[0] for child in graph.node_map[node].children
        )
    ]
    with migrating.quickly():
        state = executor.migrate(sorted(ends))
    state.clear_delayed_apps_cache()
    known = {one._meta.label_lower: one for one in state.apps.get_models(include_auto_created=True)}
    models = {}
    for table in manifest["tables"]:
        model = known.get(table["model"].lower())
        if model is None or not {one.column for one in dump.columns(model)} >= set(table["columns"]):
            raise BadArchive(f"The archive has a table that its migrations do not make: {table['table']}")
        models[table["table"]] = model
    with connection.cursor() as cursor:
        for table in reversed(models):
            # What migrations filled in by themselves is in the archive too, and may have changed since.
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608 - names of our models
    return models


def _fill(path: Path, passphrase: str, manifest: dict[str, Any], models: dict[str, dump.Model]) -> None:
    told = {one["table"]: one for one in manifest["tables"]}
    progress, done, total = Progress(), 0, sum(one["rows"] for one in told.values())
    files = 0
    for one in archive.members(path, passphrase):
        kind, _, rest = one.name.partition("/")
        if kind == "tables":
            table = rest.partition("/")[0]
            names, model = told[table]["columns"], models[table]
            values = list(dump.rows(gzip.decompress(one.content), model, names, connection))
            with transaction.atomic():
                dump.insert(model, names, values, connection)
            done += len(values)
            progress.step("rows", done, total)
        elif kind == "blobs" and manifest["blobs"]["whole"]:
            _keep(rest.replace("/", ""), one.content)
            files += 1
            progress.step("files", files, manifest["blobs"]["count"])


def _keep(digest: str, content: bytes) -> None:
    if hashlib.sha256(content).hexdigest() != digest:
        raise BadArchive(f"The file {digest} in the archive is another one")
    store = home.blobs()
    if not isinstance(store, Blobs):
        store.put(content)
        return
    # Everything is made durable at once at the end: a call for each of many small files takes minutes.
    place = store.path(digest)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)


def _count(manifest: dict[str, Any], models: dict[str, dump.Model]) -> None:
    for table in manifest["tables"]:
        found = models[table["table"]]._base_manager.count()
        if found != table["rows"]:
            raise BadArchive(f"{table['table']} has {found} rows, and {table['rows']} were backed up")


def _verify(manifest: dict[str, Any], kept: list[Kept], report: Report) -> None:
    """The ledger by its own signatures, the blobs by the ledger, the keys by both."""
    heads = {one.name: one for one in Log.objects.all()}
    if {str(name) for name in heads} != {one["log"] for one in manifest["logs"]}:
        raise BadArchive("The ledgers in the archive are not those its manifest names")
    beyond = set(kept)
    for told in manifest["logs"]:
        print(f"verifying {told['origin']}", file=sys.stderr, flush=True)
        head = next(one for one in heads.values() if str(one.name) == told["log"])
        here = [one for one in kept if one.origin == head.origin and one.size <= head.size - _begin(head)]
        _verify_log(head, told, here)
        later = [one for one in kept if one.origin == head.origin and one not in here]
        if later:
            report.known_until[head.origin] = max(one.verified() for one in later)
        beyond -= {*here, *later}
    report.unread += [f"{one.name} is of another ledger: {one.origin}" for one in beyond]
    report.missing = missing_blobs()
    if faults := startup.key_faults():
        report.unread += [f"The keys are not in order: {one}" for one in faults]


def _verify_log(head: Log, told: dict[str, Any], kept: list[Kept]) -> None:
    root = base64.b64encode(ledger.tree_head(head).root).decode()
    if (head.origin, head.size, root) != (told["origin"], told["entries"], told["root"]):
        raise BadArchive(f"The head of {head.origin} is not the one its manifest names")
    try:
        wrong = audit.verify_log(
            head.name,
            checkpoints=[*filter(None, [told["checkpoint"]]), *(one.note for one in kept)],
            receipts=[one.receipt for one in kept if one.receipt],
        )
    except KeyFileMissing as problem:
        raise BadArchive(f"The archive has no log key, so nothing can be verified: {problem}") from problem
    if wrong := [one for one in wrong if not one.lost]:
        raise BadArchive(f"{head.origin} does not verify: {wrong[0].text} (entry {wrong[0].first})")


def missing_blobs() -> list[str]:
    """Blobs that rows or the ledger name and that are not there."""
    store, wanted = home.blobs(), set(backup.named())
    sealed = Entry.objects.filter(kind="copy.sealed").order_by("pk")
    wanted |= {one.content["fact"]["digest"].removeprefix("sha256:") for one in sealed.iterator(dump.CHUNK)}
    return sorted(wanted - set(store.digests()))


def _begin(head: Log) -> int:
    return epochs.start(head.origin)


def _hasten() -> None:
    """Nothing needs to be durable yet: a restore that was cut off begins anew."""
    hurry = {
        "sqlite": ("PRAGMA synchronous = OFF", "PRAGMA cache_size = -65536"),
        "postgresql": ("SET synchronous_commit = off",),
    }[connection.vendor]
    with connection.cursor() as cursor:
        for statement in hurry:
            cursor.execute(statement)


def _lighten() -> list[str]:
    """Take away what makes loading slow; return the statements that put it back."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE INDEX%'"
            )
            found = [(f'DROP INDEX "{name}"', sql) for name, sql in cursor.fetchall()]
        else:
            cursor.execute(POSTGRESQL_WEIGHT)
            found = cursor.fetchall()
        for away, _ in found:
            cursor.execute(away, None)
    return [back for _, back in found]


def _settle(put_back: list[str], models: list[dump.Model]) -> None:
    """Put back what `_lighten` took away, which checks every foreign key, and let numbering go on."""
    with connection.cursor() as cursor:
        for number, statement in enumerate(put_back, start=1):
            cursor.execute(statement, None)
            Progress().step("indexes", number, len(put_back))
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA foreign_key_check")
            if bad := cursor.fetchone():
                raise BadArchive(f"A row of {bad[0]} points at one that is not in the archive")
            cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("ANALYZE")


def _last(vendor: str) -> None:
    """Everything is durable from here on."""
    if vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous = FULL")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    os.sync()
