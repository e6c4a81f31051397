"""Where this installation keeps what is not in the database: one folder, named by PARAPH_DATA."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from paraph.lib import links as _links
from paraph.lib import vault as _vault
from paraph.lib.blobs import Blobs


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
    return _vault.at(keys() / "vault.key")


def links() -> _links.Keyring:
    """The keyring for tokens in links."""
    return _links.at(keys() / "links.keys")


def blobs() -> Blobs:
    """The store of immutable files."""
    return Blobs(folder() / "blobs")
