"""Kinds of order and properties as an organisation defines them, in the order it wants (S0-09, S0-12).

The secret: what an order ever said stays readable. A property that was used keeps its type and is archived, never
deleted; an option keeps its key under any label; and orders notice new words by `changed_at`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from paraph.evidence import ledger
from paraph.lib import clock
from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.models import Member, Organisation
from paraph.work import defined_facts, masks
from paraph.work.models import (
    CatalogPart,
    ChecklistPoint,
    LabourCode,
    OrderKind,
    Property,
    PropertyType,
)

MOST_OPTIONS = 50
Defined = TypeVar("Defined", OrderKind, Property, CatalogPart, LabourCode, ChecklistPoint)
Arranged = TypeVar("Arranged", OrderKind, Property, ChecklistPoint)
WORDS = ("name", "names", "help_text", "help_texts", "unit", "options", "pattern", "required", "editable")


class Undefinable(ValueError):
    """The definition cannot be used. `field` says where, the text why, for people."""

    def __init__(self, field: str, sentence: Any) -> None:
        super().__init__(str(sentence))
        self.field = field


class InUse(Exception):
    """Orders say something of it, so it is archived instead of deleted."""

    sentence = _("This was used on orders, so it can be archived, but not deleted.")

    def __str__(self) -> str:
        return str(self.sentence)


@dataclass(frozen=True)
class OptionDraft:
    """One option of a choice; without a key it is a new one."""

    label: str
    labels: Mapping[str, str] = field(default_factory=dict)
    key: str = ""


@dataclass(frozen=True)
class PropertyDraft:
    """A property as entered; texts in other languages by their codes. No kinds: it belongs to every order."""

    type: str
    name: str
    names: Mapping[str, str] = field(default_factory=dict)
    help_text: str = ""
    help_texts: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    options: Sequence[OptionDraft] = ()
    pattern: str = ""
    required: bool = False
    editable: bool = False
    kinds: Sequence[OrderKind] = ()


@transaction.atomic
def put_kind(
    kind: OrderKind | None,
    *,
    name: str,
    names: Mapping[str, str],
    by: Member,
    actor: Actor,
) -> OrderKind:
    """Make a kind of order (None), or call one differently. Raises `access.Forbidden`; nothing new is nothing."""
    access.require(by, "settings.edit")
    found = kind or OrderKind(organisation=by.organisation, position=last(OrderKind, by.organisation))
    told = (name, dict(names))
    if kind is not None and (kind.name, kind.names) == told:
        return kind
    found.name, found.names = told
    found.save()
    record(found, "changed" if kind else "made", actor)
    return found


@transaction.atomic
def put_property(found: Property | None, draft: PropertyDraft, *, by: Member, actor: Actor) -> Property:
    """Make a property (None), or change one. Raises `Undefinable`, `access.Forbidden`; nothing new is nothing."""
    access.require(by, "settings.edit")
    now = found or Property(
        organisation=by.organisation, type=draft.type, position=last(Property, by.organisation)
    )
    before = _state(now) if found else {}
    told = _values(now, draft)
    changed = [name for name, value in told.items() if before.get(name) != value]
    if found and not changed:
        return found
    kinds = told.pop("kinds")
    for name, value in told.items():
        setattr(now, name, value)
    now.changed_at = clock.now()
    now.save()
    now.kinds.set(kinds)
    record(now, "changed" if found else "made", actor, changed)
    return now


def imagine(draft: PropertyDraft, organisation: Organisation) -> Property:
    """The property a draft would make, stored nowhere: for a preview. Raises `Undefinable`."""
    now = Property(organisation=organisation, type=draft.type)
    for name, value in _values(now, draft).items():
        if name != "kinds":
            setattr(now, name, value)
    return now


@transaction.atomic
def archive(found: Defined, *, by: Member, actor: Actor) -> Defined:
    """Offer it no more; orders that have it keep it. Twice is once. Raises `access.Forbidden`."""
    access.require(by, "settings.edit")
    if type(found).objects.filter(pk=found.pk, archived_at=None).update(archived_at=clock.now()):
        found.refresh_from_db()
        record(found, "archived", actor)
    return found


@transaction.atomic
def restore(found: Defined, *, by: Member, actor: Actor) -> Defined:
    """Offer it again. Twice is once. Raises `access.Forbidden`."""
    access.require(by, "settings.edit")
    if type(found).objects.filter(pk=found.pk).exclude(archived_at=None).update(archived_at=None):
        found.refresh_from_db()
        record(found, "restored", actor)
    return found


@transaction.atomic
def delete(found: Defined, *, by: Member, actor: Actor) -> None:
    """Remove what no order ever used. Raises `InUse`, `access.Forbidden`."""
    access.require(by, "settings.edit")
    if is_used(found):
        raise InUse
    record(found, "deleted", actor)
    found.delete()


@transaction.atomic
def arrange(model: type[Arranged], order: Sequence[UUID], *, by: Member, actor: Actor) -> None:
    """Put all of an organisation's in this order; what is not named comes after, as it was. One fact for each moved.

    Orders show properties in their order, so each of them counts as changed.
    """
    access.require(by, "settings.edit")
    found = list(model.objects.filter(organisation=by.organisation_id).select_for_update())
    places = {pk: at for at, pk in enumerate(order)}
    wanted = sorted(found, key=lambda one: (places.get(one.pk, len(places)), one.position, str(one.pk)))
    for position, one in enumerate(wanted):
        if one.position == position:
            continue
        one.position = position
        if isinstance(one, Property):
            one.changed_at = clock.now()
        one.save()
        record(one, "moved", actor)


def is_used(found: Defined) -> bool:
    """Whether orders say something of it: have this kind, ever had this property, were confirmed by this checklist.

    A part or labour code that was picked is the order's own words, so none is ever used.
    """
    if isinstance(found, OrderKind):
        return found.orders.exists()
    if isinstance(found, Property):
        return Property.objects.filter(pk=found.pk, used=True).exists() or found.confirmations.exists()
    return False


def _values(now: Property, draft: PropertyDraft) -> dict[str, Any]:
    """The draft as the columns hold it; what does not fit the type is left out. Raises `Undefinable`."""
    if now.used and draft.type != now.type:
        raise Undefinable("type", _("Orders use this property, so its type stays as it is."))
    kind = PropertyType(draft.type)
    return {
        "type": str(kind),
        **{name: getattr(draft, name) for name in ("name", "help_text", "required", "editable")},
        "names": dict(draft.names),
        "help_texts": dict(draft.help_texts),
        "unit": draft.unit if kind == PropertyType.NUMBER else "",
        "options": _options(draft) if kind == PropertyType.CHOICE else [],
        "pattern": _pattern(draft) if kind == PropertyType.PO_NUMBER else "",
        "kinds": sorted(draft.kinds, key=lambda one: str(one.pk)),
    }


def _state(now: Property) -> dict[str, Any]:
    told = {name: getattr(now, name) for name in ("type", *WORDS)}
    return {**told, "kinds": sorted(now.kinds.all(), key=lambda one: str(one.pk))}


def _options(draft: PropertyDraft) -> list[dict[str, Any]]:
    found = [
        {"key": one.key or one.label, "label": one.label, "labels": dict(one.labels)} for one in draft.options
    ]
    if not found:
        raise Undefinable("options", _("A choice needs at least one option."))
    if len(found) > MOST_OPTIONS:
        raise Undefinable("options", _("At most 50 options."))
    if len({one["key"] for one in found}) < len(found) or len({one["label"] for one in found}) < len(found):
        raise Undefinable("options", _("Two options have the same name."))
    return found


def _pattern(draft: PropertyDraft) -> str:
    if draft.pattern:
        try:
            masks.check(draft.pattern)
        except masks.BadMask as problem:
            raise Undefinable(
                "pattern",
                _(
                    "Write # for a digit, @ for a letter, ? for either, and {4} or {2,6} behind one for how many."
                ),
            ) from problem
    return draft.pattern


def last(model: type[Arranged], organisation: Organisation) -> int:
    """The place after all others."""
    last = model.objects.filter(organisation=organisation).aggregate(last=Max("position"))["last"]
    return 0 if last is None else int(last) + 1


def record(found: Defined, change: str, actor: Actor, fields: Sequence[str] = ()) -> None:
    """Tell the organisation's ledger what happened to one of its own (`property_facts.CHANGES`)."""
    organisation = found.organisation
    fact = defined_facts.of(found, change, fields)
    ledger.append(fact, log=organisation.log, topic=f"organisation:{organisation.pk}", by=actor)
