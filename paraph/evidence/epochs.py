"""Epochs: a log that was restored from a backup goes on as another log, so that no index ever names two things (I12).

After a restore nobody knows what was recorded last: somebody may hold a receipt for an entry that the backup does not
have. To go on at the next index would say two things at one place, which is what a forger does. RFC 6962 knows no gaps
either. So the old tree is closed as it was restored, and a new one begins under an origin of its own, `…/from/N-…`.
Its first leaf, `log.restored`, commits to the old tree's head.

The rows of an organisation stay one sequence: `Entry.index` counts on. What the outside sees of an entry, origin and
index, stands in its leaf; `start` leads from one to the other.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any

from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from paraph.evidence.facts import STAFF, Fact
from paraph.evidence.models import Entry, Log
from paraph.lib import clock, figures

TOPIC = "log"
# `…/log/<id>`, and after a restore `/from/`, the index of its first entry, and 64 bits nobody else has: a backup that
# is restored twice goes on as two logs.
ORIGIN = re.compile(r"(?P<log>.+?)(?:/from/(?P<start>[0-9]{1,18})-[0-9a-f]{16})?")


@dataclass(frozen=True, kw_only=True)
class LogRestored(Fact):
    """The first leaf of a tree that begins after a restore: which tree it goes on from, and what may be missing.

    `size`, `root` and `checkpoint` are the head of the tree `before`; `known_until` is the highest index in it that
    a receipt or checkpoint brought along shows, null where none was.
    """

    kind = "log.restored"
    audience = STAFF
    sentence = _(
        "The record was restored from the backup of %(taken)s. What was recorded after it may be missing here."
    )

    before: str
    size: int
    root: str
    checkpoint: str
    taken_at: str
    known_until: int | None = None

    def values(self) -> dict[str, Any]:
        """The time of the backup as the reader writes times."""
        zone, language = get_current_timezone(), get_language() or "en"
        return {"taken": figures.moment(clock.parse(self.taken_at), zone, language)}


@dataclass(frozen=True)
class Epoch:
    """One tree: leaf 0 is the log's entry `start`; `end` is the index after its last, None while it grows.

    `closed_by` is the fact that ended it.
    """

    origin: str
    start: int
    end: int | None = None
    closed_by: LogRestored | None = None


def start(origin: str) -> int:
    """The index, in the log, of the first entry of the tree with this origin."""
    match = ORIGIN.fullmatch(origin)
    return int(match["start"] or 0) if match else 0


def family(origin: str) -> str:
    """What the origins of all trees of one log have in common."""
    match = ORIGIN.fullmatch(origin)
    return match["log"] if match else origin


def following(origin: str, size: int) -> str:
    """A new origin for a log of `size` entries."""
    return f"{family(origin)}/from/{size}-{os.urandom(8).hex()}"


def of(log: Log) -> list[Epoch]:
    """The trees of a log, oldest first; the last one grows.

    As the leaves say, which is for `audit` to verify: a tree whose first leaf does not say what was before is left out.
    """
    found = [Epoch(log.origin, start(log.origin))]
    while found[0].start:
        fact = _first(log, found[0].start)
        if fact is None or start(fact.before) >= found[0].start:
            break
        found.insert(0, Epoch(fact.before, start(fact.before), found[0].start, fact))
    return found


def _first(log: Log, index: int) -> LogRestored | None:
    entry = Entry.objects.filter(log=log, index=index).first()
    try:
        if entry is None or entry.content["kind"] != LogRestored.kind:
            return None
        return LogRestored(**entry.content["fact"])
    except (ValueError, KeyError, TypeError):
        return None
