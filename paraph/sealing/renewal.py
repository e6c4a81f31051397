"""A new seal or time-stamp key under the root there is, so that who trusts the root goes on without being asked.

The secret: the new pair is complete in a folder of its own before the first file is replaced, so a run that was killed
is completed by the next; meanwhile seals are pending, and nothing is sealed wrongly.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from paraph.sealing import authority, keys
from paraph.sealing.errors import KeyUnusable

KINDS = {"seal": False, "tsa": True}
"""What can be renewed, and whether it stamps."""
LEAST_LIFE = timedelta(days=30)
"""A root that ends sooner is not worth a new certificate."""


def renew(folder: Path, kind: str, *, at: datetime) -> x509.Certificate:
    """Replace ``kind``'s key and certificate; return the new certificate. The old one stays, named by its serial.

    The old private key is gone afterwards: nothing needs it to check what it sealed. Raises KeyMissing when the root's
    key was moved away, and KeyUnusable when root and key do not fit or the root ends.
    """
    pending = folder / f".new-{kind}"
    if not pending.is_dir():
        _prepare(folder, kind, pending, at)
    _move_in(folder, kind, pending)
    keys.load(folder, at=at)
    return keys.read_certificate(folder / f"{kind}.pem")


def _prepare(folder: Path, kind: str, pending: Path, at: datetime) -> None:
    root = keys.read_certificate(folder / f"{kind}-root.pem")
    root_key = keys.read_key(folder / f"{kind}-root.key.pem")
    old = keys.read_certificate(folder / f"{kind}.pem")
    if root_key.public_key() != root.public_key():
        raise KeyUnusable(f"{kind}-root.key.pem does not belong to {kind}-root.pem")
    if root.not_valid_after_utc - at < LEAST_LIFE:
        raise KeyUnusable(
            f"{kind}-root.pem ends {root.not_valid_after_utc:%Y-%m-%d}; it can vouch for nothing new"
        )
    made = authority.under(root, root_key, old.subject, stamps=KINDS[kind], at=at)
    scratch = Path(tempfile.mkdtemp(prefix=".keys-", dir=folder))
    try:
        keys.write(scratch, kind, made.certificate, made.key)
        keys.sync(scratch)
        scratch.rename(pending)
        keys.sync(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _move_in(folder: Path, kind: str, pending: Path) -> None:
    """Put the old certificate aside, then key and certificate in place; may be repeated after a crash."""
    if (pending / f"{kind}.key.pem").exists():
        old = keys.read_certificate(folder / f"{kind}.pem")
        aside = folder / f"{kind}-{old.serial_number:x}.pem"
        if not aside.exists():
            os.link(folder / f"{kind}.pem", aside)
    for name in (f"{kind}.key.pem", f"{kind}.pem"):
        if (pending / name).exists():
            (pending / name).replace(folder / name)
    keys.sync(folder)
    shutil.rmtree(pending, ignore_errors=True)
