"""The last step out of the house: a row becomes a mail, a mail goes to the server, a refusal is judged."""

from __future__ import annotations

import re
import smtplib
import ssl
from email.utils import format_datetime, formataddr, parseaddr
from types import TracebackType

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email

from paraph.delivery import body, envelope
from paraph.delivery.headers import one_line
from paraph.delivery.models import ERROR_CHARS, Delivery
from paraph.lib import clock

PERMANENT = range(500, 600)
# A reply code, then the enhanced status code (RFC 2034, section 4).
STATUS = re.compile(r"\b[45]\d\d[ -]#?([245]\.\d{1,3}\.\d{1,3})\b")


class ServerDown(Exception):
    """The mail server does not answer or does not let us in: no fault of this message, so others need not try."""


class Post:
    """A connection to the mail server, opened for the first message and closed after the last."""

    def __init__(self) -> None:
        self._connection = get_connection()

    def __enter__(self) -> Post:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def send(self, message: EmailMultiAlternatives) -> None:
        """Hand one message over. Raises `ServerDown`, or whatever the server or the message objects to."""
        try:
            self._connection.open()
        except (OSError, smtplib.SMTPException) as problem:
            self._connection.close()
            raise ServerDown(reason(problem)) from problem
        try:
            self._connection.send_messages([message])
        except BaseException:
            # The state of this conversation is unknown; the next message starts a new one.
            self._connection.close()
            raise


def build(delivery: Delivery) -> EmailMultiAlternatives:
    """The mail of a row. Raises ValueError for what can never be sent, `VaultClosed` and `BlobMissing`."""
    try:
        validate_email(delivery.to)
    except ValidationError as problem:
        raise ValueError("not a mail address") from problem
    opened = body.unseal(delivery)
    headers = {
        "Message-ID": delivery.message_id,
        "Date": format_datetime(clock.now()),
        "Auto-Submitted": "auto-generated",  # RFC 3834: out-of-office replies do not answer it
        "Content-Language": delivery.language,
    }
    returns = envelope.sender(delivery)
    if returns:
        headers["From"] = _sender(delivery.sender)
    message = EmailMultiAlternatives(
        delivery.subject,
        opened.text,
        returns or _sender(delivery.sender),
        [delivery.to],
        headers=headers,
        reply_to=[delivery.reply_to] if delivery.reply_to else None,
    )
    if opened.html:
        message.attach_alternative(opened.html, "text/html")
    for one in opened.attachments:
        message.attach(one.name, one.content, one.mime)
    return message


def is_permanent(problem: Exception) -> bool:
    """Whether trying again is useless: the server refused this recipient or content, or it is no mail at all.

    A refused sender or password is our own configuration: it can be mended, so the message waits.
    """
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return all(code in PERMANENT for code, _ in problem.recipients.values())
    if isinstance(problem, smtplib.SMTPDataError):
        return problem.smtp_code in PERMANENT
    return isinstance(problem, ValueError)


def status(problem: BaseException) -> str:
    """The status code (RFC 3463) in a server's refusal; "" when it gave none."""
    found = STATUS.search(reason(problem)) if isinstance(problem, smtplib.SMTPException) else None
    return found.group(1) if found else ""


def reason(problem: BaseException) -> str:
    """Why it failed, for staff: a type, a code, the server's words; never the body, never a link."""
    words: object = ""
    if isinstance(problem, ssl.SSLCertVerificationError):
        words = f"the mail server's certificate is not trusted, so nothing was sent: {problem.verify_message}"
    elif isinstance(problem, smtplib.SMTPNotSupportedError):
        words = f"the mail server does not offer what SMTP_STARTTLS or SMTP_USER need: {problem}"
    elif isinstance(problem, smtplib.SMTPAuthenticationError):
        words = f"the mail server refused SMTP_USER and its password: {problem.smtp_code}"
    elif isinstance(problem, smtplib.SMTPRecipientsRefused):
        words = "; ".join(f"{code} {_text(said)}" for code, said in problem.recipients.values())
    elif isinstance(problem, smtplib.SMTPResponseException):
        words = f"{problem.smtp_code} {_text(problem.smtp_error)}"
    elif isinstance(problem, OSError | ValueError | ServerDown):
        words = problem
    return one_line(f"{type(problem).__name__}: {words}".rstrip(": "), ERROR_CHARS)


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said


def _sender(name: str) -> str:
    """Our address, under the name of who writes."""
    own_name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or own_name, address))
