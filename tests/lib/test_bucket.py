"""Files in S3-compatible storage: two independent implementations of it, over HTTP."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from moto.server import ThreadedMotoServer

from paraph.lib import clock
from paraph.lib.blobs import BlobMissing
from paraph.lib.bucket import COMPLIANCE, Bucket, BucketUnreachable
from tests.delivery.mail_server import free_port

pytestmark = [
    pytest.mark.slow,
    # moto's own, about what it is built on.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

WORDS: dict[str, Any] = {"region": "eu-west-1", "key": "AKIAPARAPH", "secret": "a random secret of the test"}


@pytest.fixture(scope="module")
def moto_server() -> Iterator[str]:
    """An S3 with versions and object lock."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def locked(moto_server: str) -> Bucket:
    """An empty bucket with object lock."""
    bucket = Bucket(
        f"paraph-{uuid4().hex[:12]}", "files/of-ours", moto_server, lock=COMPLIANCE, days=30, **WORDS
    )
    bucket._client.create_bucket(
        Bucket=bucket.name,
        CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
        ObjectLockEnabledForBucket=True,
    )
    return bucket


@pytest.fixture(scope="module")
def rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An S3 by other people, on a folder: no versions, no lock, and another reading of the protocol."""
    folder, port = tmp_path_factory.mktemp("rclone"), free_port()
    (folder / "paraph-bucket").mkdir()
    command = [
        str(Path(sys.executable).parent / "rclone"),
        "serve",
        "s3",
        str(folder),
        "--addr",
        f"127.0.0.1:{port}",
    ]
    server = subprocess.Popen(
        [*command, "--auth-key", f"{WORDS['key']},{WORDS['secret']}", "--config", "/dev/null"],
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            try:
                HTTPConnection("127.0.0.1", port, timeout=5).request("GET", "/")
                break
            except OSError:
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(params=["moto", "rclone"])
def bucket(request: pytest.FixtureRequest) -> Bucket:
    """A bucket of either, without object lock."""
    if request.param == "rclone":
        return Bucket("paraph-bucket", uuid4().hex, request.getfixturevalue("rclone"), **WORDS)
    found = Bucket(f"paraph-{uuid4().hex[:12]}", "", request.getfixturevalue("moto_server"), **WORDS)
    found._client.create_bucket(
        Bucket=found.name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    return found


def test_what_was_put_is_got_under_its_digest(bucket: Bucket) -> None:
    content = b"%PDF " + bytes(range(256)) * 900
    digest = bucket.put(content)
    assert digest == sha256(content).hexdigest()
    assert bucket.get(digest) == content
    assert bucket.exists(digest)
    assert list(bucket.digests()) == [digest]
    assert bucket.put(content) == digest, "twice is once"
    assert list(bucket.digests()) == [digest]
    assert bucket.put(b"") == sha256(b"").hexdigest()
    assert bucket.get(sha256(b"").hexdigest()) == b""


def test_what_is_not_there_is_missing_and_no_path_leads_elsewhere(bucket: Bucket) -> None:
    absent = sha256(b"absent").hexdigest()
    assert not bucket.exists(absent)
    for name in (absent, "../../etc/passwd", "A" * 64, ""):
        with pytest.raises(BlobMissing):
            bucket.get(name)


def test_changed_bytes_are_missing_bytes(bucket: Bucket) -> None:
    digest = bucket.put(b"as it was")
    bucket._client.put_object(Bucket=bucket.name, Key=bucket._name(digest), Body=b"as it is now")
    with pytest.raises(BlobMissing, match="gone or were changed"):
        bucket.get(digest)


def test_many_files_are_listed_over_many_pages(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = sorted(bucket.put(f"file {number}".encode()) for number in range(25))
    bucket._client.put_object(Bucket=bucket.name, Key=bucket._start + "notes.txt", Body=b"of somebody else")
    client = bucket._client
    listing = client.list_objects_v2
    monkeypatch.setattr(client, "list_objects_v2", lambda **words: listing(**{**words, "MaxKeys": 10}))
    assert sorted(bucket.digests()) == wanted


def test_sweeping_touches_nothing(bucket: Bucket) -> None:
    digest = bucket.put(b"kept")
    assert bucket.sweep(clock.now() + timedelta(days=1)) == 0
    assert bucket.get(digest) == b"kept"


def test_a_bucket_in_order_has_no_faults(bucket: Bucket) -> None:
    assert bucket.faults() == []
    theirs = bucket.clock()
    assert theirs is not None
    assert abs(clock.now() - theirs) < timedelta(seconds=60)


def test_storage_that_is_away_or_refuses_is_no_missing_file(rclone: str) -> None:
    away = Bucket("paraph-bucket", endpoint=f"http://127.0.0.1:{free_port()}", **WORDS)
    wrong = Bucket("paraph-bucket", endpoint=rclone, **{**WORDS, "secret": "another secret"})
    for bucket in (away, wrong):
        for ask in (
            lambda one: one.put(b"x"),
            lambda one: one.get("0" * 64),
            lambda one: list(one.digests()),
        ):
            with pytest.raises(BucketUnreachable):
                ask(bucket)
        assert len(bucket.faults()) == 1
        assert "secret" not in bucket.faults()[0]


def test_the_secret_stands_in_no_text_about_a_bucket(bucket: Bucket) -> None:
    assert str(WORDS["secret"]) not in f"{bucket!r} {bucket}"
    assert str(WORDS["key"]) not in f"{bucket!r} {bucket}"


# --- object lock --------------------------------------------------------------------------------------------------


def test_a_locked_file_says_until_when_and_cannot_be_removed(locked: Bucket) -> None:
    from botocore.exceptions import ClientError

    digest = locked.put(b"signed")
    name = locked._name(digest)
    told = locked._client.head_object(Bucket=locked.name, Key=name)
    assert told["ObjectLockMode"] == "COMPLIANCE"
    assert timedelta(days=29) < told["ObjectLockRetainUntilDate"] - clock.now() <= timedelta(days=30)
    with pytest.raises(ClientError, match="AccessDenied"):
        locked._client.delete_object(Bucket=locked.name, Key=name, VersionId=told["VersionId"])
    assert locked.put(b"signed") == digest
    assert len(locked._versions(name)) == 1, "a second put makes no second version"


def test_a_locked_file_outlives_being_written_over_and_deleted(locked: Bucket) -> None:
    digest = locked.put(b"signed")
    locked._client.put_object(Bucket=locked.name, Key=locked._name(digest), Body=b"forged")
    assert locked.get(digest) == b"signed"
    locked._client.delete_object(Bucket=locked.name, Key=locked._name(digest))
    assert locked.get(digest) == b"signed"


def test_a_bucket_without_object_lock_is_a_fault_where_it_was_asked_for(moto_server: str) -> None:
    bucket = Bucket(f"paraph-{uuid4().hex[:12]}", "", moto_server, **WORDS)
    bucket._client.create_bucket(
        Bucket=bucket.name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    asking = Bucket(bucket.name, "", moto_server, lock=COMPLIANCE, days=1, **WORDS)
    assert any("object lock" in one or "ObjectLock" in one for one in asking.faults())
