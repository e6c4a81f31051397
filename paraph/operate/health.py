"""Is everything that Paraph needs in order? One sentence a check, for `/readyz`.

A check that could not run has failed. *Warning* asks for somebody's attention and leaves the answer at 200. No
sentence holds a secret, a name or an address of anybody.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache

from cryptography import x509
from django.db import connection
from django.db.models import Max

from paraph.capture.models import Capture
from paraph.capture.models import State as Captured
from paraph.evidence import keys as log_keys
from paraph.evidence.models import Log
from paraph.lib import clock, home, keyfile
from paraph.operate import heartbeat, queues, startup
from paraph.sealing import keys as seal_keys
from paraph.sealing.errors import SealingError

logger = logging.getLogger(__name__)

# Everybody may ask: the answer is kept so long, so that asking often costs nothing.
KEPT_SECONDS = 2.0
# The worker looks every second; what nobody takes for so long has no worker, or one that fails.
LATE = timedelta(minutes=5)
# Seals are tried every 15 s, and must be there a minute after the fault is over (faults.md I7).
SEAL_LATE = timedelta(minutes=2)
# How long the mail server may be away before somebody should look.
SERVER_AWAY = timedelta(minutes=15)
KEY_DAYS = 30
# Ledger entries carry the server's time; more than this is no delay of a query.
SKEW = timedelta(seconds=5)
# An upload, a seal and the database's log need room even when somebody has been called.
FREE_BYTES = 200 * 1024 * 1024
RECONCILED = timedelta(minutes=10)


class Level(StrEnum):
    """How bad it is, from good to bad."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True)
class Check:
    """One finding. `serving`: whether this process can answer people at all depends on it."""

    name: str
    level: Level
    sentence: str
    serving: bool

    @property
    def told(self) -> dict[str, str]:
        """As `/readyz` answers."""
        return {"status": str(self.level), "sentence": self.sentence}


Finding = tuple[Level, str]


def recent() -> list[Check]:
    """What `look` found, at most `KEPT_SECONDS` ago."""
    return _at(int(time.monotonic() / KEPT_SECONDS))


def look() -> list[Check]:
    """Check everything now."""
    return [_check(name, ask, serving) for name, ask, serving in CHECKS]


def days_left() -> dict[str, float]:
    """For how many days each certificate of the installation is valid; none that cannot be read."""
    now, found = clock.now(), {}
    for name in seal_keys.FILES:
        path = home.keys() / f"{name}.pem"
        try:
            ends = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
        except (OSError, ValueError):
            continue
        found[name] = (ends - now) / timedelta(days=1)
    return found


def _check(name: str, ask: Callable[[], Finding], serving: bool) -> Check:
    try:
        level, sentence = ask()
    except Exception as problem:  # noqa: BLE001 - whatever is wrong is what this is for
        logger.warning("check %s could not be made: %s", name, type(problem).__name__)
        level, sentence = Level.FAILED, f"This could not be checked ({type(problem).__name__})."
    return Check(name, level, sentence, serving)


@cache
def _kept() -> dict[int, list[Check]]:
    return {}


def _at(moment: int) -> list[Check]:
    kept = _kept()
    if moment not in kept:
        found = look()
        kept.clear()
        kept[moment] = found
        return found
    return kept[moment]


def _database() -> Finding:
    connection.ensure_connection()
    if weak := startup.weaknesses():
        return Level.FAILED, f"It could lose acknowledged signatures: {'; '.join(weak)}."
    if closed := startup.unwritable():
        return Level.FAILED, f"{closed}."
    return Level.OK, f"It answers and keeps what it acknowledges ({connection.vendor})."


def _migrations() -> Finding:
    if missing := startup.missing_migrations():
        return Level.FAILED, f"{len(missing)} are missing ({missing[0]} …). Run: paraph migrate"
    return Level.OK, "All are done."


def _log_key() -> Finding:
    try:
        # Not only `load`, which remembers: a file that disappeared since is a fault.
        keyfile.read(home.keys() / log_keys.PRIVATE_FILE)
        log_keys.load(home.keys())
    except (keyfile.KeyFileMissing, ValueError) as problem:
        return Level.FAILED, f"Nobody can sign: {problem}."
    return Level.OK, "It is there; it has no end date."


def _vault_key() -> Finding:
    if fault := startup.vault_fault():
        return Level.FAILED, fault
    return Level.OK, "It opens what is stored; it has no end date."


def _seal_key() -> Finding:
    try:
        seal_keys.load(home.keys(), at=clock.now())
    except SealingError as problem:
        return Level.FAILED, f"Seals stay pending: {problem}."
    days = int(min(days_left().values()))
    level = Level.OK if days >= KEY_DAYS else Level.WARNING
    return level, f"Seal and time-stamp keys are there and valid for {days} more days."


def _mail() -> Finding:
    found = queues.messages(clock.now())
    if found.unreachable and found.oldest and found.oldest > SERVER_AWAY:
        return Level.FAILED, (
            f"The mail server does not let us in; {found.waiting} messages wait, the first for "
            f"{_span(found.oldest)}."
        )
    return _waiting(found, "messages", LATE)


def _consequences() -> Finding:
    now = clock.now()
    unread = queues.entries(now)
    if unread.late and unread.late > LATE:
        return Level.FAILED, f"Entries of {unread.waiting} ledgers are unread for {_span(unread.late)}."
    return _waiting(queues.runs(now), "consequences", LATE)


def _figures() -> Finding:
    """Only a warning: nobody's consent depends on it, and after an upgrade the whole ledger is read once."""
    unread = queues.figures(clock.now())
    if unread.late and unread.late > LATE:
        return (
            Level.WARNING,
            f"Entries of {unread.waiting} ledgers are in no figure for {_span(unread.late)}.",
        )
    return Level.OK, f"Entries of {unread.waiting} ledgers are to be counted, none too long."


def _seals() -> Finding:
    return _waiting(queues.seals(clock.now()), "seals", SEAL_LATE)


def _papers() -> Finding:
    return _waiting(queues.papers(clock.now()), "papers", LATE)


def _captures() -> Finding:
    if missing := Capture.objects.filter(state=Captured.RECEIVED, reasons=["key_missing"]).count():
        return Level.FAILED, f"{missing} captures wait for the key to open them. Put capture-….key.pem back."
    return _waiting(queues.captures(clock.now()), "captures", LATE)


def _waiting(queue: queues.Queue, what: str, limit: timedelta) -> Finding:
    if queue.late and queue.late > limit:
        return Level.FAILED, f"{queue.waiting} {what} wait, the first due for {_span(queue.late)}."
    return Level.OK, f"{queue.waiting} {what} wait, none too long."


def _clock() -> Finding:
    now = clock.now()
    newest = Log.objects.aggregate(newest=Max("last_at"))["newest"]
    if newest and newest - now > SKEW:
        return Level.FAILED, f"The clock is {_span(newest - now)} behind the newest entry of a ledger."
    if connection.vendor != "postgresql":
        return Level.OK, "The clock is not behind the ledgers; the database has the same one."
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        theirs: datetime = cursor.fetchone()[0]
    apart = abs(theirs - clock.now())
    if apart > SKEW:
        return Level.FAILED, f"Our clock and the database's are {_span(apart)} apart."
    return Level.OK, "The clock agrees with the database's and is not behind the ledgers."


def _disk() -> Finding:
    free = shutil.disk_usage(home.folder()).free
    if free < FREE_BYTES:
        return Level.FAILED, f"Only {free // 2**20} MB are free where PARAPH_DATA is."
    return Level.OK, f"{free // 2**20} MB are free where PARAPH_DATA is."


def _worker() -> Finding:
    beats = heartbeat.alive(clock.now())
    if not beats:
        return Level.FAILED, f"No worker has given a sign of life for {_span(heartbeat.SILENT)}."
    troubled = sorted({loop for beat in beats for loop in beat.troubled})
    if troubled:
        return Level.WARNING, f"{len(beats)} alive; in trouble: {', '.join(troubled)}."
    return Level.OK, f"{len(beats)} alive."


def _reconciler() -> Finding:
    from paraph.operate import reconcile

    last = reconcile.latest()
    if last is None:
        return Level.WARNING, "The invariants were not checked yet."
    at, count = last
    age = clock.now() - at
    if count:
        return Level.FAILED, f"{count} findings: something that must hold does not."
    if age > RECONCILED:
        return Level.WARNING, f"The invariants were last checked {_span(age)} ago."
    return Level.OK, "Everything that must hold holds."


def _span(age: timedelta) -> str:
    seconds = int(age.total_seconds())
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


CHECKS: tuple[tuple[str, Callable[[], Finding], bool], ...] = (
    ("database", _database, True),
    ("migrations", _migrations, True),
    ("log_key", _log_key, True),
    ("vault_key", _vault_key, True),
    ("seal_key", _seal_key, False),
    ("clock", _clock, True),
    ("disk", _disk, True),
    ("worker", _worker, False),
    ("mail", _mail, False),
    ("consequences", _consequences, False),
    ("figures", _figures, False),
    ("seals", _seals, False),
    ("papers", _papers, False),
    ("captures", _captures, False),
    ("reconciler", _reconciler, False),
)
