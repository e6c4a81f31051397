"""`paraph check`: what is bad or dangerous about an installation, each in a sentence that says what to do about it.

*Fault*: do not use it so. *Warning*: it works, and somebody should look. *Note*: good to know. A check that could not
be made is a fault: it has not passed.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from django.db import DatabaseError, connection

from paraph.evidence import epochs
from paraph.evidence.models import Log
from paraph.lib import home
from paraph.lib.bucket import Bucket
from paraph.operate import health, online, perils, place, rights, startup
from paraph.operate.perils import FAULT, NOTE, WARNING, Peril

__all__ = ["FAULT", "NOTE", "WARNING", "Found", "as_json", "as_text", "look"]

logger = logging.getLogger(__name__)

ORDER = (FAULT, WARNING, NOTE)
FIT, UNFIT = "settings, database and keys are fit for use", "not fit for use"
# The share of a disk below which it is nearly full, unless it has so many bytes anyway.
NEARLY_FULL, PLENTY = 0.05, 10 << 30
SOON_DAYS = 60
# What `health` says of an installation at work, and how much it matters here.
AT_WORK = {"worker": NOTE, "mail": WARNING, "consequences": WARNING, "seals": WARNING, "reconciler": FAULT}


@dataclass(frozen=True)
class Found:
    """One thing: how bad, what it is about, and a sentence."""

    level: str
    about: str
    sentence: str


def look(*, online: bool = False) -> list[Found]:
    """Everything there is to say, the worst first; nothing when all is well.

    `online` also asks others: the mail server, and clocks elsewhere. Raises `startup.NotReady` when the database does
    not answer, for then nothing can be said.
    """
    try:
        connection.ensure_connection()
        ready = not startup.missing_migrations()
    except DatabaseError as problem:
        raise startup.NotReady(
            f"The database does not answer: {str(problem).strip().splitlines()[0]}"
        ) from problem
    checks = [*ALWAYS, *(WITH_TABLES if ready else (_no_tables,)), *(ONLINE if online else ())]
    found = [
        Found(level, about.__name__.strip("_"), text) for about in checks for level, text in _made(about)
    ]
    return sorted(found, key=lambda one: ORDER.index(one.level))


def as_text(found: list[Found]) -> list[str]:
    """Lines for people, the verdict last."""
    lines = [f"{one.level}: {one.sentence}" for one in found]
    return [*lines, UNFIT if any(one.level == FAULT for one in found) else FIT]


def as_json(found: list[Found]) -> str:
    """For programs: ``{"fit": bool, "findings": [{"level", "about", "sentence"}]}``."""
    fit = all(one.level != FAULT for one in found)
    return json.dumps({"fit": fit, "findings": [asdict(one) for one in found]}, indent=1, ensure_ascii=False)


def _made(check: Callable[[], Iterator[Peril]]) -> list[Peril]:
    try:
        return list(check())
    except Exception as problem:  # whatever goes wrong is what is looked for
        logger.debug("%s failed", check.__name__, exc_info=problem)
        return [
            (
                FAULT,
                f"This could not be checked ({check.__name__.strip('_')}): {str(problem) or type(problem).__name__}",
            )
        ]


def _settings() -> Iterator[Peril]:
    yield from perils.of_settings()


def _variables() -> Iterator[Peril]:
    yield from perils.of_names(os.environ)


def _secrets() -> Iterator[Peril]:
    yield from perils.of_secrets(os.environ)


def _files() -> Iterator[Peril]:
    yield from perils.of_modes()
    if (home.folder() / place.MARK).exists():
        yield FAULT, f"A restore was not finished; {home.folder() / place.MARK} says where the rest is"


def _keys() -> Iterator[Peril]:
    yield from ((FAULT, one) for one in startup.key_faults())
    yield from perils.of_keys()
    for name, days in health.days_left().items():
        if 0 <= days < SOON_DAYS:
            yield (
                WARNING,
                f"{name}.pem is valid for {int(days)} more days; after that nothing can be sealed; {_remedy(name)}",
            )


def _remedy(name: str) -> str:
    return "it cannot be renewed" if name.endswith("-root") else f"run: paraph keys --rotate {name}"


def _database() -> Iterator[Peril]:
    for weakness in startup.weaknesses():
        yield FAULT, f"The database could lose acknowledged signatures: {weakness}; turn it on"
    if closed := startup.unwritable():
        yield FAULT, closed
    yield from perils.of_way_to_database()


def _no_tables() -> Iterator[Peril]:
    missing = startup.missing_migrations()
    yield FAULT, f"{len(missing)} migrations are missing ({missing[0]} …). Run: paraph migrate"


def _ledger() -> Iterator[Peril]:
    yield from ((FAULT, one) for one in startup.trigger_faults())
    if connection.vendor == "postgresql":
        yield from rights.faults()


def _disk() -> Iterator[Peril]:
    usage = shutil.disk_usage(home.folder())
    if usage.free < health.FREE_BYTES:
        yield FAULT, f"Only {usage.free >> 20} MB are free where PARAPH_DATA is; make room"
    elif usage.free < PLENTY and usage.free / usage.total < NEARLY_FULL:
        yield WARNING, f"The disk of PARAPH_DATA is nearly full: {usage.free >> 20} MB are free; make room"


def _storage() -> Iterator[Peril]:
    store = home.blobs()
    if not isinstance(store, Bucket):
        return
    yield from ((FAULT, one) for one in store.faults())
    if not store.lock:
        yield (
            NOTE,
            f"Files in {store} are not locked: who has its credentials can remove them (PARAPH_S3_LOCK)",
        )
    if store.endpoint.startswith("http://") and not perils.is_local(store.endpoint):
        yield WARNING, f"Files travel to {store.endpoint} unencrypted; use https"


def _clock() -> Iterator[Peril]:
    for one in health.look():
        if one.name == "clock" and one.level != health.Level.OK:
            yield FAULT, f"{one.sentence} Set the clock right, and let NTP keep it"


def _work() -> Iterator[Peril]:
    for one in health.look():
        if one.name in AT_WORK and one.level != health.Level.OK:
            yield (
                AT_WORK[one.name] if one.level == health.Level.FAILED else NOTE,
                f"{one.name}: {one.sentence}",
            )


def _restored() -> Iterator[Peril]:
    for log in Log.objects.order_by("name"):
        for tree in epochs.of(log):
            if fact := tree.closed_by:
                last = f"after its entry {fact.size - 1}" if fact.size else "in it"
                yield (
                    NOTE,
                    (
                        f"{tree.origin} was restored from the backup of {fact.taken_at}; what was recorded {last} "
                        "may be missing. Compare it with receipts: paraph verify FILE"
                    ),
                )


def _mail() -> Iterator[Peril]:
    yield from online.mail()


def _time() -> Iterator[Peril]:
    yield from online.clocks()


ALWAYS = (_settings, _variables, _secrets, _files, _database, _storage, _disk)
WITH_TABLES = (_keys, _ledger, _clock, _work, _restored)
ONLINE = (_mail, _time)
