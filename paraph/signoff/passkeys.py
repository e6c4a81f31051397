"""A customer confirms with fingerprint or face on their own phone (S1-24): a passkey that signs for this very act.

The secret: the challenge is the digest of what is signed, the sentence agreed to, the ceremony, and a nonce for one
use, so that an assertion says nothing about anything else. When the passkey was made, and whether it signed for this
contact before, is part of the answer: one that never did shows no more about the person than the link they came by
(evidence.md R3, R4).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import IntegrityError, transaction
from django.db.models import Q
from fido2 import cbor
from fido2.cose import ES256, RS256, CoseKey
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialParameters,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
)

from paraph.evidence import ledger
from paraph.lib import canonical, clock
from paraph.lib.actor import Actor
from paraph.people import access, passkeys
from paraph.people.models import Contact, Member
from paraph.people.passkeys import VERIFIED, BadPasskey
from paraph.signoff.identity_facts import PasskeyMade, PasskeyRemoved
from paraph.signoff.models import (
    CONSENTED,
    UNFINISHED,
    Ceremony,
    ContactPasskey,
    IdentityCheck,
    IdentityKind,
    PasskeyQuestion,
    Signature,
    Verdict,
)

RIGHT = "customer.edit"
LIFE = timedelta(minutes=5)  # from the question to the answer
MOST = 10  # passkeys of one contact: a few telephones
VERSION = 1
# What `openssl dgst -sha256 -verify` can check: P-256, and RSA as some laptops make it.
ALGORITHMS = (ES256, RS256)
P256 = 1  # of the COSE elliptic curves (RFC 9053, section 7.1)
FLAWS = (ValueError, TypeError, KeyError, AttributeError, BadPasskey)
AAGUID = bytes(16)  # nothing is asked about the make of a device


class NotBelieved(BadPasskey):
    """An answer to what was asked that is not right: the record says that it failed."""


def of(contact: Contact) -> list[ContactPasskey]:
    """The passkeys that count, oldest first."""
    return list(ContactPasskey.objects.filter(contact=contact, removed_at=None))


def begin(ceremony: Ceremony, *, consent: str, fresh: bool = False) -> dict[str, Any]:
    """What the browser wants: `{"create": …}` for a first passkey, or a `fresh` one, else `{"get": …}` (WebAuthn 5)."""
    PasskeyQuestion.objects.filter(ceremony=ceremony, asked_at__lt=clock.now() - LIFE).delete()
    known = of(ceremony.party.contact)
    if known and not fresh:
        return {"get": _ask(ceremony, known, consent)}
    return {"create": _ask_to_make(ceremony, known)}


def made(ceremony: Ceremony, answer: str, *, consent: str, by: Actor) -> dict[str, Any]:
    """Keep the passkey a browser made, and return what it wants next, as `begin`. Raises `BadPasskey`."""
    try:
        response = RegistrationResponse.from_dict(passkeys.read(answer))
        data = response.response.attestation_object.auth_data.credential_data
        challenge = response.response.client_data.challenge
        key = cbor.encode(dict(data.public_key)) if data else b""
        _pem(key)
    except FLAWS as problem:
        raise BadPasskey from problem
    state = _state(_answered(ceremony, challenge, making=True))
    try:
        _server().register_complete(state, response)
    except FLAWS as problem:
        raise BadPasskey from problem
    if data is None or len(of(ceremony.party.contact)) >= MOST:
        raise BadPasskey
    return {"get": _ask(ceremony, [_keep(ceremony, data.credential_id, key, by)], consent)}


def proved(ceremony: Ceremony, answer: str) -> dict[str, Any]:
    """Judge what the contact's phone signed; returns the check as the record holds it. Raises `NotBelieved`,
    and `BadPasskey` for what answers nothing that was asked.

    The question is spent before it is judged. docs/evidence-format.md tells how a stranger checks the answer again.
    """
    try:
        response = AuthenticationResponse.from_dict(passkeys.read(answer))
        challenge = response.response.client_data.challenge
    except FLAWS as problem:
        raise BadPasskey from problem
    question = _answered(ceremony, challenge, making=False)
    known = ContactPasskey.objects.filter(contact=ceremony.party.contact_id, removed_at=None)
    found = known.filter(credential=response.raw_id).first()
    if found is None:
        raise NotBelieved
    try:
        _server().authenticate_complete(_state(question), [_data(found)], response)
    except FLAWS as problem:
        raise NotBelieved from problem
    _count(found, response.response.authenticator_data.counter)
    return _told(ceremony, question, found, response)


@transaction.atomic
def remove(found: ContactPasskey, *, by: Member, actor: Actor) -> None:
    """Let a passkey count no more; what it signed stays as it is. Twice is once. Raises `Forbidden`."""
    access.require(by, RIGHT)
    kept = ContactPasskey.objects.filter(pk=found.pk, removed_at=None)
    if kept.update(removed_at=clock.now()):
        contact = found.contact
        fact = PasskeyRemoved(contact=str(contact.pk), passkey=str(found.pk), who=contact.name)
        log = str(contact.customer.organisation_id)
        ledger.append(fact, log=log, topic=f"customer:{contact.customer_id}", by=actor)


def _ask(ceremony: Ceremony, known: list[ContactPasskey], consent: str) -> dict[str, Any]:
    """Ask for a signature over this act, by any of these."""
    told = {
        "v": VERSION,
        "ceremony": str(ceremony.pk),
        "digest": ceremony.snapshot.digest,
        "consent": consent,
        "nonce": secrets.token_hex(32),
    }
    challenge = hashlib.sha256(canonical.dumps(told)).digest()
    _store(ceremony, challenge, told)
    options, _state = _server().authenticate_begin(
        [_data(one) for one in known], user_verification=VERIFIED, challenge=challenge
    )
    return passkeys.plain(options)


def _ask_to_make(ceremony: Ceremony, known: list[ContactPasskey]) -> dict[str, Any]:
    contact, challenge = ceremony.party.contact, secrets.token_bytes(32)
    _store(ceremony, challenge, {})
    options, _state = _server().register_begin(
        PublicKeyCredentialUserEntity(id=contact.pk.bytes, name=contact.name, display_name=contact.name),
        credentials=[_data(one) for one in known],
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=VERIFIED,
        challenge=challenge,
    )
    return passkeys.plain(options)


def _store(ceremony: Ceremony, challenge: bytes, told: dict[str, Any]) -> None:
    PasskeyQuestion.objects.create(
        ceremony=ceremony, making=not told, challenge=challenge, of=told, asked_at=clock.now()
    )


def _answered(ceremony: Ceremony, challenge: bytes, *, making: bool) -> PasskeyQuestion:
    """The question of this ceremony that is answered, spent with that. Raises `BadPasskey` for any other."""
    open_ones = PasskeyQuestion.objects.filter(ceremony=ceremony, making=making, used_at=None)
    lately = open_ones.filter(asked_at__gte=clock.now() - LIFE)
    found = next((one for one in lately if secrets.compare_digest(bytes(one.challenge), challenge)), None)
    if found is None or not open_ones.filter(pk=found.pk).update(used_at=clock.now()):
        raise BadPasskey
    return found


def _keep(ceremony: Ceremony, credential: bytes, key: bytes, by: Actor) -> ContactPasskey:
    contact, signoff = ceremony.party.contact, ceremony.party.signoff
    try:
        with transaction.atomic():
            kept = ContactPasskey.objects.create(
                contact=contact, credential=credential, public_key=key, made_at=clock.now()
            )
            fact = PasskeyMade(contact=str(contact.pk), passkey=str(kept.pk))
            ledger.append(fact, log=str(signoff.organisation_id), topic=signoff.order.topic, by=by)
    except IntegrityError as problem:  # a key that is known already, perhaps somebody else's
        raise BadPasskey from problem
    return kept


def _count(found: ContactPasskey, counter: int) -> None:
    """A counter that does not grow is a copy of the key (WebAuthn 7.2, step 22); most passkeys keep none."""
    grows = Q(sign_count=0) if counter == 0 else Q(sign_count__lt=counter)
    mine = ContactPasskey.objects.filter(grows, pk=found.pk, removed_at=None)
    if not mine.update(sign_count=counter, used_at=clock.now()):
        raise NotBelieved


def _told(
    ceremony: Ceremony, question: PasskeyQuestion, found: ContactPasskey, response: AuthenticationResponse
) -> dict[str, Any]:
    # Made since this was asked: whoever holds one of its links made it, be it an earlier link.
    now = found.made_at >= ceremony.party.signoff.created_at
    answer = response.response
    return {
        "kind": str(IdentityKind.OWN_PHONE),
        "passed": True,
        "why": "",
        "at": clock.iso(clock.now()),
        "made": "now" if now else clock.iso(found.made_at),
        "signed_first": _signed_first(ceremony, websafe_encode(bytes(found.credential))),
        "credential": websafe_encode(bytes(found.credential)),
        "public_key": _pem(bytes(found.public_key)),
        "client_data": base64.b64encode(bytes(answer.client_data)).decode(),
        "authenticator_data": base64.b64encode(bytes(answer.authenticator_data)).decode(),
        "signature": base64.b64encode(answer.signature).decode(),
        "challenge_of": question.of,
        "user_verified": answer.authenticator_data.is_user_verified(),
    }


def _signed_first(ceremony: Ceremony, credential: str) -> dict[str, Any] | None:
    """The first signature this contact gave with a passkey before the present one was asked for; None for none.

    One that waits for a manager, was not accepted, is disputed or was withdrawn makes nobody known.
    """
    party = ceremony.party
    answers = IdentityCheck.objects.filter(
        contact=party.contact_id, kind=IdentityKind.OWN_PHONE, passed=True, told__credential=credential
    )
    given = Signature.objects.filter(
        ceremony__in=answers.values("act"),
        party__contact=party.contact_id,
        signed_at__lt=party.signoff.created_at,
        signoff__state__in=(*CONSENTED, *UNFINISHED),
    ).exclude(verification__verdict__in=(Verdict.WAITING, Verdict.REJECTED))
    for one in given.order_by("signed_at"):
        shown = one.record["invitation"]["checks"]  # another session of that ceremony may have shown it
        if any(check["passed"] and check.get("credential") == credential for check in shown):
            return {"signature": str(one.pk), "at": clock.iso(one.signed_at)}
    return None


def _pem(public_key: bytes) -> str:
    """A COSE key as SubjectPublicKeyInfo in PEM, which every tool reads; raises ValueError and KeyError for others."""
    key = _cose(public_key)
    first, second = (
        int.from_bytes(key[at], "big") for at in ((-2, -3) if key[3] == ES256.ALGORITHM else (-2, -1))
    )
    made: ec.EllipticCurvePublicKey | rsa.RSAPublicKey
    if key[3] == ES256.ALGORITHM and key[-1] == P256:
        made = ec.EllipticCurvePublicNumbers(first, second, ec.SECP256R1()).public_key()
    elif key[3] == RS256.ALGORITHM:
        made = rsa.RSAPublicNumbers(first, second).public_key()
    else:
        raise ValueError("a key that was not asked for")
    return made.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _data(found: ContactPasskey) -> AttestedCredentialData:
    key = CoseKey.parse(_cose(bytes(found.public_key)))
    return AttestedCredentialData.create(AAGUID, bytes(found.credential), key)


def _server() -> Fido2Server:
    server = passkeys.server()
    server.allowed_algorithms = [
        PublicKeyCredentialParameters(type=PublicKeyCredentialType.PUBLIC_KEY, alg=one.ALGORITHM)
        for one in ALGORITHMS
    ]
    return server


def _cose(public_key: bytes) -> dict[int, Any]:
    key = cbor.decode(public_key)
    if not isinstance(key, dict):
        raise TypeError("a COSE key is a map")
    return key


def _state(question: PasskeyQuestion) -> passkeys.State:
    """What the library remembers between question and answer."""
    return {"challenge": websafe_encode(bytes(question.challenge)), "user_verification": VERIFIED}


def decoded(check: dict[str, Any]) -> dict[str, bytes]:
    """The parts of a check as files that `openssl` reads, by name."""
    return {
        "clientData.json": base64.b64decode(check["client_data"]),
        "authData.bin": base64.b64decode(check["authenticator_data"]),
        "signature.bin": base64.b64decode(check["signature"]),
        "credential.pem": check["public_key"].encode(),
    }
