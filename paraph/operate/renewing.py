"""`paraph keys --rotate seal`: a new key for seals or time stamps, and an entry in every ledger that says so."""

from __future__ import annotations

import hashlib
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding
from django.db import transaction

from paraph.evidence import ledger
from paraph.lib import clock, home
from paraph.lib.actor import SYSTEM
from paraph.operate.facts import SealRenewed
from paraph.people.models import Organisation
from paraph.sealing import keys, renewal


def renew(kind: str) -> datetime:
    """Renew *seal* or *tsa*; return until when it is valid. Raises `SealingError`, and then nothing was replaced."""
    folder = home.keys()
    before = keys.read_certificate(folder / f"{kind}.pem")
    made = renewal.renew(folder, kind, at=clock.now())
    fact = SealRenewed(
        key=kind,
        before=f"{before.serial_number:x}",
        after=f"{made.serial_number:x}",
        certificate="sha256:" + hashlib.sha256(made.public_bytes(Encoding.DER)).hexdigest(),
        until=clock.iso(made.not_valid_after_utc),
    )
    with transaction.atomic():
        for one in Organisation.objects.order_by("pk"):
            ledger.append(fact, log=one.log, topic=f"organisation:{one.pk}", by=SYSTEM)
    return made.not_valid_after_utc
