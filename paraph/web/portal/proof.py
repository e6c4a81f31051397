"""The public page behind *Check at* on every document: the keys to check with, how, and a quick look-up.

A file that is checked here is never opened: its digest is compared with those in the ledger, and a receipt goes
through the same pure verifier that anybody can run without us.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from paraph.evidence import ledger
from paraph.evidence.verify import NotProven, verify_receipt
from paraph.lib import clock, home
from paraph.people import limits
from paraph.sealing.errors import SealingError
from paraph.signoff import completion
from paraph.signoff.errors import NotThere
from paraph.signoff.models import SealedCopy
from paraph.web.portal.files import file
from paraph.web.shared import connection
from paraph.web.shared.acting import both, reading

# The largest file whose digest is computed, in bytes; a sealed copy of ours is far smaller.
MAX_BYTES = 25_000_000
# A receipt is some kilobytes; what is longer is no receipt.
MAX_RECEIPT = 200_000
KEYS = ("seal-root.pem", "seal-chain.pem", "tsa-root.pem", "log.vkey")


@both
def page(request: HttpRequest) -> HttpResponse:
    """How to check a document, and the look-up of one file."""
    told: dict[str, Any] = {"keys": [(name, reverse("portal:proof_key", args=[name])) for name in KEYS]}
    if request.method == "POST":
        limits.count(limits.LINK, connection.caller(request))
        told |= _look_up(request.FILES.get("file"))
    return render(request, "portal/proof.html", told, status=400 if "problem" in told else 200)


@reading
def key(request: HttpRequest, name: str) -> HttpResponse:
    """One public key file."""
    return file(_public(name), "text/plain; charset=utf-8", name)


def _public(name: str) -> bytes:
    try:
        if name == "log.vkey":
            return (home.keys() / name).read_bytes()
        if name not in KEYS:
            raise NotThere
        return bytes(getattr(completion.keyset(), name.replace("-", "_").replace(".pem", "_pem")))
    except (OSError, SealingError) as problem:
        raise NotThere from problem


def _look_up(given: UploadedFile[bytes] | None) -> dict[str, Any]:
    """What is known about a file: {found: [(label, text)]}, or {problem: sentence}."""
    if given is None:
        return {"problem": _("Choose a file: a sealed PDF, or a receipt.")}
    if given.size is None or given.size > MAX_BYTES:
        return {"problem": _("This file is too large: at most 25 MB.")}
    digest = hashlib.sha256()
    for chunk in given.chunks():
        digest.update(chunk)
    copy = SealedCopy.objects.filter(blob=digest.hexdigest()).select_related("entry").first()
    if copy is not None:
        return {"found": _sealed(copy), "verdict": _("This is, byte for byte, a document sealed here.")}
    return _receipt(given)


def _receipt(given: UploadedFile[bytes]) -> dict[str, Any]:
    given.seek(0)
    content = given.read(MAX_RECEIPT)
    for vkey in _public("log.vkey").decode().split("\n"):
        try:
            shown = verify_receipt(content, vkey)
        except (NotProven, ValueError):
            continue
        stored = ledger.find(shown.head.origin, shown.index)
        if stored is not None and stored.content == shown.leaf:
            verdict = _("This receipt is genuine: what it says stands in the ledger.")
        else:
            verdict = _(
                "This receipt is genuine, but what it says is no longer in the ledger, which was restored from a "
                "backup. Keep it: it proves what was recorded. Please show it to who gave it to you."
            )
        return {"found": _entry(shown.leaf), "verdict": verdict}
    return {
        "problem": _(
            "This file is not known here: it was not sealed here, or it was changed afterwards, even by a single byte."
        )
    }


def _sealed(copy: SealedCopy) -> list[tuple[str, Any]]:
    return [(_("Sealed at"), copy.sealed_at), *_entry(copy.entry.content)[1:]]


def _entry(leaf: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        (_("Recorded at"), clock.parse(leaf["at"])),
        (_("Log"), leaf["log"]),
        (_("Entry"), str(leaf["index"])),
        (_("What"), leaf["kind"]),
    ]
