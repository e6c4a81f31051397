"""Second factors: what somebody has set up, and judging a one-time code (security.md lines 13 to 16).

The secret: a code is counted before it is looked at and spent before it is believed, both in the database, so that
many requests at once are no way around either. django-allauth keeps the factors and knows RFC 6238.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote, urlencode
from uuid import UUID

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, validate_totp_code
from django.conf import settings
from django.db import transaction

from paraph.lib import clock, home
from paraph.people import limits
from paraph.people.models import SpentCode, User

Kind = Authenticator.Type
# What proves somebody by itself; recovery codes only stand in for these.
STRONG = (Kind.TOTP, Kind.WEBAUTHN)
PURPOSE = "second factor"
ISSUER = "Paraph"
DIGITS = re.compile(r"[0-9]{6,8}")  # six of an app, eight of a recovery code


class Vaulted(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the library's secrets sealed: the database alone gives no codes (settings.MFA_ADAPTER)."""

    def encrypt(self, text: str) -> str:
        """Seal with the key outside the database."""
        return home.vault().seal(text.encode(), purpose=PURPOSE).hex()

    def decrypt(self, encrypted_text: str) -> str:
        """Open again; raises `VaultClosed`."""
        return home.vault().open(bytes.fromhex(encrypted_text), purpose=PURPOSE).decode()


def of(user: User) -> list[Authenticator]:
    """What somebody has set up, oldest first."""
    return list(Authenticator.objects.filter(user=user).order_by("pk"))


def kinds(users: Iterable[UUID]) -> dict[UUID, set[str]]:
    """The kinds of strong factors each of these users has, in one query."""
    found: dict[UUID, set[str]] = {}
    rows = Authenticator.objects.filter(user_id__in=list(users), type__in=STRONG)
    for user, kind in rows.values_list("user_id", "type"):
        found.setdefault(user, set()).add(kind)
    return found


def has(user: User) -> bool:
    """Whether a second factor is asked for at sign-in."""
    return bool(Authenticator.objects.filter(user=user, type__in=STRONG).exists())


def new_secret() -> str:
    """A secret for an authenticator app: 160 bits, base32 (RFC 4226, section 4)."""
    return str(generate_totp_secret())


def uri(user: User, secret: str) -> str:
    """What an authenticator app reads from a QR code (Key URI format: SHA-1, six digits, 30 s unless said)."""
    label = quote(f"{ISSUER}:{user.email}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': ISSUER})}"


def add_app(user: User, secret: str, code: str) -> bool:
    """Set up an authenticator app whose first code is right; tells whether it was."""
    code = _clean(code)
    if not validate_totp_code(secret, code):
        return False
    with transaction.atomic():
        Authenticator.objects.filter(user=user, type=Kind.TOTP).delete()
        TOTP.activate(user, secret)
        # The code that proved it is spent: it opens nothing afterwards.
        _spend(user, code, clock.now())
    return True


def remove(user: User, pk: int) -> bool:
    """Take one factor away; recovery codes go with the last one. Tells whether it was there."""
    with transaction.atomic():
        found, _ = Authenticator.objects.filter(user=user, pk=pk, type__in=STRONG).delete()
        if found and not has(user):
            forget_all(user)
    return bool(found)


def forget_all(user: User) -> None:
    """Take every factor away."""
    Authenticator.objects.filter(user=user).delete()


def recovery_codes(user: User, *, anew: bool = False) -> list[str]:
    """The codes made now, to be shown this once; none when there were some already and no new ones are wanted."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        known = Authenticator.objects.filter(user=user, type=Kind.RECOVERY_CODES)
        if known.exists() and not anew:
            return []
        known.delete()
        return list(RecoveryCodes.activate(user).generate_codes())


def codes_left(user: User) -> int:
    """How many recovery codes are not used yet."""
    found = Authenticator.objects.filter(user=user, type=Kind.RECOVERY_CODES).first()
    return len(RecoveryCodes(found).get_unused_codes()) if found else 0


def judge(user: User, code: str, *, address: str) -> Authenticator | None:
    """The factor whose code this is, or None. Counted before it is judged: raises `TooMany`.

    A right code is right once, however many requests bring it at the same time.
    """
    key = f"{user.pk}:{address}"
    limits.count(limits.CODE, key)
    limits.count(limits.CODE_ACCOUNT, str(user.pk))
    typed = _clean(code)
    found = _match(user, typed)
    if found is None or not _spend(user, typed, clock.now()):
        return None
    if found.type == Kind.RECOVERY_CODES:
        RecoveryCodes(found).validate_code(typed)  # strikes it off the list
    limits.forgive(limits.CODE, key)
    return found


def forget_spent(before: datetime) -> int:
    """Delete notes of codes that have long been worthless; returns how many."""
    return SpentCode.objects.filter(at__lt=before).delete()[0]


def _clean(typed: str) -> str:
    """What was typed, without the spaces, dashes and dots people put between digits; "" when anything else is in it.

    The library strips all punctuation before it compares, so a code that was spent would be right in another spelling.
    """
    found = re.sub(r"[\s\-.]", "", typed)
    return found if DIGITS.fullmatch(found) else ""


def _match(user: User, code: str) -> Authenticator | None:
    for one in Authenticator.objects.filter(user=user, type__in=[Kind.TOTP, Kind.RECOVERY_CODES]):
        if one.type == Kind.TOTP:
            if validate_totp_code(Vaulted().decrypt(one.data["secret"]), code):
                return one
        elif code in RecoveryCodes(one).get_unused_codes():
            return one
    return None


def _spend(user: User, code: str, now: datetime) -> bool:
    """Note that a code is used; False when it was already, by an insert that only one request can win."""
    digest = hashlib.sha256(f"{settings.SECRET_KEY}:{user.pk}:{code}".encode()).hexdigest()
    _, fresh = SpentCode.objects.get_or_create(user=user, digest=digest, defaults={"at": now})
    return fresh
