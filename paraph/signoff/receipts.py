"""What the signer holds afterwards: a code to quote, a receipt anyone can check, and the sealed copy.

The receipt carries the checkpoint and the inclusion proof of the signature's own entry, so every customer is a witness
of the ledger (evidence.md 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import override

from paraph.delivery import letters
from paraph.delivery.letters import Letter
from paraph.delivery.outbox import Attachment
from paraph.evidence import bundle
from paraph.lib import figures
from paraph.signoff.facts import view_name
from paraph.signoff.models import SealedCopy, Signature

CODE_CHARS = 8
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Post:
    """A letter with what is attached to it, ready for the outbox."""

    to: str
    language: str
    letter: Letter
    attachments: tuple[Attachment, ...]


def code(signature: Signature) -> str:
    """The short code a person can read out: the first 40 bits of the record's digest, ``7KQ2-M4XD``.

    In Crockford's base 32, which leaves out I, L, O and U, so that nothing is misread. One that was captured on a phone
    has the code that stood on its screen at once.
    """
    captured = signature.record.get("capture")
    if captured:
        return str(captured["code"])
    number = int(signature.record_digest.removeprefix("sha256:")[: CODE_CHARS * 5 // 4], 16)
    text = "".join(CROCKFORD[number >> shift & 31] for shift in range(5 * (CODE_CHARS - 1), -1, -5))
    return f"{text[:4]}-{text[4:]}"


def receipt(signature: Signature) -> bytes:
    """The receipt as JSON for `evidence.verify`: leaf, inclusion proof, signed checkpoint, key, and own values."""
    return bundle.receipt(signature.entry, signature.checkpoint, disclose=True)


def letter(signature: Signature) -> Post | None:
    """The receipt by mail, with the sealed copy when it is there; None when the contact has no address."""
    attached = [Attachment(f"receipt-{code(signature)}.json", bundle.RECEIPT_TYPE, receipt(signature))]
    sealed = SealedCopy.objects.filter(signoff_id=signature.signoff_id).exists()
    if sealed:
        attached.append(_sealed(signature))
    return _post("receipt", signature, attached, sealed=sealed)


def late_letter(signature: Signature) -> Post | None:
    """The sealed copy by mail, when it was made after the receipt went out."""
    return _post("sealed", signature, [_sealed(signature)], sealed=True)


def _post(name: str, signature: Signature, attached: list[Attachment], *, sealed: bool) -> Post | None:
    contact = signature.party.contact
    if not contact.email:
        return None
    record = signature.record
    language = record["consent"]["language"]
    organisation = signature.signoff.order.organisation
    with override(language):
        view = str(view_name(record["subject"]["view"]))
    told: dict[str, Any] = {
        "sender": organisation.name,
        "accent": organisation.accent,
        "footer": organisation.address,
        "name": record["signer"]["name"] or contact.name,
        "on_paper": "paper" in record,
        "number": record["order"]["number"],
        "view": view,
        "code": code(signature),
        "digest": signature.record_digest,
        "sentence": record["consent"]["sentence"],
        "signed_at": figures.moment(signature.signed_at, organisation.time_zone, language),
        "sealed": sealed,
    }
    return Post(
        contact.email, language, letters.compose(f"signoff/mail/{name}", language, told), tuple(attached)
    )


def _sealed(signature: Signature) -> Attachment:
    copy = SealedCopy.objects.get(signoff_id=signature.signoff_id)
    number = signature.signoff.order.number
    return Attachment(f"{number}-sealed.pdf", "application/pdf", blob=copy.blob)
