"""From facts to rows that figures can be asked of: the worker's part.

The secret: a cursor a log, moved in the transaction that writes what was read, so that each fact counts once. Facts
come in the order of the ledger, whose times never run backwards, so no length is negative, whatever the clock does
(faults.md F11).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from paraph.evidence import ledger
from paraph.evidence.models import Log
from paraph.insights.folds import FOLDS, Batch
from paraph.insights.models import Cursor

# Entries read in one transaction: some 30 ms, for which a writer on SQLite waits.
BATCH = 500


def fold_due() -> int:
    """Read the next entries of every log that has any; return how many were read."""
    return sum(_fold(name) for name in _behind().values_list("name", flat=True))


def fold_all() -> int:
    """Read whatever there is to read; return how many entries that were."""
    total = 0
    while done := fold_due():
        total += done
    return total


def unread(log: UUID) -> int:
    """How many entries of this log no figure knows yet."""
    found = _behind().filter(name=log).values_list("size", "position").first()
    return found[0] - found[1] if found else 0


def _behind() -> Any:
    position = Cursor.objects.filter(log=OuterRef("name")).values("position")
    return Log.objects.annotate(position=Coalesce(Subquery(position), 0)).filter(size__gt=F("position"))


@transaction.atomic
def _fold(log: UUID) -> int:
    cursor = _locked(log)
    end = min(cursor.position + BATCH, Log.objects.values_list("size", flat=True).get(pk=log))
    read = ledger.since(log, cursor.position).filter(index__lt=end, kind__in=list(FOLDS))
    Batch(log, list(read)).fold()
    done, cursor.position = end - cursor.position, end
    cursor.save(update_fields=["position"])
    return done


def _locked(log: UUID) -> Cursor:
    found = Cursor.objects.select_for_update().filter(log=log).first()
    if found is None:
        Cursor.objects.bulk_create([Cursor(log=log)], ignore_conflicts=True)
        found = Cursor.objects.select_for_update().get(log=log)
    return found
