"""The receipt: what was agreed, when, by whom, and how to prove it to anyone (S1-37, S3-36)."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from paraph.evidence.tree import NotProven
from paraph.lib import figures
from paraph.lib.keyfile import KeyFileMissing
from paraph.signoff import receipts, verifying
from paraph.signoff.facts import NOT_LAST, SEAL_FAULTS
from paraph.signoff.methods.wet_ink import PAPER
from paraph.signoff.models import UNFINISHED, Invitation, Signature, State
from paraph.web.portal import door, returned, signing
from paraph.web.portal.sheet import Sheet
from paraph.web.shared import ink
from paraph.web.shared.acting import reading


@reading
@door.guest
@door.to_sign
def page(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """This party's own receipt; before there is one, the order."""
    signature = own(invitation)
    if signature is None:
        return redirect("portal:order", invitation.pk)
    order = invitation.party.signoff.order
    told: dict[str, Any] = {"invitation": invitation, "order": order, "shop": order.organisation}
    files = [("receipt_file", _("Receipt as a file")), ("record", _("Record of the signature"))]
    downloads = [(reverse(f"portal:{name}", args=[invitation.pk]), label) for name, label in files]
    told |= {"downloads": downloads, **_agreed(signature), **_proof(signature)}
    return render(request, "portal/receipt.html", told)


def own(invitation: Invitation) -> Signature | None:
    """The signature of the party behind an invitation."""
    found = Signature.objects.filter(party_id=invitation.party_id)
    return found.select_related("entry__log", "checkpoint", "signoff").first()


def _agreed(signature: Signature) -> dict[str, Any]:
    record = signature.record
    signoff = signature.signoff
    paper = returned.filed(signature.party_id) if signature.method == PAPER else None
    sheet = Sheet(record["subject"]["content"])
    signed = [one for one in sheet.lines if one["id"] in signature.items]
    amount = figures.money(sheet.approved_gross, sheet.order["currency"], get_language() or "en")
    return {
        "signature": signature,
        "record": record,
        "code": receipts.code(signature),
        "sheet": sheet,
        "signed": signed,
        "steps": returned.STEPS if paper else signing.STEPS,
        "paper": paper,
        "amount": amount if sheet.priced else "",
        "amount_label": _("Accepted amount") if sheet.is_report else "",
        "ink": ink.path(record["mark"]),
        "state": signoff.state,
        "is_sealed": signoff.is_sealed,
        "is_superseded": signoff.state == State.SUPERSEDED,
        "rejection": verifying.rejection(signoff) if signoff.state == State.REJECTED else None,
        "waits_for_others": signoff.state in UNFINISHED,
        "is_alarm": signoff.seal_fault != NOT_LAST,
        "fault": SEAL_FAULTS.get(signoff.seal_fault, signoff.seal_fault),
    }


def _proof(signature: Signature) -> dict[str, Any]:
    """Checkpoint and inclusion proof; a record that cannot be proven says so, and never looks proven."""
    try:
        told = json.loads(receipts.receipt(signature))
    except (NotProven, KeyFileMissing):
        return {"proof": None}
    note = signature.checkpoint.note if signature.checkpoint else ""
    pairs = [
        (_("Entry in the record"), str(signature.entry.content["index"])),
        (_("Digest of what you signed"), signature.record_digest),
        (_("Signed checkpoint of the record"), note),
        (_("Proof that the entry is in it"), told["proof"]),
        (_("Key to check the checkpoint with"), told["vkey"]),
    ]
    return {"proof": [(label, text) for label, text in pairs if text]}
