"""Files named by their SHA-256 in S3-compatible storage, with the verbs of `lib.blobs`.

With object lock every file is stored so that nobody, not even who holds the credentials, can remove or replace it
before a date: what is written over it later is another version, and `get` goes back to the one whose bytes are right.
"""

from __future__ import annotations

import base64
import hashlib
import importlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any

from paraph.lib import clock
from paraph.lib.blobs import BlobMissing, checked

GOVERNANCE, COMPLIANCE = "governance", "compliance"
# Seconds; somebody waits for the page behind it.
CONNECT, READ = 5, 20
# How boto3 tries again by itself.
TRIES = 3
ABSENT = {"404", "NoSuchKey", "NotFound", "NoSuchVersion"}
# Versions of one file looked at when the newest one is not right.
MOST_VERSIONS = 100


class BucketUnreachable(OSError):
    """The storage did not answer, or refused: nothing is known about the file. Try again later."""


@dataclass(frozen=True)
class Bucket:
    """A bucket and what is in front of each name. `lock` is "", `GOVERNANCE` or `COMPLIANCE`, for so many `days`."""

    name: str
    prefix: str = ""
    endpoint: str = ""
    region: str = ""
    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    lock: str = ""
    days: int = 0

    def __str__(self) -> str:
        return f"s3://{self.name}/{self.prefix}".rstrip("/")

    def put(self, content: bytes) -> str:
        """Store bytes and return their hex SHA-256, once the storage has acknowledged them.

        Raises `BucketUnreachable`.
        """
        digest = hashlib.sha256(content).hexdigest()
        if self._size(digest) == len(content):
            return digest
        # Storage with object lock wants to be told a digest; this one every implementation knows.
        md5 = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
        self._ask(
            "put_object",
            Key=self._name(digest),
            Body=content,
            ContentMD5=md5,
            ContentType="application/octet-stream",
            **self._retained(),
        )
        return digest

    def get(self, digest: str) -> bytes:
        """Return the bytes. Raises `BlobMissing` when no version of the file has them, and `BucketUnreachable`."""
        name = self._name(digest)
        try:
            content = self._read(Key=name)
        except BlobMissing:
            content = b""
        if hashlib.sha256(content).hexdigest() == digest:
            return content
        # Storage without object lock need not keep versions, nor know the question.
        for version in self._versions(name) if self.lock else ():
            older = self._read(Key=name, VersionId=version)
            if hashlib.sha256(older).hexdigest() == digest:
                return older
        raise BlobMissing(f"{digest}: the bytes in {self} are gone or were changed")

    def exists(self, digest: str) -> bool:
        """Whether there is a file with this digest; its bytes are not looked at. Raises `BucketUnreachable`."""
        return self._size(digest) is not None

    def digests(self) -> Iterator[str]:
        """The hex digests of all files, in order. Raises `BucketUnreachable`."""
        start = self._start
        pages = self._call(lambda client: client.get_paginator("list_objects_v2"))
        found = iter(pages.paginate(Bucket=self.name, Prefix=start))
        while page := self._call(lambda _: next(found, None)):
            for one in page.get("Contents", []):
                digest = one["Key"].removeprefix(start).replace("/", "")
                try:
                    yield checked(digest)
                except BlobMissing:
                    continue  # somebody else's

    def sweep(self, before: datetime) -> int:
        """Nothing is ever half written here, and nothing is removed: 0."""
        return 0

    def faults(self) -> list[str]:
        """What is wrong with the bucket, as sentences: it must take and give, and lock what it is told to lock."""
        probe = b"Paraph looks whether this bucket takes and gives.\n"
        try:
            self._ask("head_bucket")
            if self.get(self.put(probe)) != probe:
                return [f"{self} gives other bytes than it was given"]
        except BucketUnreachable as problem:
            return [f"{problem.strerror}; check PARAPH_FILES and what goes with it"]
        except BlobMissing as problem:
            return [f"{problem}; check PARAPH_FILES and what goes with it"]
        return [*self._lock_faults()] if self.lock else []

    def clock(self) -> datetime | None:
        """The time the storage has, from its answer; None where it does not say. Raises `BucketUnreachable`."""
        answer = self._ask("head_bucket")
        told = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
        return parsedate_to_datetime(told) if told else None

    def _lock_faults(self) -> Iterator[str]:
        try:
            told = self._ask("get_object_lock_configuration")
        except (BucketUnreachable, BlobMissing):
            told = {}
        if told.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") != "Enabled":
            yield f"{self} has no object lock, but PARAPH_S3_LOCK asks for it"

    def _retained(self) -> dict[str, Any]:
        if not self.lock:
            return {}
        until = clock.now() + timedelta(days=self.days)
        return {"ObjectLockMode": self.lock.upper(), "ObjectLockRetainUntilDate": until}

    @property
    def _start(self) -> str:
        return f"{self.prefix}/" if self.prefix else ""

    def _name(self, digest: str) -> str:
        return f"{self._start}{checked(digest)[:2]}/{digest[2:]}"

    def _size(self, digest: str) -> int | None:
        try:
            return int(self._ask("head_object", Key=self._name(digest))["ContentLength"])
        except BlobMissing:
            return None

    def _read(self, **which: str) -> bytes:
        answer = self._ask("get_object", **which)
        content: bytes = self._call(lambda _: answer["Body"].read())
        return content

    def _versions(self, name: str) -> list[str]:
        told = self._ask("list_object_versions", Prefix=name, MaxKeys=MOST_VERSIONS)
        return [one["VersionId"] for one in told.get("Versions", []) if one["Key"] == name]

    def _ask(self, verb: str, **words: Any) -> Any:
        return self._call(lambda client: getattr(client, verb)(Bucket=self.name, **words))

    def _call(self, what: Any) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return what(self._client)
        except ClientError as problem:
            told = problem.response.get("Error", {})
            if told.get("Code") in ABSENT:
                raise BlobMissing(f"{self}: {told.get('Message', 'it is not there')}") from problem
            raise BucketUnreachable(
                5, f"{self} refused: {told.get('Code')} {told.get('Message', '')}"
            ) from problem
        except BotoCoreError as problem:
            raise BucketUnreachable(5, f"{self} does not answer: {type(problem).__name__}") from problem

    @cached_property
    def _client(self) -> Any:
        # Here, because it takes half a second and 30 MB, and most installations keep their files in a folder.
        session: Any = importlib.import_module("boto3.session")
        configured: Any = importlib.import_module("botocore.config").Config
        config = configured(
            signature_version="s3v4",
            connect_timeout=CONNECT,
            read_timeout=READ,
            retries={"total_max_attempts": TRIES, "mode": "standard"},
            # Names in the path, and only checksums that every implementation knows.
            s3={"addressing_style": "path", "payload_signing_enabled": True},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        return session.Session().client(
            "s3",
            endpoint_url=self.endpoint or None,
            region_name=self.region or None,
            aws_access_key_id=self.key or None,
            aws_secret_access_key=self.secret or None,
            config=config,
        )
