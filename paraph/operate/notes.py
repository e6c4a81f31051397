"""Notes: the last word of a worker or of the reconciler, in the database, so that every machine can read it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from paraph.lib import clock
from paraph.operate.models import NAME_CHARS, Note


def leave(name: str, **told: Any) -> None:
    """Replace what `name` told last, in one statement. `told` is JSON and nothing personal."""
    Note.objects.bulk_create(
        [Note(name=name[:NAME_CHARS], at=clock.now(), told=told)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["at", "told"],
    )


def read(name: str) -> Note | None:
    """The last word of one, if there is any."""
    return Note.objects.filter(name=name[:NAME_CHARS]).first()


def of(kind: str) -> list[Note]:
    """The notes of all whose name begins with ``kind:``, newest first."""
    return list(Note.objects.filter(name__startswith=f"{kind}:").order_by("-at"))


def remove(name: str) -> None:
    """Forget what `name` told: it has stopped, and says so."""
    Note.objects.filter(name=name[:NAME_CHARS]).delete()


def forget(kind: str, before: datetime) -> int:
    """Remove the notes of a kind that nobody renewed since; returns how many."""
    return Note.objects.filter(name__startswith=f"{kind}:", at__lt=before).delete()[0]
