"""Checks that ask others: does the mail server let us in, and do clocks elsewhere agree with ours?"""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from smtplib import SMTPException
from typing import Any
from urllib.error import HTTPError

from django.conf import settings
from django.core.mail import get_connection

from paraph.lib import clock, home
from paraph.lib.bucket import Bucket
from paraph.operate.perils import FAULT, NOTE, Peril

# HTTP dates have whole seconds, and the answer takes a moment.
APART = timedelta(seconds=10)
SECONDS = 10


def mail() -> Iterator[Peril]:
    """Connect as for sending, sign in, and go."""
    if settings.PARAPH_DEMO:
        return
    backend: Any = get_connection(fail_silently=False)
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        backend.open()
        backend.connection.noop()
    except (OSError, SMTPException) as problem:
        yield (
            FAULT,
            f"The mail server {where} does not let us in ({problem}); check SMTP_HOST and what goes with it",
        )
    finally:
        backend.close()


def clocks() -> Iterator[Peril]:
    """Compare with whoever we talk to anyway: the file storage and the time-stamp authority."""
    asked = 0
    for whose, theirs in _told():
        asked += 1
        apart = clock.now() - theirs
        if abs(apart) > APART:
            seconds, side = int(abs(apart).total_seconds()), "ahead of" if apart > timedelta() else "behind"
            yield FAULT, f"Our clock is {seconds} s {side} that of {whose}; set it right, and let NTP keep it"
    if not asked:
        yield NOTE, "No other clock could be asked: neither a file storage nor a time-stamp authority is set"


def _told() -> Iterator[tuple[str, datetime]]:
    store = home.blobs()
    if isinstance(store, Bucket) and (theirs := store.clock()):
        yield str(store), theirs
    if settings.PARAPH_TSA_URL and (theirs := _http(settings.PARAPH_TSA_URL)):
        yield settings.PARAPH_TSA_URL, theirs


def _http(url: str) -> datetime | None:
    """The time in an answer; any answer will do."""
    request = urllib.request.Request(url, method="HEAD")  # noqa: S310 - the operator's own setting
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            told = answer.headers.get("Date")
    except HTTPError as problem:
        told = problem.headers.get("Date")
    return parsedate_to_datetime(told) if told else None
