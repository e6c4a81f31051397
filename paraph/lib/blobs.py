"""Files named by their SHA-256: written once, durable before anything refers to them (faults.md, I1 and I6)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from paraph.lib import crash


class BlobMissing(Exception):
    """No file with this digest, or its bytes no longer match their name."""


def checked(digest: str) -> str:
    """The hex digest itself; raises BlobMissing for anything that is none."""
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise BlobMissing(f"not a digest: {digest[:70]!r}")
    return digest


class Blobs:
    """A folder of immutable files, `ab/cdef…` by hex digest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __str__(self) -> str:
        return str(self.folder)

    def path(self, digest: str) -> Path:
        """Where the file with this hex digest lives; raises BlobMissing for anything that is no digest."""
        return self.folder / checked(digest)[:2] / digest[2:]

    def put(self, content: bytes) -> str:
        """Store bytes and return their hex SHA-256. Returns only when they would survive a power failure."""
        digest = hashlib.sha256(content).hexdigest()
        path = self.path(digest)
        if path.exists():
            self._settle(path)  # whoever put it there may have died before its name would last
            return digest
        if not self.folder.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            _sync(self.folder.parent)
        path.parent.mkdir(exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        crash.point("blob.written")
        part.rename(path)
        crash.point("blob.renamed")
        self._settle(path)
        return digest

    def exists(self, digest: str) -> bool:
        """Whether there is a file with this digest; its bytes are not looked at."""
        return self.path(digest).exists()

    def digests(self) -> Iterator[str]:
        """The hex digests of all files, in order."""
        for folder in sorted(self.folder.glob("[0-9a-f][0-9a-f]")):
            yield from sorted(folder.name + one for one in os.listdir(folder) if not one.startswith("."))

    def get(self, digest: str) -> bytes:
        """Return the bytes; raises BlobMissing when they are gone or were changed on disk."""
        try:
            content = self.path(digest).read_bytes()
        except OSError as problem:
            raise BlobMissing(f"{digest}: {problem.strerror}") from problem
        if hashlib.sha256(content).hexdigest() != digest:
            raise BlobMissing(f"{digest}: the bytes on disk were changed")
        return content

    def sweep(self, before: datetime) -> int:
        """Remove what a killed `put` left half written, if older than `before` (aware); return how many files."""
        swept = 0
        for part in self.folder.glob("[0-9a-f][0-9a-f]/.*.*.*"):
            try:
                if part.stat().st_mtime < before.timestamp():
                    part.unlink()
                    swept += 1
            except FileNotFoundError:
                continue  # it got its name meanwhile, or another worker was faster
        return swept

    def _settle(self, path: Path) -> None:
        """Make the names durable that lead to a file whose bytes are."""
        for folder in (path.parent, self.folder):
            _sync(folder)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
