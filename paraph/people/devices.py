"""A technician's phone: enrolled with a key that never leaves it, named, revoked (S1-27, security.md line 41).

The secret: the key proves that something was sealed on this phone, whoever is signed in when it arrives. A phone that
is revoked, or whose member may no longer capture, is out from that moment; what it sealed before is still kept.
"""

from __future__ import annotations

import base64
import binascii
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from paraph.evidence import ledger
from paraph.evidence.facts import Fact
from paraph.lib import clock
from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.facts import DeviceEnrolled, DeviceRenamed, DeviceRevoked
from paraph.people.models import Device, Member

RIGHT = "signature.capture"
NAME_CHARS = 60
# What a phone signs to show that it holds the key it enrols.
PROOF = "paraph/device/1|"


class BadDevice(Exception):
    """Not a key of ours, or whoever sent it does not hold it."""

    status = 400

    def __str__(self) -> str:
        return str(_("This phone could not be enrolled. Reload the page and try again."))


@transaction.atomic
def enrol(member: Member, *, name: str, public_key: str, proof: str, agent: str = "", actor: Actor) -> Device:
    """Enrol a phone for a member. The same key again is the same phone.

    `public_key` is the uncompressed P-256 point, `proof` the signature (r‖s) over `PROOF` and the member's id, both
    base64. Raises `access.Forbidden`, `BadDevice`.
    """
    access.require(member, RIGHT)
    if not is_signed(public_key, proof, f"{PROOF}{member.pk}".encode()):
        raise BadDevice
    found = Device.objects.filter(public_key=public_key).first()
    if found is not None:
        if found.member_id != member.pk or found.revoked_at is not None:
            raise BadDevice
        return found
    now = clock.now()
    device = Device.objects.create(
        id=uuid4(),
        organisation_id=member.organisation_id,
        member=member,
        name=_clean(name),
        public_key=public_key,
        agent=agent[:400],
        enrolled_at=now,
        seen_at=now,
    )
    _record(device, DeviceEnrolled(device=str(device.pk), member=str(member.pk), name=device.name), actor)
    return device


@transaction.atomic
def rename(device: Device, name: str, *, by: Member, actor: Actor) -> Device:
    """Give a phone another name. Raises `access.Forbidden`."""
    _may(by, device)
    name = _clean(name)
    if device.name != name:
        device.name = name
        device.save(update_fields=["name"])
        _record(device, DeviceRenamed(device=str(device.pk), name=name), actor)
    return device


@transaction.atomic
def revoke(device: Device, *, by: Member | None, actor: Actor) -> Device:
    """Let a phone in no more: lost, given away, or its member is gone. Twice is once. Raises `access.Forbidden`."""
    if by is not None:
        _may(by, device)
    if Device.objects.filter(pk=device.pk, revoked_at=None).update(revoked_at=clock.now()):
        _record(device, DeviceRevoked(device=str(device.pk), name=device.name), actor)
    device.refresh_from_db(fields=["revoked_at"])
    return device


def find(pk: UUID | str) -> Device | None:
    """A phone by its id, with its member, whether or not it is let in."""
    return Device.objects.select_related("member__user", "organisation").filter(pk=pk).first()


def is_let_in(device: Device) -> bool:
    """Whether what this phone seals now counts: enrolled, and its member may capture."""
    return device.revoked_at is None and access.can(device.member, RIGHT)


def pem(device: Device) -> str:
    """The public key as a file for OpenSSL (SubjectPublicKeyInfo)."""
    return (
        _key(device.public_key)
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def is_signed(public_key: str, signature: str, message: bytes) -> bool:
    """Whether the holder of an enrolled key signed a message: ECDSA P-256 with SHA-256, r‖s in base64 (FIPS 186-5)."""
    try:
        key = _key(public_key)
        raw = base64.b64decode(signature, validate=True)
        if len(raw) != 64:
            return False
        r, s = (int.from_bytes(part, "big") for part in (raw[:32], raw[32:]))
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except (ValueError, TypeError, binascii.Error, InvalidSignature):
        return False
    return True


def _key(public_key: str) -> ec.EllipticCurvePublicKey:
    point = base64.b64decode(public_key, validate=True)
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def _may(by: Member, device: Device) -> None:
    """A member may give up their own phone; another's is a manager's business."""
    if by.pk != device.member_id or by.organisation_id != device.organisation_id:
        access.require(by, "member.edit")
        if by.organisation_id != device.organisation_id:
            raise access.Forbidden("member.edit")


def _clean(name: str) -> str:
    return " ".join(name.split())[:NAME_CHARS] or str(_("Phone"))


def _record(device: Device, fact: Fact, by: Actor) -> None:
    organisation = device.organisation_id
    ledger.append(fact, log=str(organisation), topic=f"organisation:{organisation}", by=by)
