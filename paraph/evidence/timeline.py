"""The record as sentences, in one query: the customer's timeline and the staff's are two filters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import override

from paraph.evidence.facts import BOTH, ERASED, FACTS, Audience, Fact, private_names
from paraph.evidence.models import Entry
from paraph.lib.actor import SYSTEM
from paraph.lib.vault import VaultClosed


@dataclass(frozen=True)
class Line:
    """One sentence of a timeline. `text` and `by` are plain text; `erased`: something was forgotten.

    `index` and `cause` are as the leaf tells them, and as a receipt shows them.
    """

    index: int
    at: datetime
    kind: str
    by: str
    by_kind: str
    text: str
    erased: bool
    cause: int | None


def timeline(
    log: str | UUID,
    topic: str,
    *,
    audience: Audience,
    language: str,
    newest_first: bool = False,
    limit: int | None = None,
) -> list[Line]:
    """The sentences about one topic that this audience may read, in this language.

    `audience` is CUSTOMER or STAFF; facts for BOTH are in either. An entry of a kind that no installed
    package knows is told in general words, never left out. Raises nothing for what the record holds.
    """
    entries = Entry.objects.filter(log_id=log, topic=topic, audience__in=(audience.value, BOTH.value))
    entries = entries.select_related("personal").order_by("-index" if newest_first else "index")
    with override(language):
        return [line(entry) for entry in (entries if limit is None else entries[:limit])]


def line(entry: Entry) -> Line:
    """One entry as a sentence, in the active language."""
    secrets, gap = _secrets(entry)
    by = _name(entry, secrets, gap)
    return Line(
        index=entry.content["index"],
        at=entry.at,
        kind=entry.kind,
        by=by,
        by_kind=entry.content["by"]["kind"],
        text=_text(entry, by, secrets, gap),
        erased=secrets is None,
        cause=entry.content["cause"],
    )


def _secrets(entry: Entry) -> tuple[dict[str, Any] | None, str]:
    """The personal values, or None and the word that stands in their place."""
    try:
        return entry.secrets, str(ERASED)
    except VaultClosed:
        # Changed, or the vault has lost its key: `audit` names it, and the rest of the record is still told.
        return None, _("(unreadable)")


def _text(entry: Entry, by: str, secrets: dict[str, Any] | None, gap: str) -> str:
    fact = FACTS.get(entry.kind)
    if fact is None:
        return _("%(by)s: %(kind)s") % {"by": by, "kind": entry.kind}
    words = {"by": by, "kind": entry.kind, **entry.content["fact"], **_words(entry, fact, secrets, gap)}
    try:
        return str(fact.sentence) % words
    except (KeyError, TypeError, ValueError):
        # A sentence of a newer release about an entry of an older one: the record is right, the words do not fit.
        return _("%(by)s: %(kind)s") % {"by": by, "kind": entry.kind}


def _words(entry: Entry, fact: type[Fact], secrets: dict[str, Any] | None, gap: str) -> dict[str, Any]:
    """The personal fields, and the words the fact prepares from all its fields."""
    values = None if secrets is None else secrets.get("fact", {})
    try:
        prepared = fact.from_parts(entry.content["fact"], values).values()
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        prepared = {}
    if values is not None:
        return {**values, **prepared}
    # Where a value was erased, what was prepared from it must not stand in its place.
    return {**prepared, **dict.fromkeys(private_names(fact), gap)}


def _name(entry: Entry, secrets: dict[str, Any] | None, gap: str) -> str:
    by = entry.content["by"]
    if by["kind"] == SYSTEM.kind:
        return SYSTEM.name
    if secrets is None:
        return gap
    name: str = secrets.get("by", {}).get("name", "")
    return name or {
        "member": _("A member of staff"),
        "contact": _("The customer"),
        "client": _("An HTTP client"),
    }.get(by["kind"], by["kind"])
