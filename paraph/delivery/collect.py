"""Returned mail is fetched from where the operator's mail server puts it: a mailbox (IMAP) or a maildir.

PARAPH_BOUNCES names it. A message that told something is removed; the others are marked as seen and stay, for nobody
but a person can say what they are for. The mailbox should be for returned mail alone.
"""

from __future__ import annotations

import imaplib
import mailbox
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings

from paraph.delivery import report, returned
from paraph.delivery.outbox import Told
from paraph.delivery.returned import Outcome

TIMEOUT_SECONDS = 30
# Messages a look; more wait for the next one.
PIECE = 100
TELLING = frozenset({Outcome.RECORDED, Outcome.REPEATED})


class Unsafe(Exception):
    """The mailbox's server offers no TLS; a password would be sent in clear."""


def collect(*, on_dead: Told | None = None) -> int:
    """Take what has come back; return how many messages were read. Raises OSError, imaplib's errors, `Unsafe`."""
    where = urlsplit(settings.PARAPH_BOUNCES)
    if not where.scheme:
        return 0
    return _maildir(where, on_dead) if where.scheme == "maildir" else _imap(where, on_dead)


def _maildir(where: SplitResult, on_dead: Told | None) -> int:
    box = mailbox.Maildir(unquote(where.path), create=False)
    read = 0
    for key in list(box.iterkeys())[:PIECE]:
        message = box.get_message(key)
        if message.get_subdir() != "new":
            continue
        with box.get_file(key) as file:
            outcome = returned.take(file.read(report.MAX_BYTES), on_dead=on_dead)
        if outcome in TELLING:
            box.discard(key)
        else:
            message.set_subdir("cur")
            message.add_flag("S")
            box[key] = message
        read += 1
    return read


def _imap(where: SplitResult, on_dead: Told | None) -> int:
    read = 0
    with _signed_in(where) as server:
        _, found = server.uid("SEARCH", "UNSEEN")
        for uid in (found[0] or b"").decode().split()[:PIECE]:
            _, parts = server.uid("FETCH", uid, f"(BODY.PEEK[]<0.{report.MAX_BYTES}>)")
            raw = next((bytes(one[1]) for one in parts if isinstance(one, tuple)), b"")
            # Marked after it was taken: if we die in between it is read again, and repeated is not twice.
            outcome = returned.take(raw, on_dead=on_dead)
            server.uid("STORE", uid, "+FLAGS", r"(\Deleted)" if outcome in TELLING else r"(\Seen)")
            read += 1
        if read:
            server.expunge()
    return read


@contextmanager
def _signed_in(where: SplitResult) -> Iterator[imaplib.IMAP4]:
    host, context = where.hostname or "", ssl.create_default_context()
    server: imaplib.IMAP4
    if where.scheme == "imaps":
        server = imaplib.IMAP4_SSL(host, where.port or 993, ssl_context=context, timeout=TIMEOUT_SECONDS)
    else:
        server = imaplib.IMAP4(host, where.port or 143, timeout=TIMEOUT_SECONDS)
    with server:
        if where.scheme == "imap" and not _is_loopback(host):
            if "STARTTLS" not in server.capabilities:
                raise Unsafe(f"{host} offers no STARTTLS; nothing was sent")
            server.starttls(context)
        server.login(unquote(where.username or ""), unquote(where.password or ""))
        answer, told = server.select(_quoted(unquote(where.path).strip("/") or "INBOX"))
        if answer != "OK":
            raise imaplib.IMAP4.error(f"the mailbox cannot be opened: {told!r}")
        yield server


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
