"""The way of `paraph restore`, from an archive to an installation in its place. Begins before Django is set up."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import django
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from paraph.lib import crash
from paraph.operate import archive, place
from paraph.operate.archive import BadArchive
from paraph.operate.place import Place
from paraph.operate.scratch import Sorry

FORMAT = "paraph-backup@v1"


def restore(path: Path, passphrase: str, *, receipts: list[Path], replace: bool) -> list[str]:
    """Make an installation where the environment says; return what to tell about it.

    `receipts` are files or folders of what others kept. Raises `Sorry`, and then nothing was changed.
    """
    target = place.from_environment()
    try:
        with target.held():
            taken = target.taken_by()
            if taken and not replace:
                raise Sorry(
                    f"There are {taken} already. Name an empty place, or move them aside by --replace"
                )
            print("reading the archive", file=sys.stderr, flush=True)
            manifest = _manifest(archive.verify(path, passphrase))
            with target.apart():
                told = _load(target, path, passphrase, manifest, receipts)
                crash.point("restore.loaded")
                return [*target.move_in(), *told]
    except (BadArchive, ImproperlyConfigured) as problem:
        raise Sorry(f"Nothing was restored. {problem}") from problem
    except DatabaseError as problem:
        raise Sorry(f"Nothing was restored. The rows do not fit: {str(problem).splitlines()[0]}") from problem
    except OSError as problem:
        raise Sorry(f"Nothing was restored. {problem.filename or path}: {problem.strerror}") from problem


def _manifest(content: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(content)
    except ValueError as problem:
        raise BadArchive("The manifest is not readable.") from problem
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BadArchive("The archive has a format that this version does not know. Install a later one.")
    return manifest


def _load(
    target: Place, path: Path, passphrase: str, manifest: dict[str, Any], receipts: list[Path]
) -> list[str]:
    """Fill the installation aside, which the environment names by now."""
    # Before the settings are read, which make a key where there is none.
    archive.extract_keys(path, passphrase, target.staging / "keys")
    django.setup()
    recollection = importlib.import_module("paraph.operate.recollection")
    kept, unread = recollection.read(receipts)
    report = importlib.import_module("paraph.operate.restore").load(path, passphrase, manifest, kept)
    report.unread += unread
    return list(report.sentences())
