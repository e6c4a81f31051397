"""The parts list and the labour codes that people pick from (S1-18, S1-37), and the points of the checklist (S1-17).

The secret: what was picked is the order's own words; a list can change under any order. Archiving, and the order of
points, are as for everything an organisation defines: `defining`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from paraph.evidence import ledger
from paraph.lib import clock
from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.models import Member, Organisation
from paraph.work import defining
from paraph.work.defined_facts import PartsRead
from paraph.work.models import CatalogPart, ChecklistPoint, LabourCode, OrderKind

MOST_PARTS = 10_000  # of one organisation, archived ones included: a phone keeps them all
MOST_POINTS = 50  # of one organisation; more than a dozen nobody reads
BATCH = 500  # rows in one statement
Listed = TypeVar("Listed", CatalogPart, LabourCode, ChecklistPoint)


class Unlisted(Exception):
    """It cannot be on the list; the text says why. Nothing was changed."""

    status = 409


@dataclass(frozen=True)
class PartRow:
    """A part as a file names it; `unit_price` in minor units."""

    number: str
    name: str
    unit_price: int


@dataclass(frozen=True)
class Read:
    """What reading a list did: how many parts are new, changed (or used again), archived."""

    made: int
    changed: int
    archived: int


def parts_of(organisation: Organisation) -> list[CatalogPart]:
    """The parts to pick from, by their numbers: one query."""
    return list(organisation.catalog_parts.filter(archived_at=None))


def labour_codes_of(organisation: Organisation) -> list[LabourCode]:
    """The labour codes to pick from, by their codes: one query."""
    return list(organisation.labour_codes.filter(archived_at=None))


@transaction.atomic
def put_part(
    found: CatalogPart | None, *, number: str, name: str, unit_price: int, by: Member, actor: Actor
) -> CatalogPart:
    """Put a part on the list (None), or change one; nothing new is nothing.

    Raises `Unlisted` where another has this number, archived or not, or the list is full; `access.Forbidden`.
    """
    access.require(by, "settings.edit")
    organisation = _held(by)
    if found is None and organisation.catalog_parts.count() >= MOST_PARTS:
        raise Unlisted(_full())
    told = {"number": number, "name": name, "unit_price": unit_price}
    return _put(found or CatalogPart(organisation=organisation), told, bool(found), actor)


@transaction.atomic
def put_labour_code(
    found: LabourCode | None, *, code: str, name: str, hourly_rate: int, by: Member, actor: Actor
) -> LabourCode:
    """Make a labour code (None), or change one; nothing new is nothing. Raises `Unlisted`, `access.Forbidden`."""
    access.require(by, "settings.edit")
    told = {"code": code, "name": name, "hourly_rate": hourly_rate}
    return _put(found or LabourCode(organisation=_held(by)), told, bool(found), actor)


@transaction.atomic
def put_point(
    found: ChecklistPoint | None,
    *,
    text: str,
    texts: Mapping[str, str],
    kind: OrderKind | None,
    by: Member,
    actor: Actor,
) -> ChecklistPoint:
    """Make a point of the checklist (None), or change one; `texts` by language, no kind is every order (S1-17).

    Raises `Unlisted` where there are too many, `access.Forbidden`; nothing new is nothing.
    """
    access.require(by, "settings.edit")
    organisation = _held(by)
    if found is None and organisation.checklist_points.count() >= MOST_POINTS:
        raise Unlisted(_("There are 50 points already. Change one of them instead."))
    told = {"text": text, "texts": dict(texts), "kind": kind}
    now = found or ChecklistPoint(
        organisation=organisation, position=defining.last(ChecklistPoint, organisation)
    )
    return _put(now, told, bool(found), actor)


@transaction.atomic
def read_parts(rows: Sequence[PartRow], *, digest: str, only: bool = False, by: Member, actor: Actor) -> Read:
    """Put every row on the list, by its number: new, changed, or used again; `only` archives all other parts.

    `digest` is the hex SHA-256 of the file they were read from; `rows` name each number once. Nothing new is nothing.
    Raises `Unlisted` where the list is full, `access.Forbidden`.
    """
    access.require(by, "settings.edit")
    organisation = _held(by)
    known = {one.number: one for one in organisation.catalog_parts.all()}
    made = [
        CatalogPart(organisation=organisation, number=row.number, name=row.name, unit_price=row.unit_price)
        for row in rows
        if row.number not in known
    ]
    if len(known) + len(made) > MOST_PARTS:
        raise Unlisted(_full())
    changed = [known[row.number] for row in rows if row.number in known and _take(known[row.number], row)]
    gone = set(known) - {row.number for row in rows} if only else set()
    archived = [known[number] for number in gone if known[number].archived_at is None]
    for one in archived:
        one.archived_at = clock.now()
    CatalogPart.objects.bulk_create(made, batch_size=BATCH)
    CatalogPart.objects.bulk_update(
        [*changed, *archived], ["name", "unit_price", "archived_at"], batch_size=BATCH
    )
    done = Read(len(made), len(changed), len(archived))
    if made or changed or archived:
        fact = PartsRead(
            digest=f"sha256:{digest}", made=done.made, changed=done.changed, archived=done.archived
        )
        ledger.append(fact, log=organisation.log, topic=f"organisation:{organisation.pk}", by=actor)
    return done


def _held(by: Member) -> Organisation:
    """The member's organisation, held, so that its lists change one after the other."""
    return Organisation.objects.select_for_update().get(pk=by.organisation_id)


def _put(now: Listed, told: Mapping[str, object], known: bool, actor: Actor) -> Listed:
    changed = [name for name, value in told.items() if getattr(now, name) != value]
    if known and not changed:
        return now
    for name, value in told.items():
        setattr(now, name, value)
    try:
        with transaction.atomic():
            now.save()
    except IntegrityError as problem:
        raise Unlisted(
            _("Another one on the list is called so. Change that one; it may be archived.")
        ) from problem
    defining.record(now, "changed" if known else "made", actor)
    return now


def _take(part: CatalogPart, row: PartRow) -> bool:
    """Make the part say what the row says; whether that is anything new."""
    if (part.name, part.unit_price, part.archived_at) == (row.name, row.unit_price, None):
        return False
    part.name, part.unit_price, part.archived_at = row.name, row.unit_price, None
    return True


def _full() -> str:
    return _("The list can hold 10,000 parts, and would hold more.")
