"""The restore drill: what was backed up comes back, on either database, whole or not at all."""

from __future__ import annotations

import gzip
import json
import re
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from moto.server import ThreadedMotoServer

from paraph.evidence.models import Entry, Log
from paraph.lib import home
from paraph.lib.bucket import Bucket
from paraph.operate import archive, backup
from paraph.operate.archive import BadArchive
from paraph.signoff.models import SealedCopy, Signature
from tests import cast
from tests.automation.test_runner import child_environment
from tests.cast import Shop

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    # moto's own, about what it is built on.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

PASSPHRASE = "correct horse battery staple"
# A restore adds to these: the new tree of each ledger.
GROWS = {"evidence_log", "evidence_entry", "evidence_checkpoint"}
FROZEN = Path(__file__).parents[1] / "vectors" / "backups"
FROZEN_PASSPHRASE = "an archive that is never changed"  # of a demo; its keys sign for nobody


class Elsewhere:
    """Another installation: a folder, and a database of either kind."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.folder = folder
        self.more: dict[str, str] = {}
        self.url = url or f"sqlite:///{folder}/paraph.sqlite3"

    def run(self, *words: str, **changes: Any) -> subprocess.CompletedProcess[str]:
        """A command of it, in a process of its own."""
        env = child_environment(PARAPH_DATA=str(self.folder), DATABASE_URL=self.url, **self.more)
        command = [sys.executable, "-m", "paraph.config.cli", *words]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False, **changes)

    def fill(self) -> None:
        """Make a table in its database."""
        if self.url.startswith("sqlite"):
            path = Path(urlsplit(self.url).path)
            path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(path)) as one:
                one.execute("CREATE TABLE mine (id integer)")
            return
        with psycopg.connect(self.url) as two:
            two.execute("CREATE TABLE mine (id integer)")

    def works(self) -> None:
        """Old things can be read and new ones done, and everything verifies."""
        env = child_environment(PARAPH_DATA=str(self.folder), DATABASE_URL=self.url)
        command = [sys.executable, "-c", AT_WORK]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def told(self, *words: str) -> str:
        """What a command that succeeds prints."""
        done = self.run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def elsewhere(tmp_path: Path) -> Elsewhere:
    """An empty place, with SQLite."""
    return Elsewhere(tmp_path / "elsewhere")


@pytest.fixture
def here() -> Elsewhere:
    """The installation of this test."""
    found = child_environment()
    return Elsewhere(Path(found["PARAPH_DATA"]), found["DATABASE_URL"])


@pytest.fixture
def same_database(tmp_path: Path) -> Iterator[Elsewhere]:
    """An empty place, with a database of the kind of this test."""
    if connection.vendor == "sqlite":
        yield Elsewhere(tmp_path / "another", f"sqlite:///{tmp_path}/database/in-a-folder.db")
        return
    name = f"restore_{uuid4().hex[:8]}"
    parts = urlsplit(child_environment()["DATABASE_URL"])
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    yield Elsewhere(tmp_path / "another", urlunsplit(parts._replace(path=f"/{name}")))
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def s3() -> Iterator[str]:
    """A file storage by others, empty."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def busy(shop: Shop, rival: Shop) -> Shop:
    """Two organisations; a signed order, one half decided, one with a comment in three scripts."""
    cast.signed(shop, shop.open_order(lines=3, title="Größe 3 · ćevapi · 漢字 · \u2028 ' \" \\ %s"))
    cast.approve(shop.invite(shop.open_order(lines=2)), [1])
    rival.open_order(lines=1)
    return shop


def taken(path: Path, passphrase: str = "", **words: Any) -> dict[str, Any]:
    """A backup of this test's installation."""
    return backup.backup(path, passphrase, **words)


def tables(path: Path, passphrase: str = "") -> dict[str, list[Any]]:
    """The rows in an archive, by table."""
    found: dict[str, list[Any]] = {}
    for one in archive.members(path, passphrase):
        if one.name.startswith("tables/"):
            lines = gzip.decompress(one.content).splitlines()
            found.setdefault(one.name.split("/")[1], []).extend(json.loads(line) for line in lines)
    return found


def files(path: Path, kind: str) -> dict[str, bytes]:
    return {one.name: one.content for one in archive.members(path, "") if one.name.startswith(f"{kind}/")}


AT_WORK = """
import django; django.setup()
from paraph.operate import startup
from paraph.evidence import audit, ledger
from paraph.evidence.models import Log
from paraph.people.models import Organisation
from paraph.signoff.models import SealedCopy, Signature
from tests import cast
from tests.cast import Shop
startup.require_database()
assert startup.key_faults() == [] == startup.trigger_faults()
for copy in SealedCopy.objects.all(): copy.read()
for one in Signature.objects.all(): assert one.record["signer"]["name"]
shop = cast.make_shop("Nieuw", "nieuw.example")
cast.signed(shop, shop.open_order(lines=3))
old = Organisation.objects.get(name="Vliegwerk")
from paraph.people.models import Member
from paraph.work.models import WorkOrder
from paraph.work import comments
order = WorkOrder.objects.filter(organisation=old).first()
comments.add(order, None, text="Nog iets", by=Member.objects.filter(organisation=old).first().actor)
for log in Log.objects.all(): assert audit.verify_log(log.name) == [], log
"""


# --- the drill ----------------------------------------------------------------------------------------------------


def test_restore_drill_everything_comes_back_on_both_databases(
    busy: Shop, elsewhere: Elsewhere, same_database: Elsewhere, tmp_path: Path
) -> None:
    first, second, third = (tmp_path / f"{number}.tar" for number in (1, 2, 3))
    manifest = taken(first)
    told = elsewhere.told("restore", str(first))
    assert f"Restored as of {manifest['taken_at']}." in told
    assert told.count("may be missing here") == 2
    assert "nothing was changed" in elsewhere.told("verify")
    elsewhere.told("backup", str(second))
    elsewhere.works()
    same_database.told("restore", str(second))
    assert "nothing was changed" in same_database.told("verify")
    same_database.told("backup", str(third))
    before, after, last = tables(first), tables(second), tables(third)
    for table in before.keys() | after.keys() | last.keys():
        if table in GROWS:
            kept = [row for row in before[table] if table != "evidence_log"]
            assert all(row in after[table] and row in last[table] for row in kept), table
        else:
            assert before.get(table) == after.get(table) == last.get(table), table
    assert len(after["evidence_entry"]) == len(before["evidence_entry"]) + 2
    assert len(last["evidence_entry"]) == len(before["evidence_entry"]) + 4
    assert files(first, "blobs") == files(second, "blobs") == files(third, "blobs") != {}
    keys = files(first, "keys")
    assert {name: content for name, content in files(third, "keys").items() if name in keys} == {
        **keys,
        "keys/log.vkey": files(third, "keys")["keys/log.vkey"],
    }
    assert files(third, "keys")["keys/log.vkey"].startswith(keys["keys/log.vkey"])


@pytest.mark.parametrize("path", sorted(FROZEN.glob("*.tar.age")), ids=lambda one: one.name)
def test_an_archive_of_an_earlier_version_is_restored_into_this_one(
    path: Path, same_database: Elsewhere, tmp_path: Path
) -> None:
    (tmp_path / "passphrase").write_text(FROZEN_PASSPHRASE)
    same_database.told("restore", str(path), "--passphrase-file", str(tmp_path / "passphrase"))
    assert "nothing was changed" in same_database.told("verify")
    assert "fit for use" in same_database.told("check")
    same_database.told("backup", str(tmp_path / "now.tar"))
    old, new = tables(path, FROZEN_PASSPHRASE), tables(tmp_path / "now.tar")
    assert len(old["evidence_entry"]) == len(new["evidence_entry"]) - 1 > 40
    assert len(old["work_workorder"]) == len(new["work_workorder"]) > 2
    assert files(tmp_path / "now.tar", "blobs")


def test_there_is_an_archive_of_an_earlier_version() -> None:
    assert list(FROZEN.glob("*.tar.age"))


# --- only into an empty place -------------------------------------------------------------------------------------


def test_a_place_that_is_in_use_is_refused_and_moved_aside_on_request(
    busy: Shop, same_database: Elsewhere, tmp_path: Path
) -> None:
    taken(tmp_path / "one.tar")
    folder = same_database.folder
    (folder / "blobs" / "ab").mkdir(parents=True)
    (folder / "keys").mkdir()
    (folder / "keys" / "django.key").write_text("made by reading the settings, and worth nothing")
    same_database.fill()
    for what, path in (
        ("a database in|tables in", None),
        ("files in", "blobs/ab/cd"),
        ("keys in", "keys/my.key"),
    ):
        if path:
            (folder / path).write_text("mine")
        refused = same_database.run("restore", str(tmp_path / "one.tar"))
        assert refused.returncode == 1
        assert re.search(f"There are ({what}) .* already. Name an empty place, or", refused.stderr)
    told = same_database.told("restore", "--replace", str(tmp_path / "one.tar"))
    assert "blobs is now" in told
    aside = next(same_database.folder.glob("before_restore_*"))
    assert (aside / "blobs/ab/cd").read_text() == (aside / "keys/my.key").read_text() == "mine"
    if connection.vendor == "postgresql":
        assert f"now in the schema {aside.name}" in told
    else:
        assert list((tmp_path / "database").glob(f"in-a-folder.db.{aside.name}"))
    assert "nothing was changed" in same_database.told("verify")
    left = {one.name for one in same_database.folder.iterdir()}
    assert left == {"keys", "blobs", "in-use.lock", aside.name}


def test_a_place_that_is_being_served_is_left_alone(busy: Shop, elsewhere: Elsewhere, tmp_path: Path) -> None:
    from paraph.operate import scratch

    taken(tmp_path / "one.tar")
    elsewhere.folder.mkdir()
    in_use = scratch.hold(elsewhere.folder)
    refused = elsewhere.run("restore", str(tmp_path / "one.tar"))
    in_use.close()
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "stop it first" in refused.stderr


# --- whole or not at all ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "word", "told"),
    [
        # The topic, to which the leaf does not agree; a log that is not there.
        (7, "order:another", "does not verify: the columns differ from the leaf (entry"),
        (1, "00000000-0000-4000-8000-000000000000", "Nothing was restored."),
    ],
)
def test_an_archive_that_does_not_verify_changes_nothing(
    place: int, word: str, told: str, busy: Shop, same_database: Elsewhere, tmp_path: Path
) -> None:
    """Its sums are right, so that only the ledger itself can tell."""
    taken(tmp_path / "one.tar")
    with archive.writing(tmp_path / "forged.tar", "", 0) as writer:
        for one in archive.members(tmp_path / "one.tar", ""):
            content = one.content
            if one.name.startswith("tables/evidence_entry/"):
                rows = [json.loads(line) for line in gzip.decompress(content).splitlines()]
                rows[3][place] = word
                content = gzip.compress("\n".join(map(json.dumps, rows)).encode())
            if one.name != archive.SUMS:
                writer.add(one.name, content)
    done = same_database.run("restore", str(tmp_path / "forged.tar"))
    assert done.returncode == 1
    assert "Nothing was restored." in done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert {one.name for one in same_database.folder.iterdir()} == {"in-use.lock"}
    if connection.vendor == "postgresql":
        with psycopg.connect(same_database.url) as server:
            found = server.execute(
                "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'restoring%'"
            ).fetchone()
        assert found == (0,)
    else:
        assert list((tmp_path / "database").iterdir()) == []


def test_a_cut_archive_a_wrong_passphrase_and_a_stranger_change_nothing(
    busy: Shop, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    taken(tmp_path / "one.tar.age", PASSPHRASE)
    (tmp_path / "wrong").write_text("correct horse battery stable")
    (tmp_path / "cut.tar.age").write_bytes((tmp_path / "one.tar.age").read_bytes()[:-1000])
    (tmp_path / "right").write_text(PASSPHRASE)
    for name, passphrase, words in (
        ("one.tar.age", "wrong", "the passphrase does not open this file"),
        ("cut.tar.age", "right", "its end is missing"),
        ("wrong", "right", "is no archive"),
        ("absent", "right", "No such file"),
    ):
        done = elsewhere.run("restore", str(tmp_path / name), "--passphrase-file", str(tmp_path / passphrase))
        assert (done.returncode, done.stdout) == (1, ""), name
        assert words in done.stderr
        assert "Traceback" not in done.stderr
        assert {one.name for one in elsewhere.folder.iterdir()} == {"in-use.lock"}


def test_F7_a_backup_for_which_there_is_no_room_leaves_nothing(
    busy: Shop, here: Elsewhere, tmp_path: Path
) -> None:
    limit: Callable[[], None] = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))  # noqa: E731
    (tmp_path / "target").mkdir()
    done = here.run("backup", str(tmp_path / "target" / "one.tar"), preexec_fn=limit)
    assert done.returncode == 1
    assert "There is no backup: " in done.stderr
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "target").iterdir()) == []


def test_a_backup_never_takes_the_place_of_a_file(busy: Shop, tmp_path: Path) -> None:
    (tmp_path / "one.tar").write_text("mine")
    with pytest.raises(FileExistsError):
        taken(tmp_path / "one.tar")
    assert (tmp_path / "one.tar").read_text() == "mine"


def test_an_archive_of_a_newer_version_is_refused(busy: Shop, elsewhere: Elsewhere, tmp_path: Path) -> None:
    taken(tmp_path / "one.tar")
    with archive.writing(tmp_path / "newer.tar", "", 0) as writer:
        for one in archive.members(tmp_path / "one.tar", ""):
            content = one.content
            if one.name == archive.MANIFEST:
                told = json.loads(content)
                told["migrations"].append(["work", "9999_of_the_future"])
                content = json.dumps(told).encode()
            if one.name != archive.SUMS:
                writer.add(one.name, content)
    done = elsewhere.run("restore", str(tmp_path / "newer.tar"))
    assert done.returncode == 1
    assert "knows more than this version (work.9999_of_the_future)" in done.stderr


def test_the_database_of_a_newer_version_is_not_backed_up_with_this_one(busy: Shop, tmp_path: Path) -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_applied("work", "9999_of_the_future")
    try:
        with pytest.raises(BadArchive, match="of a newer version"):
            taken(tmp_path / "one.tar")
    finally:
        recorder.record_unapplied("work", "9999_of_the_future")
    assert list(tmp_path.iterdir()) == []


# --- what is in it ------------------------------------------------------------------------------------------------


def test_the_manifest_says_what_the_archive_holds(busy: Shop, tmp_path: Path) -> None:
    manifest = taken(tmp_path / "one.tar")
    assert json.loads(archive.verify(tmp_path / "one.tar", "")) == manifest
    rows = {one["table"]: one["rows"] for one in manifest["tables"]}
    assert rows["evidence_entry"] == Entry.objects.count()
    assert rows["signoff_signature"] == Signature.objects.count() == 1
    assert {one["log"]: one["entries"] for one in manifest["logs"]} == {
        str(one.name): one.size for one in Log.objects.all()
    }
    for one in manifest["logs"]:
        assert one["checkpoint"].startswith(f"{one['origin']}\n{one['entries']}\n{one['root']}\n\n")
    assert manifest["blobs"]["count"] == len(list(home.blobs().digests()))
    assert set(manifest["keys"]) >= {"log.pem", "vault.key", "links.keys", "seal.key.pem", "django.key"}
    assert "django_session" not in rows, "nobody is signed in on a restored installation"


def test_nothing_of_the_backup_is_written_into_the_installation(busy: Shop, tmp_path: Path) -> None:
    taken(tmp_path / "one.tar")
    before = tables(tmp_path / "one.tar")
    taken(tmp_path / "two.tar")
    assert tables(tmp_path / "two.tar") == before


def test_files_may_stay_where_they_are(busy: Shop, elsewhere: Elsewhere, tmp_path: Path) -> None:
    manifest = taken(tmp_path / "one.tar", blobs=False)
    assert manifest["blobs"]["whole"] is False
    (listed,) = files(tmp_path / "one.tar", "blobs").values()
    assert listed.decode().split() == list(home.blobs().digests())
    told = elsewhere.told("restore", str(tmp_path / "one.tar"))
    copy = SealedCopy.objects.get()
    assert f"The file {copy.blob} is not in the archive" in told


def test_files_move_from_one_bucket_into_another(
    shop: Shop, settings: Any, s3: str, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    words: dict[str, Any] = {
        "endpoint": s3,
        "region": "eu-west-1",
        "key": "AKIAPARAPH",
        "secret": "a long and random one",
    }
    buckets = [Bucket(f"paraph-{uuid4().hex[:12]}", "files", **words) for _ in range(2)]
    for one in buckets:
        where = {"LocationConstraint": "eu-west-1"}
        one._client.create_bucket(Bucket=one.name, CreateBucketConfiguration=where)
    settings.PARAPH_FILES = {"name": buckets[0].name, "prefix": "files", **words}
    cast.signed(shop, shop.open_order(lines=3))
    content = SealedCopy.objects.get().read()
    kept = sorted(buckets[0].digests())
    assert SealedCopy.objects.get().blob in kept
    assert taken(tmp_path / "one.tar")["blobs"]["where"] == f"s3://{buckets[0].name}/files"
    elsewhere.more = {
        "PARAPH_FILES": f"s3://{buckets[1].name}/files",
        "PARAPH_S3_ENDPOINT": s3,
        "PARAPH_S3_REGION": "eu-west-1",
        "PARAPH_S3_KEY": words["key"],
        "PARAPH_S3_SECRET": words["secret"],
    }
    elsewhere.told("restore", str(tmp_path / "one.tar"))
    assert sorted(buckets[1].digests()) == kept
    assert buckets[1].get(SealedCopy.objects.get().blob) == content
    assert "nothing was changed" in elsewhere.told("verify")
    assert "fit for use" in elsewhere.told("check")
    assert not list(elsewhere.folder.glob("blobs/*/*"))


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"changed")])
def test_a_file_that_is_missing_or_damaged_is_said_and_the_rest_is_kept(
    damage: Callable[[Path], Any], busy: Shop, tmp_path: Path
) -> None:
    path: Path = home.blobs().path(SealedCopy.objects.get().blob)  # type: ignore[union-attr]
    content = path.read_bytes()
    damage(path)
    try:
        with pytest.raises(backup.Incomplete, match="missing or damaged"):
            taken(tmp_path / "one.tar")
    finally:
        path.write_bytes(content)
    assert len(tables(tmp_path / "one.tar")["evidence_entry"]) == Entry.objects.count()
    assert path.name not in str(files(tmp_path / "one.tar", "blobs").keys())
