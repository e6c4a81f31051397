"""The envelope: an address of our own for each message, so that what comes back says which one it was (VERP).

``bounces@example.com`` becomes ``bounces+<id><code>@example.com``: the message's id and a code that only we can make,
both in base 32. Without PARAPH_BOUNCE_ADDRESS the sender's address is used, and returned messages are known by the
Message-ID they quote.
"""

from __future__ import annotations

import base64
import hmac
import re
import uuid
from email.utils import getaddresses

from django.conf import settings
from django.utils.crypto import salted_hmac

from paraph.delivery.models import Delivery

ID_CHARS = 26  # 16 bytes in base 32, without padding
CODE_CHARS = 16  # 80 bits
MARK = re.compile(rf"\+([a-z2-7]{{{ID_CHARS}}})([a-z2-7]{{{CODE_CHARS}}})$")
PURPOSE = "paraph.delivery.envelope"


class Forged(ValueError):
    """An address that looks like one of ours, but we did not make it."""


def sender(delivery: Delivery) -> str:
    """The envelope sender of a message; "" when no address for returned messages is set."""
    name, at, host = settings.PARAPH_BOUNCE_ADDRESS.rpartition("@")
    if not at:
        return ""
    told = _base32(delivery.pk.bytes)
    return f"{name}+{told}{_code(told)}@{host}"


def named(addresses: list[str]) -> uuid.UUID | None:
    """The message these addresses were made for, if one was; raises `Forged` for one we did not make."""
    for _, address in getaddresses(addresses):
        found = MARK.search(address.lower().rpartition("@")[0])
        if found is None:
            continue
        told, code = found.groups()
        if not hmac.compare_digest(code, _code(told)):
            raise Forged(address)
        return uuid.UUID(bytes=base64.b32decode(told.upper() + "=" * (-len(told) % 8)))
    return None


def _code(told: str) -> str:
    return _base32(salted_hmac(PURPOSE, told, algorithm="sha256").digest())[:CODE_CHARS]


def _base32(content: bytes) -> str:
    return base64.b32encode(content).decode().rstrip("=").lower()
