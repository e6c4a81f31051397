"""Passkeys (WebAuthn level 2): made and checked for this installation's own address and no other.

The secret: what the browser said is compared with the configured origin, never with a header, and the person was
verified by their device each time, so that a passkey is two factors in one. Kept as django-allauth keeps them.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from paraph.people.models import User

MOST_CHARS = 20_000  # of what a browser sends; attestations are a few kilobytes
NAME_CHARS = 60
VERIFIED = UserVerificationRequirement.REQUIRED
State = dict[str, Any]


class BadPasskey(Exception):
    """Not a passkey of ours: another address, challenge, person or key, or a copy. Says no more on purpose."""


def begin_making(user: User) -> tuple[dict[str, Any], State]:
    """What `navigator.credentials.create` wants, as JSON, and what to remember until it answers."""
    person = PublicKeyCredentialUserEntity(id=user.pk.bytes, name=user.email, display_name=user.name)
    options, state = server().register_begin(
        person,
        credentials=[one for _, one in _known(user)],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=VERIFIED,
    )
    return plain(options), state


def made(user: User, state: State, answer: str, *, name: str) -> Authenticator:
    """Keep the passkey a browser made. Raises `BadPasskey`."""
    credential = read(answer)
    try:
        server().register_complete(state, RegistrationResponse.from_dict(credential))
    except (ValueError, TypeError, KeyError) as problem:
        raise BadPasskey from problem
    return Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": name[:NAME_CHARS], "credential": credential, "count": 0},
    )


def begin_asking(user: User | None) -> tuple[dict[str, Any], State]:
    """What `navigator.credentials.get` wants; None asks for anybody's, as at sign-in."""
    known = [one for _, one in _known(user)] if user else None
    options, state = server().authenticate_begin(known, user_verification=VERIFIED)
    return plain(options), state


def asked(state: State, answer: str, *, user: User | None = None) -> Authenticator:
    """The passkey that answered, of this user or of whoever it belongs to. Raises `BadPasskey`."""
    credential = read(answer)
    try:
        response = AuthenticationResponse.from_dict(credential)
        owner = user or _owner(response.response.user_handle)
        known = _known(owner)
        server().authenticate_complete(state, [one for _, one in known], response)
        found = next(one for one, data in known if data.credential_id == response.raw_id)
        _count(found, response.response.authenticator_data.counter)
    except (ValueError, TypeError, KeyError, StopIteration, User.DoesNotExist) as problem:
        raise BadPasskey from problem
    return found


def _count(found: Authenticator, counter: int) -> None:
    """A counter that does not grow is a copy of the key (WebAuthn 7.2, step 21); most passkeys keep none."""
    kept = int(found.data.get("count", 0))
    if counter and counter <= kept:
        raise ValueError("the counter did not grow")
    if counter:
        found.data = {**found.data, "count": counter}
        found.save(update_fields=["data"])


def _owner(handle: bytes | None) -> User:
    return User.objects.get(pk=UUID(bytes=handle or b""), is_active=True)


def _known(user: User) -> list[tuple[Authenticator, AttestedCredentialData]]:
    found = []
    for one in Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN):
        response = RegistrationResponse.from_dict(one.data["credential"]).response
        data = AttestationObject(response.attestation_object).auth_data.credential_data
        if data is not None:
            found.append((one, data))
    return found


def server() -> Fido2Server:
    """WebAuthn's relying party: this installation's own host and origin."""
    host = urlsplit(settings.PARAPH_ORIGIN).hostname or ""
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=host, name="Paraph"),
        verify_origin=lambda origin: origin == settings.PARAPH_ORIGIN,
    )


def plain(options: Any) -> dict[str, Any]:
    """The options as the browser's JSON form: bytes as base64url."""
    told: dict[str, Any] = json.loads(json.dumps(dict(options), default=_text))
    return told


def _text(value: Any) -> Any:
    return websafe_encode(value) if isinstance(value, bytes) else dict(value)


def read(answer: str) -> dict[str, Any]:
    """What a browser answered, in its JSON form. Raises `BadPasskey`."""
    if len(answer) > MOST_CHARS:
        raise BadPasskey
    try:
        told = json.loads(answer)
    except ValueError as problem:
        raise BadPasskey from problem
    if not isinstance(told, dict):
        raise BadPasskey
    return told
