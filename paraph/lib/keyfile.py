"""Key files: outside the database, mode 0600, made once, never overwritten (evidence.md 6, security.md line 35)."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


class KeyFileMissing(Exception):
    """A key file that must exist is not there or cannot be read."""


def read(path: Path) -> bytes:
    """Return the bytes of a key file; raises `KeyFileMissing` with the path."""
    try:
        return path.read_bytes()
    except OSError as problem:
        raise KeyFileMissing(f"{path.name}: {problem.strerror}") from problem


def create(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write a new key file durably. Raises FileExistsError: a key is never replaced in place.

    The bytes are complete before the name exists, so a second process never reads half a key.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(part, path)
    finally:
        part.unlink()


def read_or_create(path: Path, make: bytes) -> bytes:
    """Return the key in `path`; the first caller's `make` becomes it."""
    try:
        return read(path)
    except KeyFileMissing:
        if path.exists():
            raise
    with contextlib.suppress(FileExistsError):
        create(path, make)
    return read(path)
