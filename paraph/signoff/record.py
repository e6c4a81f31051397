"""The record of one signature: who, what, when, where and how, for good (evidence.md, R1 … R9).

It is embedded in the sealed PDF as `record.json`, and its digest stands in the ledger. What was not recorded is null
("not recorded"), never a default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import paraph
from paraph.lib import clock
from paraph.lib.actor import Actor
from paraph.signoff import consent as consents
from paraph.signoff.circumstances import NOTHING, Circumstances
from paraph.signoff.consent import Consent
from paraph.signoff.methods import Proof
from paraph.signoff.models import Ceremony, IdentityKind, Paper, Return

FORMAT = "paraph-record/1"
# Link only: a simple electronic signature in the words of eIDAS (evidence.md, "Honesty about the level").
LEVEL = "SES"
# A key that somebody known held alone signed what was shown: it could be an advanced one; whether it is, others judge.
CANDIDATE = "AES candidate"
# By hand, and a scan of it was matched; who held the pen, nobody checked.
ON_PAPER = "PAPER"


def build(
    ceremony: Ceremony,
    *,
    signature_id: UUID,
    name: str,
    role: str,
    proof: Proof,
    consent: Consent,
    items: tuple[str, ...],
    at: datetime,
    by: Actor,
    circumstances: Circumstances = NOTHING,
) -> dict[str, Any]:
    """Return the record as a JSON-able value; docs/evidence-format.md lists its members.

    An empty name or role is one that was not recorded.
    """
    entry = ceremony.consent_entry
    frame = _frame(ceremony, signature_id, name, role, consent, items)
    frame["invitation"]["checks"] += circumstances.identity
    return {
        **frame,
        **circumstances.told,
        "connection": _connection(by),
        "level": level(circumstances.identity),
        "consent": {
            "sentence": consent.sentence,
            "alternative": consent.alternative,
            "language": consent.language,
            "digest": consent.digest,
            "at": clock.iso(ceremony.consented_at) if ceremony.consented_at else None,
            "log": entry.content["log"] if entry else None,
            "entry": entry.content["index"] if entry else None,
        },
        "method": proof.method,
        "mark": {"digest": proof.digest, **proof.mark},
        "signed_at": clock.iso(at),
    }


def level(checks: Sequence[Mapping[str, Any]]) -> str:
    """The level of a signature with these checks, never more than they show (evidence.md, "Honesty about the level").

    A passkey that never signed for the contact says nothing about the person by itself, whenever it was made: a PIN or
    a code must have passed beside it.
    """
    passed = [one for one in checks if one["passed"]]
    keys = [one for one in passed if one["kind"] == IdentityKind.OWN_PHONE]
    known = any(one.get("signed_first") for one in keys) or len(passed) > len(keys)
    return CANDIDATE if keys and known else LEVEL


def on_paper(
    returned: Return,
    *,
    paper: Paper,
    signature_id: UUID,
    proof: Proof,
    consent: Consent,
    items: tuple[str, ...],
    checks: dict[str, Any],
    at: datetime,
) -> dict[str, Any]:
    """Return the record of a signature on paper (evidence.md R13): the print, what came back, and what was checked.

    `at` is when it was filed; when it was put on the paper, nobody recorded. `checks` as `filing` puts them together.
    """
    sent = returned.sent_entry
    assert sent is not None
    assert returned.sent_at is not None
    return {
        **_frame(paper.ceremony, signature_id, returned.signer_name, returned.signer_role, consent, items),
        "connection": _connection(sent.actor),
        "level": ON_PAPER,
        "consent": {
            "sentence": consent.sentence,
            "alternative": None,
            "language": consent.language,
            "digest": consent.digest,
            "at": None,
            "log": None,
            "entry": None,
        },
        "method": proof.method,
        "mark": {"digest": proof.digest, **proof.mark},
        "signed_at": clock.iso(at),
        "paper": {
            "code": paper.code,
            "printed": f"sha256:{paper.blob}",
            "printed_at": clock.iso(paper.created_at),
            "pages": paper.pages,
            "format": paper.format,
            "language": paper.language,
        },
        "upload": {
            "id": str(returned.pk),
            "at": clock.iso(returned.sent_at),
            "invitation": str(returned.invitation_id),
            "log": sent.content["log"],
            "entry": sent.content["index"],
            "files": [
                {"digest": one.digest, "name": one.name, "kind": one.kind, "size": one.size}
                for one in returned.files.filter(removed_at=None)
            ],
        },
        "checks": checks,
    }


def _frame(
    ceremony: Ceremony,
    signature_id: UUID,
    name: str,
    role: str,
    consent: Consent,
    items: tuple[str, ...],
) -> dict[str, Any]:
    """What every record says, however it was signed."""
    snapshot, signoff = ceremony.snapshot, ceremony.party.signoff
    content = snapshot.facts
    return {
        "format": FORMAT,
        "id": str(signature_id),
        "software": f"Paraph {paraph.__version__}",
        "organisation": {"id": str(signoff.organisation_id), "name": signoff.order.organisation.name},
        "order": {"id": str(signoff.order_id), "number": signoff.order.number},
        "signoff": str(signoff.pk),
        "subject": {
            "view": snapshot.view,
            "revision": snapshot.revision,
            "digest": snapshot.digest,
            "content": content,
        },
        "signer": {
            "contact": str(ceremony.party.contact_id),
            "invited_as": ceremony.party.contact.name,
            "name": name or None,
            "role": role or None,
        },
        "invitation": _invitation(ceremony),
        "place": None,
        "device": None,
        "meaning": {
            "code": consents.code(content),
            "text": consents.meaning(content, consent.language),
        },
        "decisions": [
            {
                "item": one["id"],
                "number": one["number"],
                "choice": one["decision"],
                "signed_for": one["id"] in items,
            }
            for one in content["items"]
        ],
        "reviewed_at": clock.iso(ceremony.reviewed_at),
        "time_source": "server clock",
        "time_zone": signoff.order.organisation.time_zone,
    }


def _connection(by: Actor) -> dict[str, Any]:
    return {
        "address": by.address or None,
        "address_source": by.address_source or None,
        "agent": by.agent or None,
    }


def _invitation(ceremony: Ceremony) -> dict[str, Any]:
    """How the link reached the customer (R3)."""
    invitation = ceremony.invitation
    mailed = not (invitation.handed_over or invitation.in_person)
    shown = invitation.on_site
    # In person without a link, or with one that was shown on the technician's screen.
    in_person = "shown on site" if shown else "in person"
    told = {
        "id": str(invitation.pk),
        "delivered": "mail" if mailed else in_person if invitation.in_person else "handed over",
        "to": ceremony.party.contact.email if mailed else None,
        "made_at": clock.iso(invitation.created_at),
        "expires_at": clock.iso(invitation.expires_at) if invitation.expires_at else None,
        "opened_at": clock.iso(invitation.opened_at) if invitation.opened_at else None,
        "checks": [] if invitation.in_person and not shown else [{"kind": "link", "passed": True}],
    }
    return {**told, "shown_on": shown["device"]} if shown else told
