"""Where this installation keeps what is not in the database: one folder, named by PARAPH_DATA."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from paraph.lib import links as _links
from paraph.lib import vault as _vault
from paraph.lib.blobs import Blobs
from paraph.lib.bucket import Bucket


def folder() -> Path:
    """The folder of database, files and keys."""
    return Path(settings.PARAPH_DATA)


def keys() -> Path:
    """The folder of key files, mode 0700."""
    return _made(folder() / "keys")


@cache
def _made(path: Path) -> Path:
    """Make the folder once; the vault asks for it at every value it opens."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def vault() -> _vault.Vault:
    """Encryption at rest of this installation."""
    return _vault_in(str(settings.PARAPH_DATA))


@cache
def _vault_in(folder: str) -> _vault.Vault:
    """Asked for at every value that is opened, where putting a path together would cost more than opening."""
    return _vault.at(keys() / "vault.key")


def links() -> _links.Keyring:
    """The keyring for tokens in links."""
    return _links.at(keys() / "links.keys")


def blobs() -> Blobs | Bucket:
    """The store of immutable files: a folder, or the bucket that PARAPH_FILES names."""
    told = getattr(settings, "PARAPH_FILES", {})
    return _bucket(**told) if told else Blobs(folder() / "blobs")


@cache
def _bucket(**told: Any) -> Bucket:
    """One client a process: it keeps its connections."""
    return Bucket(**told)
