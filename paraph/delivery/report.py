"""What a mail server says about a message that it could not deliver: bytes in, a few facts out.

Read are delivery status notifications (RFC 3464 inside RFC 3462) as Postfix, Exchange, Exim and the others write them,
and Exim's older form, which says who failed and no more. What a report does not say is left empty, never guessed.
"""

from __future__ import annotations

import base64
import email
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import Message

from paraph.delivery.headers import one_line

# A report quotes the message it is about; beyond this it holds nothing we look for.
MAX_BYTES = 2_000_000
SAID_CHARS = 200
STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
MESSAGE_ID = re.compile(r"<[^<>\s]+@[^<>\s]+>")
# Exim writes this above the message it returns.
QUOTED = re.compile(r"^-+ This is a copy of (?:the|your) message.*?-+$", re.MULTILINE | re.IGNORECASE)
QUOTED_ID = re.compile(r"^Message-ID:\s*(<[^<>\s]+>)", re.MULTILINE | re.IGNORECASE)
STATUS_PARTS = {"message/delivery-status", "message/global-delivery-status"}
HEADER_PARTS = {"text/rfc822-headers", "message/global-headers"}
RECEIVERS = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")


@dataclass(frozen=True)
class Failure:
    """One recipient who did not get it: RFC 3463 `status` and the server's words, each "" when not told."""

    recipient: str
    status: str
    said: str


@dataclass(frozen=True)
class Report:
    """`failures` is empty for a report of a delay or a success. `addressed` are the addresses it was sent to."""

    failures: tuple[Failure, ...]
    message_id: str
    addressed: tuple[str, ...]

    def failure_of(self, address: str) -> Failure:
        """What is said about this address; else, as with forwarded mail, the first failure."""
        same = [one for one in self.failures if one.recipient.lower() == address.lower()]
        return (same or self.failures)[0]


def read(raw: bytes) -> Report | None:
    """Read a message; None when it is no report about a delivery, such as a reply or an out-of-office note."""
    try:
        return _read(raw)
    except (RecursionError, LookupError, ValueError):
        return None  # nested without end, in an alphabet nobody knows: whoever wrote it wanted no answer


def _read(raw: bytes) -> Report | None:
    message = email.message_from_bytes(raw[:MAX_BYTES], policy=policy.compat32)
    parts = list(message.walk())
    blocks = [block for part in parts if part.get_content_type() in STATUS_PARTS for block in _blocks(part)]
    addressed = tuple(_text(one) for name in RECEIVERS for one in message.get_all(name, []))
    if blocks:
        failures = tuple(_failure(one) for one in blocks if _word(one, "Action") == "failed")
        return Report(failures, _returned_id(parts), addressed)
    if failed := message.get_all("X-Failed-Recipients"):
        names = [name.strip() for one in failed for name in _text(one).split(",")]
        told = tuple(Failure(one_line(name), "", "") for name in names if name)
        return Report(told, _quoted_id(parts), addressed)
    return None


def _blocks(part: Message) -> Iterator[Message]:
    """The groups of fields about a recipient each; the first one is about the whole message."""
    payload = part.get_payload()
    found = [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []
    if part["Content-Transfer-Encoding"] or len(found) < 2:
        # The parser takes apart only what is sent plainly and under the older media type.
        inside = b"".join(one.as_bytes() for one in found) or _octets(part)
        text = _lines(_unpacked(inside, _word(part, "Content-Transfer-Encoding")))
        found = [email.message_from_string(one) for one in re.split(r"\n(?:[ \t]*\n)+", text.strip())]
    yield from (one for one in found if one["Final-Recipient"] or one["Original-Recipient"])


def _failure(block: Message) -> Failure:
    original, final = (_after_type(block, name) for name in ("Original-Recipient", "Final-Recipient"))
    said = _after_type(block, "Diagnostic-Code")
    status = STATUS.search(_text(block["Status"] or ""))
    return Failure(original or final, status.group(1) if status else "", one_line(said, SAID_CHARS))


def _after_type(block: Message, name: str) -> str:
    """``rfc822;jan@example.com`` and ``smtp; 550 no`` without their first word (RFC 3464, section 2.1.2)."""
    first, semicolon, rest = _text(block[name] or "").partition(";")
    return one_line(rest if semicolon else first).strip("<> ")


def _word(block: Message, name: str) -> str:
    return _text(block[name] or "").split("(")[0].strip().lower()


def _returned_id(parts: list[Message]) -> str:
    """The Message-ID of the message that is returned, whole or its headers alone."""
    for part in parts[1:]:
        returned = part
        if part.get_content_type() in HEADER_PARTS and not part.is_multipart():
            returned = email.message_from_string(_decoded(part).lstrip())
        if found := MESSAGE_ID.search(_text(returned["Message-ID"] or "")):
            return found.group()
    return ""


def _quoted_id(parts: list[Message]) -> str:
    """The Message-ID in a copy that stands in the text itself."""
    for part in parts:
        if part.get_content_maintype() == "text":
            text = _decoded(part)
            if (mark := QUOTED.search(text)) and (found := QUOTED_ID.search(text, mark.end())):
                return found.group(1)
    return ""


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    return _lines(content) if isinstance(content, bytes) else ""


def _octets(part: Message) -> bytes:
    payload = part.get_payload()
    return payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""


def _unpacked(content: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        return base64.b64decode(content)
    return quopri.decodestring(content) if encoding == "quoted-printable" else content


def _lines(content: bytes) -> str:
    return content.decode("utf-8", "replace").replace("\r\n", "\n")


def _text(header: object) -> str:
    """A header as text: the parser wraps one with bytes outside ASCII."""
    return str(header)
