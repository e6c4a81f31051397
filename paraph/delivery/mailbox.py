"""The demo's mailbox: a mail backend that writes every mail as a file, and reads them back for a page to show.

Files are ``PARAPH_DATA/mail/<time>-<random>.eml``, one a mail handed over; nothing is left out, not even a repeat.
"""

from __future__ import annotations

import email
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage as Parsed
from email.message import Message
from pathlib import Path

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from paraph.lib import clock, home

TIME = "%Y%m%dT%H%M%S.%fZ"
NAME = re.compile(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{8}")


class NoSuchMail(LookupError):
    """There is no mail of that name."""


@dataclass(frozen=True)
class File:
    """An attachment."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    """A mail as received. `name` finds it again; `html` is empty when there was none."""

    name: str
    at: datetime
    to: str
    sender: str
    reply_to: str
    subject: str
    message_id: str
    text: str
    html: str
    attachments: tuple[File, ...]


class MailboxBackend(BaseEmailBackend):
    """Takes every mail, as a server that never refuses."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the mails; returns how many."""
        for message in email_messages:
            stamp = clock.now().astimezone(UTC).strftime(TIME)
            path = folder() / f"{stamp}-{os.urandom(4).hex()}.eml"
            part = path.with_suffix(".part")
            part.write_bytes(message.message().as_bytes())
            part.rename(path)
        return len(email_messages)


def folder() -> Path:
    """Where the mails are."""
    path = home.folder() / "mail"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def read(limit: int = 200) -> list[Mail]:
    """The newest mails, newest first."""
    return [_parse(path) for path in _newest()[:limit]]


def find(name: str) -> Mail:
    """One mail by its name. Raises `NoSuchMail`."""
    return _parse(file(name))


def file(name: str) -> Path:
    """The file of a mail. Raises `NoSuchMail`, also for anything that is no name of a mail."""
    path = folder() / f"{name}.eml"
    if not NAME.fullmatch(name) or not path.is_file():
        raise NoSuchMail(name[:60])
    return path


def to(address: str) -> list[Mail]:
    """The mails to one address, newest first."""
    return [mail for mail in read() if mail.to.lower() == address.lower()]


def _newest() -> list[Path]:
    return sorted(folder().glob("*.eml"), reverse=True)


def _parse(path: Path) -> Mail:
    message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, Parsed)
    return Mail(
        name=path.stem,
        at=datetime.strptime(path.stem.partition("-")[0], TIME).replace(tzinfo=UTC),
        to=str(message["To"] or ""),
        sender=str(message["From"] or ""),
        reply_to=str(message["Reply-To"] or ""),
        subject=str(message["Subject"] or ""),
        message_id=str(message["Message-ID"] or ""),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        attachments=tuple(
            File(one.get_filename() or "attachment", one.get_content_type(), _content(one))
            for one in message.iter_attachments()
        ),
    )


def _content(part: Message) -> bytes:
    decoded = part.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) else b""


def _part(message: Parsed, kind: str) -> str:
    found = message.get_body((kind,))
    return str(found.get_content()) if found is not None else ""
